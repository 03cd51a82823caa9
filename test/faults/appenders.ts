/** Writers at a log, each with streams of its own: an append whose outcome is not known is sent again, until it is in. */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type EventStore, type StoredEvent, StoreUnavailable } from '@app/event-store';
import type { LogWitness } from './log-witness';
import type { Round } from './row';

const AGAIN_MS = 50;
const MOST_EVENTS = 4;

interface AppendersSettings extends Pick<Round, 'violation' | 'counted' | 'random'> {
  readonly store: EventStore;
  readonly witness: LogWitness;
  /** Milliseconds from the first sending of an append until it is in. */
  settled?(ms: number): void;
}

const note = (): StoredEvent => ({ id: randomUUID(), type: 'NoteTaken', data: {}, metadata: { schemaVersion: 1 } });

export class Appenders {
  #stopping = false;
  #work: Promise<void>[] = [];

  constructor(private readonly given: AppendersSettings) {}

  begin(writers: number): void {
    this.#work = Array.from({ length: writers }, () => this.#write());
  }

  /** Resolves when the last append of each is in. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all(this.#work);
  }

  async #write(): Promise<void> {
    const { store, witness, violation, counted, random, settled } = this.given;
    const stream = `note-${randomUUID()}`;
    for (let revision = -1; !this.#stopping;) {
      const events = Array.from({ length: 1 + random.below(MOST_EVENTS) }, note);
      const ids = events.map(({ id }) => id);
      witness.proposed(stream, ids);
      const begun = performance.now();
      for (;;) {
        const outcome = await store
          .append(stream, revision < 0 ? 'no_stream' : revision, events)
          .catch((error: unknown) => {
            if (error instanceof StoreUnavailable) return undefined;
            throw error;
          });
        if (outcome?.outcome === 'appended') {
          witness.acknowledged(ids[0]!, outcome.firstRevision, outcome.position);
          revision = outcome.lastRevision;
          break;
        }
        if (outcome && outcome.outcome !== 'unknown') {
          violation(`an append to a stream that nobody else writes to was answered ${JSON.stringify(outcome)}`);
          return;
        }
        counted('appends sent again');
        await pause(AGAIN_MS);
      }
      settled?.(performance.now() - begun);
      counted('acknowledged appends');
    }
  }
}
