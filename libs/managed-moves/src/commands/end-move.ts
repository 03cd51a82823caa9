import type { CommandEnvelope, Executed } from '@app/event-store';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { MoveCommandOf } from '../domain/move-state';
import { MoveDesk } from './move-desk';

/** The child is no longer on the new roll. */
export class EndMove extends Command<Executed> {
  constructor(
    readonly moveId: string,
    readonly command: MoveCommandOf<'EndMove'>,
    readonly envelope: CommandEnvelope,
    readonly expected?: number,
  ) {
    super();
  }
}

@CommandHandler(EndMove)
export class EndMoveHandler implements ICommandHandler<EndMove> {
  constructor(private readonly desk: MoveDesk) {}

  execute({ moveId, command, envelope, expected }: EndMove): Promise<Executed> {
    return this.desk.onMove(moveId, command, envelope, expected);
  }
}
