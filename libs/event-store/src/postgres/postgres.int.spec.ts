/** The Postgres store keeps the contract, on the run's real Postgres with fsync on. */
import { createTestDatabase } from '../../../../test/support/database';
import { eventStoreContract } from '../contract';
import { eventStoreMigrations } from '../migrations';
import { PostgresEventStore } from './postgres-event-store';

eventStoreContract('PostgresEventStore', async () => {
  const database = await createTestDatabase(eventStoreMigrations);
  const store = new PostgresEventStore({ pool: database.application });
  const another = new PostgresEventStore({ pool: database.application });
  return {
    store,
    another: async () => another,
    close: async () => {
      await store.close();
      await another.close();
      await database.drop();
    },
  };
});
