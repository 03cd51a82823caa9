/**
 * EventStoreDB behind the port. Its answers are taken as seen on a real 23.10.6 server: an append that was not answered
 * with success is settled by reading the stream, never by the kind of the error alone.
 */
import {
  BACKWARDS,
  END,
  eventTypeFilter,
  excludeSystemEvents,
  isCommandError,
  jsonEvent,
  NO_STREAM,
  START,
  StreamNotFoundError,
  WrongExpectedVersionError,
  type AllStreamResolvedEvent,
  type EventData,
  type EventStoreDBClient,
  type ResolvedEvent,
  type StreamingRead,
} from '@eventstore/db-client';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppendRefused, writtenEvents } from '../append-request';
import {
  StoreUnavailable,
  type AppendOutcome,
  type EventStore,
  type ExpectedRevision,
  type JsonObject,
  type Position,
  type StoredEvent,
  type StoredRecord,
  type Subscription,
} from '../event-store';
import { Connection } from './connection';
import { isOutage, NoAnswer, reasonOf, refusalOf } from './failures';
import { compareLogPositions, fromPosition, toPosition } from './positions';
import { SupervisedSubscription } from './supervised-subscription';
import { checkedUrl } from './url';

/** Milliseconds. The defaults are for people who wait; tests use short ones. */
export interface EventStoreDbOptions {
  /** How long one append or one page may stay without an answer. */
  readonly deadlineMs?: number;
  /** How long an outage is ridden out before the caller is told; a new leader was seen after 5.4 seconds. */
  readonly patienceMs?: number;
  /** How long a subscription may show no sign of life before the log is asked whether it has grown. */
  readonly silenceMs?: number;
  /** First pause before a retry or a new subscription; it doubles up to a second, or to five for subscriptions. */
  readonly retryMs?: number;
}

const DEFAULTS: Required<EventStoreDbOptions> = {
  deadlineMs: 5_000,
  patienceMs: 8_000,
  silenceMs: 10_000,
  retryMs: 50,
};

/** Records a page; also the most that one read holds in memory. */
const PAGE = 256;
const LONGEST_RETRY_MS = 1_000;
const LONGEST_RESUBSCRIBE_MS = 5_000;

/** Where the log keeps its own id; neither readAll nor subscribeAll shows it. */
const IDENTITY_STREAM = 'log-identity';
const IDENTITY_TYPE = 'LogIdentified';

interface Proposal {
  readonly stream: string;
  readonly expected: ExpectedRevision;
  readonly ids: readonly string[];
  readonly events: readonly EventData[];
}

type Answer =
  | { readonly kind: 'appended'; readonly lastRevision: number; readonly position: Position }
  | {
      readonly kind: 'conflict' | 'refused' | 'unknown';
      readonly reason: string;
      /** Of a conflict. */
      readonly actual: number | 'no_stream';
      /** Worth asking again. */
      readonly outage: boolean;
      /** Nothing was said within the deadline. */
      readonly silent: boolean;
    };

/** What the stream holds where the proposed events would be. */
type ReadBack =
  | { readonly found: 'all'; readonly lastRevision: number; readonly position: Position }
  | { readonly found: 'none' | 'others' | 'some' | 'unreadable'; readonly reason?: string };

type Open = (client: EventStoreDBClient) => StreamingRead<ResolvedEvent>;

export class EventStoreDbStore implements EventStore {
  readonly #connection: Connection;
  readonly #options: Required<EventStoreDbOptions>;
  readonly #subscriptions = new Set<SupervisedSubscription>();
  #identity: Promise<string> | undefined;
  #closed = false;

  private constructor(connection: Connection, options: EventStoreDbOptions) {
    this.#connection = connection;
    this.#options = { ...DEFAULTS, ...options };
  }

  /**
   * Connects at the first call, not here. Stores of one url share their connection.
   * Throws a sentence when the url can not be served safely.
   */
  static connect(url: string, options: EventStoreDbOptions = {}): EventStoreDbStore {
    return new EventStoreDbStore(Connection.of(checkedUrl(url)), options);
  }

  /** Answers of the server that nobody waited for any more; they do no harm. */
  get strayAnswers(): number {
    return this.#connection.strayAnswers;
  }

  identity(): Promise<string> {
    this.#identity ??= this.#findOrMakeIdentity().catch((error: unknown) => {
      this.#identity = undefined;
      throw error;
    });
    return this.#identity;
  }

  async append(stream: string, expected: ExpectedRevision, events: readonly StoredEvent[]): Promise<AppendOutcome> {
    if (stream === IDENTITY_STREAM) {
      return {
        outcome: 'rejected',
        reason: `Stream "${IDENTITY_STREAM}" holds the log's own id: name another stream.`,
      };
    }
    return this.#append(stream, expected, events);
  }

  async *readStream(stream: string, from = 0): AsyncGenerator<StoredRecord> {
    let next = BigInt(from);
    for (;;) {
      const fromRevision = next;
      const page = await this.#streamPage(stream, fromRevision, PAGE);
      for (const record of page) yield record;
      const last = page.at(-1);
      if (!last || page.length < PAGE) return;
      next = BigInt(last.revision) + 1n;
    }
  }

  async readAll(after: Position | undefined, limit: number): Promise<readonly StoredRecord[]> {
    const records: StoredRecord[] = [];
    let cursor = after === undefined ? undefined : fromPosition(after);
    let first = true;
    while (records.length < limit) {
      // System events may lie between: whole pages once the first did not reach
      const maxCount = first ? Math.max(16, Math.min(PAGE, limit + 1)) : PAGE;
      const from = cursor ?? START;
      const page = await this.#page(
        (client) => client.readAll({ fromPosition: from, maxCount, requiresLeader: true }),
        after,
      );
      if (first && after !== undefined) assertAt(page[0], after);
      first = false;
      for (const resolved of page) {
        const at = resolved.event?.position;
        // Reading from a position gives its own record again
        if (!at || (cursor && compareLogPositions(at, cursor) <= 0)) continue;
        cursor = at;
        const record = visibleRecord(resolved);
        if (record && records.length < limit) records.push(record);
      }
      if (page.length < maxCount) break;
    }
    return records;
  }

  subscribeAll(after: Position | undefined, types?: readonly string[]): Subscription {
    this.#assertOpen();
    const wanted = types && new Set(types);
    const subscription = new SupervisedSubscription(after, {
      checkStart: async () => {
        if (after !== undefined) await this.readAll(after, 1);
      },
      open: (from, alive) =>
        this.#connection.reads.subscribeToAll({
          fromPosition: from ?? START,
          requiresLeader: true,
          // Never rejects or throws: that would stall the client's subscription for good
          filter: wanted
            ? eventTypeFilter({ regex: `^(?:${[...wanted].map(quoted).join('|')})$`, checkpointReached: alive })
            : excludeSystemEvents({ checkpointReached: alive }),
        }),
      recordOf: (event) => {
        const record = visibleRecord(event);
        return record && (!wanted || wanted.has(record.type)) ? record : undefined;
      },
      head: () => this.head(),
      silenceMs: this.#options.silenceMs,
      firstDelayMs: this.#options.retryMs,
      longestDelayMs: LONGEST_RESUBSCRIBE_MS,
      onStop: (stopped) => this.#subscriptions.delete(stopped),
    });
    this.#subscriptions.add(subscription);
    return subscription;
  }

  async head(): Promise<Position | undefined> {
    let from: { commit: bigint; prepare: bigint } | typeof END = END;
    // Statistics of the server may lie on top: short pages first, as the newest is mostly ours
    for (let maxCount = 16; ; maxCount = PAGE) {
      const start: typeof from = from;
      const count = maxCount;
      const page: ResolvedEvent[] = await this.#page((client) =>
        client.readAll({ direction: BACKWARDS, fromPosition: start, maxCount: count, requiresLeader: true }),
      );
      for (const resolved of page) {
        const record = visibleRecord(resolved);
        if (record) return record.position;
      }
      const oldest = page.at(-1)?.event?.position;
      if (!oldest || page.length < maxCount) return undefined;
      from = oldest;
    }
  }

  /** Positions are bytes of the server's own log: how many events lie between them only reading tells. */
  async behind(): Promise<undefined> {
    return undefined;
  }

  compare(a: Position, b: Position): number {
    return compareLogPositions(fromPosition(a), fromPosition(b));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.all([...this.#subscriptions].map((subscription) => subscription.stop()));
    await this.#connection.release();
  }

  // Appending

  async #append(stream: string, expected: ExpectedRevision, events: readonly StoredEvent[]): Promise<AppendOutcome> {
    this.#assertOpen();
    let proposal: Proposal;
    try {
      const written = writtenEvents(stream, expected, events);
      proposal = {
        stream,
        expected,
        ids: written.map(({ id }) => id),
        // Parsed back from the checked text: what JSON cannot carry would leave the client's promise pending for ever
        events: written.map(({ id, type, data, metadata }) =>
          jsonEvent({ id, type, data: JSON.parse(data) as JsonObject, metadata: JSON.parse(metadata) as JsonObject }),
        ),
      };
    } catch (error) {
      if (error instanceof AppendRefused) return { outcome: 'rejected', reason: error.message };
      throw error;
    }
    return this.#settle(proposal);
  }

  /** Proposes until the stream shows the outcome or patience is over. Ids and expected revision never change. */
  async #settle(proposal: Proposal): Promise<AppendOutcome> {
    const giveUpAt = performance.now() + this.#options.patienceMs;
    let delay = this.#options.retryMs;
    let silences = 0;
    for (let attempt = 1; ; attempt++) {
      const client = this.#connection.appends;
      const answer = await this.#propose(client, proposal);
      if (answer.kind === 'appended') return appended(proposal, answer);
      if (answer.kind === 'refused' && attempt === 1) return { outcome: 'rejected', reason: answer.reason };

      const back = await this.#readBack(proposal);
      // Reads are answered but the append was not: the batch call is dead, and nothing else would ever end it
      if (answer.silent && back.found !== 'unreadable') this.#connection.replaceAppends(client);
      if (back.found === 'all') return appended(proposal, back);
      if (back.found === 'others') return { outcome: 'conflict', actual: await this.#actual(proposal, answer) };
      if (
        answer.kind === 'conflict' &&
        (back.found === 'some' || (back.found === 'none' && isShort(proposal, answer.actual)))
      ) {
        return { outcome: 'conflict', actual: answer.actual };
      }

      // Nobody can say yet. The same ids at the same revision are written once, however often they are sent.
      const unknown: AppendOutcome = { outcome: 'unknown', reason: back.reason ?? answer.reason };
      if (answer.kind === 'refused' || !answer.outage) return unknown;
      if (answer.silent) {
        // A server that still answers reads gets a second chance; one that answers nothing has used up the caller's time
        silences += 1;
        if (silences > 1 || back.found === 'unreadable') return unknown;
      } else if (performance.now() + delay > giveUpAt) return unknown;
      await sleep(delay * (0.5 + Math.random()));
      delay = Math.min(delay * 2, LONGEST_RETRY_MS);
    }
  }

  async #propose(client: EventStoreDBClient, { stream, expected, events }: Proposal): Promise<Answer> {
    if (this.#closed) return notDone('unknown', 'this event store was closed meanwhile');
    const { deadlineMs } = this.#options;
    try {
      const result = await within(
        deadlineMs,
        client.appendToStream(stream, [...events], {
          expectedRevision: expected === 'no_stream' ? NO_STREAM : BigInt(expected),
          requiresLeader: true,
          deadline: deadlineMs,
        }),
      );
      const lastRevision = Number(BigInt(result.nextExpectedRevision));
      if (result.success && result.position && lastRevision === lastOf(expected, events.length)) {
        return { kind: 'appended', lastRevision, position: toPosition(result.position) };
      }
      return notDone('unknown', 'the server confirmed another revision', { outage: true });
    } catch (error) {
      if (error instanceof WrongExpectedVersionError) {
        const actual = typeof error.actualVersion === 'bigint' ? Number(error.actualVersion) : 'no_stream';
        return notDone('conflict', 'the stream does not show what the server said', { actual, outage: true });
      }
      const refusal = refusalOf(error);
      if (refusal !== undefined) return notDone('refused', refusal);
      if (error instanceof NoAnswer) return notDone('unknown', error.message, { outage: true, silent: true });
      const recognised = isCommandError(error as Error);
      if (!recognised) this.#connection.replaceAppends(client);
      return notDone('unknown', reasonOf(error), { outage: isOutage(error) || !recognised });
    }
  }

  /** Reads where the events would be, were they written at the expected revision. */
  async #readBack({ stream, expected, ids }: Proposal): Promise<ReadBack> {
    try {
      const first = expected === 'no_stream' ? 0n : BigInt(expected) + 1n;
      const records = await this.#streamPage(stream, first, ids.length, 4 * this.#options.retryMs);
      const last = records.at(-1);
      if (!last) return { found: 'none' };
      const known = records.filter((record) => ids.includes(record.id)).length;
      if (records.length === ids.length && records.every((record, index) => record.id === ids[index])) {
        return { found: 'all', lastRevision: last.revision, position: last.position };
      }
      return { found: known > 0 ? 'some' : 'others' };
    } catch (error) {
      return { found: 'unreadable', reason: reasonOf(error) };
    }
  }

  /** The revision that a loser of the race must look at. */
  async #actual({ stream, expected }: Proposal, answer: Answer): Promise<number | 'no_stream'> {
    if (answer.kind === 'conflict') return answer.actual;
    const newest = await this.#page((client) =>
      client.readStream(stream, { direction: BACKWARDS, fromRevision: END, maxCount: 1, requiresLeader: true }),
    ).catch(() => []);
    return newest[0]?.event ? Number(BigInt(newest[0].event.revision)) : lastOf(expected, 1);
  }

  // Reading

  async #streamPage(
    stream: string,
    fromRevision: bigint,
    maxCount: number,
    patienceMs?: number,
  ): Promise<StoredRecord[]> {
    try {
      const page = await this.#page(
        (client) => client.readStream(stream, { fromRevision, maxCount, requiresLeader: true }),
        undefined,
        patienceMs,
      );
      return page.flatMap((resolved) => recordOf(resolved) ?? []);
    } catch (error) {
      if (error instanceof StreamNotFoundError) return [];
      throw error;
    }
  }

  /** One page, whole. Outages are ridden out for a while, then told as StoreUnavailable. */
  async #page(open: Open, after?: Position, patienceMs = this.#options.patienceMs): Promise<ResolvedEvent[]> {
    const giveUpAt = performance.now() + patienceMs;
    let delay = this.#options.retryMs;
    for (;;) {
      this.#assertOpen();
      try {
        return await this.#readOnce(open);
      } catch (error) {
        if (after !== undefined && isInvalidPosition(error)) throw unknownPosition(after);
        if (!isOutage(error)) throw error;
        if (error instanceof NoAnswer || performance.now() + delay > giveUpAt) {
          throw new StoreUnavailable(`EventStoreDB does not answer (${reasonOf(error)}). Try again shortly.`);
        }
      }
      await sleep(delay * (0.5 + Math.random()));
      delay = Math.min(delay * 2, LONGEST_RETRY_MS);
    }
  }

  /** Reads to the end and always cancels: each call left open takes one of a hundred places on the connection for good. */
  async #readOnce(open: Open): Promise<ResolvedEvent[]> {
    const { deadlineMs } = this.#options;
    if (!(await this.#connection.takePlace(deadlineMs))) throw new NoAnswer('too many reads at once');
    const events: ResolvedEvent[] = [];
    try {
      const read = open(this.#connection.reads);
      read.on('error', () => undefined); // the loop throws it; without a listener a late one would end the process
      const timer = setTimeout(() => read.destroy(new NoAnswer(`no answer in ${deadlineMs} ms`)), deadlineMs);
      try {
        for await (const event of read) {
          timer.refresh();
          events.push(event);
        }
      } finally {
        clearTimeout(timer);
        void read.cancel().catch(() => undefined);
      }
    } finally {
      this.#connection.givePlaceBack();
    }
    // Closing ends reads in silence, which must not look like the end of a stream
    this.#assertOpen();
    return events;
  }

  #assertOpen(): void {
    if (this.#closed || this.#connection.closed) throw new StoreUnavailable('This event store is closed.');
  }

  async #findOrMakeIdentity(): Promise<string> {
    for (let attempt = 0; attempt < 2; attempt++) {
      const [found] = await this.#streamPage(IDENTITY_STREAM, 0n, 1);
      if (found) {
        const logId = found.data['logId'];
        if (typeof logId === 'string') return logId;
        throw new Error(
          `Stream "${IDENTITY_STREAM}" does not begin with ${IDENTITY_TYPE}: this log belongs to something else.`,
        );
      }
      const made = { id: randomUUID(), type: IDENTITY_TYPE, data: { logId: randomUUID() }, metadata: {} };
      const outcome = await this.#append(IDENTITY_STREAM, 'no_stream', [made]);
      if (outcome.outcome === 'appended') return made.data.logId;
      if (outcome.outcome !== 'conflict')
        throw new StoreUnavailable(`The log could not be given its id: ${outcome.reason}`);
    }
    throw new StoreUnavailable('The log shows no id yet. Try again shortly.');
  }
}

const lastOf = (expected: ExpectedRevision, count: number): number =>
  (expected === 'no_stream' ? -1 : expected) + count;

/** The stream ends before the expected revision, so that there is nothing to read there. */
const isShort = ({ expected }: Proposal, actual: number | 'no_stream'): boolean =>
  actual === 'no_stream' || actual < lastOf(expected, 0);

const notDone = (
  kind: 'conflict' | 'refused' | 'unknown',
  reason: string,
  { actual = 'no_stream', outage = false, silent = false }: Partial<Exclude<Answer, { kind: 'appended' }>> = {},
): Answer => ({ kind, reason, actual, outage, silent });

const appended = (
  { ids }: Proposal,
  { lastRevision, position }: { readonly lastRevision: number; readonly position: Position },
): AppendOutcome => ({ outcome: 'appended', firstRevision: lastRevision - ids.length + 1, lastRevision, position });

/** Its own deadline: the client's is only sent to the server. */
async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new NoAnswer(`no answer in ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A record of the log that is ours to show: no system event, no system stream, not the log's own id. */
function visibleRecord(resolved: ResolvedEvent | AllStreamResolvedEvent): StoredRecord | undefined {
  const event = resolved.event;
  if (!event || event.type.startsWith('$') || event.streamId.startsWith('$') || event.streamId === IDENTITY_STREAM)
    return undefined;
  return recordOf(resolved);
}

function recordOf(resolved: ResolvedEvent | AllStreamResolvedEvent): StoredRecord | undefined {
  const event = resolved.event;
  if (!event?.position) return undefined;
  return {
    stream: event.streamId,
    revision: Number(BigInt(event.revision)),
    position: toPosition(event.position),
    id: event.id.toLowerCase(),
    type: event.type,
    data: objectOf(event.data),
    metadata: event.metadata === undefined ? {} : objectOf(event.metadata),
  };
}

/**
 * What other programs wrote into the log need not be a JSON object; the client hands broken JSON over as text. It is
 * shown under a name that no codec knows, so that whoever opens it stops there instead of misreading it.
 */
function objectOf(value: unknown): JsonObject {
  if (value instanceof Uint8Array) return { $unreadable: Buffer.from(value).toString('base64') };
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  return { $unreadable: JSON.stringify(value) ?? '' };
}

const isInvalidPosition = (error: unknown): boolean =>
  error instanceof Error && error.message.includes('Unexpected ReadAllResult');

const unknownPosition = (after: Position): Error =>
  new Error(
    `Position ${after} is no record of this log: it belongs to another log, or was made up. Start again from the beginning.`,
  );

function assertAt(first: ResolvedEvent | undefined, after: Position): void {
  if (!first?.event?.position || toPosition(first.event.position) !== after) throw unknownPosition(after);
}

const quoted = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
