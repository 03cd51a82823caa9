/** The application's platform on a database of its own, on either store, with the sample register in its log. */
import { readSchoolList } from '@app/directory';
import { EventStoreDbStore, type EventStore, type StoredRecord } from '@app/event-store';
import { fixedClock } from '@app/kernel';
import type { ImportSummary } from '@app/register';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { operator } from '../../apps/composition/src/operator';
import { openPlatform, type Platform } from '../../apps/composition/src/platform';
import { registerImport } from '../../apps/composition/src/register-import';
import { createEmptyDatabase, testDataFolder } from './database';

export const CLOCK = fixedClock('2026-11-22T10:00:00.000Z');

const SAMPLES = join(__dirname, '../../samples');
export const sampleFile = readFileSync(join(SAMPLES, 'decision-register.csv'));
/** It is in Windows-1252. */
export const sampleRows = parse(new TextDecoder('windows-1252').decode(sampleFile), {
  columns: true,
  bom: true,
}) as Readonly<Record<string, string>>[];
export const FILE_NAME = 'Marlbridge panels, decisions 2025.csv';

export interface TestCity {
  readonly platform: Platform;
  readonly url: string;
  importFile(bytes: Uint8Array, fileName?: string): Promise<ImportSummary>;
  close(): Promise<void>;
}

/**
 * An empty city with the schools of the sample. `eventStoreUrl` replaces the log in Postgres; `dataFolder` takes the keys
 * of another city.
 */
export async function openCity(
  given: { readonly eventStoreUrl?: string; readonly dataFolder?: string } = {},
): Promise<TestCity> {
  const database = await createEmptyDatabase();
  const dataFolder = given.dataFolder ?? join(testDataFolder(), database.name);
  const platform = await openPlatform(
    {
      DATABASE_URL: database.url,
      EVENHAND_DATA: dataFolder,
      ...(given.eventStoreUrl ? { EVENTSTOREDB_URL: given.eventStoreUrl } : {}),
    },
    { clock: CLOCK },
  );
  await platform.directory.loadSchools(readSchoolList(readFileSync(join(SAMPLES, 'schools.csv'))));
  return {
    platform,
    url: database.url,
    importFile: (bytes, fileName = FILE_NAME) =>
      registerImport(platform).run({ bytes, fileName, register: 'main', actor: operator(platform.tenant) }),
    async close() {
      await platform.close();
      await database.drop();
      if (!given.dataFolder) rmSync(dataFolder, { recursive: true, force: true });
    },
  };
}

/** These rows of the sample's register, with its schools, on any platform; the read models have them when it resolves. */
export async function importSample(platform: Platform, from: number, to: number): Promise<ImportSummary> {
  if (from === 0) await platform.directory.loadSchools(readSchoolList(readFileSync(join(SAMPLES, 'schools.csv'))));
  const summary = await registerImport(platform).run({
    bytes: Buffer.from(stringify(sampleRows.slice(from, to), { header: true })),
    fileName: FILE_NAME,
    register: 'main',
    actor: operator(platform.tenant),
  });
  await platform.runner.catchUp();
  return summary;
}

export async function wholeLog(store: EventStore): Promise<StoredRecord[]> {
  const all: StoredRecord[] = [];
  for (;;) {
    const page = await store.readAll(all.at(-1)?.position, 2000);
    if (page.length === 0) return all;
    all.push(...page);
  }
}

/** The same events, ids and order in an empty EventStoreDB log; neighbours of one stream go in one append. */
export async function copyLog(records: readonly StoredRecord[], eventStoreUrl: string): Promise<void> {
  const store = EventStoreDbStore.connect(eventStoreUrl);
  try {
    for (let at = 0; at < records.length;) {
      const { stream, revision } = records[at]!;
      const run = [records[at]!];
      while (records[at + run.length]?.stream === stream) run.push(records[at + run.length]!);
      const events = run.map(({ id, type, data, metadata }) => ({ id, type, data, metadata }));
      const { outcome } = await store.append(stream, revision === 0 ? 'no_stream' : revision - 1, events);
      if (outcome !== 'appended') throw new Error(`${stream} at ${revision} was not copied: ${outcome}`);
      at += run.length;
    }
  } finally {
    await store.close();
  }
}
