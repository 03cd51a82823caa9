/** Two stores as one: whatever is appended or read goes to both, and what they do not answer alike is told. */
import { isDeepStrictEqual } from 'node:util';
import { setTimeout as pause } from 'node:timers/promises';
import type {
  AppendOutcome,
  EventStore,
  ExpectedRevision,
  Position,
  StoredEvent,
  StoredRecord,
  Subscription,
} from '@app/event-store';

/** Positions are each store's own. */
const withoutPosition = (outcome: AppendOutcome): object => ({ ...outcome, position: undefined, reason: undefined });
const bare = (records: readonly StoredRecord[]): object[] => records.map((record) => ({ ...record, position: '' }));

export class TwinStore implements EventStore {
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    /** Answers; the other is compared with it. */
    private readonly one: EventStore,
    private readonly other: EventStore,
    private readonly different: (what: string) => void,
  ) {}

  /** One at a time, so that both logs have one order. */
  append(stream: string, expected: ExpectedRevision, events: readonly StoredEvent[]): Promise<AppendOutcome> {
    const appended = this.#last.then(() => this.#appendToBoth(stream, expected, events));
    this.#last = appended.catch(() => undefined);
    return appended;
  }

  async #appendToBoth(
    stream: string,
    expected: ExpectedRevision,
    events: readonly StoredEvent[],
  ): Promise<AppendOutcome> {
    const [here, there] = await Promise.all(
      [this.one, this.other].map((store) => settled(store, stream, expected, events)),
    );
    if (!isDeepStrictEqual(withoutPosition(here!), withoutPosition(there!)))
      this.different(
        `an append of ${events.length} at ${expected} was answered ${JSON.stringify(here)} and ${JSON.stringify(there)}`,
      );
    return here!;
  }

  async *readStream(stream: string, from?: number): AsyncGenerator<StoredRecord> {
    // What is being appended is in one of them and not yet in the other.
    const reads = this.#last.then(() =>
      Promise.all([this.one, this.other].map((store) => allOf(store.readStream(stream, from)))),
    );
    this.#last = reads.catch(() => undefined);
    const [here, there] = await reads;
    if (!isDeepStrictEqual(bare(here!), bare(there!)))
      this.different(`${stream} from ${from ?? 0} reads as ${here!.length} events and as ${there!.length} others`);
    yield* here!;
  }

  identity(): Promise<string> {
    return this.one.identity();
  }

  readAll(after: Position | undefined, limit: number): Promise<readonly StoredRecord[]> {
    return this.one.readAll(after, limit);
  }

  subscribeAll(after: Position | undefined, types?: readonly string[]): Subscription {
    return this.one.subscribeAll(after, types);
  }

  head(): Promise<Position | undefined> {
    return this.one.head();
  }

  behind(position: Position | undefined): Promise<number | undefined> {
    return this.one.behind(position);
  }

  compare(a: Position, b: Position): number {
    return this.one.compare(a, b);
  }

  /** Whoever opened them closes them. */
  async close(): Promise<void> {
    await this.#last;
  }
}

/** Sent again while nobody can say. */
async function settled(
  store: EventStore,
  stream: string,
  expected: ExpectedRevision,
  events: readonly StoredEvent[],
): Promise<AppendOutcome> {
  for (;;) {
    const outcome = await store.append(stream, expected, events);
    if (outcome.outcome !== 'unknown') return outcome;
    await pause(20);
  }
}

async function allOf(records: AsyncIterable<StoredRecord>): Promise<StoredRecord[]> {
  const all: StoredRecord[] = [];
  for await (const record of records) all.push(record);
  return all;
}
