import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Position, StoredRecord } from '@app/event-store';
import type { QueryConfig } from 'pg';
import { prepare } from './checkpoints';
import { describeFault, type Poison, ProjectionStopped } from './faults';
import { Feed } from './feed';
import { Lane } from './lane';
import { Page } from './page';
import { checkProjection, LIVE, type Projection, rebuildSchemaOf } from './projection';
import { lowest, rebuild, type RebuildOptions, type RebuildParts, type RebuildReport } from './rebuild';
import { named, POLL_MS, type Standing, standings, until, type WaitOptions } from './waiting';

/** Where the runner says what an operator must know. Nest's Logger is one. */
export interface ProjectionLogger {
  log(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

export interface ProjectionParts extends RebuildParts {
  readonly projections: readonly Projection[];
  readonly logger: ProjectionLogger;
  /** Milliseconds after which a runner that gives no sign of life is replaced; 5,000 unless told. */
  readonly leaseMs?: number;
  /** Events in a batch; 1,000 unless told. */
  readonly batch?: number;
}

export interface ProjectionHealth {
  readonly name: string;
  /**
   * `running`: some process keeps it up to date. `waiting`: no process does. `stopped`: at a poison event.
   * `rebuilding`: the tables are being built anew for this version. `unreachable`: the database does not answer.
   */
  readonly state: 'running' | 'waiting' | 'stopped' | 'rebuilding' | 'unreachable';
  readonly position?: Position;
  /** Age in milliseconds of the oldest event that it has not passed, by the application's clock; 0 when none is left. */
  readonly lag?: number;
  /** Events that it has not passed, where the store can tell without reading them. */
  readonly behind?: number;
  readonly poison?: Poison;
}

/** A lease that is free, or was lost to a swap, is asked for this often. */
const ELECTION_MS = 250;
const FIRST_BACKOFF_MS = 100;
const LAST_BACKOFF_MS = 5_000;
const HEALTH_MS = 2_000;

/**
 * Keeps read models up to date (architecture.md 4). Any number of processes may run one; for each projection one of
 * them works, elected by a lease. The log is read and decoded once for all projections of the process; each has a
 * checkpoint and transactions of its own, and stops alone. While the database is away it waits and then goes on.
 */
export class ProjectionRunner {
  readonly #parts: ProjectionParts;
  readonly #lanes: readonly Lane[];
  readonly #leaseMs: number;
  #feed: Feed | undefined;
  #electAt = 0;
  /** Resolves when the next election is due, or at a stop: one timer, however many batches wait beside it. */
  #electionDue: Promise<unknown> = Promise.resolve();
  #stopping: AbortController | undefined;
  #running: Promise<void> | undefined;
  #rebuilding: Promise<void> | undefined;
  #onMoved: (() => void)[] = [];

  constructor(parts: ProjectionParts) {
    parts.projections.forEach(checkProjection);
    this.#parts = parts;
    this.#leaseMs = parts.leaseMs ?? 5_000;
    const owner = randomUUID();
    this.#lanes = parts.projections.map(
      (projection) => new Lane(projection, LIVE, { ...parts, owner, leaseMs: this.#leaseMs }),
    );
  }

  /**
   * Resolves once tables and checkpoints are there and free leases are taken; the work goes on behind. A stopped
   * projection is tried again. Tables of an older version are built anew, also behind.
   * Throws ForeignCheckpoint and NewerCheckpoint, and whatever the database throws when it is away.
   */
  async start(): Promise<void> {
    if (this.#stopping) return;
    const { pool, store, logger } = this.#parts;
    const storeId = await store.identity();
    const anew: Lane[] = [];
    for (const lane of this.#lanes) {
      const found = await prepare(pool, store, lane.projection, storeId);
      if (found.fit) continue;
      logger.warn(`The read model ${lane.projection.name} is built anew: ${found.why}.`);
      lane.startOver();
      anew.push(lane);
    }
    const stopping = new AbortController();
    await this.#elect(true, stopping.signal);
    this.#stopping = stopping;
    this.#running = this.#run(stopping.signal);
    if (anew.length > 0) this.#rebuilding = this.#buildAnew(anew, stopping.signal);
  }

  /** Ends after the batch at hand and gives the leases back. */
  async stop(): Promise<void> {
    if (!this.#stopping) return;
    this.#stopping.abort();
    await this.#running;
    await this.#rebuilding;
    await this.#closeFeed();
    await Promise.allSettled(this.#lanes.map((lane) => lane.release()));
    this.#stopping = undefined;
  }

  /**
   * Resolves when every read model has passed what is the newest event now, whichever process keeps it.
   * A runner that was not started is started for that, and stopped again. Throws ProjectionStopped.
   */
  async catchUp(): Promise<void> {
    const head = await this.#parts.store.head();
    const started = this.#stopping === undefined;
    if (started) await this.start();
    try {
      while (head !== undefined && !(await this.waitFor(head, { timeoutMs: 60_000 }))) {
        const stopped = (await this.health()).find(({ poison }) => poison !== undefined);
        if (stopped?.poison) throw new ProjectionStopped(stopped.name, stopped.poison);
      }
    } finally {
      if (started) await this.stop();
    }
  }

  /**
   * Resolves to true once the read models have passed a position, whichever process keeps them; to false after the
   * time-out, or at once when one of them has stopped before it. Throws only for a name that is no projection.
   */
  async waitFor(position: Position, options: WaitOptions = {}): Promise<boolean> {
    const wanted = new Set(named(this.#parts.projections, options.projections));
    const lanes = this.#lanes.filter((lane) => wanted.has(lane.projection));
    const ask = async (): Promise<Standing> => {
      const behind = lanes.filter((lane) => !lane.hasPassed(position));
      const elsewhere = behind.filter((lane) => !lane.owned).map((lane) => lane.projection);
      if (elsewhere.length === 0) return behind.length === 0 ? 'passed' : 'behind';
      const there = [...(await standings(this.#parts.pool, this.#parts.store, elsewhere, position)).values()];
      if (there.includes('stopped')) return 'stopped';
      return there.includes('behind') || elsewhere.length < behind.length ? 'behind' : 'passed';
    };
    return until(ask, () => Promise.race([this.#moved(), pause(POLL_MS)]), options.timeoutMs);
  }

  /** Builds read models anew and swaps them in; all, or those named. */
  async rebuild(options: RebuildOptions & { readonly projections?: readonly string[] } = {}): Promise<RebuildReport[]> {
    return rebuild(this.#parts, named(this.#parts.projections, options.projections), {
      leaseMs: this.#leaseMs,
      ...options,
    });
  }

  /** Never throws, and answers within two seconds: also while the database or the store is away or silent. */
  async health(): Promise<readonly ProjectionHealth[]> {
    const over = new AbortController();
    const tooLate = pause(HEALTH_MS, undefined, { signal: over.signal }).catch(() => undefined);
    const asked = await Promise.race([this.#askHealth().catch(() => undefined), tooLate]);
    over.abort();
    return (
      asked ??
      this.#lanes.map(({ projection, position, poison }) => ({
        name: projection.name,
        state: 'unreachable',
        ...(position === undefined ? {} : { position }),
        ...(poison === undefined ? {} : { poison }),
      }))
    );
  }

  async #askHealth(): Promise<readonly ProjectionHealth[]> {
    const { rows } = await this.#parts.pool.query<HealthRow>({
      text: `SELECT projection, schema, position, version, poison, state,
                    coalesce(lease_until > clock_timestamp(), false) AS kept
               FROM read.checkpoints WHERE projection = ANY ($1)`,
      values: [this.#parts.projections.map(({ name }) => name)],
      // Whoever asks every few seconds must not fill the pool with questions that a dead link never answers.
      query_timeout: HEALTH_MS,
    } as QueryConfig);
    const distances = new Map<string | null, Promise<Distance>>();
    const distanceOf = (position: string | null): Promise<Distance> => {
      let distance = distances.get(position);
      if (distance === undefined) distances.set(position, (distance = this.#distanceOf(position ?? undefined)));
      return distance;
    };
    return Promise.all(this.#parts.projections.map((projection) => healthOf(projection, rows, distanceOf)));
  }

  /** One event and the head are looked at, however far it is. */
  async #distanceOf(position: Position | undefined): Promise<Distance> {
    const { store } = this.#parts;
    const [[next], behind] = await Promise.all([store.readAll(position, 1), store.behind(position)]);
    const recordedAt = next && Date.parse(String(next.metadata.recordedAt));
    return {
      lag: recordedAt === undefined || Number.isNaN(recordedAt) ? 0 : Math.max(0, Date.now() - recordedAt),
      ...(behind === undefined ? {} : { behind }),
    };
  }

  async #run(signal: AbortSignal): Promise<void> {
    let backoff = FIRST_BACKOFF_MS;
    while (!signal.aborted) {
      try {
        if (performance.now() >= this.#electAt) await this.#elect(false, signal);
        await this.#step();
        backoff = FIRST_BACKOFF_MS;
      } catch (error) {
        this.#parts.logger.warn(
          `The read models wait for the database or the store (${describeFault(error)}); next try in ${backoff} ms.`,
        );
        await this.#closeFeed();
        // What was committed last is not known: the next election reads the checkpoints back.
        for (const lane of this.#lanes) lane.disown();
        this.#electAt = 0;
        await pause(backoff, undefined, { signal }).catch(() => undefined);
        backoff = Math.min(backoff * 2, LAST_BACKOFF_MS);
      }
    }
  }

  /** Prolongs the leases it has and takes those that are free. */
  async #elect(retryStopped: boolean, signal: AbortSignal): Promise<void> {
    if (!retryStopped) await this.#replaceLost(signal);
    await Promise.all(
      this.#lanes.map(async (lane) => {
        if (lane.owned) {
          await lane.renew();
          if (!lane.owned) this.#warnLost(lane);
        }
        if (!lane.owned) await lane.acquire({ retryStopped, version: lane.projection.version });
      }),
    );
    const settled = this.#lanes.every((lane) => lane.owned || lane.poison);
    const wait = settled ? this.#leaseMs / 3 : Math.min(this.#leaseMs / 3, ELECTION_MS);
    this.#electAt = performance.now() + wait;
    this.#electionDue = pause(wait, undefined, { signal }).catch(() => undefined);
  }

  /** Read models of which somebody has taken a table or the checkpoint away are built anew. */
  async #replaceLost(signal: AbortSignal): Promise<void> {
    if (this.#rebuilding) return;
    const { rows } = await this.#parts.pool.query<{ name: string }>(
      `SELECT name FROM unnest($1::text[]) AS name
         LEFT JOIN read.checkpoints c ON c.projection = name AND c.schema = $2
        WHERE c.projection IS NULL OR c.state <> 'rebuilding' AND EXISTS (
          SELECT FROM unnest(c.tables) AS t (name) WHERE to_regclass(format('%I.%I', $2::text, t.name)) IS NULL)`,
      [this.#lanes.map(({ projection }) => projection.name), LIVE],
    );
    const lost = this.#lanes.filter(({ projection }) => rows.some(({ name }) => name === projection.name));
    if (lost.length === 0) return;
    for (const lane of lost) {
      this.#parts.logger.error(
        `The read model ${lane.projection.name} has lost a table or its checkpoint: it is built anew.`,
      );
      lane.disown();
      lane.startOver();
    }
    this.#rebuilding = this.#buildAnew(lost, signal);
  }

  #warnLost(lane: Lane): void {
    this.#parts.logger.warn(`The read model ${lane.projection.name} has another owner or is being swapped.`);
  }

  /** One page for the lanes that are behind the feed, then one batch of the feed for the others. */
  async #step(): Promise<void> {
    const { store } = this.#parts;
    const owned = this.#lanes.filter((lane) => lane.owned);
    if (owned.length === 0) {
      await this.#closeFeed();
      return void (await this.#electionDue);
    }
    this.#feed ??= this.#openFeed(owned);
    const { cursor } = this.#feed;
    const behind = owned.filter((lane) => cursor !== undefined && !lane.hasPassed(cursor));
    let waiting = this.#electionDue;
    if (behind.length > 0) {
      const records = await store.readAll(lowest(store, behind), this.#parts.batch ?? 1_000);
      await this.#apply(behind, records);
      waiting = Promise.resolve();
    }
    const batch = await this.#feed.next(waiting);
    if (batch)
      await this.#apply(
        owned.filter((lane) => !behind.includes(lane)),
        batch,
      );
  }

  /** From where the lane that is furthest stands: none is kept waiting by one that has much to catch up. */
  #openFeed(owned: readonly Lane[]): Feed {
    const { store } = this.#parts;
    const from = owned
      .map((lane) => lane.position)
      .reduce((most, position) =>
        position !== undefined && (most === undefined || store.compare(position, most) > 0) ? position : most,
      );
    return new Feed(store.subscribeAll(from), from, (a, b) => store.compare(a, b));
  }

  async #closeFeed(): Promise<void> {
    const feed = this.#feed;
    this.#feed = undefined;
    await feed?.close().catch(() => undefined);
  }

  async #apply(lanes: readonly Lane[], records: readonly StoredRecord[]): Promise<void> {
    const size = this.#parts.batch ?? 1_000;
    for (let from = 0; from < records.length; from += size) {
      const page = new Page(records.slice(from, from + size), this.#parts);
      const working = lanes.filter((lane) => lane.owned);
      const taken = await Promise.allSettled(working.map((lane) => lane.take(page)));
      this.#tellMoved();
      for (const lane of working) {
        if (lane.owned) continue;
        this.#electAt = 0;
        if (lane.poison) this.#parts.logger.error(new ProjectionStopped(lane.projection.name, lane.poison).message);
        else this.#warnLost(lane);
      }
      const failed = taken.find((result) => result.status === 'rejected');
      if (failed) throw failed.reason;
    }
  }

  /** Tables of an older version, or lost: built anew, then run like the others. Another process may be doing the same. */
  #buildAnew(lanes: readonly Lane[], signal: AbortSignal): Promise<void> {
    return this.#tryToBuildAnew(lanes, signal).finally(() => (this.#rebuilding = undefined));
  }

  async #tryToBuildAnew(lanes: readonly Lane[], signal: AbortSignal): Promise<void> {
    const { pool, store, logger } = this.#parts;
    for (let backoff = FIRST_BACKOFF_MS; !signal.aborted; backoff = Math.min(backoff * 2, LAST_BACKOFF_MS)) {
      try {
        const storeId = await store.identity();
        const unfit: Lane[] = [];
        for (const lane of lanes) if (!(await prepare(pool, store, lane.projection, storeId)).fit) unfit.push(lane);
        let told = 0;
        await rebuild(
          this.#parts,
          unfit.map((lane) => lane.projection),
          {
            leaseMs: this.#leaseMs,
            signal,
            onProgress: ({ done, total }) => {
              const tenths = total === 0 ? 10 : Math.floor((done / total) * 10);
              if (tenths > told) logger.log(`Building read models anew: ${done} of ${total} events.`);
              told = Math.max(told, tenths);
            },
          },
        );
        return;
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof ProjectionStopped) return logger.error(error.message);
        logger.warn(`The read models could not be built anew yet: ${describeFault(error)}`);
        await pause(backoff, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  #moved(): Promise<void> {
    return new Promise((resolve) => this.#onMoved.push(resolve));
  }

  #tellMoved(): void {
    const waiting = this.#onMoved;
    this.#onMoved = [];
    for (const tell of waiting) tell();
  }
}

type Distance = Pick<ProjectionHealth, 'lag' | 'behind'>;

interface HealthRow {
  readonly projection: string;
  readonly schema: string;
  readonly position: string | null;
  readonly version: number;
  readonly poison: Poison | null;
  readonly state: 'running' | 'stopped' | 'rebuilding';
  readonly kept: boolean;
}

async function healthOf(
  projection: Projection,
  rows: readonly HealthRow[],
  distanceOf: (position: string | null) => Promise<Distance>,
): Promise<ProjectionHealth> {
  const mine = rows.filter((row) => row.projection === projection.name);
  const live = mine.find((row) => row.schema === LIVE);
  const anew = mine.find((row) => row.schema === rebuildSchemaOf(projection));
  const fits = live?.version === projection.version && live.state !== 'rebuilding';
  const poison = (fits ? live.poison : anew?.poison) ?? undefined;
  const state = poison ? 'stopped' : !fits ? 'rebuilding' : live.kept ? 'running' : 'waiting';
  return {
    name: projection.name,
    state,
    ...(!live?.position ? {} : { position: live.position }),
    ...(await distanceOf(live?.position ?? null)),
    ...(poison ? { poison } : {}),
  };
}
