/** How long decisions and starts take (consistency.md 2h). */
import type { Tier } from '../disclosure';
import { capital, days, inTen, rangeInHundred } from './frequencies';

/** What came, and since when its days are counted. */
export const WAITS = {
  decision: { things: 'decisions', came: 'came', since: 'referral', thing: 'a decision' },
  start: { things: 'moves', came: 'started', since: 'decision', thing: 'a start' },
} as const;
export type Wait = keyof typeof WAITS;

interface Bounds {
  readonly lower: number;
  readonly upper: number;
}

export interface MedianTold {
  readonly wait: Wait;
  readonly n: number;
  readonly median: number;
  /** Null under 20, which get no range. */
  readonly range: Bounds | null;
}

export interface WithinTold {
  readonly wait: Wait;
  readonly n: number;
  readonly within: number;
  readonly standard: number;
  readonly range: Bounds | null;
}

export const timeTakenTemplates = {
  'too few waits': ({ wait }: { readonly wait: Wait }) =>
    `Too few ${WAITS[wait].things} ${WAITS[wait].came} in this period to say how long they take.`,
  'median days': ({ wait, n, median, range }: MedianTold, tier: Tier) => {
    const { things, came, since } = WAITS[wait];
    const likely = range
      ? ` (likely range ${range.lower} to ${days(range.upper)})`
      : '. Fewer than 20 are too few to give a range';
    return `Half of ${tier === 3 ? 'the' : n} ${things} ${came} within ${days(median)} of the ${since}${likely}.`;
  },
  'within standard': ({ wait, n, within, standard, range }: WithinTold, tier: Tier) => {
    const { things, came, since } = WAITS[wait];
    const share = inTen(within, n);
    const some = tier === 3 ? `${capital(share)} of the ${things}` : `${within} of ${n} ${things}`;
    const told = tier === 3 ? '' : ` (${share})`;
    const likely = range
      ? `Likely range ${rangeInHundred(range.lower, range.upper)}.`
      : 'Fewer than 20 are too few to give a range.';
    return `${some} ${came} within ${days(standard)} of the ${since}, as agreed${told}. ${likely}`;
  },
  'nine in ten days': ({ wait, centile }: { readonly wait: Wait; readonly centile: number }) => {
    const { things, came, since } = WAITS[wait];
    return `9 in 10 ${things} ${came} within ${days(centile)} of the ${since}.`;
  },
  'with those who wait': (
    { wait, waiting, median }: { readonly wait: Wait; readonly waiting: number; readonly median: number | null },
    tier: Tier,
  ) => {
    const { thing, since } = WAITS[wait];
    if (waiting === 0) return `Nobody still waits for ${thing}.`;
    const who = tier === 3 ? 'Some children' : waiting === 1 ? '1 child' : `${waiting} children`;
    const counted =
      median === null
        ? 'fewer than half have had it so far'
        : `half wait no longer than ${days(median)} from the ${since}`;
    return `${who} still ${waiting === 1 && tier < 3 ? 'waits' : 'wait'} for ${thing}. Counting the time they have waited, ${counted}.`;
  },
};
