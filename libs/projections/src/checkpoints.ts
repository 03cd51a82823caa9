import type { EventStore, Position } from '@app/event-store';
import type { Pool } from 'pg';
import { ForeignCheckpoint, NewerCheckpoint } from './faults';
import { LIVE, type Projection } from './projection';
import { createIndexes, createTables, grantReading, someTableExists, tablesExist } from './tables';
import { inTransaction } from './transaction';

/** What a start finds: tables to go on with, or tables that must be built anew, and why. */
export type Found = { readonly fit: true } | { readonly fit: false; readonly why: string };

/**
 * Makes a projection's tables and checkpoint at its first start, and judges what an earlier one left.
 * Throws ForeignCheckpoint and NewerCheckpoint.
 */
export async function prepare(pool: Pool, store: EventStore, projection: Projection, storeId: string): Promise<Found> {
  const row = await inTransaction(pool, async (client) => {
    const tables = projection.tables.map(({ name }) => name);
    const made = await client.query(
      `INSERT INTO read.checkpoints (projection, schema, version, store_id, tables) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT DO NOTHING`,
      [projection.name, LIVE, projection.version, storeId, tables],
    );
    // Tables without a checkpoint: nobody knows what they have read, and readers keep them until there are new ones.
    const lost = made.rowCount === 1 && (await someTableExists(client, projection, LIVE));
    if (lost)
      await client.query(`UPDATE read.checkpoints SET state = 'rebuilding' WHERE projection = $1 AND schema = $2`, [
        projection.name,
        LIVE,
      ]);
    else if (made.rowCount === 1) {
      await createTables(client, projection, LIVE);
      await createIndexes(client, projection, LIVE);
      await grantReading(client, projection);
    }
    const { rows } = await client.query<Row>(
      'SELECT version, store_id, position, state FROM read.checkpoints WHERE projection = $1 AND schema = $2',
      [projection.name, LIVE],
    );
    const found = rows[0];
    return found && { ...found, lost, complete: await tablesExist(client, projection, LIVE) };
  });
  if (row === undefined) return prepare(pool, store, projection, storeId);
  if (row.store_id !== storeId) throw new ForeignCheckpoint(projection.name, row.store_id, storeId);
  if (row.version > projection.version) throw new NewerCheckpoint(projection.name, row.version, projection.version);
  if (row.version < projection.version)
    return { fit: false, why: `its tables have version ${row.version}, and ${projection.version} is wanted` };
  const head = await store.head();
  const why = row.lost
    ? 'its checkpoint is missing'
    : !row.complete
      ? 'one of its tables is missing'
      : row.position !== null && (head === undefined || store.compare(row.position, head) > 0)
        ? 'its checkpoint lies past the end of the log, which must have been restored'
        : row.state === 'rebuilding'
          ? 'a start before this one found that it has to be'
          : undefined;
  if (why === undefined) return { fit: true };
  // Nobody writes to what is broken, and nobody takes it for up to date, until the new tables are there.
  await pool.query(
    `UPDATE read.checkpoints SET state = 'rebuilding', owner = NULL, lease_until = NULL, owner_epoch = owner_epoch + 1
      WHERE projection = $1 AND schema = $2`,
    [projection.name, LIVE],
  );
  return { fit: false, why };
}

interface Row {
  readonly version: number;
  readonly store_id: string;
  readonly position: Position | null;
  readonly state: string;
}
