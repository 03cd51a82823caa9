import type { CommandEnvelope, Executed } from '@app/event-store';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { MoveCommandOf } from '../domain/move-state';
import { MoveDesk } from './move-desk';

/** A party no longer agrees to the move. */
export class WithdrawMoveConsent extends Command<Executed> {
  constructor(
    readonly moveId: string,
    readonly command: MoveCommandOf<'WithdrawMoveConsent'>,
    readonly envelope: CommandEnvelope,
    readonly expected?: number,
  ) {
    super();
  }
}

@CommandHandler(WithdrawMoveConsent)
export class WithdrawMoveConsentHandler implements ICommandHandler<WithdrawMoveConsent> {
  constructor(private readonly desk: MoveDesk) {}

  execute({ moveId, command, envelope, expected }: WithdrawMoveConsent): Promise<Executed> {
    return this.desk.onMove(moveId, command, envelope, expected);
  }
}
