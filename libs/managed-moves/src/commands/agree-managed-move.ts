import type { CommandEnvelope, Executed } from '@app/event-store';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { MoveCommandOf } from '../domain/move-state';
import { MoveDesk } from './move-desk';

/** Everybody who must consent has consented. */
export class AgreeManagedMove extends Command<Executed> {
  constructor(
    readonly moveId: string,
    readonly command: MoveCommandOf<'AgreeManagedMove'>,
    readonly envelope: CommandEnvelope,
    readonly expected?: number,
  ) {
    super();
  }
}

@CommandHandler(AgreeManagedMove)
export class AgreeManagedMoveHandler implements ICommandHandler<AgreeManagedMove> {
  constructor(private readonly desk: MoveDesk) {}

  execute({ moveId, command, envelope, expected }: AgreeManagedMove): Promise<Executed> {
    return this.desk.onMove(moveId, command, envelope, expected);
  }
}
