export * from './clock';
export * from './code-sets';
export * from './decider';
export * from './event-schema';
export * from './given';
export * from './ids';
export * from './rule-editions';
export * from './school-identifiers';
