import { code, defineCodec, defineEvent, type EventsOf, fixedClock, newId } from '@app/kernel';
import { deliveredTwice } from '@app/projections';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database';
import { type DailyHead, EMPTY_DIGEST, extendHeads, foldDigest, logDigest, readHeads, verifyLog } from './digest';
import type { StoredRecord } from './event-store';
import { commandEnvelope, memoryJournal } from './testing/journal';
import type { MemoryStore } from './testing/memory-store';

const codec = defineCodec('note', [
  defineEvent('NoteTaken', 'A note', { clear: {}, child: { tone: code(['kind', 'sharp'], 'tone') } }),
]);
type Note = EventsOf<typeof codec>;

/** A log of nine events that were recorded on three days, the clock going back once. */
async function aLog() {
  const parts = memoryJournal([codec]);
  const pupilRef = newId();
  await parts.keys.create(pupilRef);
  const days = [
    '2026-11-20',
    '2026-11-20',
    '2026-11-21',
    '2026-11-20',
    '2026-11-21',
    '2026-11-23',
    '2026-11-23',
    '2026-11-23',
    '2026-11-23',
  ];
  for (const [at, day] of days.entries()) {
    const { journal } = memoryJournal([codec], { ...parts, clock: fixedClock(`${day}T10:00:00.000Z`) });
    const event: Note = { type: 'NoteTaken', data: { pupilRef, child: { tone: at % 2 ? 'kind' : 'sharp' } } };
    await journal.append(codec, `note-${newId()}`, 'no_stream', [event], commandEnvelope());
  }
  return parts;
}

const headsOf = (store: MemoryStore) => extendHeads(undefined, store.log);

describe('the digest of a log', () => {
  it('has a head for each day that grew the log, never going back', async () => {
    const { store } = await aLog();
    const heads = headsOf(store);
    expect(heads.map(({ day, events }) => [day, events])).toEqual([
      ['2026-11-20', 2],
      ['2026-11-21', 5],
      ['2026-11-23', 9],
    ]);
    expect(heads.at(-1)?.digest).toBe(store.log.reduce(foldDigest, EMPTY_DIGEST));
  });

  it('is the same whatever the order of keys and the positions, and whatever was folded at once', async () => {
    const { store } = await aLog();
    const turned = (value: unknown): unknown =>
      value && typeof value === 'object' && !Array.isArray(value)
        ? Object.fromEntries(
            Object.entries(value)
              .reverse()
              .map(([key, of]) => [key, turned(of)]),
          )
        : value;
    const copy = store.log.map((record) => ({
      ...(turned(record) as StoredRecord),
      position: `${record.position}/copy`,
    }));
    expect(extendHeads(undefined, copy)).toEqual(headsOf(store));
    const first = extendHeads(undefined, store.log.slice(0, 4));
    expect(extendHeads(first.at(-1), store.log.slice(4)).at(-1)).toEqual(headsOf(store).at(-1));
  });

  it('is unchanged by forgetting, and verifies', async () => {
    const { store } = await aLog();
    const kept = headsOf(store);
    expect(await verifyLog(store, kept)).toEqual({ intact: true, events: 9, digest: kept.at(-1)?.digest });
    expect(await verifyLog(store, kept.slice(0, 2))).toMatchObject({ intact: true, events: 9 });
    expect(await verifyLog(store, [])).toMatchObject({ intact: true });
  });

  const tampered: [string, (log: StoredRecord[]) => void][] = [
    ['a value', (log) => (log[3] = { ...log[3]!, metadata: { ...log[3]!.metadata, occurredOn: '2026-11-19' } })],
    ['a sealed block', (log) => (log[3] = { ...log[3]!, data: { sealed: [] } })],
    ['a name', (log) => (log[3] = { ...log[3]!, type: 'NoteTorn' })],
    ['a removed event', (log) => log.splice(3, 1)],
    ['an added event', (log) => log.splice(3, 0, { ...log[3]!, id: newId() })],
    ['the order', (log) => log.splice(3, 2, log[4]!, log[3]!)],
  ];
  it.each(tampered)('shows the day of a change: %s', async (_, change) => {
    const { store } = await aLog();
    const kept = headsOf(store);
    change(store.log);
    store.log.splice(0, store.log.length, ...store.log.map((record, at) => ({ ...record, position: String(at + 1) })));
    expect(await verifyLog(store, kept)).toMatchObject({ intact: false, day: '2026-11-21' });
  });

  it('shows that the end of the log is missing', async () => {
    const { store } = await aLog();
    const kept = headsOf(store);
    store.log.length = 7;
    expect(await verifyLog(store, kept)).toMatchObject({ intact: false, day: '2026-11-23', found: { events: 7 } });
  });
});

describe('the projection of the digest', () => {
  let database: TestDatabase;
  beforeAll(async () => void (database = await createTestDatabase()));
  afterAll(() => database.drop());

  it('keeps the heads, however the events are cut and delivered', async () => {
    const { store, journal } = await aLog();
    const events = store.log.map((record) => journal.open(record));
    const projection = logDigest(['NoteTaken']);
    const hashes = await deliveredTwice(database.projector, projection, events);
    expect(new Set(Object.values(hashes)).size).toBe(1);

    const client = await database.projector.connect();
    await client.query('SET search_path TO read');
    await client.query(projection.tables[0]!.create);
    await projection.apply(client, events.slice(0, 3));
    await projection.apply(client, events.slice(3));
    const kept: DailyHead[] = await readHeads(client);
    client.release(true);
    expect(kept).toEqual(headsOf(store));
  });
});
