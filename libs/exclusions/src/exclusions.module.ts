import { Module } from '@nestjs/common';
import { IssueSuspensionHandler } from './commands/issue-suspension';
import { IssuePermanentExclusionHandler } from './commands/issue-permanent-exclusion';
import { ReviewExclusionHandler } from './commands/review-exclusion';
import { ExclusionDesk } from './commands/exclusion-desk';

/** Exclusions: the handlers of every command on them. The platform provides Journal, Directory and CLOCK. */
@Module({
  providers: [ExclusionDesk, IssueSuspensionHandler, IssuePermanentExclusionHandler, ReviewExclusionHandler],
  exports: [ExclusionDesk],
})
export class ExclusionsModule {}
