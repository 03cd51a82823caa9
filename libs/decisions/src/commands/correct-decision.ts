import type { CommandEnvelope, Executed } from '@app/event-store';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { DecisionCommandOf } from '../domain/decision-state';
import { DecisionDesk } from './decision-desk';

/** The decision as it should have been recorded. */
export class CorrectDecision extends Command<Executed> {
  constructor(
    readonly decisionId: string,
    readonly command: DecisionCommandOf<'CorrectDecision'>,
    readonly envelope: CommandEnvelope,
    readonly expected?: number,
  ) {
    super();
  }
}

@CommandHandler(CorrectDecision)
export class CorrectDecisionHandler implements ICommandHandler<CorrectDecision> {
  constructor(private readonly desk: DecisionDesk) {}

  execute({ decisionId, command, envelope, expected }: CorrectDecision): Promise<Executed> {
    return this.desk.onDecision(decisionId, command, envelope, expected);
  }
}
