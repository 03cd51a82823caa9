import type { CommandEnvelope, Executed } from '@app/event-store';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { MoveCommandOf } from '../domain/move-state';
import { MoveDesk } from './move-desk';

/** The receiving school gets what it needs from the first day. */
export class ShareInformationPack extends Command<Executed> {
  constructor(
    readonly moveId: string,
    readonly command: MoveCommandOf<'ShareInformationPack'>,
    readonly envelope: CommandEnvelope,
    readonly expected?: number,
  ) {
    super();
  }
}

@CommandHandler(ShareInformationPack)
export class ShareInformationPackHandler implements ICommandHandler<ShareInformationPack> {
  constructor(private readonly desk: MoveDesk) {}

  execute({ moveId, command, envelope, expected }: ShareInformationPack): Promise<Executed> {
    return this.desk.onMove(moveId, command, envelope, expected);
  }
}
