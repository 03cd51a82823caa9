export * from './projection';
export * from './query';
