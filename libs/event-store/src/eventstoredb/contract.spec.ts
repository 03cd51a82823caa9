import { eventStoreContract, type StoreUnderTest } from '../contract';
import type { EventStore } from '../event-store';
import { EventStoreDbStore, type EventStoreDbOptions } from './event-store-db-store';
import { EventStoreDbDouble } from './testing/event-store-db-double';

const IN_TESTS: EventStoreDbOptions = { deadlineMs: 4_000, patienceMs: 13_000, silenceMs: 200, retryMs: 5 };

const over =
  (seed: number | undefined, dress: (store: EventStore) => EventStore) => async (): Promise<StoreUnderTest> => {
    const double = await EventStoreDbDouble.start();
    if (seed !== undefined) double.background(seed);
    const store = EventStoreDbStore.connect(double.url, IN_TESTS);
    const other = EventStoreDbStore.connect(double.url, IN_TESTS);
    return {
      store: dress(store),
      another: () => Promise.resolve(dress(other)),
      close: async () => {
        await Promise.all([store.close(), other.close()]);
        double.stop();
      },
    };
  };

/**
 * Where an append may get lost, one that was sent on top of it before it was settled loses too: no store can promise
 * otherwise. So the failing double is given the appends of a stream one after the other.
 */
function inTurn(): (store: EventStore) => EventStore {
  const last = new Map<string, Promise<unknown>>();
  return (store) =>
    new Proxy(store, {
      get(target, name) {
        if (name === 'append') {
          return (...append: Parameters<EventStore['append']>) => {
            const turn = (last.get(append[0]) ?? Promise.resolve()).then(() => target.append(...append));
            last.set(
              append[0],
              turn.catch(() => undefined),
            );
            return turn;
          };
        }
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
}

eventStoreContract(
  'EventStoreDB (a scripted double)',
  over(undefined, (store) => store),
);
eventStoreContract('EventStoreDB (a scripted double that fails now and then)', over(20261122, inTurn()));
