/**
 * A full log, made from the sample register on both stores, and every byte of it read: what is a child's or was written
 * by a person is not there (event-format.md 1), and the same log in the other store gives the same read models (6).
 */
import { type StoredRecord, verifyLog } from '@app/event-store';
import type { EventType } from '@app/kernel';
import { hashOf } from '@app/projections';
import { codecs } from '../apps/composition/src/codecs';
import { EventStoreDbDouble } from '../libs/event-store/src/eventstoredb/testing/event-store-db-double';
import { Needles } from './support/needles';
import { copyLog, FILE_NAME, openCity, sampleFile, sampleRows, type TestCity, wholeLog } from './support/sample-city';
import { plaintextIn } from './support/stored-bytes';

jest.setTimeout(600_000);

const typeOf = (stream: string, type: string): EventType => {
  const codec = codecs.find(({ category }) => stream.startsWith(`${category}-`));
  return codec!.types[type]!;
};

/** An event as its store holds it. */
interface Bytes {
  readonly stream: string;
  readonly id: string;
  readonly type: string;
  readonly data: string;
  readonly metadata: string;
}

const BASE64 = /"([A-Za-z0-9+/]{16,}={0,2})"/g;
/** Ids, and what is base64: random characters, in which a case reference of seven occurs by chance. */
const OPAQUE = new RegExp(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|${BASE64.source}`, 'g');

const isoDate = (written: string): string => written.split('/').reverse().join('-');

/** What the sample says of children in words and names; dates of birth as written and as ISO dates. */
const secrets = (): Needles =>
  new Needles([
    FILE_NAME,
    'decision-register',
    ...sampleRows.flatMap((row) =>
      [
        row['UPN'],
        row['Pupil name'],
        row['Case ref'],
        row['Rationale'],
        row['Date of birth'],
        isoDate(row['Date of birth']!),
      ]
        .filter((text): text is string => text !== undefined && text.trim().length >= 5)
        .flatMap((text) => [text, JSON.stringify(text).slice(1, -1)]),
    ),
  ]);

interface Stored {
  readonly city: TestCity;
  bytes(): Promise<readonly Bytes[]>;
}

/** An event as it reads for whoever has the keys. */
interface Opened {
  readonly record: StoredRecord;
  readonly type: EventType;
  readonly data: {
    readonly pupilRef?: string;
    readonly child?: object;
    readonly words?: Readonly<Record<string, { readonly ref: string }>>;
  };
}

const openLog = async ({ platform }: TestCity): Promise<Opened[]> =>
  (await wholeLog(platform.store)).map((record) => ({
    record,
    type: typeOf(record.stream, record.type),
    data: platform.journal.open(record).data,
  }));

const double: { current?: EventStoreDbDouble } = {};

const openStore: Readonly<Record<string, () => Promise<Stored>>> = {
  Postgres: async () => {
    const city = await openCity();
    return {
      city,
      bytes: async () =>
        (
          await city.platform.database.application.query<Bytes>(
            'SELECT stream, id, type, data::text, metadata::text FROM log.events ORDER BY position',
          )
        ).rows,
    };
  },
  'EventStoreDB (a scripted double)': async () => {
    const server = (double.current = await EventStoreDbDouble.start());
    return {
      city: await openCity({ eventStoreUrl: server.url }),
      bytes: async () =>
        server.log.records
          .filter(({ stream }) => !stream.startsWith('$') && !stream.startsWith('evenhand'))
          .map(({ data, metadata, ...event }) => ({
            ...event,
            data: Buffer.from(data).toString(),
            metadata: Buffer.from(metadata).toString(),
          })),
    };
  },
};

const imported = new Map<string, Stored & { readonly log: readonly Opened[] }>();

beforeAll(async () => {
  for (const [name, open] of Object.entries(openStore)) {
    const stored = await open();
    imported.set(name, { ...stored, log: [] });
    await stored.city.importFile(sampleFile);
    imported.set(name, { ...stored, log: await openLog(stored.city) });
  }
});
afterAll(async () => {
  for (const { city } of imported.values()) await city.close();
  double.current?.stop();
});

describe.each(Object.keys(openStore))('the full log in %s', (name) => {
  const stored = () => imported.get(name)!;

  it('holds no name, date of birth, UPN, case reference, file name or written word of the register', async () => {
    const needles = secrets();
    const { city, bytes, log } = stored();
    const events = await bytes();
    expect(events.length).toBeGreaterThan(8_000);
    const inBase64 = ({ data, metadata }: Bytes) =>
      [...`${data} ${metadata}`.matchAll(BASE64)].map(([, text]) => Buffer.from(text!, 'base64').toString('latin1'));
    for (const event of events) {
      const { stream, id, type, data, metadata } = event;
      const readable = [stream, id, type, data, metadata].join('\n').replace(OPAQUE, '');
      const found = needles.in([readable, ...inBase64(event)].join('\n'));
      if (found.length > 0) throw new Error(`${type} in ${stream} holds ${found.join(', ')}`);
    }

    // The search can find: they are all in the vault, for whoever has the keys.
    const { platform } = city;
    const refs = new Set<string>();
    const pupils = new Set<string>();
    for (const { data } of log) {
      if (data.pupilRef) pupils.add(data.pupilRef);
      for (const { ref } of Object.values(data.words ?? {})) refs.add(ref);
    }
    const words = [...(await platform.words.read([...refs])).values()];
    const identities = [...(await platform.pupils.identities([...pupils])).values()];
    const found = needles.in([...words, JSON.stringify(identities)].join('\n'));
    expect(pupils.size).toBeGreaterThan(1_000);
    expect(identities.flatMap(({ upn }) => upn!.toLowerCase()).filter((upn) => !found.includes(upn))).toEqual([]);
    expect(words.filter((text) => text.length >= 5 && !found.includes(text.toLowerCase()))).toEqual([]);
  });

  it('holds no fact of a child in plain, and nothing but what its codecs declare', async () => {
    let facts = 0;
    const wrong: string[] = [];
    for (const { record, type, data } of stored().log) {
      facts += Object.keys(data.child ?? {}).length;
      const { sealed, words = {}, ...clear } = record.data as Record<string, object>;
      wrong.push(
        ...plaintextIn(record, type, data),
        ...Object.keys(clear).filter((field) => !Object.hasOwn(type.clear, field)),
        ...Object.entries(words).flatMap(([field, word]) =>
          Object.hasOwn(type.words, field) && Object.keys(word).sort().join() === 'digest,keyVersion,ref'
            ? []
            : [field],
        ),
        ...((sealed === undefined) === (type.child === undefined) ? [] : [`${type.name} sealed`]),
      );
    }
    expect(wrong).toEqual([]);
    expect(facts).toBeGreaterThan(20_000);
  });

  it('seals the facts of every event of a type to the same length, whatever they are', async () => {
    const lengths = new Map<string, Set<number>>();
    const plain = new Map<string, Set<number>>();
    const ivs = new Set<string>();
    const shapes = new Set<string>();
    let blocks = 0;
    for (const { record, data } of stored().log) {
      const { sealed } = record.data as { sealed?: Record<string, string>[] };
      if (!sealed) continue;
      const [block] = sealed;
      shapes.add(`${sealed.length} ${Object.keys(block!).sort().join()}`);
      const add = (to: Map<string, Set<number>>, n: number) =>
        to.set(record.type, (to.get(record.type) ?? new Set()).add(n));
      add(lengths, block!['ciphertext']!.length);
      add(plain, JSON.stringify(data.child).length);
      ivs.add(block!['iv']!);
      blocks += 1;
    }
    expect([...lengths].filter(([, found]) => found.size > 1)).toEqual([]);
    expect(plain.get('PanelDecisionRecorded')!.size).toBeGreaterThan(10);
    expect([...shapes]).toEqual(['1 ciphertext,iv,keyVersion,pupilRef,tag']);
    expect(ivs.size).toBe(blocks);
  });
});

it('gives the same digest and the same read models from its copy in the other store', async () => {
  const { city } = imported.get('Postgres')!;
  const { platform } = city;
  const server = await EventStoreDbDouble.start();
  await copyLog(await wholeLog(platform.store), server.url);
  const copy = await openCity({ eventStoreUrl: server.url, dataFolder: platform.stores.dataFolder });
  try {
    const digest = await verifyLog(platform.store, []);
    expect(digest).toMatchObject({ intact: true });
    expect(await verifyLog(copy.platform.store, [])).toEqual(digest);

    await platform.runner.catchUp();
    await copy.platform.runner.catchUp();
    for (const projection of platform.projections) {
      const [table] = projection.tables;
      const { rows } = await platform.database.projector.query(`SELECT count(*)::int AS n FROM read.${table!.name}`);
      const hashes = await Promise.all(
        [platform, copy.platform].map(({ database }) => hashOf(database.projector, projection)),
      );
      expect([projection.name, rows[0].n > 0, hashes[1]]).toEqual([projection.name, true, hashes[0]]);
    }
  } finally {
    await copy.close();
    server.stop();
  }
});
