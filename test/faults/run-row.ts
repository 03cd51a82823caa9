/** One round of one row, in a process of its own: what was found goes to standard output, one JSON object a line. */
import { randomFrom } from '../../bench/random';
import { say, settings } from './processes';
import type { Random, Row } from './row';

/** What main.ts asks for. */
export interface Asked {
  readonly id: string;
  readonly count: number;
  readonly seed: number;
  /** Of this round; whoever asks removes it, with the Postgres in it. */
  readonly folder: string;
}

/** What it hears. */
export type Heard =
  | { readonly done: number }
  | { readonly violation: string }
  | { readonly measured: string; readonly value: number; readonly unit: string }
  | { readonly counted: string; readonly by: number };

/** Violations beyond these say nothing new. */
const ENOUGH = 20;

function random(seed: number): Random {
  const next = randomFrom(seed);
  const below = (limit: number): number => Math.floor(next() * limit);
  return { next, below, pick: (from) => from[below(from.length)] as (typeof from)[number] };
}

async function main({ id, count, seed, folder }: Asked): Promise<void> {
  const { row } = (await import(`./rows/${id.toLowerCase()}`)) as { row: Row };
  const stopping = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stopping.abort());
  let violations = 0;
  await row.run({
    count,
    seed,
    random: random(seed),
    folder,
    signal: stopping.signal,
    done: (units = 1) => say({ done: units } satisfies Heard),
    violation: (what) => {
      if (++violations <= ENOUGH) say({ violation: what } satisfies Heard);
      if (violations === ENOUGH) stopping.abort();
    },
    measured: (measured, value, unit) => say({ measured, value, unit } satisfies Heard),
    counted: (counted, by = 1) => say({ counted, by } satisfies Heard),
  });
}

main(settings<Asked>()).then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  },
);
