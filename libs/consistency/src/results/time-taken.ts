/** In time (consistency.md 2h): how long children wait for a decision or a start, those who still wait among them. Pure. */
import { Disclosed, type DisclosedCounts, type Shown, type Tier } from '../disclosure';
import { gate, type GateInput, permits } from '../gates';
import { Result } from '../result';
import type { Wait } from '../sentences/time-taken';
import { kaplanMeier } from '../statistics/survival';
import { timeliness } from '../statistics/timeliness';

export const TIME_TAKEN_METHOD = 'time-taken-1';

export interface Waits {
  readonly wait: Wait;
  /** Of each that came in the period, after how many days. */
  readonly days: readonly number[];
  /** Of each child who still waits, for how many days so far. */
  readonly waiting: readonly number[];
  /** Within how many days it should come, as agreed. */
  readonly standard: number;
}

export interface TimeTaken {
  /** Half came within so many days; from 20 on with the exact range. */
  readonly median: Result<'funnel', DisclosedCounts<'came'> & { readonly days: Shown }>;
  /** How many came within the standard; from 20 on with Wilson's range. */
  readonly within: Result<'funnel', DisclosedCounts<'within' | 'later'> & { readonly share: Shown }>;
  readonly nineInTen: Result<'centile', DisclosedCounts<'came'> & { readonly days: Shown }>;
  /** The median of all, those who still wait among them; null days while fewer than half have come. */
  readonly withWaiting: Result<'km', DisclosedCounts<'waiting'> & { readonly days: Shown }>;
}

/** Throws InvalidInput on days that are not finite numbers from 0. */
export function timeTaken({ wait, days, waiting, standard }: Waits, tier: Tier): TimeTaken {
  const n = days.length;
  const found = n === 0 ? null : timeliness(days, standard);
  const within = found?.within.x ?? 0;
  const all = { n: n + waiting.length, events: n };
  const median = all.n === 0 ? null : kaplanMeier([...days.map((time) => ({ time, event: 1 as const })), ...waiting.map((time) => ({ time, event: 0 as const }))]).median; // prettier-ignore
  const tooFew = { of: 'too few waits', wait } as const;
  const common = { signal: 'none', tooFew, methodVersion: TIME_TAKEN_METHOD } as const;
  const firm = permits(gate('funnel', { n })) === 'signal';
  const range = (ends: readonly [number, number] | null | undefined) => (firm && ends ? { lower: ends[0], upper: ends[1] } : null); // prettier-ignore

  return {
    median: Result.of({
      ...common,
      gate: 'funnel',
      counts: { n },
      value: released('funnel', { n }, { came: n }, tier).with('number', { days: found && found.median }),
      unit: 'number',
      interval: () => range(found?.ci),
      sentence: found ? { of: 'median days', wait, n, median: found.median, range: range(found.ci) } : tooFew,
    }),
    within: Result.of({
      ...common,
      gate: 'funnel',
      counts: { n },
      value: released('funnel', { n }, { within, later: n - within }, tier).with('share', { share: n === 0 ? null : within / n }), // prettier-ignore
      interval: () => range(found?.within.wilson),
      sentence: { of: 'within standard', wait, n, within, standard, range: range(found?.within.wilson) },
    }),
    nineInTen: Result.of({
      ...common,
      gate: 'centile',
      counts: { n },
      value: released('centile', { n }, { came: n }, tier).with('number', { days: found && found.p90 }),
      interval: () => null,
      sentence: found ? { of: 'nine in ten days', wait, centile: found.p90 } : tooFew,
    }),
    withWaiting: Result.of({
      ...common,
      gate: 'km',
      counts: all,
      value: released('km', all, { waiting: waiting.length }, tier).with('number', { days: median }),
      interval: () => null,
      sentence: { of: 'with those who wait', wait, waiting: waiting.length, median },
    }),
  };
}

/** One row of counts behind a gate. */
function released<F extends keyof GateInput, Name extends string>(
  figure: F,
  counts: GateInput[F],
  row: Readonly<Record<Name, number>>,
  tier: Tier,
): Disclosed<DisclosedCounts<Name>> {
  const [value] = Disclosed.table([row], { tier, permitted: () => permits(gate(figure, counts)) !== 'nothing' });
  return value as Disclosed<DisclosedCounts<Name>>;
}
