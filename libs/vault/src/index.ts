export * from './memory-key-store';
export * from './sealer';
export * from './vault';
