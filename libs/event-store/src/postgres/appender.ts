import type { Pool } from 'pg';
import type { WrittenEvent } from '../append-request';
import { type AppendOutcome, type ExpectedRevision, StoreUnavailable } from '../event-store';
import { isOutage, KeptClient, query, type Statement } from './connection';

/**
 * Sends appends to `log.append`. The append lock is held to commit, so commits cannot share an fsync; instead the appends
 * of one process share a call: while one call is under way the next ones gather, and each gets its own outcome.
 */
export class Appender {
  private readonly pool: Pool;
  private readonly client: KeptClient;
  private readonly deadline: number;
  private readonly appended: (position: string) => void;
  private readonly waiting: Pending[] = [];
  private sending: Promise<void> | undefined;
  private closed = false;

  constructor(parts: { pool: Pool; deadlineMs: number; appended: (position: string) => void }) {
    this.pool = parts.pool;
    this.client = new KeptClient(parts.pool);
    this.deadline = parts.deadlineMs;
    this.appended = parts.appended;
  }

  /**
   * Settles within the deadline and one read-back: an answer that was lost is looked up by event id, and what is not there
   * is sent again with the same ids and the same expected revision. Throws StoreUnavailable if it was never queued.
   */
  append(stream: string, expected: ExpectedRevision, events: readonly WrittenEvent[]): Promise<AppendOutcome> {
    if (this.closed) return Promise.reject(new StoreUnavailable('The event store is closed.'));
    if (this.waiting.length >= MOST_WAITING) {
      return Promise.reject(new StoreUnavailable(`${MOST_WAITING} appends are waiting already. Try again shortly.`));
    }
    return new Promise((resolve, reject) => {
      const pending: Pending = {
        stream,
        expected: expected === 'no_stream' ? -1 : expected,
        events,
        settled: false,
        settle: (outcome) => {
          clearTimeout(timer);
          pending.settled = true;
          if (outcome.outcome === 'appended') this.appended(outcome.position);
          resolve(outcome);
        },
        fail: (error) => {
          clearTimeout(timer);
          pending.settled = true;
          reject(error);
        },
      };
      const timer = setTimeout(() => void this.giveUp(pending), this.deadline);
      this.waiting.push(pending);
      this.sending ??= this.send();
    });
  }

  /** Takes no more appends, and waits for those it has. */
  async close(): Promise<void> {
    this.closed = true;
    await this.sending;
  }

  private async send(): Promise<void> {
    let pause = FIRST_PAUSE;
    // A turn of the loop lets the writers that were just answered join the next call.
    await nextTurn();
    while (this.waiting.length > 0) {
      const batch = takeBatch(this.waiting);
      const lost = await this.call(batch);
      if (lost.length > 0) {
        await this.settleByReadingBack(lost);
        this.waiting.unshift(...lost.filter((append) => !append.settled));
        await new Promise((resolve) => setTimeout(resolve, pause));
        pause = Math.min(pause * 2, LONGEST_PAUSE);
      } else {
        pause = FIRST_PAUSE;
      }
      if (this.pool.waitingCount > 0) this.client.release();
      await nextTurn();
    }
    this.client.release();
    this.sending = undefined;
  }

  /** Settles what the database answered; returns what it did not answer. */
  private async call(batch: readonly Pending[]): Promise<readonly Pending[]> {
    try {
      const rows = (await this.callForOne(batch)) ?? (await this.ask<OutcomeRow>(APPEND, valuesOf(batch)));
      batch.forEach((append, index) => append.settle(outcomeOf(append, rows[index]!)));
      return [];
    } catch (error) {
      if (isOutage(error)) return batch;
      batch.forEach((append) => append.fail(error));
      return [];
    }
  }

  /** The short way for one event alone; answers nothing where the event is not plainly in order. */
  private async callForOne(batch: readonly Pending[]): Promise<readonly OutcomeRow[] | undefined> {
    const [append, ...others] = batch;
    if (append === undefined || others.length > 0 || append.events.length > 1) return undefined;
    const { stream, expected } = append;
    const event = append.events[0]!;
    const values = [stream, expected, event.id, event.type, event.data, event.metadata];
    const [row] = await this.ask<{ position: string | null }>(APPEND_ONE, values);
    if (!row || row.position === null) return undefined;
    return [{ outcome: 'appended', revision: expected + 1, position: row.position }];
  }

  private ask<Row extends object>(statement: Statement, values: readonly unknown[]): Promise<readonly Row[]> {
    return this.client.query<Row>(this.deadline * ATTEMPT_SHARE, statement, values);
  }

  /** An append counts as done only where its own ids are found, at the revisions it asked for. */
  private async settleByReadingBack(lost: readonly Pending[]): Promise<void> {
    let rows: readonly FoundRow[];
    try {
      const ids = lost.flatMap((append) => append.events.map((event) => event.id));
      rows = await query<FoundRow>(this.pool, READ_BACK_MS, FIND, [ids]);
    } catch (error) {
      if (isOutage(error)) return;
      return lost.forEach((append) => append.fail(error));
    }
    const found = new Map(rows.map((row) => [row.id, row]));
    for (const append of lost) {
      const own = append.events.map((event) => found.get(event.id));
      const inPlace = own.every(
        (row, index) => row?.stream === append.stream && row.revision === append.expected + 1 + index,
      );
      if (inPlace) append.settle(appendedAt(append, own.at(-1)!.position));
    }
  }

  private async giveUp(append: Pending): Promise<void> {
    await this.settleByReadingBack([append]);
    if (append.settled) return;
    append.settle({
      outcome: 'unknown',
      reason: `The event log did not answer within ${this.deadline} ms. Send the same events again.`,
    });
  }
}

interface Pending {
  readonly stream: string;
  /** -1: no stream. */
  readonly expected: number;
  readonly events: readonly WrittenEvent[];
  settled: boolean;
  settle(outcome: AppendOutcome): void;
  fail(error: unknown): void;
}

interface OutcomeRow {
  readonly outcome: 'appended' | 'conflict' | 'known_elsewhere';
  readonly revision: number;
  readonly position: string | null;
}

interface FoundRow {
  readonly id: string;
  readonly stream: string;
  readonly revision: number;
  readonly position: string;
}

const APPEND: Statement = { name: 'log_append', text: 'select * from log.append($1, $2, $3, $4, $5, $6, $7)' };
const APPEND_ONE: Statement = {
  name: 'log_append_one',
  text: 'select log.append_one($1, $2, $3, $4, $5, $6) as position',
};
const FIND: Statement = {
  name: 'log_find',
  text: 'select id, stream, revision, position from log.events where id = any($1::uuid[])',
};

const MOST_WAITING = 10_000;
const MOST_APPENDS_A_CALL = 256;
const MOST_CHARACTERS_A_CALL = 2 * 1024 * 1024;
/** One call's share of the deadline: a connection that is silent leaves time for another. */
const ATTEMPT_SHARE = 0.4;
const READ_BACK_MS = 1000;
const FIRST_PAUSE = 10;
const LONGEST_PAUSE = 250;

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Takes from the front what fits one call, leaving out what was given up meanwhile. At least one append, whatever its size. */
function takeBatch(waiting: Pending[]): readonly Pending[] {
  const batch: Pending[] = [];
  let characters = 0;
  let taken = 0;
  for (const append of waiting) {
    const size = append.events.reduce((sum, event) => sum + event.data.length + event.metadata.length, 0);
    if (batch.length === MOST_APPENDS_A_CALL || (batch.length > 0 && characters + size > MOST_CHARACTERS_A_CALL)) break;
    taken++;
    if (append.settled) continue;
    characters += size;
    batch.push(append);
  }
  waiting.splice(0, taken);
  return batch;
}

function valuesOf(batch: readonly Pending[]): unknown[] {
  const streams: string[] = [];
  const expected: number[] = [];
  const owners: number[] = [];
  const ids: string[] = [];
  const types: string[] = [];
  const data: string[] = [];
  const metadata: string[] = [];
  for (const append of batch) {
    streams.push(append.stream);
    expected.push(append.expected);
    for (const event of append.events) {
      owners.push(streams.length);
      ids.push(event.id);
      types.push(event.type);
      data.push(event.data);
      metadata.push(event.metadata);
    }
  }
  return [streams, expected, owners, ids, types, data, metadata];
}

function outcomeOf(append: Pending, row: OutcomeRow): AppendOutcome {
  switch (row.outcome) {
    case 'appended':
      return appendedAt(append, row.position!);
    case 'conflict':
      return { outcome: 'conflict', actual: row.revision === -1 ? 'no_stream' : row.revision };
    case 'known_elsewhere':
      return {
        outcome: 'rejected',
        reason: `An event id of this append to "${append.stream}" is in the log at another place.`,
      };
  }
}

function appendedAt(append: Pending, position: string): AppendOutcome {
  const firstRevision = append.expected + 1;
  return { outcome: 'appended', firstRevision, lastRevision: append.expected + append.events.length, position };
}
