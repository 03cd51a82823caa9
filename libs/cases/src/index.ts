export * from './domain/case';
export * from './domain/case-state';
export * from './domain/events';
export * from './domain/pupil';
