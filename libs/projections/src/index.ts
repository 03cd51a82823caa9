export { deliveredTwice } from './delivered-twice';
export { hashOf } from './equality';
export { ForeignCheckpoint, LeaseLost, NewerCheckpoint, type Poison, ProjectionStopped } from './faults';
export { projectionsMigrations } from './migrations';
export type { Projection, ProjectionTable, ProjectionTransaction } from './projection';
export { compareWithLog, rebuild, type RebuildOptions, type RebuildParts, type RebuildReport } from './rebuild';
export { type ProjectionHealth, type ProjectionParts, ProjectionRunner } from './runner';
export { transactionOn } from './writing';
export { waitForProjections, type WaitOptions } from './waiting';
