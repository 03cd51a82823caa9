export * from './directory';
export * from './migrations';
export * from './school-list';
export * from './school-types';
