/** The records and the keys they were sealed with belong together: a start with other keys is refused. */
import type { Pool } from 'pg';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { assertSameKey, KeysWrong } from './file-key-store';

/** Before the keys folder is opened, which makes a key where there is none: throws KeysWrong when there must be one. */
export async function assertKeysNotLost(pool: Pick<Pool, 'query'>, keysFolder: string): Promise<void> {
  if (existsSync(join(keysFolder, 'tenant.key'))) return;
  const { rowCount } = await pool.query('SELECT FROM vault.tenant_key');
  if (rowCount === 0) return;
  throw new KeysWrong(
    `The keys are missing: there is no ${join(keysFolder, 'tenant.key')}, and without them no child's record in this database can be read. ` +
      'Put back the keys folder from its backup.',
  );
}

/** Keeps the check value of the tenant's key with the records at the first start, and throws KeysWrong when it differs later. */
export async function assertTenantKey(pool: Pick<Pool, 'query'>, check: string): Promise<void> {
  await pool.query('INSERT INTO vault.tenant_key (check_value) VALUES ($1) ON CONFLICT DO NOTHING', [check]);
  const { rows } = await pool.query<{ check_value: string }>('SELECT check_value FROM vault.tenant_key');
  assertSameKey('this database', rows[0]?.check_value ?? '', check);
}
