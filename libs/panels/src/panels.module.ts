import { Module } from '@nestjs/common';
import { EstablishPanelHandler } from './commands/establish-panel';
import { AdoptTermsOfReferenceHandler } from './commands/adopt-terms-of-reference';
import { ScheduleMeetingHandler } from './commands/schedule-meeting';
import { RecordAttendanceHandler } from './commands/record-attendance';
import { ConfirmQuorumHandler } from './commands/confirm-quorum';
import { DeclareInterestHandler } from './commands/declare-interest';
import { OrderAgendaHandler } from './commands/order-agenda';
import { PanelDesk } from './commands/panel-desk';

/** Panels and their meetings: the handlers of every command on them. The platform provides Journal, Directory and CLOCK. */
@Module({
  providers: [
    PanelDesk,
    EstablishPanelHandler,
    AdoptTermsOfReferenceHandler,
    ScheduleMeetingHandler,
    RecordAttendanceHandler,
    ConfirmQuorumHandler,
    DeclareInterestHandler,
    OrderAgendaHandler,
  ],
  exports: [PanelDesk],
})
export class PanelsModule {}
