/**
 * The client's subscriptions never resume: they throw, end in silence, or go silent without ending. This one follows the
 * log through all three, from the last event it took, and hands over what has come in batches.
 */
import type { AllStreamResolvedEvent, AllStreamSubscription } from '@eventstore/db-client';
import type { Position, StoredRecord, Subscription } from '../event-store';
import { isOutage } from './failures';
import { compareLogPositions, fromPosition, type LogPosition } from './positions';

export interface SubscriptionParts {
  /** Throws when a position is no record's, and StoreUnavailable when that cannot be asked. */
  checkStart(): Promise<void>;
  /** From a position (exclusive), or from the start. `alive` is called at every checkpoint. */
  open(after: LogPosition | undefined, alive: () => void): AllStreamSubscription;
  /** Undefined for what the subscriber does not see. */
  recordOf(event: AllStreamResolvedEvent): StoredRecord | undefined;
  head(): Promise<Position | undefined>;
  /** Without any sign of life for so long, the head of the log is compared with what was seen. */
  readonly silenceMs: number;
  readonly firstDelayMs: number;
  readonly longestDelayMs: number;
  onStop(subscription: SupervisedSubscription): void;
}

/** Events held for a reader who is slower than the server. */
const QUEUE = 512;

export class SupervisedSubscription implements Subscription {
  readonly #parts: SubscriptionParts;
  readonly #queue: StoredRecord[] = [];
  readonly #arrived = new Signal();
  readonly #room = new Signal();
  readonly #stopping = new AbortController();
  readonly #stopped = new Promise<void>((resolve) => {
    this.#stopping.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  #last: LogPosition | undefined;
  /** Everything up to here is known to have been seen, matching or not. */
  #seen: LogPosition | undefined;
  /** The head that made the last subscription look dead; seen, once the next one has caught up. */
  #behind: LogPosition | undefined;
  #live: AllStreamSubscription | undefined;
  #following: Promise<void> | undefined;
  #failure: unknown;

  constructor(after: Position | undefined, parts: SubscriptionParts) {
    this.#parts = parts;
    this.#last = after === undefined ? undefined : fromPosition(after);
    this.#seen = this.#last;
  }

  async *[Symbol.asyncIterator](): AsyncIterator<readonly StoredRecord[]> {
    if (this.#following) throw new Error('A subscription is read by one reader: subscribe again for another.');
    this.#following = this.#follow();
    try {
      while (!this.#stopping.signal.aborted) {
        if (this.#queue.length > 0) {
          const batch = this.#queue.splice(0);
          this.#room.notify();
          yield batch;
        } else if (this.#failure !== undefined) {
          throw this.#failure;
        } else {
          await this.#arrived.next();
        }
      }
    } finally {
      await this.stop();
    }
  }

  async stop(): Promise<void> {
    if (!this.#stopping.signal.aborted) {
      this.#stopping.abort();
      this.#parts.onStop(this);
    }
    this.#live?.destroy();
    this.#arrived.notify();
    this.#room.notify();
    await this.#following;
  }

  /** Never rejects. */
  async #follow(): Promise<void> {
    let delay = this.#parts.firstDelayMs;
    let checked = false;
    while (!this.#stopping.signal.aborted) {
      let answered = false;
      try {
        if (!checked) await Promise.race([this.#parts.checkStart(), this.#stopped]);
        checked = true;
        if (this.#stopping.signal.aborted) return;
        await this.#untilDropped(() => {
          answered = true;
        });
      } catch (error) {
        if (!checked && !isOutage(error) && (error as Error).name !== 'StoreUnavailable') {
          this.#failure = error;
          this.#arrived.notify();
          return;
        }
        // A dropped subscription is everyday: one append of some 250 events drops a live one ("Consumer too slow").
      }
      delay = answered ? this.#parts.firstDelayMs : Math.min(delay * 2, this.#parts.longestDelayMs);
      await pause(delay * (0.5 + Math.random()), this.#stopping.signal);
    }
  }

  /** Follows one subscription of the client until it throws or ends. */
  async #untilDropped(answered: () => void): Promise<void> {
    let alive = true;
    let full = false;
    const signOfLife = (): void => {
      alive = true;
      answered();
    };
    const behind = this.#behind;
    const live = this.#parts.open(this.#last, signOfLife);
    this.#live = live;
    live.on('error', () => undefined); // `for await` throws it; without a listener a late one would end the process
    live.on('confirmation', signOfLife);
    live.on('caughtUp', () => {
      signOfLife();
      this.#seen = later(this.#seen, behind);
    });
    const heartbeat = setInterval(() => {
      if (!alive && !full) void this.#checkPulse(live);
      alive = false;
    }, this.#parts.silenceMs);
    try {
      for await (const event of live) {
        signOfLife();
        const record = this.#parts.recordOf(event);
        if (event.event) this.#last = event.event.position;
        if (record) {
          this.#queue.push(record);
          this.#arrived.notify();
        }
        while (this.#queue.length >= QUEUE && !this.#stopping.signal.aborted) {
          full = true;
          await this.#room.next();
        }
        full = false;
      }
    } finally {
      clearInterval(heartbeat);
      live.destroy();
      void live.unsubscribe().catch(() => undefined);
    }
  }

  /** Nothing came for a while: if the log has grown meanwhile, or cannot be asked, this subscription is dead. */
  async #checkPulse(live: AllStreamSubscription): Promise<void> {
    try {
      const head = await this.#parts.head();
      if (head === undefined) return;
      const known = later(this.#seen, this.#last);
      if (known && compareLogPositions(fromPosition(head), known) <= 0) return;
      this.#behind = fromPosition(head);
    } catch {
      // unreachable: start again
    }
    live.destroy(new Error('The subscription went silent.'));
  }
}

const later = (a: LogPosition | undefined, b: LogPosition | undefined): LogPosition | undefined =>
  a && b ? (compareLogPositions(a, b) >= 0 ? a : b) : (a ?? b);

/** Wakes whoever waits; forgets when nobody does, so callers look at the state again before waiting. */
class Signal {
  #wake: (() => void) | undefined;

  next(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  notify(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}
