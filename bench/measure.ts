/** Runs one contender for a slice of time, and makes medians and ratios of the slices. */
import { randomUUID } from 'node:crypto';
import { type EventMaker, EVENTS_A_STREAM } from './event';
import type { StoredEvent } from '@app/event-store';

export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  constructor() {
    super('Interrupted. The server was stopped and its folder removed.');
  }
}

/** Appends one event to a stream; `revision` is the one it gets, from 0. Throws unless it is in the log. */
export type Append = (stream: string, revision: number, event: StoredEvent) => Promise<void>;

export interface Slice {
  readonly callers: number;
  readonly warmUpMs: number;
  readonly measuredMs: number;
}

/** Appends a second, by so many callers at once, each on streams of its own. */
export const appendsPerSecond = (
  append: Append,
  make: EventMaker,
  slice: Slice,
  signal: AbortSignal,
): Promise<number> =>
  perSecond(
    () => {
      let stream = '';
      let appended = 0;
      return () => {
        const revision = appended++ % EVENTS_A_STREAM;
        if (revision === 0) stream = `decision-${randomUUID()}`;
        return append(stream, revision, make());
      };
    },
    slice,
    signal,
  );

/**
 * How often a second something is done by so many callers at once, each with one under way at a time. `caller` makes what
 * one of them repeats. What settled within the measured time counts.
 */
export async function perSecond(caller: () => () => Promise<void>, slice: Slice, signal: AbortSignal): Promise<number> {
  const from = performance.now() + slice.warmUpMs;
  const to = from + slice.measuredMs;
  let counted = 0;
  let failed = false;
  const repeat = async (): Promise<void> => {
    const once = caller();
    for (;;) {
      await once();
      const now = performance.now();
      if (now >= from && now < to) counted++;
      if (now >= to || failed || signal.aborted) return;
    }
  };
  const settled = await Promise.allSettled(
    Array.from({ length: slice.callers }, () =>
      repeat().catch((error: unknown) => {
        failed = true;
        throw error;
      }),
    ),
  );
  if (signal.aborted) throw new Interrupted();
  const broken = settled.find((result) => result.status === 'rejected');
  if (broken) throw broken.reason;
  return (counted * 1000) / slice.measuredMs;
}

/** Milliseconds that something takes, done again and again, at least once, for the time given. */
export async function millisecondsOf(
  once: () => Promise<unknown>,
  { warmUpMs, measuredMs }: { readonly warmUpMs: number; readonly measuredMs: number },
): Promise<number> {
  for (const end = performance.now() + warmUpMs; performance.now() < end;) await once();
  const from = performance.now();
  let times = 0;
  while (times === 0 || performance.now() - from < measuredMs) {
    await once();
    times += 1;
  }
  return (performance.now() - from) / times;
}

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  if (upper === undefined || lower === undefined) throw new Error('A spread needs at least one value.');
  return { median: (lower + upper) / 2, min: sorted[0]!, max: sorted.at(-1)! };
}

/** The value that a share of the values does not exceed, such as 0.99 of them. */
export function quantile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new Error('A quantile needs at least one value.');
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
}

/** Ours over theirs, round by round: what slows a whole round down slows both. */
export function ratiosOf(ours: readonly number[], theirs: readonly number[]): Spread {
  return spreadOf(ours.map((value, round) => value / theirs[round]!));
}

/** The order of a round: everybody has every place once in as many rounds as there are contenders. */
export function rotated<T>(contenders: readonly T[], round: number): readonly T[] {
  const first = round % contenders.length;
  return [...contenders.slice(first), ...contenders.slice(0, first)];
}
