export { ExclusionDesk } from './commands/exclusion-desk';
export { IssueSuspension } from './commands/issue-suspension';
export { IssuePermanentExclusion } from './commands/issue-permanent-exclusion';
export { ReviewExclusion } from './commands/review-exclusion';
export * from './domain/events';
export * from './domain/exclusion';
export * from './exclusions.module';
