/** The records and the keys they were sealed with belong together: a start with other keys is refused. */
import type { Pool } from 'pg';
import { assertSameKey } from './file-key-store';

/** Keeps the check value of the tenant's key with the records at the first start, and throws KeysWrong when it differs later. */
export async function assertTenantKey(pool: Pick<Pool, 'query'>, check: string): Promise<void> {
  await pool.query('INSERT INTO vault.tenant_key (check_value) VALUES ($1) ON CONFLICT DO NOTHING', [check]);
  const { rows } = await pool.query<{ check_value: string }>('SELECT check_value FROM vault.tenant_key');
  assertSameKey('this database', rows[0]?.check_value ?? '', check);
}
