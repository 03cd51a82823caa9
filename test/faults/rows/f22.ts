import { eventStoreMigrations, Journal, PostgresEventStore, type StoredRecord } from '@app/event-store';
import { type Codec, type EventType, fixedClock, flag } from '@app/kernel';
import { hashOf, type Projection, ProjectionRunner, projectionsMigrations } from '@app/projections';
import { createSealer, type KeyStore } from '@app/vault';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { createTestDatabase, type TestDatabase } from '../../support/database';
import { codecs, projections } from '../city';
import type { Row } from '../row';

const ROOT = join(__dirname, '../../..');
/** What every read model was made of the samples by the version that is named; never edited, only added to. */
const GOLDEN = join(ROOT, 'test/fixtures/read-model-hashes.json');
const LIMIT_MS = 30_000;

/** Every version that an event has ever had, in the order of the log that the samples make up: their paths and sums. */
const samples = readFileSync(join(ROOT, 'test/fixtures/event-samples.sha256'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => {
    const [sum, path] = line.split(/\s+/) as [string, string];
    const [name, version] = basename(path, '.json').split('.v') as [string, string];
    return { sum, path, name, version: Number(version) };
  });

/** The child of the samples, whose key is public. */
const publicKey = Buffer.alloc(32, 'evenhand sample ');
const keys: KeyStore = {
  create: () => Promise.reject(new Error('The samples make no keys.')),
  destroy: () => Promise.reject(new Error('The samples destroy no keys.')),
  find: (_, version = 1) => (version === 1 ? { key: publicKey, version } : undefined),
  state: () => 'kept',
  tenantKey: () => publicKey,
};

const journalOf = (read: readonly Codec[]): Journal =>
  new Journal({
    store: undefined as never, // It only opens.
    codecs: read,
    sealer: createSealer(keys),
    words: { keep: () => Promise.resolve(), read: () => Promise.resolve(new Map()) },
    clock: fixedClock('2026-11-22T12:00:00.000Z'),
    ruleSetOn: () => '2026-09-01',
  });

/** The code that comes after this one: every event has one version more, with a field that older ones did not have. */
const laterCodecs = codecs.map((codec) => ({
  ...codec,
  types: Object.fromEntries(
    Object.entries(codec.types).map(([stored, type]): [string, EventType] => [
      stored,
      {
        ...type,
        version: type.version + 1,
        clear: { ...type.clear, readByLater: flag('made by the upcaster') },
        upcasters: { ...type.upcasters, [type.version]: (older: object) => ({ ...older, readByLater: true }) },
      },
    ]),
  ),
})) as readonly Codec[];

export const row: Row = {
  id: 'F22',
  title:
    'every event in every version it has had is read as it was written, with the golden hash of every read model, by this ' +
    'code and through an upcaster by the next; a newer version and an unknown type stop whoever reads them (rollback)',
  unit: 'versions × types',
  goal: 3 * samples.length,
  bounded: samples.length + 6,
  round: 3 * samples.length,
  plantedBugs: [
    {
      id: 'newer-version-read-as-if-it-were-ours',
      file: 'libs/event-store/src/journal.ts',
      find: '      if (!upcast)\n',
      replace: '      if (!upcast) break;\n      if (!upcast)\n',
    },
    {
      id: 'unknown-type-passed-over',
      file: 'libs/projections/src/page.ts',
      find: '      if (name === undefined) {\n',
      replace: '      if (name === undefined) continue;\n      if (name === undefined) {\n',
    },
    {
      id: 'upcaster-left-out',
      file: 'libs/event-store/src/journal.ts',
      find: '      data = upcast(data);\n',
      replace: '',
    },
  ],

  async run({ count, random, signal, done, violation, counted }) {
    const log = readSamples(violation);
    await readAsWritten(log, violation);
    done(Math.min(count, samples.length));
    counted('versions read as they were written', samples.length);

    // What this code meets when it is put back after a newer one has written.
    const future = samples.flatMap(({ name }, n) =>
      (['newer version', 'unknown type'] as const).map((kind) => ({ kind, name, record: log[n]! })),
    );
    const chosen = future
      .map((one) => ({ one, at: random.next() }))
      .sort((a, b) => a.at - b.at)
      .map(({ one }) => one)
      .slice(0, count - samples.length);
    // Each of the two kinds in a short run, too.
    for (const kind of ['newer version', 'unknown type'] as const)
      if (chosen.length > 1 && !chosen.some((one) => one.kind === kind))
        chosen[0] = future.find((one) => one.kind === kind)!;
    if (chosen.length === 0) return;
    const database = await createTestDatabase([...eventStoreMigrations, ...projectionsMigrations]);
    try {
      for (const { kind, name, record } of chosen) {
        if (signal.aborted) return;
        for (const what of await stops(database, kind, name, record)) violation(`${name}, ${kind}: ${what}`);
        counted(`stopped at: ${kind}`);
        done();
      }
    } finally {
      await database.drop();
    }
  },
};

/** As the code that comes after this one would write it. */
const newer = (record: StoredRecord): StoredRecord => {
  const { version } = codecs.flatMap(({ types }) => types[record.type] ?? [])[0]!;
  return { ...record, metadata: { ...record.metadata, schemaVersion: version + 1 } };
};

function readable(journal: Journal, record: StoredRecord): boolean {
  try {
    journal.open(record);
    return true;
  } catch {
    return false;
  }
}

/** The samples as one log. A file that is not as it was on the day is a violation. */
function readSamples(violation: (what: string) => void): StoredRecord[] {
  const revisions = new Map<string, number>();
  return samples.map(({ sum, path }, n) => {
    const text = readFileSync(join(ROOT, path));
    if (createHash('sha256').update(text).digest('hex') !== sum) violation(`${path} has been edited`);
    const { record } = JSON.parse(text.toString()) as { record: StoredRecord };
    const revision = (revisions.get(record.stream) ?? -1) + 1;
    revisions.set(record.stream, revision);
    return { ...record, revision, position: String(n + 1) };
  });
}

async function readAsWritten(log: readonly StoredRecord[], violation: (what: string) => void): Promise<void> {
  const [now, later] = [journalOf(codecs), journalOf(laterCodecs)];
  samples.forEach(({ path }, n) => {
    const { data } = JSON.parse(readFileSync(join(ROOT, path), 'utf8')) as { data: object };
    const opened = now.open(log[n]!).data;
    if (!isDeepStrictEqual(JSON.parse(JSON.stringify(opened)), data)) violation(`${path} reads as something else`);
    if (readable(now, newer(log[n]!))) violation(`${path} is read though its version is newer than the code`);
    try {
      const upcast = later.open(log[n]!).data;
      if (!isDeepStrictEqual(JSON.parse(JSON.stringify(upcast)), { ...data, readByLater: true }))
        violation(`${path} is not what its upcaster makes of it`);
    } catch (error) {
      violation(`${path} is not read by the code that comes after this one: ${String(error)}`);
    }
  });
  const database = await createTestDatabase([...eventStoreMigrations, ...projectionsMigrations]);
  const store = new PostgresEventStore({ pool: database.application });
  try {
    for (const record of log) await append(store, record);
    const runner = new ProjectionRunner({ ...parts(database), projections, logger: quiet });
    await runner.catchUp();
    const golden = existsSync(GOLDEN) ? (JSON.parse(readFileSync(GOLDEN, 'utf8')) as Record<string, string>) : {};
    const found: Record<string, string> = {};
    for (const projection of projections) {
      const key = `${projection.name}.v${projection.version} of ${samples.length} samples`;
      found[key] = await hashOf(database.projector, projection);
      if (golden[key] === undefined && process.env['UPDATE_SAMPLES']) continue;
      if (golden[key] !== found[key])
        violation(
          `${key} hashes to ${found[key]}, not to ${golden[key] ?? 'anything known: a new version or event is added to the golden hashes by UPDATE_SAMPLES=1'}`,
        );
    }
    if (process.env['UPDATE_SAMPLES']) writeFileSync(GOLDEN, `${JSON.stringify({ ...found, ...golden }, null, 2)}\n`);
  } finally {
    await store.close();
    await database.drop();
  }
}

const quiet = { log: () => undefined, warn: () => undefined, error: () => undefined };

function parts({ projector: pool }: TestDatabase) {
  const journal = journalOf(codecs);
  return { store: new PostgresEventStore({ pool }), pool, codecs, open: journal.open.bind(journal) };
}

async function append(store: PostgresEventStore, { stream, revision, id, type, data, metadata }: StoredRecord) {
  const outcome = await store.append(stream, revision === 0 ? 'no_stream' : revision - 1, [
    { id, type, data, metadata },
  ]);
  if (outcome.outcome !== 'appended') throw new Error(`${type} was not appended: ${JSON.stringify(outcome)}`);
  return outcome.position;
}

/** What is wrong with how the read models meet an event from the future. The log is as it was afterwards, for the next. */
async function stops(
  database: TestDatabase,
  kind: 'newer version' | 'unknown type',
  name: string,
  record: StoredRecord,
): Promise<string[]> {
  const store = new PostgresEventStore({ pool: database.application });
  const before = await store.head();
  // Whoever ran before this has passed what the log has: it begins behind it.
  await database.projector.query(
    'UPDATE read.checkpoints SET position = $1::text, events = coalesce($1::text::bigint, 0), state = $2, poison = NULL',
    [before ?? null, 'running'],
  );
  const category = record.stream.slice(0, record.stream.indexOf('-'));
  const written = kind === 'newer version' ? newer(record) : { ...record, type: `${record.type}Anew` };
  const poison = await append(store, {
    ...written,
    id: randomUUID(),
    stream: `${category}-${randomUUID()}`,
    revision: 0,
  });
  const runner = new ProjectionRunner({ ...parts(database), projections, logger: quiet });
  await runner.start();
  const wrong: string[] = [];
  const reads = ({ types }: Projection): boolean => kind === 'unknown type' || types.includes(name);
  const limit = performance.now() + LIMIT_MS;
  try {
    for (;;) {
      const health = await runner.health();
      const settled = health.filter(({ state, position }) => state === 'stopped' || position === poison);
      if (settled.length === health.length || performance.now() > limit) {
        for (const projection of projections) {
          const { state, position } = health.find((one) => one.name === projection.name)!;
          if (reads(projection) ? state !== 'stopped' || position === poison : position !== poison)
            wrong.push(`${projection.name} ${state === 'stopped' ? 'has stopped' : 'has passed it'}`);
        }
        return wrong;
      }
    }
  } finally {
    await runner.stop();
    await store.close();
  }
}
