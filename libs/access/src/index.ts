export * from './migrations';
export * from './policy';
export * from './policy.decorator';
export * from './viewer';
