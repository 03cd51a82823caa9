/** The contract over a real server, when there is one: `npm run test:eventstoredb` with EVENTSTOREDB_URL. */
import { eventStoreContract } from '../contract';
import { EventStoreDbStore } from './event-store-db-store';

const url = process.env['EVENTSTOREDB_URL'];

if (url) {
  eventStoreContract('EventStoreDB (the server of EVENTSTOREDB_URL)', () => {
    const store = EventStoreDbStore.connect(url);
    const other = EventStoreDbStore.connect(url);
    return Promise.resolve({
      store,
      another: () => Promise.resolve(other),
      close: async () => {
        await Promise.all([store.close(), other.close()]);
      },
    });
  });
} else {
  it.skip('the contract over a real EventStoreDB: not run, as EVENTSTOREDB_URL is not set', () => undefined);
}
