export { mayVote, type Step } from './domain/circumstances';
export * from './domain/context';
export * from './domain/decision';
export * from './domain/decision-state';
export * from './domain/events';
