import type { CommandEnvelope, Executed } from '@app/event-store';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { MoveCommandOf } from '../domain/move-state';
import { MoveDesk } from './move-desk';

/** Somebody who must be asked was asked. */
export class RecordConsultation extends Command<Executed> {
  constructor(
    readonly moveId: string,
    readonly command: MoveCommandOf<'RecordConsultation'>,
    readonly envelope: CommandEnvelope,
    readonly expected?: number,
  ) {
    super();
  }
}

@CommandHandler(RecordConsultation)
export class RecordConsultationHandler implements ICommandHandler<RecordConsultation> {
  constructor(private readonly desk: MoveDesk) {}

  execute({ moveId, command, envelope, expected }: RecordConsultation): Promise<Executed> {
    return this.desk.onMove(moveId, command, envelope, expected);
  }
}
