import type { CommandEnvelope, Executed } from '@app/event-store';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { DecisionCommandOf } from '../domain/decision-state';
import { DecisionDesk } from './decision-desk';

/** A full meeting confirms the chair's action. */
export class RatifyDecision extends Command<Executed> {
  constructor(
    readonly decisionId: string,
    readonly command: DecisionCommandOf<'RatifyDecision'>,
    readonly envelope: CommandEnvelope,
    readonly expected?: number,
  ) {
    super();
  }
}

@CommandHandler(RatifyDecision)
export class RatifyDecisionHandler implements ICommandHandler<RatifyDecision> {
  constructor(private readonly desk: DecisionDesk) {}

  execute({ decisionId, command, envelope, expected }: RatifyDecision): Promise<Executed> {
    return this.desk.onDecision(decisionId, command, envelope, expected);
  }
}
