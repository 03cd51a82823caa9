import { EventStoreDbStore } from './event-store-db-store';
import { EventStoreDbDouble, type SubscriptionFault } from './testing/event-store-db-double';
import { Follower, numbersIn, someEvent, someEvents, someStream } from './testing/events';

const OPTIONS = { deadlineMs: 1_000, patienceMs: 4_000, silenceMs: 50, retryMs: 2 };

jest.setTimeout(30_000);

let double: EventStoreDbDouble;
let store: EventStoreDbStore;

beforeEach(async () => {
  double = await EventStoreDbDouble.start();
  store = EventStoreDbStore.connect(double.url, OPTIONS);
});

afterEach(async () => {
  await store.close();
  double.stop();
});

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

async function say(from: number, to: number): Promise<void> {
  for (let number = from; number < to; number++) await store.append(someStream(), 'no_stream', [someEvent(number)]);
}

describe('a subscription', () => {
  it('shows what there is and what comes, once and in order, without system events and the id of the log', async () => {
    await store.identity();
    await say(0, 3);
    const follower = new Follower(store.subscribeAll(undefined));
    await follower.until(3);
    double.log.writeSystemEvent();
    await say(3, 6);
    const records = await follower.until(6);
    expect(numbersIn(records)).toEqual(numbers(6));
    expect(records.map(({ position }) => position)).toEqual(
      (await store.readAll(undefined, 10)).map(({ position }) => position),
    );
  });

  it('begins after a position', async () => {
    await say(0, 4);
    const [, second] = await store.readAll(undefined, 2);
    const follower = new Follower(store.subscribeAll(second?.position));
    expect(numbersIn(await follower.until(2))).toEqual([2, 3]);
  });

  it('shows only the types that were asked for, by their whole name', async () => {
    for (const type of ['Said', 'SaidTwice', 'NotSaid', 'Said'])
      await store.append(someStream(), 'no_stream', [someEvent(0, type)]);
    const follower = new Follower(store.subscribeAll(undefined, ['Said']));
    await follower.until(2);
    await store.append(someStream(), 'no_stream', [someEvent(1, 'SaidTwice')]);
    await store.append(someStream(), 'no_stream', [someEvent(2, 'Said')]);
    expect((await follower.until(3)).map(({ type }) => type)).toEqual(['Said', 'Said', 'Said']);
  });

  it('hands over a long past in batches', async () => {
    const stream = someStream();
    for (let batch = 0; batch < 10; batch++) {
      await store.append(stream, batch === 0 ? 'no_stream' : batch * 200 - 1, someEvents(200));
    }
    const follower = new Follower(store.subscribeAll(undefined));
    expect(numbersIn(await follower.until(2_000))).toEqual(numbers(10).flatMap(() => numbers(200)));
  });

  it('ends quietly by stop, also while it waits or is cut off, and leaves no call open', async () => {
    const waiting = new Follower(store.subscribeAll(undefined));
    const ended = waiting.ended();
    await waiting.subscription.stop();
    expect(await ended).toBe(true);
    double.refuse();
    const cut = new Follower(store.subscribeAll(undefined));
    const cutEnded = cut.ended();
    await cut.subscription.stop();
    expect(await cutEnded).toBe(true);
    await double.idle();
  });

  it('ends when its reader leaves the loop', async () => {
    await say(0, 1);
    for await (const batch of store.subscribeAll(undefined)) if (batch.length > 0) break;
    const follower = new Follower(store.subscribeAll(undefined));
    await follower.until(1);
    expect(double.openReads.size).toBe(1);
  });
});

describe('a subscription that is dropped', () => {
  const faults: SubscriptionFault[] = (['error', 'silentEnd', 'silence', 'consumerTooSlow'] as const).flatMap((fault) =>
    [0, 1, 3, 5].map((afterEvents) => ({ fault, afterEvents })),
  );
  it.each([...faults, 'hang' as const, 'notLeader' as const])('%j: goes on after the last event', async (fault) => {
    await say(0, 3);
    const [first] = await store.readAll(undefined, 1);
    double.next('subscribe', fault);
    const follower = new Follower(store.subscribeAll(first?.position));
    const following = follower.until(6);
    await say(3, 7);
    expect(numbersIn(await following)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(double.subscriptions.length).toBeGreaterThan(1);
    for (const from of double.subscriptions) expect(from).toBeDefined();
  });

  it('begins again exactly after the last event it took', async () => {
    await say(0, 3);
    const positions = (await store.readAll(undefined, 3)).map(({ position }) => BigInt(position.split(':')[0] ?? 0));
    double.next(
      'subscribe',
      { fault: 'silentEnd', afterEvents: 1 },
      { fault: 'error', afterEvents: 1 },
      { fault: 'silence', afterEvents: 1 },
    );
    const follower = new Follower(store.subscribeAll(undefined));
    await follower.until(3);
    await say(3, 4);
    expect(numbersIn(await follower.until(4))).toEqual([0, 1, 2, 3]);
    expect(double.subscriptions).toEqual([undefined, ...positions]);
  });

  it('loses nothing when one append is larger than a live subscription can take', async () => {
    const follower = new Follower(store.subscribeAll(undefined));
    await say(0, 1);
    await follower.until(1);
    const stream = someStream();
    await store.append(stream, 'no_stream', someEvents(1_000));
    expect(numbersIn(await follower.until(1_001))).toEqual([0, ...numbers(1_000)]);
  });

  it('comes back after cut connections and after a server that was away', async () => {
    const follower = new Follower(store.subscribeAll(undefined));
    await say(0, 2);
    await follower.until(2);
    await double.killConnections();
    await say(2, 4);
    await follower.until(4);
    double.refuse();
    const more = follower.until(6);
    await double.accept();
    await say(4, 6);
    expect(numbersIn(await more)).toEqual(numbers(6));
  });

  it('waits for a server that is not there yet, also with a position', async () => {
    await say(0, 2);
    const [first] = await store.readAll(undefined, 1);
    double.refuse();
    const impatient = EventStoreDbStore.connect(double.url, { ...OPTIONS, patienceMs: 1 });
    const follower = new Follower(impatient.subscribeAll(first?.position));
    const coming = follower.until(1);
    await expect(impatient.readAll(undefined, 1)).rejects.toThrow('does not answer');
    await double.accept();
    expect(numbersIn(await coming)).toEqual([1]);
    await impatient.close();
  });

  it('does not subscribe again in a quiet log', async () => {
    await say(0, 1);
    const follower = new Follower(store.subscribeAll(undefined));
    await follower.until(1);
    const watcher = EventStoreDbStore.connect(double.url, { ...OPTIONS, silenceMs: 5 });
    const quiet = new Follower(watcher.subscribeAll(undefined));
    await quiet.until(1);
    for (let asked = 0; asked < 20; asked++) await store.head();
    expect(double.subscriptions).toHaveLength(2);
    await watcher.close();
  });
});
