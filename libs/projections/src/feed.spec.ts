import type { StoredRecord, Subscription } from '@app/event-store';
import { Feed } from './feed';

const compare = (a: string, b: string) => Number(a) - Number(b);
const never = new Promise(() => undefined);

function subscriptionOf(...batches: readonly (readonly number[])[]): Subscription {
  const delivering = batches.map((batch) => batch.map((position) => ({ position: String(position) }) as StoredRecord));
  return {
    async *[Symbol.asyncIterator]() {
      yield* delivering;
    },
    stop: () => Promise.resolve(),
  };
}

const positions = async (feed: Feed) => (await feed.next(never))?.map(({ position }) => Number(position));

it('hands on each event once, however often the subscription delivers it', async () => {
  const feed = new Feed(subscriptionOf([5, 6, 6, 6, 7], [6, 7], [5, 8, 6, 9]), '5', compare);
  expect(await positions(feed)).toEqual([6, 7]);
  expect(await positions(feed)).toEqual([]);
  expect(await positions(feed)).toEqual([8, 9]);
  expect(feed.cursor).toBe('9');
});

it('keeps a batch that came after an interruption', async () => {
  const feed = new Feed(subscriptionOf([1]), undefined, compare);
  expect(await feed.next(Promise.resolve())).toBeUndefined();
  expect(await positions(feed)).toEqual([1]);
});
