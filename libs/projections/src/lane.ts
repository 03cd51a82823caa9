import type { EventStore, Position, RecordedEvent } from '@app/event-store';
import type { Pool, PoolClient } from 'pg';
import { describeFault, isLockTimeout, isOutage, isTableMissing, LeaseLost, type Poison } from './faults';
import type { Page } from './page';
import type { Projection } from './projection';
import { tablesExist } from './tables';
import { inTransaction } from './transaction';
import { transactionOn } from './writing';

/** What a lane needs to write. */
export interface LaneParts {
  readonly pool: Pool;
  readonly store: EventStore;
  /** Who holds the lease: random, one a runner. */
  readonly owner: string;
  /** Milliseconds, by the database's clock. */
  readonly leaseMs: number;
}

/** How long a batch waits for its own checkpoint row: only a swap keeps it. */
const LOCK_MS = 1_000;

/**
 * One projection in one schema: its lease, its checkpoint and its writes. Each batch is one transaction that first moves
 * the checkpoint under the owner epoch and then applies the events. Whoever has lost the lease moves no row, so nothing
 * of its batch is written (reliability-and-privacy.md 3.3). The commit is asynchronous: a crash of Postgres may take the
 * newest batches, but always with their checkpoint. Taking a lease is synchronous, so that no epoch is given out twice.
 */
export class Lane {
  /** At least this far: what this process has seen committed. */
  position: Position | undefined;
  /** Events behind the checkpoint. */
  events = 0;
  #epoch: string | undefined;
  #poison: Poison | undefined;

  constructor(
    readonly projection: Projection,
    readonly schema: string,
    private readonly parts: LaneParts,
  ) {}

  get owned(): boolean {
    return this.#epoch !== undefined;
  }

  get poison(): Poison | undefined {
    return this.#poison;
  }

  /** From now on this process does not believe it owns the lane; the next election asks the database. */
  disown(): void {
    this.#epoch = undefined;
  }

  /**
   * Takes the lease if it is free, over or already ours, under a new epoch. A row that is locked is in use: it is left
   * alone. A stopped projection is taken only by a start (`retryStopped`), never in passing by a second runner.
   */
  async acquire(options: { retryStopped: boolean; version?: number; storeId?: string }): Promise<boolean> {
    const { rows } = await this.parts.pool.query<{ position: string | null; events: string; epoch: string }>(
      `WITH free AS (
         SELECT projection, schema FROM read.checkpoints
          WHERE projection = $1 AND schema = $2
            AND ($5 OR state <> 'stopped') AND (state <> 'rebuilding' OR schema <> 'read')
            AND ($6::integer IS NULL OR version = $6) AND ($7::text IS NULL OR store_id = $7)
            AND (owner IS NULL OR owner = $3 OR lease_until < clock_timestamp())
            FOR UPDATE SKIP LOCKED)
       UPDATE read.checkpoints c
          SET owner = $3, owner_epoch = owner_epoch + 1, lease_until = clock_timestamp() + $4 * interval '1 ms',
              state = CASE WHEN c.schema = 'read' THEN 'running' ELSE 'rebuilding' END, poison = NULL,
              updated_at = clock_timestamp()
         FROM free WHERE c.projection = free.projection AND c.schema = free.schema
       RETURNING c.position, c.events::text, c.owner_epoch::text AS epoch`,
      [
        this.projection.name,
        this.schema,
        this.parts.owner,
        this.parts.leaseMs,
        options.retryStopped,
        options.version ?? null,
        options.storeId ?? null,
      ],
    );
    const row = rows[0];
    if (row === undefined) return false;
    this.#epoch = row.epoch;
    this.#poison = undefined;
    this.#stand(row.position, row.events);
    return true;
  }

  /** Prolongs the lease and reads the checkpoint back; a lane that was taken over is disowned. */
  async renew(): Promise<void> {
    const { rows } = await this.parts.pool.query<{ position: string | null; events: string }>(
      `WITH mine AS (
         SELECT projection, schema FROM read.checkpoints
          WHERE projection = $1 AND schema = $2 AND owner_epoch = $3 FOR UPDATE SKIP LOCKED)
       UPDATE read.checkpoints c SET lease_until = clock_timestamp() + $4 * interval '1 ms'
         FROM mine WHERE c.projection = mine.projection AND c.schema = mine.schema
       RETURNING c.position, c.events::text`,
      [this.projection.name, this.schema, this.#epoch, this.parts.leaseMs],
    );
    const row = rows[0];
    if (row === undefined) this.disown();
    else this.#stand(row.position, row.events);
  }

  /** Gives the lease back, so that another runner need not wait for it to end. */
  async release(): Promise<void> {
    const epoch = this.#epoch;
    this.disown();
    if (epoch === undefined) return;
    await this.parts.pool.query(
      `UPDATE read.checkpoints SET owner = NULL, lease_until = NULL
        WHERE projection = $1 AND schema = $2 AND owner_epoch = $3`,
      [this.projection.name, this.schema, epoch],
    );
  }

  hasPassed(position: Position): boolean {
    return this.position !== undefined && this.parts.store.compare(this.position, position) >= 0;
  }

  /**
   * Applies what is new in a page, up to a position if one is given. Throws only when the database or the store is out
   * of reach; a lane that is lost or poisoned says so by `owned` and `poison`.
   */
  async take(page: Page, upTo?: Position): Promise<void> {
    const { store } = this.parts;
    const portion = page.portionFor(
      this.projection,
      page.between(this.position, upTo, (a, b) => store.compare(a, b)),
    );
    if (portion === undefined) return;
    try {
      if (portion.records > 0) await this.#applyOrFindPoison(portion.events, portion.records, portion.upTo);
      if (portion.unreadable && this.owned) await this.#stop(portion.unreadable.record, portion.unreadable.error);
    } catch (error) {
      if (!(error instanceof LeaseLost) && !isLockTimeout(error)) throw error;
      this.disown();
    }
  }

  /** The batch, or, when something in it is poison, the good events before it one by one. */
  async #applyOrFindPoison(events: readonly RecordedEvent[], records: number, upTo: Position): Promise<void> {
    const before = this.events;
    const failed = await this.#apply(events, before + records, upTo);
    if (failed === undefined) return;
    if (events.length === 1) return this.#stop(events[0] as RecordedEvent, failed.cause);
    for (const event of events) {
      const alone = await this.#apply([event], this.events + 1, event.position);
      if (alone !== undefined) return this.#stop(event, alone.cause);
    }
    await this.#apply([], before + records, upTo);
  }

  /** One transaction. Answers what the projection threw; throws what was not its fault. */
  async #apply(
    events: readonly RecordedEvent[],
    count: number,
    upTo: Position,
  ): Promise<{ readonly cause: unknown } | undefined> {
    const fault: { cause?: unknown } = {};
    try {
      await inTransaction(
        this.parts.pool,
        async (client) => {
          await this.moveCheckpoint(client, upTo, count);
          await applyWithin(client, this.projection, events, fault);
        },
        this.#begin(),
      );
    } catch (error) {
      if (isTableMissing(error) && !(await this.#hasItsTables())) throw new LeaseLost(this.projection.name);
      // A constraint that is checked at commit is the batch's fault as well.
      if (fault.cause === error || !isOutage(error, events.length)) return { cause: error };
      throw error;
    }
    this.position = upTo;
    this.events = count;
    return undefined;
  }

  #hasItsTables(): Promise<boolean> {
    return inTransaction(this.parts.pool, (client) => tablesExist(client, this.projection, this.schema));
  }

  /** The fence: in the transaction of the writes, and only under our epoch. Throws LeaseLost. */
  async moveCheckpoint(client: PoolClient, to: Position | undefined, count: number): Promise<void> {
    const moved = await client.query(
      `UPDATE read.checkpoints
          SET position = $4, events = $5, lease_until = clock_timestamp() + $6 * interval '1 ms',
              updated_at = clock_timestamp()
        WHERE projection = $1 AND schema = $2 AND owner_epoch = $3`,
      [this.projection.name, this.schema, this.#epoch, to ?? null, count, this.parts.leaseMs],
    );
    if (moved.rowCount !== 1) throw new LeaseLost(this.projection.name);
  }

  /** Tables that are built from the first event: nothing is behind them. */
  startOver(): void {
    this.#stand(null, '0');
  }

  async #stop(at: { id: string; type: string; position: Position }, error: unknown): Promise<void> {
    const poison = { id: at.id, type: at.type, position: at.position, error: describeFault(error) };
    const stopped = await this.parts.pool.query(
      `UPDATE read.checkpoints SET state = 'stopped', poison = $4, owner = NULL, lease_until = NULL
        WHERE projection = $1 AND schema = $2 AND owner_epoch = $3`,
      [this.projection.name, this.schema, this.#epoch, poison],
    );
    this.disown();
    if (stopped.rowCount === 1) this.#poison = poison;
  }

  #stand(position: string | null, events: string): void {
    this.position = position ?? undefined;
    this.events = Number(events);
  }

  /**
   * An owner that stands still inside a transaction is cut off when its lease would have ended. A table that grows from
   * nothing has no statistics: without `enable_seqscan`, each batch would read the whole of it where a key would do.
   */
  #begin(): string {
    return `BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL search_path TO "${this.schema}";
      SET LOCAL synchronous_commit TO off; SET LOCAL enable_seqscan TO off; SET LOCAL lock_timeout TO ${LOCK_MS};
      SET LOCAL idle_in_transaction_session_timeout TO ${this.parts.leaseMs}`;
  }
}

/** Lets a projection write, and notes in `fault` an error that is its own and not the database's. */
export async function applyWithin(
  client: PoolClient,
  projection: Projection,
  events: readonly RecordedEvent[],
  fault: { cause?: unknown } = {},
): Promise<void> {
  if (events.length === 0) return;
  const tx = transactionOn(client);
  let outage: unknown;
  const noted = (error: unknown): never => {
    if (isOutage(error, events.length)) outage ??= error;
    throw error;
  };
  try {
    await projection.apply(
      {
        query: (sql, params) => tx.query(sql, params).catch(noted) as never,
        copy: (...rows) => tx.copy(...rows).catch(noted),
      },
      events,
    );
  } catch (error) {
    if (outage !== undefined) throw outage;
    fault.cause = error;
    throw error;
  }
}
