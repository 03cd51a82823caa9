/**
 * `restore`: puts a backup into an empty database. All rows come in one transaction, together with a note that the restore
 * is not finished; while that note stands, nothing opens the database but the restore itself.
 */
import type { Database } from '@app/database';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { Client, Pool } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { columnsOf, countingRows, NOT_KEPT, type WorkOptions } from './backup';
import { type Manifest, SafekeepingRefused } from './manifest';

/** A restore that was begun: its rows are there, but not everything that has to follow. */
export interface UnfinishedRestore {
  readonly backupId: string;
  /** UTC instant at which the backup was made. */
  readonly madeAt: string;
}

export async function unfinishedRestore(pool: Pick<Pool, 'query'>): Promise<UnfinishedRestore | undefined> {
  const { rows } = await pool.query<{ backup_id: string; made_at: Date }>(
    'SELECT backup_id, made_at FROM app.restores WHERE finished_at IS NULL',
  );
  return rows[0] && { backupId: rows[0].backup_id, madeAt: rows[0].made_at.toISOString() };
}

/** For whoever opens the database to work in it. Throws SafekeepingRefused. */
export async function assertRestoreFinished(pool: Pick<Pool, 'query'>): Promise<void> {
  const unfinished = await unfinishedRestore(pool);
  if (!unfinished) return;
  throw new SafekeepingRefused(
    `The backup of ${unfinished.madeAt} was being restored into this database, and that has not finished: children who ` +
      'were forgotten may be in it again. Run the same restore command again; nothing opens before it has finished.',
  );
}

export const finishRestore = async (pool: Pick<Pool, 'query'>, { backupId }: Manifest): Promise<void> =>
  void (await pool.query('UPDATE app.restores SET finished_at = now() WHERE backup_id = $1', [backupId]));

/** What is in the way of a restore: tables that have rows, with how many. Read models do not count: they are built anew. */
export async function occupied(pool: Pick<Pool, 'query'>): Promise<readonly string[]> {
  const { rows: tables } = await pool.query<{ name: string }>(
    `SELECT schemaname || '.' || tablename AS name FROM pg_tables
      WHERE schemaname IN ('log', 'app', 'vault') ORDER BY 1`,
  );
  const found: string[] = [];
  for (const { name } of tables) {
    if ([...NOT_KEPT, ...MADE_AT_START].some((left) => left === name)) continue;
    const { rows } = await pool.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${name}`);
    if (rows[0]!.n > 0) found.push(`${name} (${rows[0]!.n})`);
  }
  return found;
}

/** One row each, made by the first start; the backup's own take their place. */
const MADE_AT_START = ['log.identity', 'vault.tenant_key'] as const;

/**
 * Fills the database from the backup's files, whose checksums have been checked. Nobody else may have it open.
 * Throws SafekeepingRefused, naming what it found, when the database is not empty; on any failure it is left as it was.
 */
export async function load(
  database: Database,
  folder: string,
  manifest: Manifest,
  options: WorkOptions = {},
): Promise<void> {
  const client = await database.connectAsOwner();
  try {
    const found = await occupied(client);
    if (found.length > 0)
      throw new SafekeepingRefused(
        `The database ${database.name} is not empty: ${found.join(', ')}. A backup is restored into an empty database only: ` +
          'name another one, or another EVENHAND_DATA folder.',
      );
    await assertSameTables(client, manifest);
    await client.query('BEGIN');
    await client.query('ALTER TABLE log.identity DISABLE TRIGGER made_once');
    if (manifest.log.included) await client.query('DELETE FROM log.identity');
    await client.query('DELETE FROM vault.tenant_key');
    const total = manifest.tables.reduce((sum, { rows }) => sum + rows, 0);
    let done = 0;
    for (const table of manifest.tables) {
      const copied = client.query(copyFrom(`COPY ${table.name} (${columnsOf(table)}) FROM STDIN`));
      await pipeline(
        createReadStream(join(folder, table.file)),
        createGunzip(),
        countingRows((rows) => options.onProgress?.({ done: (done += rows), total })),
        copied,
        ...(options.signal ? [{ signal: options.signal }] : []),
      );
      if (copied.rowCount !== table.rows)
        throw new Error(`${table.name} had ${table.rows} rows, and ${copied.rowCount} came back.`);
    }
    await client.query('ALTER TABLE log.identity ENABLE TRIGGER made_once');
    await continueSequences(client);
    await client.query('INSERT INTO app.restores (backup_id, made_at) VALUES ($1, $2)', [
      manifest.backupId,
      manifest.madeAt,
    ]);
    await client.query('COMMIT');
    await client.query(`ANALYZE ${manifest.tables.map(({ name }) => name).join(', ')}`);
  } finally {
    // Not waited for: a connection that stands in the middle of a COPY is cut, and its transaction with it.
    void client.end().catch(() => undefined);
  }
}

async function assertSameTables(client: Client, manifest: Manifest): Promise<void> {
  const { rows } = await client.query<{ name: string }>('SELECT name FROM app.schema_migrations');
  const newer = rows.filter(({ name }) => !manifest.migrations.includes(name));
  const missing = manifest.migrations.filter((name) => !rows.some((row) => row.name === name));
  if (missing.length > 0)
    throw new SafekeepingRefused(
      `The backup was made by a newer Evenhand: this one does not know ${missing.join(', ')}. Restore it with that one.`,
    );
  if (newer.length > 0)
    throw new SafekeepingRefused(
      `A newer Evenhand than the backup's has been at this database already (${newer.map(({ name }) => name).join(', ')}): ` +
        'name a database that nothing has opened yet.',
    );
}

async function continueSequences(client: Client): Promise<void> {
  const { rows } = await client.query<{ table: string; column: string; sequence: string }>(
    `SELECT format('%I.%I', n.nspname, c.relname) AS table, quote_ident(a.attname) AS column,
            pg_get_serial_sequence(format('%I.%I', n.nspname, c.relname), a.attname) AS sequence
       FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname IN ('app', 'vault') AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
        AND pg_get_serial_sequence(format('%I.%I', n.nspname, c.relname), a.attname) IS NOT NULL`,
  );
  for (const { table, column, sequence } of rows)
    await client.query(`SELECT setval($1, max(${column})) FROM ${table} HAVING max(${column}) IS NOT NULL`, [sequence]);
}
