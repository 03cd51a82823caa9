export * from './clock';
export * from './decider';
export * from './event-schema';
export * from './given';
export * from './ids';
