import { StoreUnavailable } from '../event-store';
import { EventStoreDbStore } from './event-store-db-store';
import { EventStoreDbDouble, type ReadFault } from './testing/event-store-db-double';
import { all, numbersIn, someEvent, someEvents, someStream } from './testing/events';

const OPTIONS = { deadlineMs: 3_000, patienceMs: 6_000, silenceMs: 100, retryMs: 5 };

jest.setTimeout(60_000);

let double: EventStoreDbDouble;
let store: EventStoreDbStore;

beforeEach(async () => {
  double = await EventStoreDbDouble.start();
  store = EventStoreDbStore.connect(double.url, OPTIONS);
});

afterEach(async () => {
  await double.idle();
  await store.close();
  double.stop();
});

describe('reading a stream', () => {
  it('gives back what was written, with numbers for revisions', async () => {
    const stream = someStream();
    const event = {
      ...someEvent(),
      data: { text: 'ü "x"', list: [1, null, { deep: true }], number: -0.5 },
      metadata: {},
    };
    await store.append(stream, 'no_stream', [event]);
    expect(await all(store.readStream(stream))).toEqual([
      { ...event, stream, revision: 0, position: expect.stringMatching(/^\d+:\d+$/) as unknown },
    ]);
  });

  it('is empty when the stream is missing, and past its end', async () => {
    const stream = someStream();
    expect(await all(store.readStream(stream))).toEqual([]);
    await store.append(stream, 'no_stream', someEvents(2));
    expect(await all(store.readStream(stream, 2))).toEqual([]);
    expect(numbersIn(await all(store.readStream(stream, 1)))).toEqual([1]);
  });

  it('pages', async () => {
    const stream = someStream();
    await store.append(stream, 'no_stream', someEvents(600));
    expect(numbersIn(await all(store.readStream(stream)))).toEqual(Array.from({ length: 600 }, (_, index) => index));
  });

  it('leaves no call open when the reader stops early', async () => {
    const stream = someStream();
    await store.append(stream, 'no_stream', someEvents(300));
    for (let times = 0; times < 120; times++) {
      for await (const record of store.readStream(stream)) if (record.revision === 3) break;
    }
    expect(await all(store.readStream(stream))).toHaveLength(300);
  });

  it.each<ReadFault>(['unavailable', 'internal', 'notLeader', 'cutShort', { delayMs: 20 }])(
    'survives %j',
    async (fault) => {
      const stream = someStream();
      await store.append(stream, 'no_stream', someEvents(10));
      double.next('read', fault);
      expect(numbersIn(await all(store.readStream(stream)))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    },
  );

  it('says so when nothing answers', async () => {
    double.next('read', 'hang');
    await expect(all(store.readStream(someStream()))).rejects.toThrow(StoreUnavailable);
  });

  it('says so when the store is closed meanwhile, instead of ending early', async () => {
    const stream = someStream();
    await store.append(stream, 'no_stream', someEvents(300));
    const reading = async (): Promise<void> => {
      for await (const record of store.readStream(stream)) if (record.revision === 0) await store.close();
    };
    await expect(reading()).rejects.toThrow(StoreUnavailable);
  });

  it('says so when it is closed while a page is awaited: the client ends such a read in silence', async () => {
    double.next('read', 'hang');
    const reading = all(store.readStream(someStream()));
    while (double.openReads.size === 0) await new Promise((resolve) => setImmediate(resolve));
    await store.close();
    await expect(reading).rejects.toThrow(StoreUnavailable);
  });

  it('shows what others wrote that is no JSON object under a name of its own', async () => {
    const stream = someStream();
    const [first, second] = [someEvent(), someEvent()];
    double.log.append(stream, 'any', [
      { ...first, contentType: 'application/octet-stream', data: Buffer.from([1, 2, 3]), metadata: Buffer.from('') },
      { ...second, contentType: 'application/json', data: Buffer.from('{broken'), metadata: Buffer.from('[1]') },
    ]);
    expect(await all(store.readStream(stream))).toMatchObject([
      { data: { $unreadable: 'AQID' }, metadata: {} },
      { data: { $unreadable: '"{broken"' }, metadata: { $unreadable: '[1]' } },
    ]);
  });
});

describe('reading the whole log', () => {
  it('goes on after a position, in order, without system events and without its own id', async () => {
    await store.identity();
    const streams = [someStream(), someStream()];
    for (let round = 0; round < 4; round++) {
      double.log.writeSystemEvent();
      double.log.writeSystemEvent('$metadata', '$$numbers');
      await store.append(streams[round % 2] ?? '', round < 2 ? 'no_stream' : 0, [someEvent(round)]);
    }
    for (let times = 0; times < 40; times++) double.log.writeSystemEvent();
    const everything = await store.readAll(undefined, 100);
    expect(numbersIn(everything)).toEqual([0, 1, 2, 3]);
    expect(numbersIn(await store.readAll(undefined, 2))).toEqual([0, 1]);
    expect(numbersIn(await store.readAll(everything[1]?.position, 100))).toEqual([2, 3]);
    expect(await store.readAll(everything[3]?.position, 100)).toEqual([]);
    expect(await store.head()).toBe(everything[3]?.position);
  });

  it('passes any number of system events on its way', async () => {
    await store.append(someStream(), 'no_stream', [someEvent(0)]);
    for (let times = 0; times < 700; times++) double.log.writeSystemEvent();
    await store.append(someStream(), 'no_stream', [someEvent(1)]);
    for (let times = 0; times < 700; times++) double.log.writeSystemEvent();
    const records = await store.readAll(undefined, 2);
    expect(numbersIn(records)).toEqual([0, 1]);
    expect(numbersIn(await store.readAll(records[0]?.position, 1))).toEqual([1]);
    expect(await store.head()).toBe(records[1]?.position);
  });

  it('passes system events in whole pages, however little is asked for: projections write several for each of ours', async () => {
    const stream = someStream();
    await store.append(stream, 'no_stream', [someEvent(1)]);
    const after = await store.head();
    for (let times = 0; times < 2_000; times++) double.log.writeSystemEvent('$>', '$ce-numbers');
    await store.append(stream, 0, [someEvent(2)]);
    const calls = jest.spyOn(double.openReads, 'add');
    expect(numbersIn(await store.readAll(after, 1))).toEqual([2]);
    expect(calls.mock.calls.length).toBeLessThan(12);
  });

  it('has no head when nothing of ours is in it', async () => {
    await store.identity();
    expect(await store.head()).toBeUndefined();
    expect(await store.readAll(undefined, 10)).toEqual([]);
  });

  it('compares positions by number, not by letter', async () => {
    expect(store.compare('99:99', '100:100')).toBeLessThan(0);
    expect(store.compare('100:100', '100:100')).toBe(0);
    expect(store.compare('100:100', '100:99')).toBeGreaterThan(0);
  });

  it('refuses a position of another log', async () => {
    await store.append(someStream(), 'no_stream', [someEvent()]);
    const head = await store.head();
    const commit = BigInt(head?.split(':')[0] ?? 0);
    await expect(store.readAll(`${commit + 1n}:${commit + 1n}`, 10)).rejects.toThrow('no record of this log');
    await expect(store.readAll(`${commit - 1n}:${commit - 1n}`, 10)).rejects.toThrow('no record of this log');
    await expect(store.readAll('42', 10)).rejects.toThrow('no position of an EventStoreDB log');
    await expect(
      store
        .subscribeAll(`${commit - 1n}:${commit - 1n}`)
        [Symbol.asyncIterator]()
        .next(),
    ).rejects.toThrow('no record of this log');
  });
});

describe('the id of the log', () => {
  it('is made once, however many ask at the same time', async () => {
    const stores = Array.from({ length: 5 }, () => EventStoreDbStore.connect(double.url, OPTIONS));
    const ids = new Set(await Promise.all(stores.map((each) => each.identity())));
    expect(ids.size).toBe(1);
    expect(await store.identity()).toBe([...ids][0]);
    expect(double.log.stream('log-identity')).toHaveLength(1);
    await Promise.all(stores.map((each) => each.close()));
  });

  it('stays the same when its append is not answered', async () => {
    double.next('append', 'dropAnswer');
    const id = await store.identity();
    const later = EventStoreDbStore.connect(double.url, OPTIONS);
    expect(await later.identity()).toBe(id);
    await later.close();
  });

  it('is asked for again after an outage', async () => {
    double.refuse();
    const brief = EventStoreDbStore.connect(double.url, { ...OPTIONS, patienceMs: 20 });
    await expect(brief.identity()).rejects.toThrow(StoreUnavailable);
    await double.accept();
    expect(await store.identity()).toBe(await brief.identity());
    await brief.close();
  });
});
