/** The contract over a real server. No spec by name: only `npm run test:eventstoredb` (real-server.mjs) runs it. */
import { eventStoreContract } from '../../contract';
import { EventStoreDbStore } from '../event-store-db-store';

const url = process.env['EVENTSTOREDB_URL'] ?? '';

/** A thousand appends in one tick may take a small server longer than a person would wait. */
const PATIENT = { deadlineMs: 10_000, patienceMs: 12_000 };

eventStoreContract('EventStoreDB (the server of EVENTSTOREDB_URL)', () => {
  const store = EventStoreDbStore.connect(url, PATIENT);
  const other = EventStoreDbStore.connect(url, PATIENT);
  return Promise.resolve({
    store,
    another: () => Promise.resolve(other),
    close: async () => {
      await Promise.all([store.close(), other.close()]);
    },
  });
});
