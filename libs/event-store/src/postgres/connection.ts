import { DatabaseError, type Pool, type PoolClient, type QueryResultRow } from 'pg';
import { StoreUnavailable } from '../event-store';

/** A prepared statement: `name` is its name on every connection, so a text never changes under a name. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/**
 * One statement, a transaction of its own, on a client of the pool, within `milliseconds` (waiting for a client included).
 * Throws what `pg` throws; `isOutage` tells whether asking again may help.
 */
export async function query<Row extends QueryResultRow>(
  pool: Pool,
  milliseconds: number,
  statement: Statement,
  values: readonly unknown[],
): Promise<readonly Row[]> {
  const kept = new KeptClient(pool);
  try {
    return await kept.query<Row>(milliseconds, statement, values);
  } finally {
    kept.release();
  }
}

/** A client of the pool for statements one after the other, each as `query` has it, until `release`. */
export class KeptClient {
  private client: PoolClient | undefined;

  constructor(private readonly pool: Pool) {}

  /** A client that did not answer in time is destroyed: `pg` would hand it out again half open (reliability-and-privacy.md 2.1). */
  async query<Row extends QueryResultRow>(
    milliseconds: number,
    { name, text }: Statement,
    values: readonly unknown[],
  ): Promise<readonly Row[]> {
    if (this.client === undefined) {
      this.client = await clientOf(this.pool, milliseconds);
      // A client that was taken from the pool has no listener, and an unheard 'error' would end the process.
      this.client.on('error', ignore);
    }
    try {
      const result = await this.client.query<Row>({ name, text, values, query_timeout: milliseconds } as never);
      return result.rows;
    } catch (error) {
      if (!(error instanceof DatabaseError) || error.severity !== 'ERROR') this.release(error as Error);
      throw error;
    }
  }

  /** Gives it back, or destroys it when it is broken. The next statement takes another. */
  release(broken?: Error): void {
    this.client?.off('error', ignore);
    this.client?.release(broken);
    this.client = undefined;
  }
}

/** The query that was under way rejects as well, and the pool forgets the client. */
const ignore = (): void => undefined;

/** As `query`, for reads: an outage becomes StoreUnavailable. */
export async function read<Row extends QueryResultRow>(
  pool: Pool,
  milliseconds: number,
  statement: Statement,
  values: readonly unknown[],
): Promise<readonly Row[]> {
  try {
    return await query<Row>(pool, milliseconds, statement, values);
  } catch (error) {
    if (!isOutage(error)) throw error;
    throw new StoreUnavailable(`The event log cannot be read now: ${(error as Error).message}. Try again shortly.`, {
      cause: error,
    });
  }
}

/** Connection, resources, shutdown, start-up, time-outs, a standby: the same call may pass a moment later. */
const OUTAGES = /^(08|40|53|57|58|55P03|25006)/;

export function isOutage(error: unknown): boolean {
  if (error instanceof DatabaseError) return OUTAGES.test(error.code ?? '');
  return error instanceof Error && !(error instanceof TypeError) && !(error instanceof RangeError);
}

/** A client within the time given: the pool's own limit may be longer, or none. One that comes later goes back. */
async function clientOf(pool: Pool, milliseconds: number): Promise<PoolClient> {
  let timer: NodeJS.Timeout | undefined;
  let late = false;
  const connecting = pool.connect();
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      late = true;
      reject(new Error(`no database connection within ${milliseconds} ms`));
    }, milliseconds);
  });
  connecting.then(
    (client) => late && client.release(),
    () => undefined,
  );
  try {
    return await Promise.race([connecting, limit]);
  } finally {
    clearTimeout(timer);
  }
}
