import type { CommandEnvelope, Executed } from '@app/event-store';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { MoveCommandOf } from '../domain/move-state';
import { MoveDesk } from './move-desk';

/** A trial period of the past; none can be asked for. */
export class ImportLegacyTrial extends Command<Executed> {
  constructor(
    readonly moveId: string,
    readonly command: MoveCommandOf<'ImportLegacyTrial'>,
    readonly envelope: CommandEnvelope,
    readonly expected?: number,
  ) {
    super();
  }
}

@CommandHandler(ImportLegacyTrial)
export class ImportLegacyTrialHandler implements ICommandHandler<ImportLegacyTrial> {
  constructor(private readonly desk: MoveDesk) {}

  execute({ moveId, command, envelope, expected }: ImportLegacyTrial): Promise<Executed> {
    return this.desk.onMove(moveId, command, envelope, expected);
  }
}
