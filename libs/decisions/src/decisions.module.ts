import { PanelsModule } from '@app/panels';
import { Module } from '@nestjs/common';
import { RecordDecisionHandler } from './commands/record-decision';
import { DeferCaseHandler } from './commands/defer-case';
import { CorrectDecisionHandler } from './commands/correct-decision';
import { WithdrawDecisionHandler } from './commands/withdraw-decision';
import { TakeChairsActionHandler } from './commands/take-chairs-action';
import { RatifyDecisionHandler } from './commands/ratify-decision';
import { DeclineToRatifyHandler } from './commands/decline-to-ratify';
import { DecisionDesk } from './commands/decision-desk';

/** Decisions: the handlers of every command on them. The platform provides Journal, Directory, CLOCK, KEY_STORE and DATABASE. */
@Module({
  imports: [PanelsModule],
  providers: [
    DecisionDesk,
    RecordDecisionHandler,
    DeferCaseHandler,
    CorrectDecisionHandler,
    WithdrawDecisionHandler,
    TakeChairsActionHandler,
    RatifyDecisionHandler,
    DeclineToRatifyHandler,
  ],
  exports: [DecisionDesk],
})
export class DecisionsModule {}
