export * from './append-request';
export * from './digest';
export * from './envelope';
export * from './event-store';
export * from './execute';
export * from './journal';
export * from './migrations';
export { PostgresEventStore, type PostgresEventStoreSettings } from './postgres/postgres-event-store';
