import { randomUUID } from 'node:crypto';
import { StoreUnavailable, type AppendOutcome } from '../event-store';
import { EventStoreDbStore } from './event-store-db-store';
import { EventStoreDbDouble, RIDDEN_OUT } from './testing/event-store-db-double';
import { all, numbersIn, someEvent, someEvents, someStream } from './testing/events';

const OPTIONS = { deadlineMs: 1_000, patienceMs: 4_000, silenceMs: 100, retryMs: 5 };

jest.setTimeout(20_000);

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

const appendedAt = (firstRevision: number, lastRevision = firstRevision): AppendOutcome => ({
  outcome: 'appended',
  firstRevision,
  lastRevision,
  position: expect.stringMatching(/^\d+:\d+$/) as unknown as string,
});

describe('an append', () => {
  it('tells its revisions and the position that the log shows', async () => {
    const stream = someStream();
    const first = await store.append(stream, 'no_stream', someEvents(3));
    const second = await store.append(stream, 2, [someEvent(3)]);
    expect([first, second]).toEqual([appendedAt(0, 2), appendedAt(3)]);
    const records = await all(store.readStream(stream));
    expect(records.map(({ revision }) => revision)).toEqual([0, 1, 2, 3]);
    expect(second).toHaveProperty('position', records[3]?.position);
    expect(first).toHaveProperty('position', records[2]?.position);
  });

  it('loses to what came first, and says where the stream is', async () => {
    const stream = someStream();
    await store.append(stream, 'no_stream', someEvents(2));
    expect(await store.append(stream, 'no_stream', [someEvent()])).toEqual({ outcome: 'conflict', actual: 1 });
    expect(await store.append(stream, 0, [someEvent()])).toEqual({ outcome: 'conflict', actual: 1 });
    expect(await store.append(stream, 7, [someEvent()])).toEqual({ outcome: 'conflict', actual: 1 });
    expect(await store.append(someStream(), 0, [someEvent()])).toEqual({ outcome: 'conflict', actual: 'no_stream' });
  });

  it('has one winner among fifty at one revision', async () => {
    const stream = someStream();
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, (_, n) => store.append(stream, 'no_stream', [someEvent(n)])),
    );
    expect(outcomes.filter(({ outcome }) => outcome === 'appended')).toHaveLength(1);
    expect(outcomes.filter(({ outcome }) => outcome === 'conflict')).toHaveLength(49);
    expect(double.log.stream(stream)).toHaveLength(1);
  });

  it('is the same append when repeated, also after the stream moved on', async () => {
    const stream = someStream();
    const events = someEvents(2);
    const first = await store.append(stream, 'no_stream', events);
    await store.append(stream, 1, [someEvent()]);
    expect(await store.append(stream, 'no_stream', events)).toEqual(first);
    expect(double.log.stream(stream)).toHaveLength(3);
  });

  it('is a conflict when only a part of it is in the stream', async () => {
    const stream = someStream();
    const [a, b, c] = [someEvent(1), someEvent(2), someEvent(3)];
    await store.append(stream, 'no_stream', [a, b]);
    expect(await store.append(stream, 'no_stream', [a, b, c])).toEqual({ outcome: 'conflict', actual: 1 });
    expect(double.log.stream(stream)).toHaveLength(2);
  });

  it('never brings to the client what JSON cannot carry, or what is too large', async () => {
    const stream = someStream();
    const bad = [{ n: 1n }, { n: undefined }, { n: Number.NaN }, { n: 'x'.repeat(256 * 1024) }] as never[];
    for (const data of bad) {
      expect(await store.append(stream, 'no_stream', [{ ...someEvent(), data }])).toMatchObject({
        outcome: 'rejected',
      });
    }
    expect(await store.append(stream, 'no_stream', [{ ...someEvent(), id: 'abc' }])).toMatchObject({
      outcome: 'rejected',
    });
    expect(await store.append('log-identity', 'no_stream', [someEvent()])).toMatchObject({ outcome: 'rejected' });
    expect(double.appends).toEqual([]);
  });

  it('refuses for good what the server finds malformed', async () => {
    const nil = '00000000-0000-0000-0000-000000000000';
    expect(await store.append(someStream(), 'no_stream', [{ ...someEvent(), id: nil }])).toMatchObject({
      outcome: 'rejected',
    });
  });
});

describe('an append whose answer does not come as it should', () => {
  it.each(RIDDEN_OUT.map((fault) => [JSON.stringify(fault), fault] as const))(
    '%s: is written once',
    async (_, fault) => {
      const stream = someStream();
      await store.append(stream, 'no_stream', [someEvent(0)]);
      double.next('append', fault);
      expect(await store.append(stream, 0, [someEvent(1), someEvent(2)])).toEqual(appendedAt(1, 2));
      expect(await store.append(stream, 2, [someEvent(3)])).toEqual(appendedAt(3));
      expect(numbersIn(await all(store.readStream(stream)))).toEqual([0, 1, 2, 3]);
    },
  );

  it('is retried with the same ids at the same revision, also when the stream has moved on', async () => {
    const stream = someStream();
    const event = someEvent(1);
    double.next('append', 'unavailable', 'timeoutUnwritten', 'serverNotReady');
    await store.append(stream, 'no_stream', [event]);
    expect(double.appends.length).toBeGreaterThan(2);
    for (const seen of double.appends) expect(seen).toEqual({ stream, expected: 'no_stream', ids: [event.id] });
  });

  it.each(['dropBeforeWrite', 'timeoutUnwritten', 'unavailable'] as const)(
    '%s: is a conflict when somebody else took the revision meanwhile',
    async (fault) => {
      const stream = someStream();
      await store.append(stream, 'no_stream', [someEvent(0)]);
      double.next('append', fault);
      const lost = store.append(stream, 0, [someEvent(1)]);
      double.log.append(stream, 0n, [
        {
          id: randomUUID(),
          type: 'NumberSaid',
          contentType: 'application/json',
          data: Buffer.from('{"number":9}'),
          metadata: Buffer.from('{}'),
        },
      ]);
      expect(await lost).toEqual({ outcome: 'conflict', actual: 1 });
      expect(numbersIn(await all(store.readStream(stream)))).toEqual([0, 9]);
    },
  );

  it('is unknown, not failed and not done, when nothing answers; the same append settles it later', async () => {
    const stream = someStream();
    const event = someEvent(1);
    await store.append(stream, 'no_stream', [someEvent(0)]);
    double.freeze();
    expect(await store.append(stream, 0, [event])).toMatchObject({ outcome: 'unknown' });
    double.thaw();
    expect(await store.append(stream, 0, [event])).toEqual(appendedAt(1));
    expect(numbersIn(await all(store.readStream(stream)))).toEqual([0, 1]);
  });

  it('is unknown when written but neither answered nor readable', async () => {
    const stream = someStream();
    const event = someEvent(1);
    double.next('append', 'dropAnswer');
    double.next('read', 'hang');
    expect(await store.append(stream, 'no_stream', [event])).toMatchObject({ outcome: 'unknown' });
    expect(await store.append(stream, 'no_stream', [event])).toEqual(appendedAt(0));
    expect(double.log.stream(stream)).toHaveLength(1);
  });

  it('is unknown when the server is down, and goes through when it is back', async () => {
    const stream = someStream();
    await store.append(stream, 'no_stream', [someEvent(0)]);
    double.refuse();
    const brief = EventStoreDbStore.connect(double.url, { ...OPTIONS, patienceMs: 50 });
    expect(await brief.append(stream, 0, [someEvent(1)])).toMatchObject({ outcome: 'unknown' });
    await expect(all(brief.readStream(stream))).rejects.toThrow(StoreUnavailable);
    await brief.close();
    const patient = store.append(stream, 0, [someEvent(2)]);
    await double.accept();
    expect(await patient).toEqual(appendedAt(1));
  });

  it('does not ask again after an answer that no wait will change', async () => {
    const stream = someStream();
    double.next('append', 'nonsense');
    expect(await store.append(stream, 'no_stream', [someEvent()])).toMatchObject({ outcome: 'unknown' });
    expect(double.appends).toHaveLength(1);
  });

  it('survives cut connections with many appends in flight', async () => {
    const streams = Array.from({ length: 20 }, someStream);
    await Promise.all(streams.map((stream) => store.append(stream, 'no_stream', [someEvent(0)])));
    const outcomes = Promise.all(streams.map((stream) => store.append(stream, 0, [someEvent(1)])));
    await double.killConnections();
    for (const outcome of await outcomes) expect(outcome).toEqual(appendedAt(1));
    for (const stream of streams) expect(double.log.stream(stream)).toHaveLength(2);
  });
});

describe('answers that nobody waits for', () => {
  it('are counted and dropped; the process lives on', async () => {
    const stream = someStream();
    await store.append(stream, 'no_stream', [someEvent(0)]);
    double.next('append', 'duplicateAnswer', 'answerLate');
    await store.append(stream, 0, [someEvent(1)]);
    await store.append(stream, 1, [someEvent(2)]);
    await store.append(stream, 2, [someEvent(3)]);
    expect(store.strayAnswers).toBe(2);
    expect(double.log.stream(stream)).toHaveLength(4);
  });

  it('come from one server after the batch call of another broke', async () => {
    const other = await EventStoreDbDouble.start();
    const neighbour = EventStoreDbStore.connect(other.url, OPTIONS);
    const [stream, theirs] = [someStream(), someStream()];
    await store.append(stream, 'no_stream', [someEvent(0)]);
    await neighbour.append(theirs, 'no_stream', [someEvent(0)]);
    double.next('append', { delayMs: 60 });
    other.next('append', 'unavailable');
    const [ours, their] = await Promise.all([
      store.append(stream, 0, [someEvent(1)]),
      neighbour.append(theirs, 0, [someEvent(1)]),
    ]);
    expect([ours, their]).toEqual([appendedAt(1), appendedAt(1)]);
    expect(double.log.stream(stream)).toHaveLength(2);
    await neighbour.close();
    other.stop();
  });
});

describe('the client for appends', () => {
  it('is one for a url, with one batch call', async () => {
    const second = EventStoreDbStore.connect(double.url, OPTIONS);
    await Promise.all([store, second, store].map((each) => each.append(someStream(), 'no_stream', [someEvent()])));
    expect(double.openBatches.size).toBe(1);
    await second.close();
    expect(await store.append(someStream(), 'no_stream', [someEvent()])).toMatchObject({ outcome: 'appended' });
  });

  it.each(['internal', 'unavailable'] as const)('is replaced when the first question failed (%s)', async (fault) => {
    double.next('features', fault);
    expect(await store.append(someStream(), 'no_stream', [someEvent()])).toMatchObject({ outcome: 'appended' });
  });

  it('is replaced when its batch call goes dead', async () => {
    const stream = someStream();
    await store.append(stream, 'no_stream', [someEvent(0)]);
    double.next('append', 'callGoesDead');
    expect(await store.append(stream, 0, [someEvent(1)])).toEqual(appendedAt(1));
    expect(await store.append(stream, 1, [someEvent(2)])).toEqual(appendedAt(2));
  });

  it('is replaced when no node could be discovered at first', async () => {
    const cluster = await EventStoreDbDouble.cluster(2);
    const url = `esdb://${cluster.map(({ port }) => `127.0.0.1:${port}`).join(',')}?tls=false&nodePreference=leader&maxDiscoverAttempts=1&discoveryInterval=1`;
    for (const node of cluster) node.refuse();
    const clustered = EventStoreDbStore.connect(url, { ...OPTIONS, patienceMs: 30 });
    expect(await clustered.append(someStream(), 'no_stream', [someEvent()])).toMatchObject({ outcome: 'unknown' });
    for (const node of cluster) await node.accept();
    const event = someEvent();
    const stream = someStream();
    let outcome = await clustered.append(stream, 'no_stream', [event]);
    for (let again = 0; again < 20 && outcome.outcome === 'unknown'; again++)
      outcome = await clustered.append(stream, 'no_stream', [event]);
    expect(outcome).toEqual(appendedAt(0));
    await clustered.close();
    for (const node of cluster) node.stop();
  });

  it('finds the leader of a cluster, and the next one', async () => {
    const cluster = await EventStoreDbDouble.cluster(3);
    const [one, two] = cluster as [EventStoreDbDouble, EventStoreDbDouble];
    const clustered = EventStoreDbStore.connect(
      `esdb://${cluster.map(({ port }) => `127.0.0.1:${port}`).join(',')}?tls=false&nodePreference=leader&discoveryInterval=1`,
      OPTIONS,
    );
    const stream = someStream();
    expect(await clustered.append(stream, 'no_stream', [someEvent(0)])).toEqual(appendedAt(0));
    expect(one.appends).toHaveLength(1);
    for (const node of cluster) node.leader = two;
    one.refuse();
    expect(await clustered.append(stream, 0, [someEvent(1)])).toEqual(appendedAt(1));
    expect(numbersIn(await all(clustered.readStream(stream)))).toEqual([0, 1]);
    await clustered.close();
    for (const node of cluster) node.stop();
  });

  it('follows a leader that moved without breaking anything', async () => {
    const cluster = await EventStoreDbDouble.cluster(2);
    const [one, two] = cluster as [EventStoreDbDouble, EventStoreDbDouble];
    const alone = EventStoreDbStore.connect(one.url, OPTIONS);
    const stream = someStream();
    await alone.append(stream, 'no_stream', [someEvent(0)]);
    for (const node of cluster) node.leader = two;
    expect(await alone.append(stream, 0, [someEvent(1)])).toEqual(appendedAt(1));
    expect(two.appends).toHaveLength(1);
    expect(numbersIn(await all(alone.readStream(stream)))).toEqual([0, 1]);
    await alone.close();
    for (const node of cluster) node.stop();
  });
});

describe('closing', () => {
  it('leaves no append pending', async () => {
    double.next('append', 'dropAnswer');
    const pending = store.append(someStream(), 'no_stream', [someEvent()]);
    await store.close();
    expect(await pending).toMatchObject({ outcome: 'unknown' });
    await expect(store.append(someStream(), 'no_stream', [someEvent()])).rejects.toThrow(StoreUnavailable);
  });

  it('is bounded also when nothing answers', async () => {
    double.freeze();
    const pending = store.append(someStream(), 'no_stream', [someEvent()]);
    await store.close();
    expect(await pending).toMatchObject({ outcome: 'unknown' });
  });
});
