/**
 * `backup`: everything in the database that cannot be rebuilt, as it stood at one moment. Read models are left out: they
 * hold children's facts readable, and a restore builds them anew. So are sessions, which must not come back, and keys,
 * which must not lie beside what they open.
 */
import type { Database } from '@app/database';
import { EMPTY_DIGEST, type EventStore, extendHeads, type DailyHead, type Position } from '@app/event-store';
import { type Clock, newId } from '@app/kernel';
import { type FileKeyStore, makeFolder, SUPPRESSION_LIST, syncFolder } from '@app/vault';
import { createHash } from 'node:crypto';
import { createWriteStream, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Client } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { type BackupTable, MANIFEST, type Manifest, SafekeepingRefused, signatureOf } from './manifest';

export interface BackupParts {
  readonly database: Database;
  readonly store: EventStore;
  /** Whether the log is in this database. */
  readonly logIncluded: boolean;
  readonly keys: FileKeyStore;
  /** The list's file; there may be none yet. */
  readonly suppressionFile: string;
  readonly tenant: string;
  readonly clock: Clock;
}

export interface WorkOptions {
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
  readonly signal?: AbortSignal;
}

/** Tables that a backup leaves out, and that a restore does not mind. */
export const NOT_KEPT = ['app.sessions', 'app.schema_migrations', 'app.restores'] as const;

/**
 * Makes `folder`, which must not be there. Until it is whole it is called `<folder>.partial`; whatever ends it before that
 * leaves nothing, or a `.partial` that the next one removes.
 */
export async function backUp(parts: BackupParts, folder: string, options: WorkOptions = {}): Promise<Manifest> {
  const { database, store, keys, clock, tenant, logIncluded } = parts;
  const target = resolve(folder);
  const partial = beginFolder(target);
  const client = await database.connectAsOwner();
  try {
    // Words are in the vault before their event is in the log: with the head read first, none can be missing.
    const headBefore = logIncluded ? undefined : await store.head();
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const planned = await tablesIn(client, logIncluded);
    const total = planned.reduce((sum, { rows }) => sum + rows, 0);
    let done = 0;
    const tables: BackupTable[] = [];
    for (const table of planned) {
      const copied = await copyOut(client, table, partial, options.signal, (rows) =>
        options.onProgress?.({ done: (done += rows), total: Math.max(total, done) }),
      );
      tables.push(copied);
    }
    const head = logIncluded ? await headIn(client) : headBefore;
    const { rows: ran } = await client.query<{ name: string }>('SELECT name FROM app.schema_migrations ORDER BY id');
    await client.query('COMMIT');

    const end = await endOf(store, head, options.signal);
    const list = existsSync(parts.suppressionFile) ? readFileSync(parts.suppressionFile) : Buffer.alloc(0);
    writeFileSync(join(partial, SUPPRESSION_LIST), list, { mode: 0o600, flush: true });
    const unsigned: Manifest = {
      format: 1,
      backupId: newId(),
      madeAt: clock.now().toISOString(),
      tenant,
      log: {
        id: await store.identity(),
        included: logIncluded,
        head: head ?? null,
        events: end?.events ?? 0,
        lastEventId: end?.lastEventId ?? null,
        day: end?.day ?? null,
        digest: end?.digest ?? EMPTY_DIGEST,
      },
      migrations: ran.map(({ name }) => name),
      keyCheck: keys.check,
      tables,
      suppression: createHash('sha256').update(list).digest('hex'),
      signature: '',
    };
    const manifest = { ...unsigned, signature: signatureOf(unsigned, keys) };
    options.signal?.throwIfAborted();
    writeFileSync(join(partial, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600, flush: true });
    syncFolder(partial);
    renameSync(partial, target);
    syncFolder(dirname(target));
    return manifest;
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    throw error;
  } finally {
    // Not waited for: a connection that stands in the middle of a COPY is cut.
    void client.end().catch(() => undefined);
  }
}

export function assertFree(target: string): void {
  if (existsSync(target)) throw new SafekeepingRefused(`${target} is there already: name a folder that is not.`);
}

/** Makes `<target>.partial`, in place of one that a kill has left. Throws when it is not one of ours, or `target` is there. */
export function beginFolder(target: string): string {
  assertFree(target);
  const partial = `${target}.partial`;
  if (existsSync(partial)) {
    if (!readdirSync(partial).every((name) => OURS.test(name)))
      throw new SafekeepingRefused(`${partial} is in the way and is not of a backup that was stopped: move it.`);
    rmSync(partial, { recursive: true });
  }
  makeFolder(partial);
  return partial;
}

/** What stands in the folders of both backups. */
const OURS = /^([a-z_.]+\.copy\.gz|manifest\.json|suppression\.jsonl|keys|keys\.json)$/;

interface PlannedTable {
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: number;
}

/** Tables that others refer to come first, so that they can be filled in this order. */
async function tablesIn(client: Client, logIncluded: boolean): Promise<PlannedTable[]> {
  const { rows } = await client.query<{ name: string; columns: string[]; needs: string[] }>(
    `SELECT n.nspname || '.' || c.relname AS name,
            (SELECT array_agg(a.attname::text ORDER BY a.attnum) FROM pg_attribute a
              WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '') AS columns,
            (SELECT coalesce(array_agg(fn.nspname || '.' || f.relname), '{}')
               FROM pg_constraint k JOIN pg_class f ON f.oid = k.confrelid JOIN pg_namespace fn ON fn.oid = f.relnamespace
              WHERE k.conrelid = c.oid AND k.contype = 'f' AND k.confrelid <> c.oid) AS needs
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind = 'r' AND n.nspname = ANY ($1) ORDER BY 1`,
    [logIncluded ? ['log', 'app', 'vault'] : ['app', 'vault']],
  );
  let waiting = rows.filter(({ name }) => !NOT_KEPT.some((left) => left === name));
  const ordered: PlannedTable[] = [];
  while (waiting.length > 0) {
    const ready = waiting.filter(({ needs }) => needs.every((need) => !waiting.some(({ name }) => name === need)));
    if (ready.length === 0)
      throw new Error(`Tables refer to each other in a circle: ${waiting.map(({ name }) => name)}.`);
    for (const { name, columns } of ready) {
      const counted = await client.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${name}`);
      ordered.push({ name, columns, rows: counted.rows[0]!.n });
    }
    waiting = waiting.filter((table) => !ready.includes(table));
  }
  return ordered;
}

export const columnsOf = ({ columns }: Pick<PlannedTable, 'columns'>): string =>
  columns.map((column) => `"${column}"`).join(', ');

const LINE_END = 0x0a;

/** Passes COPY's text format on and tells how many rows each chunk ends: a line end inside a value is written as \n. */
export const countingRows = (tell: (rows: number) => void): Transform =>
  new Transform({
    transform(chunk: Buffer, _, done) {
      let ended = 0;
      for (let at = chunk.indexOf(LINE_END); at !== -1; at = chunk.indexOf(LINE_END, at + 1)) ended += 1;
      tell(ended);
      done(null, chunk);
    },
  });

async function copyOut(
  client: Client,
  table: PlannedTable,
  folder: string,
  signal: AbortSignal | undefined,
  onRows: (rows: number) => void,
): Promise<BackupTable> {
  const file = `${table.name}.copy.gz`;
  const hash = createHash('sha256');
  let bytes = 0;
  let rows = 0;
  const counted = countingRows((ended) => {
    rows += ended;
    onRows(ended);
  });
  const hashed = new Transform({
    transform(chunk: Buffer, _, done) {
      hash.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  await pipeline(
    client.query(copyTo(`COPY ${table.name} (${columnsOf(table)}) TO STDOUT`)),
    counted,
    createGzip({ level: 1 }),
    hashed,
    createWriteStream(join(folder, file), { mode: 0o600, flush: true }),
    ...(signal ? [{ signal }] : []),
  );
  if (rows !== table.rows) throw new Error(`${table.name} has ${table.rows} rows, and ${rows} were copied.`);
  return { ...table, file, bytes, sha256: hash.digest('hex') };
}

const headIn = async (client: Client): Promise<Position | undefined> =>
  (await client.query<{ head: string | null }>('SELECT max(position)::text AS head FROM log.events')).rows[0]?.head ??
  undefined;

/** What the log folds to up to a position, with the day. */
async function endOf(
  store: EventStore,
  head: Position | undefined,
  signal: AbortSignal | undefined,
): Promise<DailyHead | undefined> {
  let end: DailyHead | undefined;
  if (head === undefined) return undefined;
  for (let after: Position | undefined; ;) {
    signal?.throwIfAborted();
    const records = await store.readAll(after, 1000);
    const upTo = records.filter(({ position }) => store.compare(position, head) <= 0);
    end = extendHeads(end, upTo).at(-1) ?? end;
    after = records.at(-1)?.position;
    if (upTo.length < records.length || after === undefined || store.compare(after, head) === 0) return end;
  }
}
