import { eventStoreContract, type StoreUnderTest } from '../contract';
import { EventStoreDbStore, type EventStoreDbOptions } from './event-store-db-store';
import { EventStoreDbDouble } from './testing/event-store-db-double';

const IN_TESTS: EventStoreDbOptions = { deadlineMs: 500, patienceMs: 10_000, silenceMs: 100, retryMs: 5 };

const overDouble = (seed?: number) => async (): Promise<StoreUnderTest> => {
  const double = await EventStoreDbDouble.start();
  if (seed !== undefined) double.background(seed);
  const store = EventStoreDbStore.connect(double.url, IN_TESTS);
  const other = EventStoreDbStore.connect(double.url, IN_TESTS);
  return {
    store,
    another: () => Promise.resolve(other),
    close: async () => {
      await Promise.all([store.close(), other.close()]);
      double.stop();
    },
  };
};

eventStoreContract('EventStoreDB (a scripted double)', overDouble());
eventStoreContract('EventStoreDB (a scripted double that fails now and then)', overDouble(20261122));
