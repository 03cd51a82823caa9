import type { CommandEnvelope, Executed } from '@app/event-store';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { DecisionCommandOf } from '../domain/decision-state';
import { DecisionDesk } from './decision-desk';

/** The record was wrong; it counts nowhere. */
export class WithdrawDecision extends Command<Executed> {
  constructor(
    readonly decisionId: string,
    readonly command: DecisionCommandOf<'WithdrawDecision'>,
    readonly envelope: CommandEnvelope,
    readonly expected?: number,
  ) {
    super();
  }
}

@CommandHandler(WithdrawDecision)
export class WithdrawDecisionHandler implements ICommandHandler<WithdrawDecision> {
  constructor(private readonly desk: DecisionDesk) {}

  execute({ decisionId, command, envelope, expected }: WithdrawDecision): Promise<Executed> {
    return this.desk.onDecision(decisionId, command, envelope, expected);
  }
}
