import type { PoolClient } from 'pg';
import { LIVE, type Projection } from './projection';
import { patiently } from './transaction';

/** The statements that make, index and show a projection's tables. Names were checked by `checkProjection`. */

export async function createTables(client: PoolClient, projection: Projection, schema: string): Promise<void> {
  await client.query(`SET LOCAL search_path TO "${schema}"`);
  for (const table of projection.tables) {
    await client.query(`DROP TABLE IF EXISTS "${schema}"."${table.name}"`);
    await client.query(table.create);
  }
}

export async function createIndexes(client: PoolClient, projection: Projection, schema: string): Promise<void> {
  await client.query(`SET LOCAL search_path TO "${schema}"`);
  for (const table of projection.tables) {
    for (const index of table.indexes) await client.query(patiently(index));
    await client.query(patiently(`ANALYZE "${schema}"."${table.name}"`));
  }
}

/** Whoever may read the checkpoints may read the read models: the roles' names need not be known here. */
export async function grantReading(client: PoolClient, projection: Projection): Promise<void> {
  const { rows } = await client.query<{ role: string }>(
    `SELECT DISTINCT grantee::regrole::text AS role
       FROM pg_class, aclexplode(relacl)
      WHERE oid = 'read.checkpoints'::regclass AND privilege_type = 'SELECT' AND grantee <> 0
        AND grantee <> (SELECT oid FROM pg_roles WHERE rolname = current_user)`,
  );
  for (const { role } of rows)
    for (const table of projection.tables) await client.query(`GRANT SELECT ON "${LIVE}"."${table.name}" TO ${role}`);
}

/** True when every table is there. */
export const tablesExist = async (client: PoolClient, projection: Projection, schema: string): Promise<boolean> =>
  (await tablesThere(client, projection, schema)) === projection.tables.length;

export const someTableExists = async (client: PoolClient, projection: Projection, schema: string): Promise<boolean> =>
  (await tablesThere(client, projection, schema)) > 0;

async function tablesThere(client: PoolClient, projection: Projection, schema: string): Promise<number> {
  const { rows } = await client.query<{ there: number }>(
    `SELECT count(to_regclass(format('%I.%I', $1::text, name)))::int AS there FROM unnest($2::text[]) AS name`,
    [schema, projection.tables.map((table) => table.name)],
  );
  return rows[0]!.there;
}

/** Secondary indexes are made in one transaction: one of them there means that all are. */
export async function indexesExist(client: PoolClient, projection: Projection, schema: string): Promise<boolean> {
  if (projection.tables.every((table) => table.indexes.length === 0)) return true;
  const { rows } = await client.query<{ made: boolean }>(
    `SELECT EXISTS (
       SELECT FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = $1 AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid)) AS made`,
    [schema],
  );
  return rows[0]?.made === true;
}
