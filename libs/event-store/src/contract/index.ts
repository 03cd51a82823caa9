export { eventStoreContract, type StoreUnderTest } from './contract';
