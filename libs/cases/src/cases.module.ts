import { Module } from '@nestjs/common';
import { CaseDesk } from './commands/case-desk';
import { AcceptCaseHandler } from './commands/accept-case';
import { CloseCaseHandler } from './commands/close-case';
import { CorrectCaseHandler } from './commands/correct-case';
import { RecordConsentHandler } from './commands/record-consent';
import { RecordParentViewHandler } from './commands/record-parent-view';
import { RecordPupilViewHandler } from './commands/record-pupil-view';
import { ReferCaseHandler } from './commands/refer-case';
import { ReopenCaseHandler } from './commands/reopen-case';
import { WithdrawConsentHandler } from './commands/withdraw-consent';
import { AbandonStaleReferrals } from './policies/abandon-stale-referrals';

/** Cases: the handlers of every command on a case. The platform provides Journal, Directory, CLOCK, KEY_STORE and DATABASE. */
@Module({
  providers: [
    CaseDesk,
    AcceptCaseHandler,
    CloseCaseHandler,
    CorrectCaseHandler,
    RecordConsentHandler,
    RecordParentViewHandler,
    RecordPupilViewHandler,
    ReferCaseHandler,
    ReopenCaseHandler,
    WithdrawConsentHandler,
    AbandonStaleReferrals,
  ],
  exports: [CaseDesk, AbandonStaleReferrals],
})
export class CasesModule {}
