import type { CommandEnvelope, Executed } from '@app/event-store';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { MoveCommandOf } from '../domain/move-state';
import { MoveDesk } from './move-desk';

/** A party agrees to the move; not consent to share information. */
export class ConsentToMove extends Command<Executed> {
  constructor(
    readonly moveId: string,
    readonly command: MoveCommandOf<'ConsentToMove'>,
    readonly envelope: CommandEnvelope,
    readonly expected?: number,
  ) {
    super();
  }
}

@CommandHandler(ConsentToMove)
export class ConsentToMoveHandler implements ICommandHandler<ConsentToMove> {
  constructor(private readonly desk: MoveDesk) {}

  execute({ moveId, command, envelope, expected }: ConsentToMove): Promise<Executed> {
    return this.desk.onMove(moveId, command, envelope, expected);
  }
}
