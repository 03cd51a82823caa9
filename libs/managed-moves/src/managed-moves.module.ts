import { Module } from '@nestjs/common';
import { MoveDesk } from './commands/move-desk';
import { AgreeIntegrationPlanHandler } from './commands/agree-integration-plan';
import { AgreeManagedMoveHandler } from './commands/agree-managed-move';
import { ConsentToMoveHandler } from './commands/consent-to-move';
import { EndMoveHandler } from './commands/end-move';
import { ImportLegacyTrialHandler } from './commands/import-legacy-trial';
import { ProposeManagedMoveHandler } from './commands/propose-managed-move';
import { RecordConsultationHandler } from './commands/record-consultation';
import { ShareInformationPackHandler } from './commands/share-information-pack';
import { StartManagedMoveHandler } from './commands/start-managed-move';
import { WithdrawMoveConsentHandler } from './commands/withdraw-move-consent';

/** Managed moves: the handlers of every command on a move. The platform provides Journal, Directory and CLOCK. */
@Module({
  providers: [
    MoveDesk,
    AgreeIntegrationPlanHandler,
    AgreeManagedMoveHandler,
    ConsentToMoveHandler,
    EndMoveHandler,
    ImportLegacyTrialHandler,
    ProposeManagedMoveHandler,
    RecordConsultationHandler,
    ShareInformationPackHandler,
    StartManagedMoveHandler,
    WithdrawMoveConsentHandler,
  ],
  exports: [MoveDesk],
})
export class ManagedMovesModule {}
