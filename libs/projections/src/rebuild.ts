import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { EventStore, Position } from '@app/event-store';
import type { Pool, PoolClient } from 'pg';
import { hashWithin } from './equality';
import { describeFault, LeaseLost, ProjectionStopped } from './faults';
import { applyWithin, Lane } from './lane';
import { Page, type Reading } from './page';
import { checkProjection, LIVE, type Projection, rebuildSchemaOf } from './projection';
import { createIndexes, createTables, grantReading, indexesExist, tablesExist } from './tables';
import { inTransaction, patiently } from './transaction';

export interface RebuildParts extends Reading {
  readonly store: EventStore;
  /** Of the role that owns the read models. */
  readonly pool: Pool;
}

export interface RebuildOptions {
  /** Events applied, and events there are, added up over the projections. The total grows with the log. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
  /** Events in a batch; 5,000 unless told. */
  readonly batch?: number;
  /** Milliseconds; a rebuild that was killed can be run again after that time. 5,000 unless told. */
  readonly leaseMs?: number;
  /** Ends it after the batch at hand, with the signal's reason thrown; run again it goes on there. */
  readonly signal?: AbortSignal;
}

export interface RebuildReport {
  readonly projection: string;
  /** Events behind the new checkpoint. */
  readonly events: number;
  /**
   * Whether the new tables are what the live ones were at the same position. `notCompared` where the live ones had
   * another version, were not complete or had read nothing. `different` means that the live ones were wrong.
   */
  readonly comparison: 'equal' | 'different' | 'notCompared';
}

/** The live tables' checkpoint, and whether the new tables can be compared with them. */
interface Live {
  readonly position: Position | undefined;
  readonly events: number;
  readonly comparable: boolean;
  readonly tables: readonly string[];
}

/**
 * Builds read models anew beside the live ones and swaps them in, reading the log once for all of them.
 *
 * In `rebuild_<name>`: tables without secondary indexes, caught up in large batches, then indexed. The swap is one
 * transaction: it locks the live checkpoint, applies what is still missing, compares, drops the live tables, moves the
 * new ones to `read` and raises the owner epoch, so that a live runner finds its batch refused and goes on from the new
 * tables. Writers may append and readers may read throughout. Killed anywhere and run again it goes on where it was.
 * Throws ProjectionStopped at a poison event, and LeaseLost where another rebuild of the same projection took over.
 */
export const rebuild = (
  parts: RebuildParts,
  projections: readonly Projection[],
  options: RebuildOptions = {},
): Promise<RebuildReport[]> => beside(parts, projections, options, swap);

/**
 * Builds read models from the log beside the live ones, from the first event whatever an earlier build has left, and
 * tells whether the live ones are equal. It changes nothing of them. Throws as `rebuild` does.
 */
export const compareWithLog = (
  parts: RebuildParts,
  projections: readonly Projection[],
  options: RebuildOptions = {},
): Promise<RebuildReport[]> => beside(parts, projections, options, compareOnly);

type Ending = typeof swap;

async function beside(
  parts: RebuildParts,
  projections: readonly Projection[],
  options: RebuildOptions,
  end: Ending,
): Promise<RebuildReport[]> {
  const { batch = 5_000, leaseMs = 5_000, onProgress } = options;
  projections.forEach(checkProjection);
  const storeId = await parts.store.identity();
  const owner = randomUUID();
  const lanes: Lane[] = [];
  const totals = new Map<Lane, number>();
  const tell = () => {
    options.signal?.throwIfAborted();
    onProgress?.({
      done: lanes.reduce((sum, lane) => sum + lane.events, 0),
      total: lanes.reduce((sum, lane) => sum + Math.max(lane.events, totals.get(lane) ?? 0), 0),
    });
  };
  try {
    for (const projection of projections) {
      const lane = new Lane(projection, rebuildSchemaOf(projection), { ...parts, owner, leaseMs });
      await begin(parts, lane, storeId, leaseMs, end === swap);
      lanes.push(lane);
    }
    const catchUp = () => catchUpTogether(parts, lanes, storeId, batch, totals, tell);
    await catchUp();
    if (end === swap) {
      for (const lane of lanes) await index(parts, lane);
      await catchUp();
    }
    const reports: RebuildReport[] = [];
    for (const lane of lanes) {
      reports.push(await end(parts, lane, storeId, batch));
      tell();
    }
    return reports;
  } finally {
    await Promise.allSettled(lanes.map((lane) => lane.release()));
  }
}

/** Takes the lease of the rebuild, waiting for that of a dead one to end, and, if it may, goes on with its tables if they still fit. */
async function begin(
  parts: RebuildParts,
  lane: Lane,
  storeId: string,
  leaseMs: number,
  mayGoOn: boolean,
): Promise<void> {
  const { projection, schema } = lane;
  await parts.pool.query(
    `INSERT INTO read.checkpoints (projection, schema, version, store_id, state) VALUES ($1, $2, 0, $3, 'rebuilding')
     ON CONFLICT DO NOTHING`,
    [projection.name, schema, storeId],
  );
  const givingUp = performance.now() + 2 * leaseMs;
  const { rows } = await parts.pool.query<{ state: string }>(
    'SELECT state FROM read.checkpoints WHERE projection = $1 AND schema = $2',
    [projection.name, schema],
  );
  const wasStopped = rows[0]?.state === 'stopped';
  while (!(await lane.acquire({ retryStopped: true }))) {
    if (performance.now() > givingUp)
      throw new Error(`Another rebuild of ${projection.name} is running: wait until it has ended.`);
    await pause(50);
  }
  const goesOn =
    mayGoOn &&
    !wasStopped && // A stopped one is begun again: the code may have been corrected since.
    (await inTransaction(parts.pool, async (client) => {
      const { rowCount } = await client.query(
        'SELECT FROM read.checkpoints WHERE projection = $1 AND schema = $2 AND version = $3 AND store_id = $4',
        [projection.name, schema, projection.version, storeId],
      );
      return rowCount === 1 && (await tablesExist(client, projection, schema));
    }));
  const live = await liveOf(parts, projection, storeId);
  const limit = live.comparable ? live.position : await parts.store.head();
  const ahead = lane.position !== undefined && (limit === undefined || parts.store.compare(lane.position, limit) > 0);
  if (goesOn && !ahead) return;
  await inTransaction(parts.pool, async (client) => {
    await lane.moveCheckpoint(client, undefined, 0);
    await client.query(`DROP SCHEMA IF EXISTS "${schema}" CASCADE`);
    await client.query(`CREATE SCHEMA "${schema}"`);
    await createTables(client, projection, schema);
    await client.query(
      'UPDATE read.checkpoints SET version = $3, store_id = $4, tables = $5 WHERE projection = $1 AND schema = $2',
      [projection.name, schema, projection.version, storeId, projection.tables.map(({ name }) => name)],
    );
  });
  lane.startOver();
}

/**
 * Every lane to where its live tables are, or to the head of the log where it cannot be compared with them. A target
 * that moves is followed until what is left fits one batch.
 */
async function catchUpTogether(
  parts: RebuildParts,
  lanes: readonly Lane[],
  storeId: string,
  batch: number,
  totals: Map<Lane, number>,
  tell: () => void,
): Promise<void> {
  for (;;) {
    const targets = new Map<Lane, Position>();
    for (const lane of lanes) {
      const live = await liveOf(parts, lane.projection, storeId);
      totals.set(lane, live.events);
      const target = live.comparable ? live.position : await parts.store.head();
      if (target !== undefined && !lane.hasPassed(target)) targets.set(lane, target);
    }
    if (targets.size === 0) return tell();
    const read = await takePages(parts, targets, batch, tell);
    if (read <= 1) return;
  }
}

/** Each lane to its target; one that is done with a page begins the next, but no lane is two pages ahead of another. */
async function takePages(
  parts: RebuildParts,
  targets: ReadonlyMap<Lane, Position>,
  batch: number,
  tell: () => void,
): Promise<number> {
  const { store } = parts;
  const taking = new Map<Lane, Promise<void>>();
  let before: Promise<unknown> = Promise.resolve();
  const settled = async (): Promise<void> => {
    await before;
    for (const lane of targets.keys()) checkGoing(lane);
    tell();
  };
  let read = 0;
  try {
    for await (const records of pages(store, lowest(store, [...targets.keys()]), batch)) {
      const page = new Page(records, parts);
      read += 1;
      for (const [lane, target] of targets) {
        const last = taking.get(lane) ?? Promise.resolve();
        taking.set(
          lane,
          last.then(() => (lane.owned ? lane.take(page, target) : undefined)),
        );
      }
      await settled();
      before = Promise.all(taking.values());
      before.catch(() => undefined); // Awaited with the next page.
      const end = records.at(-1)!.position;
      if ([...targets.values()].every((target) => store.compare(end, target) >= 0)) break;
    }
    await settled();
  } finally {
    await Promise.allSettled(taking.values());
  }
  return read;
}

/** The log from a position, with the next page on its way while one is worked on. */
async function* pages(store: EventStore, after: Position | undefined, limit: number) {
  let next = store.readAll(after, limit);
  for (;;) {
    const records = await next;
    const last = records.at(-1);
    if (last === undefined) return;
    next = store.readAll(last.position, limit);
    next.catch(() => undefined); // Whoever stops early never awaits it.
    yield records;
  }
}

function checkGoing(lane: Lane): void {
  if (lane.poison) throw new ProjectionStopped(lane.projection.name, lane.poison);
  if (!lane.owned) throw new LeaseLost(`the rebuild of ${lane.projection.name}`);
}

async function index(parts: RebuildParts, lane: Lane): Promise<void> {
  await inTransaction(parts.pool, async (client) => {
    await lane.moveCheckpoint(client, lane.position, lane.events);
    if (await indexesExist(client, lane.projection, lane.schema)) return;
    await client.query('SET LOCAL statement_timeout TO 0');
    await createIndexes(client, lane.projection, lane.schema);
  });
}

/** One transaction, during which no live batch can commit: the live checkpoint's row is locked. */
async function swap(parts: RebuildParts, lane: Lane, storeId: string, batch: number): Promise<RebuildReport> {
  const { projection, schema } = lane;
  const report = await inTransaction(parts.pool, async (client) => {
    await client.query(`SET LOCAL statement_timeout TO 0; SET LOCAL lock_timeout TO '30s'`);
    await client.query(
      `INSERT INTO read.checkpoints (projection, schema, version, store_id) VALUES ($1, $2, 0, $3) ON CONFLICT DO NOTHING`,
      [projection.name, LIVE, storeId],
    );
    const live = await liveOf(parts, projection, storeId, client);
    await lane.moveCheckpoint(client, lane.position, lane.events);
    const target = live.comparable ? live.position : await parts.store.head();
    if (target !== undefined) await catchUpWithin(parts, client, lane, target, batch);
    const comparison = await compareWithin(client, lane, live);
    await client.query(`SET LOCAL search_path TO DEFAULT`);
    const old = new Set([...live.tables, ...projection.tables.map(({ name }) => name)]);
    for (const table of old) await client.query(`DROP TABLE IF EXISTS "${LIVE}"."${table}"`);
    for (const { name } of projection.tables)
      await client.query(`ALTER TABLE "${schema}"."${name}" SET SCHEMA "${LIVE}"`);
    await grantReading(client, projection);
    await client.query(
      `UPDATE read.checkpoints
          SET version = $3, store_id = $4, position = $5, events = $6, tables = $7, state = 'running', poison = NULL,
              owner = NULL, lease_until = NULL, owner_epoch = owner_epoch + 1, updated_at = clock_timestamp()
        WHERE projection = $1 AND schema = $2`,
      [
        projection.name,
        LIVE,
        projection.version,
        storeId,
        lane.position ?? null,
        lane.events,
        projection.tables.map(({ name }) => name),
      ],
    );
    await client.query('DELETE FROM read.checkpoints WHERE projection = $1 AND schema = $2', [projection.name, schema]);
    await client.query(`DROP SCHEMA "${schema}" CASCADE`);
    return { projection: projection.name, events: lane.events, comparison } as const;
  });
  lane.disown();
  return report;
}

async function compareWithin(client: PoolClient, { projection, schema }: Lane, live: Live) {
  if (!live.comparable) return 'notCompared';
  const equal = (await hashWithin(client, projection, LIVE)) === (await hashWithin(client, projection, schema));
  return equal ? 'equal' : 'different';
}

/** As `swap`, without the swap: what was built beside is dropped. */
async function compareOnly(parts: RebuildParts, lane: Lane, storeId: string, batch: number): Promise<RebuildReport> {
  const { projection, schema } = lane;
  const report = await inTransaction(parts.pool, async (client) => {
    await client.query(`SET LOCAL statement_timeout TO 0; SET LOCAL lock_timeout TO '30s'`);
    const live = await liveOf(parts, projection, storeId, client);
    await lane.moveCheckpoint(client, lane.position, lane.events);
    if (live.comparable && live.position !== undefined) await catchUpWithin(parts, client, lane, live.position, batch);
    const comparison = await compareWithin(client, lane, live);
    await client.query('DELETE FROM read.checkpoints WHERE projection = $1 AND schema = $2', [projection.name, schema]);
    await client.query(`DROP SCHEMA "${schema}" CASCADE`);
    return { projection: projection.name, events: lane.events, comparison } as const;
  });
  lane.disown();
  return report;
}

/** What is left once the live tables stand still. An event that cannot be applied undoes the swap. */
async function catchUpWithin(
  parts: RebuildParts,
  client: PoolClient,
  lane: Lane,
  target: Position,
  batch: number,
): Promise<void> {
  await client.query(`SET LOCAL search_path TO "${lane.schema}"`);
  for await (const records of pages(parts.store, lane.position, batch)) {
    if (lane.hasPassed(target)) return;
    const page = new Page(records, parts);
    const portion = page.portionFor(
      lane.projection,
      page.between(undefined, target, (a, b) => parts.store.compare(a, b)),
    );
    if (portion === undefined) return;
    const fault: { cause?: unknown } = { ...(portion.unreadable ? { cause: portion.unreadable.error } : {}) };
    if (!portion.unreadable) await applyWithin(client, lane.projection, portion.events, fault).catch(orThrow(fault));
    if (fault.cause !== undefined)
      throw new Error(
        `The rebuild of ${lane.projection.name} could not apply its newest events (${describeFault(fault.cause)}): ` +
          'nothing was swapped; run it again, and it will name the event.',
      );
    lane.position = portion.upTo;
    lane.events += portion.records;
  }
}

const orThrow =
  (fault: { cause?: unknown }) =>
  (error: unknown): void => {
    if (fault.cause !== error) throw error;
  };

/** With a client: locks the row to the end of its transaction. */
async function liveOf(
  parts: RebuildParts,
  projection: Projection,
  storeId: string,
  client?: PoolClient,
): Promise<Live> {
  if (client === undefined) return inTransaction(parts.pool, (own) => readLive(parts, own, projection, storeId, ''));
  return readLive(parts, client, projection, storeId, 'FOR UPDATE');
}

async function readLive(
  parts: RebuildParts,
  client: PoolClient,
  projection: Projection,
  storeId: string,
  locking: '' | 'FOR UPDATE',
): Promise<Live> {
  const { rows } = await client.query<{
    position: string | null;
    events: string;
    version: number;
    store_id: string;
    tables: string[];
    state: string;
  }>(
    patiently(
      `SELECT position, events::text, version, store_id, tables, state FROM read.checkpoints
        WHERE projection = $1 AND schema = $2 ${locking}`,
      [projection.name, LIVE],
    ),
  );
  const row = rows[0];
  if (row === undefined) return { position: undefined, events: 0, comparable: false, tables: [] };
  const head = await parts.store.head();
  const comparable =
    row.position !== null &&
    row.state !== 'rebuilding' &&
    row.version === projection.version &&
    row.store_id === storeId &&
    head !== undefined &&
    parts.store.compare(row.position, head) <= 0 &&
    (await tablesExist(client, projection, LIVE));
  return { position: row.position ?? undefined, events: Number(row.events), comparable, tables: row.tables };
}

/** Where the lane that is furthest behind stands. */
export function lowest(store: EventStore, lanes: readonly Lane[]): Position | undefined {
  return lanes
    .map((lane) => lane.position)
    .reduce((least, position) =>
      least === undefined || position === undefined ? undefined : store.compare(position, least) < 0 ? position : least,
    );
}
