import type { Pool, PoolClient, QueryConfig } from 'pg';

/** Runs work in one transaction on a client of its own. After any failure the client is destroyed, never reused. */
export async function inTransaction<T>(
  pool: Pool,
  work: (client: PoolClient) => Promise<T>,
  begin = 'BEGIN ISOLATION LEVEL READ COMMITTED',
): Promise<T> {
  const client = await pool.connect();
  let failed: Error | undefined;
  try {
    await client.query(begin);
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    failed = error as Error;
    throw error;
  } finally {
    client.release(failed);
  }
}

/** A statement that may take minutes: the pool's time-out of the client's side does not apply to it. */
export const patiently = (text: string, values?: unknown[]): QueryConfig & { query_timeout: number } => ({
  text,
  ...(values ? { values } : {}),
  query_timeout: 2_147_483_647,
});
