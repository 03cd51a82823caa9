import type { Pool } from 'pg';
import { AppendRefused, type WrittenEvent, writtenEvents } from '../append-request';
import {
  type AppendOutcome,
  type EventStore,
  type ExpectedRevision,
  type JsonObject,
  type Position,
  type StoredEvent,
  type StoredRecord,
  StoreUnavailable,
  type Subscription,
} from '../event-store';
import { Appender } from './appender';
import { read, type Statement } from './connection';
import { Tail } from './tail';

export interface PostgresEventStoreSettings {
  /**
   * Logged in as the application or the projector; stays the caller's to end. Its `statement_timeout` bounds what the
   * server does, its `connectionTimeoutMillis` what a connection that never opens takes away from the pool.
   */
  readonly pool: Pool;
  /** How long an append may stay unsettled, before its last read-back. */
  readonly deadlineMs?: number;
}

/** The event log in one Postgres table. A position is a decimal number from 1: gapless, and in the order of commits. */
export class PostgresEventStore implements EventStore {
  private readonly pool: Pool;
  private readonly appender: Appender;
  private readonly tail: Tail;
  private readonly subscriptions = new Set<AbortController>();
  private knownIdentity: string | undefined;

  constructor(settings: PostgresEventStoreSettings) {
    this.pool = settings.pool;
    this.tail = new Tail(async () => BigInt((await this.head()) ?? 0));
    this.appender = new Appender({
      pool: settings.pool,
      deadlineMs: settings.deadlineMs ?? DEADLINE_MS,
      appended: (position) => this.tail.saw(BigInt(position)),
    });
  }

  async identity(): Promise<string> {
    this.knownIdentity ??= (await read<{ id: string }>(this.pool, READ_MS, IDENTITY, []))[0]?.id;
    if (this.knownIdentity === undefined) throw new Error('The event log has no identity: run the migrations.');
    return this.knownIdentity;
  }

  async append(stream: string, expected: ExpectedRevision, events: readonly StoredEvent[]): Promise<AppendOutcome> {
    let written: readonly WrittenEvent[];
    try {
      written = writtenEvents(stream, expected, events);
    } catch (error) {
      if (error instanceof AppendRefused) return { outcome: 'rejected', reason: error.message };
      throw error;
    }
    return this.appender.append(stream, expected, written);
  }

  async *readStream(stream: string, from = 0): AsyncGenerator<StoredRecord> {
    let next = from;
    for (;;) {
      const page = await read<Row>(this.pool, READ_MS, STREAM_PAGE, [stream, next, PAGE]);
      for (const row of page) yield recordOf(row);
      if (page.length < PAGE) return;
      next = page.at(-1)!.revision + 1;
    }
  }

  async readAll(after: Position | undefined, limit: number): Promise<readonly StoredRecord[]> {
    const rows = await read<Row>(this.pool, READ_MS, ALL_PAGE, [String(numberOf(after)), limit]);
    return rows.map(recordOf);
  }

  subscribeAll(after: Position | undefined, types?: readonly string[]): Subscription {
    const stopping = new AbortController();
    const batches = this.batches(numberOf(after), types, stopping.signal);
    this.subscriptions.add(stopping);
    stopping.signal.addEventListener('abort', () => this.subscriptions.delete(stopping));
    return {
      [Symbol.asyncIterator]: () => batches,
      stop: async () => stopping.abort(),
    };
  }

  async head(): Promise<Position | undefined> {
    const rows = await read<{ head: string | null }>(this.pool, READ_MS, HEAD, []);
    return rows[0]?.head ?? undefined;
  }

  /** Positions are gapless. */
  async behind(position: Position | undefined): Promise<number> {
    return Number(numberOf(await this.head()) - numberOf(position));
  }

  compare(a: Position, b: Position): number {
    const difference = numberOf(a) - numberOf(b);
    return difference < 0n ? -1 : difference > 0n ? 1 : 0;
  }

  /** Ends the subscriptions and waits for the appends under way. The pool stays open. */
  async close(): Promise<void> {
    for (const subscription of this.subscriptions) subscription.abort();
    await this.appender.close();
  }

  private async *batches(
    after: bigint,
    types: readonly string[] | undefined,
    stopped: AbortSignal,
  ): AsyncGenerator<readonly StoredRecord[]> {
    let cursor = after;
    while (!stopped.aborted) {
      const head = await this.tail.beyond(cursor, stopped);
      if (stopped.aborted) return;
      const end = head < cursor + WINDOW ? head : cursor + WINDOW;
      const window = [String(cursor), String(end), BATCH];
      let rows: readonly Row[];
      try {
        rows = await (types === undefined
          ? read<Row>(this.pool, READ_MS, WINDOW_PAGE, window)
          : read<Row>(this.pool, READ_MS, WINDOW_PAGE_OF_TYPES, [...window, types]));
      } catch (error) {
        if (!(error instanceof StoreUnavailable)) throw error;
        await new Promise((resolve) => setTimeout(resolve, OUTAGE_PAUSE_MS));
        continue;
      }
      cursor = rows.length === BATCH ? BigInt(rows.at(-1)!.position) : end;
      if (rows.length > 0 && !stopped.aborted) yield rows.map(recordOf);
    }
  }
}

interface Row {
  readonly position: string;
  readonly stream: string;
  readonly revision: number;
  readonly id: string;
  readonly type: string;
  readonly data: JsonObject;
  readonly metadata: JsonObject;
}

const COLUMNS = 'position, stream, revision, id, type, data, metadata';
const IDENTITY: Statement = { name: 'log_identity', text: 'select id from log.identity' };
const HEAD: Statement = { name: 'log_head', text: 'select max(position) as head from log.events' };
const STREAM_PAGE: Statement = {
  name: 'log_stream_page',
  text: `select ${COLUMNS} from log.events where stream = $1 and revision >= $2 order by revision limit $3`,
};
const ALL_PAGE: Statement = {
  name: 'log_all_page',
  text: `select ${COLUMNS} from log.events where position > $1 order by position limit $2`,
};
const WINDOW_PAGE: Statement = {
  name: 'log_window_page',
  text: `select ${COLUMNS} from log.events where position > $1 and position <= $2 order by position limit $3`,
};
const WINDOW_PAGE_OF_TYPES: Statement = {
  name: 'log_window_page_of_types',
  text: `select ${COLUMNS} from log.events where position > $1 and position <= $2 and type = any($4) order by position limit $3`,
};

const DEADLINE_MS = 5000;
const READ_MS = 10_000;
const PAGE = 500;
const BATCH = 1000;
/** How many positions one query of a subscription looks at, so that a filter on a rare type never scans the whole log at once. */
const WINDOW = 20_000n;
const OUTAGE_PAUSE_MS = 250;

function recordOf(row: Row): StoredRecord {
  return {
    stream: row.stream,
    revision: row.revision,
    position: String(row.position),
    id: row.id,
    type: row.type,
    data: row.data,
    metadata: row.metadata,
  };
}

function numberOf(position: Position | undefined): bigint {
  if (position === undefined) return 0n;
  if (!/^\d{1,19}$/.test(position))
    throw new Error(`Position "${position}" is not one of this log: it is no decimal number.`);
  return BigInt(position);
}
