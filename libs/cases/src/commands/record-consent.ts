import type { CommandEnvelope, Executed } from '@app/event-store';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CaseCommandOf } from '../domain/case-state';
import { CaseDesk } from './case-desk';

/** Consent to share information; not consent to a move. */
export class RecordConsent extends Command<Executed> {
  constructor(
    readonly caseId: string,
    readonly command: CaseCommandOf<'RecordConsent'>,
    readonly envelope: CommandEnvelope,
    readonly expected?: number,
  ) {
    super();
  }
}

@CommandHandler(RecordConsent)
export class RecordConsentHandler implements ICommandHandler<RecordConsent> {
  constructor(private readonly desk: CaseDesk) {}

  execute({ caseId, command, envelope, expected }: RecordConsent): Promise<Executed> {
    return this.desk.onCase(caseId, command, envelope, expected);
  }
}
