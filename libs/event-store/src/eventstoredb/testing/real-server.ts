/** The contract over a real server. No spec by name: only `npm run test:eventstoredb` (real-server.mjs) runs it. */
import { eventStoreContract } from '../../contract';
import { EventStoreDbStore } from '../event-store-db-store';

const url = process.env['EVENTSTOREDB_URL'] ?? '';

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
