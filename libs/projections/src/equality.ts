import { createHash } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';
import { LIVE, type Projection } from './projection';
import { inTransaction, patiently } from './transaction';

/**
 * One hash over every column but the uncompared of every table of a read model (event-format.md 6), as hex. It is the
 * sum of the rows' SHA-256, in the database: neither the order of the rows nor that of the columns counts, no sort is
 * needed, and memory does not grow with the table. A row that is there twice counts twice.
 */
export async function hashOf(pool: Pool, projection: Projection, schema: string = LIVE): Promise<string> {
  return inTransaction(pool, (client) => hashWithin(client, projection, schema));
}

/** The same, inside the caller's transaction. */
export async function hashWithin(client: PoolClient, projection: Projection, schema: string): Promise<string> {
  await client.query(`SET LOCAL TimeZone TO 'UTC'`);
  const hash = createHash('sha256');
  for (const table of projection.tables) {
    const { rows: columns } = await client.query<{ name: string }>(
      `SELECT attname AS name FROM pg_attribute
        WHERE attrelid = format('%I.%I', $1::text, $2::text)::regclass AND attnum > 0 AND NOT attisdropped
          AND attname <> ALL ($3::text[])
        ORDER BY attname COLLATE "C"`,
      [schema, table.name, table.uncompared ?? []],
    );
    const compared = columns.map(({ name }) => name);
    const quarter = (n: number) =>
      `coalesce(sum(('x' || encode(substr(digest, ${n * 8 + 1}, 8), 'hex'))::bit(64)::bigint::numeric), 0)::text`;
    const { rows } = await client.query<{ sums: string[] }>(
      patiently(`
        SELECT ARRAY[count(*)::text, ${[0, 1, 2, 3].map(quarter).join(', ')}] AS sums
          FROM (SELECT sha256(convert_to(ROW(${compared.map((name) => `"${name}"`).join(', ')})::text, 'UTF8')) AS digest
                  FROM "${schema}"."${table.name}") AS rows`),
    );
    hash.update(JSON.stringify([table.name, compared, rows[0]?.sums]));
  }
  return hash.digest('hex');
}
