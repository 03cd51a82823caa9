import type { CommandEnvelope, Executed } from '@app/event-store';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { DecisionCommandOf } from '../domain/decision-state';
import { DecisionDesk } from './decision-desk';

/** A full meeting does not confirm the chair's action. */
export class DeclineToRatify extends Command<Executed> {
  constructor(
    readonly decisionId: string,
    readonly command: DecisionCommandOf<'DeclineToRatify'>,
    readonly envelope: CommandEnvelope,
    readonly expected?: number,
  ) {
    super();
  }
}

@CommandHandler(DeclineToRatify)
export class DeclineToRatifyHandler implements ICommandHandler<DeclineToRatify> {
  constructor(private readonly desk: DecisionDesk) {}

  execute({ decisionId, command, envelope, expected }: DeclineToRatify): Promise<Executed> {
    return this.desk.onDecision(decisionId, command, envelope, expected);
  }
}
