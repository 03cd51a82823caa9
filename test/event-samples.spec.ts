/**
 * Every version of every event has a sample of what the log holds, sealed as it was on the day, that is never edited: it
 * must be readable for ever (event-format.md 7). UPDATE_SAMPLES=1 writes those that are missing, and touches no other.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { type Codec, type DomainEvent, type EventType, fixedClock } from '@app/kernel';
import { createSealer, type KeyStore } from '@app/vault';
import { codecs } from '../apps/composition/src/codecs';
import type { StoredRecord } from '../libs/event-store/src/event-store';
import { Journal } from '../libs/event-store/src/journal';
import { commandEnvelope, memoryWords } from '../libs/event-store/src/testing/journal';
import { MemoryStore } from '../libs/event-store/src/testing/memory-store';
import { fullestData } from './support/arbitrary-events';

const ROOT = join(__dirname, '..');
const CHECKSUMS = join(ROOT, 'test/fixtures/event-samples.sha256');
const LIBRARY: Readonly<Record<string, string>> = {
  pupil: 'cases',
  case: 'cases',
  panel: 'panels',
  meeting: 'panels',
  decision: 'decisions',
  move: 'managed-moves',
  exclusion: 'exclusions',
};

interface Sample {
  /** As it lies in the log. */
  readonly record: StoredRecord;
  /** What it read as when its version was the current one. */
  readonly data: object;
}

/** The child of the samples, whose key is public: nothing true was ever sealed with it. */
const pupilRef = '22222222-2222-4222-8222-222222222222';
const publicKey = Buffer.alloc(32, 'evenhand sample ');
const keys: KeyStore = {
  create: () => Promise.reject(new Error('The samples make no keys.')),
  destroy: () => Promise.reject(new Error('The samples destroy no keys.')),
  find: (ref, version = 1) => (ref === pupilRef && version === 1 ? { key: publicKey, version } : undefined),
  state: () => 'kept',
  tenantKey: () => publicKey,
};
const clock = fixedClock('2026-11-22T12:00:00.000Z');
const store = new MemoryStore();
const journal = new Journal({
  store,
  codecs,
  sealer: createSealer(keys),
  words: memoryWords(),
  clock,
  ruleSetOn: () => '2026-09-01',
});

const everyType = codecs.flatMap((codec) => [...new Set(Object.values(codec.types))].map((type) => ({ codec, type })));
const folderOf = ({ category }: Codec) => join(ROOT, 'libs', LIBRARY[category] ?? category, 'src/domain/samples');
const pathOf = (codec: Codec, type: EventType, version: number) =>
  join(folderOf(codec), `${type.name}.v${version}.json`);
const versionsOf = (type: EventType) => Array.from({ length: type.version }, (_, at) => at + 1);
const sha256 = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');

const readChecksums = (): Map<string, string> =>
  new Map(
    (existsSync(CHECKSUMS) ? readFileSync(CHECKSUMS, 'utf8') : '')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => [line.slice(66), line.slice(0, 64)]),
  );

async function writeMissing(): Promise<void> {
  const checksums = readChecksums();
  for (const { codec, type } of everyType) {
    const path = pathOf(codec, type, type.version);
    if (existsSync(path)) continue;
    const stream = `${codec.category}-33333333-3333-4333-8333-333333333333`;
    const event = { type: type.name, data: fullestData(type, pupilRef) } as DomainEvent;
    store.log.length = 0;
    await journal.append(codec, stream, 'no_stream', [event], commandEnvelope());
    const record = store.log[0]!;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${JSON.stringify({ record, data: journal.open(record).data }, null, 2)}\n`);
    checksums.set(relative(ROOT, path), sha256(path));
  }
  const lines = [...checksums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, sum]) => `${sum}  ${path}\n`);
  writeFileSync(CHECKSUMS, lines.join(''));
}

beforeAll(async () => {
  if (process.env['UPDATE_SAMPLES'] === '1') await writeMissing();
});

describe.each(everyType.map(({ codec, type }) => [type.name, codec, type] as const))('%s', (_, codec, type) => {
  it.each(versionsOf(type))('has a sample of version %i that reads', (version) => {
    const { record, data } = JSON.parse(readFileSync(pathOf(codec, type, version), 'utf8')) as Sample;
    expect(record.metadata.schemaVersion).toBe(version);
    const opened = journal.open(record);
    expect(opened.type).toBe(type.name);
    if (version === type.version) expect(opened.data).toEqual(data);
  });
});

it('has no sample that was edited, removed, or added without its checksum', () => {
  const checksums = readChecksums();
  const samples = [...new Set(codecs.map(folderOf))].flatMap((folder) =>
    readdirSync(folder).map((name) => relative(ROOT, join(folder, name))),
  );
  expect(samples.sort()).toEqual([...checksums.keys()].sort());
  for (const [path, sum] of checksums) expect([path, sha256(join(ROOT, path))]).toEqual([path, sum]);
});
