/**
 * What every event store promises (reliability-and-privacy.md 1.3: I1 to I5 and I8, and 2: the adapter rules), as one suite
 * that runs over each of them. It assumes neither Postgres nor gapless positions, and the log may hold others' streams.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { type EventStore, type JsonObject, MAX_APPEND_BYTES, type Position, type StoredRecord } from '../event-store';
import { programs } from './programs';
import {
  appended,
  event,
  events,
  follow,
  idsOf,
  logOf,
  newStream,
  settled,
  streamOf,
  TEST_MS,
  within,
} from './support';

export interface StoreUnderTest {
  readonly store: EventStore;
  /** A second client on the same log; where a process may have one only, the same. */
  another(): Promise<EventStore>;
  close(): Promise<void>;
}

export function eventStoreContract(name: string, makeStore: () => Promise<StoreUnderTest>): void {
  describe(`${name} keeps the contract of an event store:`, () => {
    let made: StoreUnderTest;
    let store: EventStore;
    let other: EventStore;
    /** Where the log stood before a test; what others wrote before lies below. */
    let start: Position | undefined;

    const test = (what: string, body: () => Promise<void>): void => it(what, body, TEST_MS);

    beforeAll(async () => {
      made = await makeStore();
      store = made.store;
      other = await made.another();
      start = await store.head();
    }, TEST_MS);

    afterAll(async () => {
      await made.close();
    }, TEST_MS);

    describe('the log', () => {
      test('has one identity for every client', async () => {
        const identity = await store.identity();
        expect(identity).toMatch(/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/);
        expect(await other.identity()).toBe(identity);
        expect(await store.identity()).toBe(identity);
      });

      test('compares positions by the order of the log, not as text', async () => {
        const stream = newStream();
        const positions: Position[] = [];
        for (let revision = -1; revision < 11; revision++) {
          positions.push(
            (await appended(store.append(stream, revision < 0 ? 'no_stream' : revision, events(1)))).position,
          );
        }
        for (const [i, a] of positions.entries()) {
          for (const [j, b] of positions.entries()) {
            expect(Math.sign(store.compare(a, b))).toBe(Math.sign(i - j));
            expect(Math.sign(other.compare(a, b))).toBe(Math.sign(i - j));
          }
        }
      });

      test('has its head at or after the newest event, and nothing of ours after the head', async () => {
        const stream = newStream();
        const { position } = await appended(store.append(stream, 'no_stream', events(2)));
        const head = await other.head();
        expect(head).toBeDefined();
        expect(other.compare(head!, position)).toBeGreaterThanOrEqual(0);
        expect(await logOf(other, head, new Set([stream]))).toEqual([]);
      });
    });

    describe('an append', () => {
      test('is answered with its revisions and the position of its last event, and read back as it was sent', async () => {
        const stream = newStream();
        const first = [event(EVERY_KIND_OF_JSON), event({ second: true }, 'OtherTested')];
        const outcome = await appended(store.append(stream, 'no_stream', first));
        expect(outcome).toMatchObject({ firstRevision: 0, lastRevision: 1 });
        const next = await appended(store.append(stream, 1, [event({ third: true })]));
        expect(next).toMatchObject({ firstRevision: 2, lastRevision: 2 });

        const records = await streamOf(store, stream);
        expect(records.slice(0, 2)).toMatchObject(first.map((one, revision) => ({ ...one, stream, revision })));
        expect(JSON.stringify(records[0]!.data)).toBe(JSON.stringify(EVERY_KIND_OF_JSON));
        expect(store.compare(records[1]!.position, outcome.position)).toBe(0);
        expect(store.compare(records[2]!.position, next.position)).toBe(0);
        expect(records.map((record) => record.revision)).toEqual([0, 1, 2]);
      });

      test('is read at once by its writer and by another client', async () => {
        const stream = newStream();
        for (let revision = -1; revision < 20; revision++) {
          const [one] = events(1);
          await appended(store.append(stream, revision < 0 ? 'no_stream' : revision, [one!]));
          expect(idsOf(await streamOf(store, stream, revision + 1))).toEqual([one!.id]);
          expect(idsOf(await streamOf(other, stream, revision + 1))).toEqual([one!.id]);
        }
      });

      test('of several events keeps their order and its events together (I3, I5)', async () => {
        const streams = Array.from({ length: 6 }, newStream);
        const batches = streams.map(() => events(40));
        await Promise.all(
          streams.map((stream, n) => appended((n % 2 ? store : other).append(stream, 'no_stream', batches[n]!))),
        );
        for (const [n, stream] of streams.entries()) {
          expect(idsOf(await streamOf(store, stream))).toEqual(idsOf(batches[n]!));
        }
        const log = await logOf(store, start, new Set(streams));
        expect(log).toHaveLength(240);
        for (let n = 0; n < log.length; n += 40) {
          expect(new Set(log.slice(n, n + 40).map((record) => record.stream)).size).toBe(1);
        }
      });

      test('at a revision where the stream is not is a conflict that says where it is, and writes nothing', async () => {
        const stream = newStream();
        expect(await settled(store.append(stream, 0, events(1)))).toEqual({ outcome: 'conflict', actual: 'no_stream' });
        expect(await streamOf(store, stream)).toEqual([]);
        const written = events(3);
        await appended(store.append(stream, 'no_stream', written));
        for (const expected of ['no_stream', 0, 1, 3, 99] as const) {
          expect(await settled(store.append(stream, expected, events(2)))).toEqual({ outcome: 'conflict', actual: 2 });
        }
        expect(idsOf(await streamOf(store, stream))).toEqual(idsOf(written));
      });

      test('sent again with the same ids and the same expected revision is answered as the first time', async () => {
        const stream = newStream();
        const first = events(3);
        const second = events(2);
        const one = await settled(store.append(stream, 'no_stream', first));
        expect(await settled(store.append(stream, 'no_stream', first))).toEqual(one);
        const two = await settled(other.append(stream, 2, second));
        expect(await settled(store.append(stream, 2, second))).toEqual(two);
        expect(idsOf(await streamOf(store, stream))).toEqual(idsOf([...first, ...second]));
      });

      test('sent again after the stream has moved on is answered with its own revisions and position', async () => {
        const stream = newStream();
        const first = events(2);
        const middle = events(2);
        const one = await settled(store.append(stream, 'no_stream', first));
        const two = await settled(store.append(stream, 1, middle));
        await appended(store.append(stream, 3, events(5)));
        expect(await settled(store.append(stream, 'no_stream', first))).toEqual(one);
        expect(await settled(other.append(stream, 1, middle))).toEqual(two);
        expect(await streamOf(store, stream)).toHaveLength(9);
      });

      test('sent again with other data under the same ids leaves the old: stores compare ids', async () => {
        const stream = newStream();
        const first = event({ sealed: 'as it was' });
        const one = await settled(store.append(stream, 'no_stream', [first]));
        expect(await settled(store.append(stream, 'no_stream', [{ ...first, data: { sealed: 'anew' } }]))).toEqual(one);
        expect((await streamOf(store, stream)).map((record) => record.data)).toEqual([first.data]);
      });

      test('of known and new ids together is a conflict, and writes nothing', async () => {
        const stream = newStream();
        const known = events(2);
        await appended(store.append(stream, 'no_stream', known));
        const mixed = [...known, ...events(1)];
        expect(await settled(store.append(stream, 'no_stream', mixed))).toEqual({ outcome: 'conflict', actual: 1 });
        expect(idsOf(await streamOf(store, stream))).toEqual(idsOf(known));
      });

      test('is one of N at the same expected revision that wins (I8)', async () => {
        for (const writers of [2, 3, 8, 32]) {
          const stream = newStream();
          await appended(store.append(stream, 'no_stream', events(1)));
          const attempts = Array.from({ length: writers }, () => events(2));
          const outcomes = await Promise.all(
            attempts.map((attempt, n) => settled((n % 2 ? store : other).append(stream, 0, attempt))),
          );
          const winners = attempts.filter((_, n) => outcomes[n]!.outcome === 'appended');
          expect(winners).toHaveLength(1);
          const losers = outcomes.filter((outcome) => outcome.outcome !== 'appended');
          expect(losers).toEqual(losers.map(() => ({ outcome: 'conflict', actual: 2 })));
          expect(idsOf(await streamOf(store, stream)).slice(1)).toEqual(idsOf(winners[0]!));
        }
      });

      test('need not be waited for before the next that builds on it', async () => {
        const stream = newStream();
        const chain = events(20);
        const outcomes = await Promise.all(
          chain.map((one, n) => appended(store.append(stream, n === 0 ? 'no_stream' : n - 1, [one]))),
        );
        expect(outcomes.map((outcome) => outcome.firstRevision)).toEqual(chain.map((_, n) => n));
        expect(idsOf(await streamOf(store, stream))).toEqual(idsOf(chain));
      });

      test('is one of a thousand in one tick, each answered with where its own event is (I1, I2)', async () => {
        const all = Array.from({ length: 1000 }, () => ({ stream: newStream(), one: event() }));
        const outcomes = await Promise.all(
          all.map(({ stream, one }) => appended(store.append(stream, 'no_stream', [one]))),
        );
        const log = await logOf(other, start, new Set(all.map(({ stream }) => stream)), 500);
        expect(log).toHaveLength(1000);
        const at = new Map(log.map((record) => [record.stream, record]));
        for (const [n, { stream, one }] of all.entries()) {
          expect(at.get(stream)).toMatchObject({ id: one.id, revision: 0 });
          expect(store.compare(at.get(stream)!.position, outcomes[n]!.position)).toBe(0);
        }
      });
    });

    describe('what no store takes is rejected with a reason, and writes nothing:', () => {
      const refused = async (what: readonly unknown[], stream = newStream(), expected: unknown = 'no_stream') => {
        const outcome = await settled(store.append(stream, expected as never, what as never));
        expect(outcome).toEqual({ outcome: 'rejected', reason: expect.stringMatching(/\w{3}/) });
        if (stream.startsWith('contract-')) expect(await streamOf(store, stream)).toEqual([]);
      };

      test('more than 256 KiB in one append, data and metadata together; as much is taken', async () => {
        const text = (bytes: number): JsonObject => ({ text: 'x'.repeat(bytes - '{"text":""}'.length) });
        const one = { ...event(), metadata: text(1024) };
        const fits = { ...one, data: text(MAX_APPEND_BYTES / 2 - 1024) };
        const more = { ...one, id: randomUUID(), data: text(MAX_APPEND_BYTES / 2 - 1023) };
        await refused([fits, more]);
        await refused([{ ...event(), data: { text: '\u20ac'.repeat(MAX_APPEND_BYTES / 3) } }]);
        const stream = newStream();
        await appended(store.append(stream, 'no_stream', [fits, { ...fits, id: randomUUID() }]));
        expect((await streamOf(store, stream))[1]!.data).toEqual(fits.data);
      });

      test('what JSON cannot carry', async () => {
        const impossible = [
          undefined,
          Number.NaN,
          Infinity,
          1n,
          new Date(0),
          new Map(),
          () => 1,
          Symbol('s'),
          '\ud800',
        ];
        for (const value of impossible) {
          await refused([event(), { ...event(), data: { deep: [{ value }] } }]);
          await refused([{ ...event(), metadata: { value } }]);
        }
        for (const data of [undefined, null, 'text', [1], new Map()]) await refused([{ ...event(), data }]);
        const round: Record<string, unknown> = {};
        round['round'] = round;
        await refused([{ ...event(), data: round }]);
      });

      test('ids that are no lower-case UUIDs, or the same twice, and no events at all', async () => {
        for (const id of ['', 'one', randomUUID().toUpperCase().replace(/^./, 'A'), undefined, 7]) {
          await refused([event(), { ...event(), id }]);
        }
        const twice = event();
        await refused([twice, event(), twice]);
        await refused([]);
      });

      test('streams, types and revisions that are none', async () => {
        for (const stream of [
          '',
          'case',
          '-1',
          'case-',
          '$all',
          '$ce-case',
          'a b-1',
          'case-\u0000',
          'case-x'.padEnd(999, 'x'),
        ]) {
          await refused(events(1), stream);
        }
        for (const type of ['', '$metadata', 'has space', 'a\u0000', undefined]) await refused([{ ...event(), type }]);
        for (const expected of [-1, 0.5, Number.NaN, '0', 2 ** 31, null])
          await refused(events(1), newStream(), expected);
      });
    });

    describe('a stream', () => {
      test('longer than a page is read whole, from any revision, in order (I3)', async () => {
        const stream = newStream();
        const all = events(1201);
        for (let n = 0; n < all.length; n += 400) {
          await appended(store.append(stream, n === 0 ? 'no_stream' : n - 1, all.slice(n, n + 400)));
        }
        const records = await streamOf(other, stream);
        expect(idsOf(records)).toEqual(idsOf(all));
        expect(records.map((record) => record.revision)).toEqual(all.map((_, n) => n));
        for (const from of [0, 1, 499, 500, 501, 1000, 1200]) {
          expect(idsOf(await streamOf(store, stream, from))).toEqual(idsOf(all.slice(from)));
        }
        expect(await streamOf(store, stream, 1201)).toEqual([]);
        expect(await streamOf(store, stream, 5000)).toEqual([]);
      });

      test('that is missing is empty', async () => {
        expect(await streamOf(store, newStream())).toEqual([]);
      });

      test('may be left in the middle, often', async () => {
        const stream = newStream();
        await appended(store.append(stream, 'no_stream', events(10)));
        const firstOf = async (): Promise<number | undefined> => {
          for await (const record of store.readStream(stream)) return record.revision;
          return undefined;
        };
        for (let n = 0; n < 150; n++) expect(await within(firstOf(), 'the first event')).toBe(0);
        expect(await streamOf(store, stream)).toHaveLength(10);
      });
    });

    describe('the whole log', () => {
      test('is read after a position, that one left out, at most so many, in the order of the log', async () => {
        const stream = newStream();
        const all = events(7);
        await appended(store.append(stream, 'no_stream', all.slice(0, 3)));
        await appended(store.append(stream, 2, all.slice(3)));
        const log = await logOf(store, start, new Set([stream]), 2);
        expect(idsOf(log)).toEqual(idsOf(all));
        for (const [n, record] of log.entries()) {
          const rest = await logOf(store, record.position, new Set([stream]), 3);
          expect(idsOf(rest)).toEqual(idsOf(all.slice(n + 1)));
        }
        expect((await store.readAll(start, 4)).length).toBeLessThanOrEqual(4);
        expect((await store.readAll(undefined, 3)).length).toBe(3);
        const page = await store.readAll(start, 50);
        for (const [n, record] of page.entries()) {
          if (n > 0) expect(store.compare(page[n - 1]!.position, record.position)).toBeLessThan(0);
        }
      });

      test('read earlier is the beginning of the log read later, while eight writers append (I1, I2, I4)', async () => {
        const before = await store.head();
        const streams = Array.from({ length: 8 }, newStream);
        const own = new Set(streams);
        const acknowledged = new Map<string, Position>();
        let writing = true;
        const write = async (stream: string, n: number): Promise<void> => {
          for (let revision = -1; revision < 59; revision += 2) {
            const pair = events(2);
            const client = n % 2 ? store : other;
            const outcome = await appended(client.append(stream, revision < 0 ? 'no_stream' : revision, pair));
            acknowledged.set(pair[1]!.id, outcome.position);
          }
        };
        const reads: StoredRecord[][] = [];
        const watch = async (client: EventStore): Promise<void> => {
          while (writing) reads.push(await logOf(client, before, own, 37));
        };
        const writers = Promise.all(streams.map(write)).finally(() => (writing = false));
        await Promise.all([writers, watch(store), watch(other)]);

        const whole = await logOf(store, before, own, 500);
        for (const read of reads) expect(idsOf(read)).toEqual(idsOf(whole.slice(0, read.length)));
        expect(whole).toHaveLength(8 * 60);
        expect(new Set(idsOf(whole)).size).toBe(whole.length);
        const at = new Map(whole.map((record) => [record.id, record.position]));
        for (const [id, position] of acknowledged) expect(store.compare(at.get(id)!, position)).toBe(0);
        for (const stream of streams) {
          const records = whole.filter((record) => record.stream === stream);
          expect(records.map((record) => record.revision)).toEqual(records.map((_, n) => n));
        }
      });
    });

    describe('a subscription', () => {
      test('delivers what is there and then what comes, each once and in order', async () => {
        const stream = newStream();
        const all = events(30);
        await appended(store.append(stream, 'no_stream', all.slice(0, 10)));
        let live = false;
        const seen = await follow(store, start, new Set([stream]), (records) => {
          if (records.length >= 10 && !live) {
            live = true;
            void store.append(stream, 9, all.slice(10, 20)).then(() => other.append(stream, 19, all.slice(20)));
          }
          return records.length >= 30;
        });
        expect(idsOf(seen)).toEqual(idsOf(all));
        expect(seen.map((record) => record.revision)).toEqual(all.map((_, n) => n));
      });

      test('from the position of any event delivers all after it and not the event itself', async () => {
        const stream = newStream();
        const all = events(6);
        await appended(store.append(stream, 'no_stream', all));
        const log = await logOf(store, start, new Set([stream]));
        const last = all.at(-1)!.id;
        for (const [n, record] of log.slice(0, -1).entries()) {
          const seen = await follow(other, record.position, new Set([stream]), (got) =>
            got.some(({ id }) => id === last),
          );
          expect(idsOf(seen)).toEqual(idsOf(all.slice(n + 1)));
        }
      });

      test('resumed after each batch from its last event misses and repeats nothing', async () => {
        const streams = Array.from({ length: 5 }, newStream);
        const own = new Set(streams);
        let position = await store.head();
        const before = position;
        const writers = streams.map(async (stream) => {
          for (let n = 0; n < 20; n++) await appended(other.append(stream, n === 0 ? 'no_stream' : n - 1, events(1)));
        });
        const seen: StoredRecord[] = [];
        while (seen.length < 100) {
          const got = await follow(store, position, own, (records) => records.length > 0);
          seen.push(...got);
          position = got.at(-1)!.position;
        }
        await Promise.all(writers);
        expect(idsOf(seen)).toEqual(idsOf(await logOf(store, before, own)));
      });

      test('to some types delivers only those, also past many others', async () => {
        const stream = newStream();
        const all = Array.from({ length: 300 }, (_, n) =>
          event({ n }, n % 100 === 99 ? 'WantedTested' : 'ContractTested'),
        );
        await appended(store.append(stream, 'no_stream', all));
        const seen = await follow(store, start, new Set([stream]), (got) => got.length >= 3, [
          'WantedTested',
          'AlsoTested',
        ]);
        expect(seen.map((record) => record.data)).toEqual([{ n: 99 }, { n: 199 }, { n: 299 }]);
        expect(new Set(seen.map((record) => record.type))).toEqual(new Set(['WantedTested']));
      });

      test('waits for a slow reader, and gives it everything', async () => {
        const stream = newStream();
        const all = events(400);
        await appended(store.append(stream, 'no_stream', all.slice(0, 1)));
        let appending: Promise<unknown> | undefined;
        const subscription = store.subscribeAll(start);
        const seen: StoredRecord[] = [];
        const reading = async (): Promise<void> => {
          for await (const batch of subscription) {
            seen.push(...batch.filter((record) => record.stream === stream));
            if (seen.length > 0) appending ??= (await appended(store.append(stream, 0, all.slice(1)))) as never;
            if (seen.length >= all.length) return;
          }
        };
        await within(reading(), 'delivery to a slow reader');
        await subscription.stop();
        expect(idsOf(seen)).toEqual(idsOf(all));
      });

      test('ends quietly when stopped: while it waits, while it delivers, and before it began', async () => {
        const waiting = store.subscribeAll(await store.head());
        const ended = (async (): Promise<string> => {
          for await (const _ of waiting) continue;
          return 'ended';
        })();
        await appended(store.append(newStream(), 'no_stream', events(1)));
        await within(waiting.stop(), 'stopping');
        expect(await within(ended, 'the end of a stopped subscription')).toBe('ended');

        const delivering = store.subscribeAll(start);
        let batches = 0;
        const left = (async (): Promise<string> => {
          for await (const _ of delivering) {
            batches++;
            await delivering.stop();
          }
          return 'ended';
        })();
        expect(await within(left, 'the end of a subscription stopped by its reader')).toBe('ended');
        expect(batches).toBe(1);

        const unread = store.subscribeAll(start);
        await within(unread.stop(), 'stopping what was never read');
        for await (const _ of unread) batches++;
        expect(batches).toBe(1);
      });

      test('may be left in the middle, often', async () => {
        await appended(store.append(newStream(), 'no_stream', events(1)));
        const leave = async (): Promise<number> => {
          for await (const batch of store.subscribeAll(start)) return batch.length;
          return 0;
        };
        for (let n = 0; n < 120; n++) expect(await within(leave(), 'the first batch')).toBeGreaterThan(0);
      });
    });

    programs(() => ({ store, other }));
  });
}

const EVERY_KIND_OF_JSON: JsonObject = {
  z: null,
  a: [true, false, [], {}, [[null]]],
  text: 'Zo\u00eb \u2013 \ud83c\udfeb \u202e"quoted" \\ \n\t\u0001 \u0000',
  '': 'empty key',
  numbers: [0, -1, 0.1, 1e21, 1.5e-9, 123456789012345680000, Number.MAX_SAFE_INTEGER, 5e-324, 1.7976931348623157e308],
  nested: { b: 1, a: { '2': 'two', '10': 'ten', x: 'x' } },
};
