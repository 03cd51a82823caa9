import { eventStoreMigrations, PostgresEventStore } from '@app/event-store';
import { createTestDatabase } from '../../../../test/support/database';
import { referralFlow } from '../testing/referral-flow';

referralFlow('Postgres', async () => {
  const database = await createTestDatabase(eventStoreMigrations);
  const store = new PostgresEventStore({ pool: database.application });
  return {
    store,
    close: async () => {
      await store.close();
      await database.drop();
    },
  };
});
