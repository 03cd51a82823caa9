export * from './domain/events';
export * from './domain/meeting';
export * from './domain/panel';
export * from './domain/terms';
