export * from './domain/events';
export * from './domain/exclusion';
