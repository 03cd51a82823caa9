import type { CommandEnvelope, Executed } from '@app/event-store';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { MoveCommandOf } from '../domain/move-state';
import { MoveDesk } from './move-desk';

/** How the child will be welcomed, and when the schools look together. */
export class AgreeIntegrationPlan extends Command<Executed> {
  constructor(
    readonly moveId: string,
    readonly command: MoveCommandOf<'AgreeIntegrationPlan'>,
    readonly envelope: CommandEnvelope,
    readonly expected?: number,
  ) {
    super();
  }
}

@CommandHandler(AgreeIntegrationPlan)
export class AgreeIntegrationPlanHandler implements ICommandHandler<AgreeIntegrationPlan> {
  constructor(private readonly desk: MoveDesk) {}

  execute({ moveId, command, envelope, expected }: AgreeIntegrationPlan): Promise<Executed> {
    return this.desk.onMove(moveId, command, envelope, expected);
  }
}
