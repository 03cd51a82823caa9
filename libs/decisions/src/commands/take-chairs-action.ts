import type { CommandEnvelope, Executed } from '@app/event-store';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { DecisionCommandOf } from '../domain/decision-state';
import { DecisionDesk } from './decision-desk';

/** The chair decides between meetings. */
export class TakeChairsAction extends Command<Executed> {
  constructor(
    readonly decisionId: string,
    readonly command: DecisionCommandOf<'TakeChairsAction'>,
    readonly envelope: CommandEnvelope,
    readonly expected?: number,
  ) {
    super();
  }
}

@CommandHandler(TakeChairsAction)
export class TakeChairsActionHandler implements ICommandHandler<TakeChairsAction> {
  constructor(private readonly desk: DecisionDesk) {}

  execute({ decisionId, command, envelope, expected }: TakeChairsAction): Promise<Executed> {
    return this.desk.onDecision(decisionId, command, envelope, expected);
  }
}
