/** What our EventStoreDB adapter costs over its bare client. On the scripted double: no server, no disk, no claim about either. */
import { EventStoreDBClient, jsonEvent, NO_STREAM } from '@eventstore/db-client';
import { EventStoreDbStore } from '@app/event-store';
import { once } from 'node:events';
import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { EventMaker } from './event';
import { type Append, appendsPerSecond, rotated, type Slice } from './measure';

export interface OverheadRound {
  readonly bare: number;
  readonly adapter: number;
}

export interface Overhead {
  readonly callers: number;
  /** Appends a second. */
  readonly rounds: readonly OverheadRound[];
}

export async function measureOverhead(parts: {
  make: EventMaker;
  rounds: number;
  slices: readonly Slice[];
  signal: AbortSignal;
  say: (line: string) => void;
}): Promise<readonly Overhead[]> {
  const worker = new Worker(join(__dirname, `eventstoredb-double${extname(__filename)}`));
  const [url] = (await once(worker, 'message')) as [string];
  const client = EventStoreDBClient.connectionString(url);
  const store = EventStoreDbStore.connect(url);
  const bare: Append = async (stream, revision, { id, type, data, metadata }) => {
    const result = await client.appendToStream(stream, jsonEvent({ id, type, data, metadata } as never), {
      expectedRevision: revision === 0 ? NO_STREAM : BigInt(revision - 1),
      requiresLeader: true,
    });
    if (!result.success) throw new Error('the bare client did not append');
  };
  const adapter: Append = async (stream, revision, event) => {
    const outcome = await store.append(stream, revision === 0 ? 'no_stream' : revision - 1, [event]);
    if (outcome.outcome !== 'appended') throw new Error(`the adapter did not append: ${JSON.stringify(outcome)}`);
  };
  const sides = [
    { name: 'bare', append: bare },
    { name: 'adapter', append: adapter },
  ] as const;
  try {
    const results: Overhead[] = [];
    for (const slice of parts.slices) {
      const rounds: OverheadRound[] = [];
      for (let round = 0; round < parts.rounds; round++) {
        const rates = { bare: 0, adapter: 0 };
        for (const { name, append } of rotated(sides, round)) {
          rates[name] = await appendsPerSecond(append, parts.make, slice, parts.signal);
        }
        rounds.push(rates);
        parts.say(
          `EventStoreDB double, ${slice.callers} callers, round ${round + 1} of ${parts.rounds}: ` +
            `bare ${Math.round(rates.bare)}/s, adapter ${Math.round(rates.adapter)}/s`,
        );
      }
      results.push({ callers: slice.callers, rounds });
    }
    return results;
  } finally {
    await Promise.allSettled([store.close(), client.dispose()]);
    await worker.terminate();
  }
}
