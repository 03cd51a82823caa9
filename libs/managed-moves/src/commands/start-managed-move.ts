import type { CommandEnvelope, Executed } from '@app/event-store';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { MoveCommandOf } from '../domain/move-state';
import { MoveDesk } from './move-desk';

/** The first day on the new roll. */
export class StartManagedMove extends Command<Executed> {
  constructor(
    readonly moveId: string,
    readonly command: MoveCommandOf<'StartManagedMove'>,
    readonly envelope: CommandEnvelope,
    readonly expected?: number,
  ) {
    super();
  }
}

@CommandHandler(StartManagedMove)
export class StartManagedMoveHandler implements ICommandHandler<StartManagedMove> {
  constructor(private readonly desk: MoveDesk) {}

  execute({ moveId, command, envelope, expected }: StartManagedMove): Promise<Executed> {
    return this.desk.onMove(moveId, command, envelope, expected);
  }
}
