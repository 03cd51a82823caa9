export { deliveredTwice } from './delivered-twice';
export { hashOf } from './equality';
export { ForeignCheckpoint, LeaseLost, NewerCheckpoint, type Poison, ProjectionStopped } from './faults';
export { projectionsMigrations } from './migrations';
export type { Projection, ProjectionTable, ProjectionTransaction } from './projection';
export { rebuild, type RebuildOptions, type RebuildReport } from './rebuild';
export { type ProjectionHealth, type ProjectionParts, ProjectionRunner } from './runner';
export { waitForProjections, type WaitOptions } from './waiting';
