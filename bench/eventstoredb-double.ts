/** The scripted EventStoreDB in a thread of its own, so that its work is not counted as the client's. */
import { isMainThread, parentPort } from 'node:worker_threads';
import { EventStoreDbDouble } from '../libs/event-store/src/eventstoredb/testing/event-store-db-double';

if (!isMainThread) {
  void EventStoreDbDouble.start().then((double) => parentPort!.postMessage(double.url));
}
