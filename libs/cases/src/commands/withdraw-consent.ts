import type { CommandEnvelope, Executed } from '@app/event-store';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CaseCommandOf } from '../domain/case-state';
import { CaseDesk } from './case-desk';

/** Consent to share information is withdrawn. */
export class WithdrawConsent extends Command<Executed> {
  constructor(
    readonly caseId: string,
    readonly command: CaseCommandOf<'WithdrawConsent'>,
    readonly envelope: CommandEnvelope,
    readonly expected?: number,
  ) {
    super();
  }
}

@CommandHandler(WithdrawConsent)
export class WithdrawConsentHandler implements ICommandHandler<WithdrawConsent> {
  constructor(private readonly desk: CaseDesk) {}

  execute({ caseId, command, envelope, expected }: WithdrawConsent): Promise<Executed> {
    return this.desk.onCase(caseId, command, envelope, expected);
  }
}
