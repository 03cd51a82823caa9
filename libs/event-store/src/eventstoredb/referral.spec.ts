import { referralFlow } from '../../../cases/src/testing/referral-flow';
import { EventStoreDbStore } from './event-store-db-store';
import { EventStoreDbDouble } from './testing/event-store-db-double';

referralFlow('EventStoreDB (a scripted double)', async () => {
  const double = await EventStoreDbDouble.start();
  const store = EventStoreDbStore.connect(double.url);
  return {
    store,
    close: async () => {
      await store.close();
      double.stop();
    },
  };
});
