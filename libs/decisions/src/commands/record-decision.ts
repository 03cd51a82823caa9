import type { CommandEnvelope, Executed } from '@app/event-store';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { DecisionCommandOf } from '../domain/decision-state';
import { DecisionDesk } from './decision-desk';

/** The panel decides a case. */
export class RecordDecision extends Command<Executed> {
  constructor(
    readonly decisionId: string,
    readonly command: DecisionCommandOf<'RecordDecision'>,
    readonly envelope: CommandEnvelope,
    readonly expected?: number,
  ) {
    super();
  }
}

@CommandHandler(RecordDecision)
export class RecordDecisionHandler implements ICommandHandler<RecordDecision> {
  constructor(private readonly desk: DecisionDesk) {}

  execute({ decisionId, command, envelope, expected }: RecordDecision): Promise<Executed> {
    return this.desk.onDecision(decisionId, command, envelope, expected);
  }
}
