export * from './domain/events';
