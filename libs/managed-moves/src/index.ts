export * from './domain/events';
export * from './domain/move';
export * from './domain/move-state';
