/** Across panels (consistency.md 2a): does a panel's share lie further from the norm than chance explains? */
import { binomialProbability, checkCounts, lowerTail, smallestCount, upperTail } from './binomial';
import { checkCount, checkInside, checkShare } from './invalid-input';

/** One panel's counts in a window. */
export interface Counts {
  /** Decisions. */
  readonly n: number;
  /** Decisions with the outcome of interest. */
  readonly y: number;
}

/** Tails outside which a count is a "Watch" and a "Look" (consistency.md 1.1). */
export const WATCH_TAIL = 0.025;
export const LOOK_TAIL = 0.001;

/** `sum(y) / sum(n)`; nothing when there is no decision. Refuses counts that are not 0 <= y <= n. */
export function pooledShare(units: Iterable<Counts>): number | undefined {
  let n = 0;
  let y = 0;
  for (const unit of units) {
    checkCounts(unit.y, unit.n);
    n += unit.n;
    y += unit.y;
  }
  return n === 0 ? undefined : y / n;
}

/** `(y/n - share) / √(share (1 - share) / n)`; null at a share of 0 or 1, where nothing varies. */
export function standardised({ n, y }: Counts, share: number): number | null {
  checkCount('n', n, 1);
  checkCount('y', y, 0, n);
  checkShare('share', share);
  return share === 0 || share === 1 ? null : (y / n - share) / Math.sqrt((share * (1 - share)) / n);
}

/**
 * The published interpolated limit at tail p (Spiegelhalter 2005, appendix; reference case P02), a share cut to [0, 1]:
 * `r = min{k : F(k) >= p}`, `a = (F(r) - p) / (F(r) - F(r-1))`, `(r - a) / n`.
 * Pages draw `drawnBoundary` instead: this upper line is passed too often by a panel exactly at the norm.
 */
export function interpolatedLimit(n: number, share: number, p: number): number {
  checkCount('n', n, 1);
  checkShare('share', share);
  checkInside('p', p);
  const r = smallestCount(n, (k) => lowerTail(k, n, share) >= p);
  const a = (lowerTail(r, n, share) - p) / binomialProbability(r, n, share);
  return Math.min(1, Math.max(0, (r - a) / n));
}

export type TailSignal = 'within' | 'low2' | 'high2' | 'low3' | 'high3';

/** The signal of two exact tails: at most 0.001 is outside 99.8% (3), at most 0.025 outside 95% (2). */
export function signalOfTails(below: number, above: number): TailSignal {
  if (below <= LOOK_TAIL) return 'low3';
  if (above <= LOOK_TAIL) return 'high3';
  if (below <= WATCH_TAIL) return 'low2';
  if (above <= WATCH_TAIL) return 'high2';
  return 'within';
}

/** Where a count lies by its exact binomial tails. */
export const tailSignal = ({ n, y }: Counts, share: number): TailSignal =>
  signalOfTails(lowerTail(y, n, share), upperTail(y, n, share));

/** The four published limits of a panel and where its share lies strictly outside them (reference case P02). */
export function interpolatedFunnel(
  counts: Counts,
  share: number,
  { inner, outer }: { readonly inner: number; readonly outer: number } = { inner: WATCH_TAIL, outer: LOOK_TAIL },
): { lo95: number; hi95: number; lo998: number; hi998: number; signal: TailSignal } {
  const [lo998, lo95, hi95, hi998] = [outer, inner, 1 - inner, 1 - outer].map((p) =>
    interpolatedLimit(counts.n, share, p),
  ) as [number, number, number, number];
  const p = counts.y / counts.n;
  const signal = p < lo998 ? 'low3' : p > hi998 ? 'high3' : p < lo95 ? 'low2' : p > hi95 ? 'high2' : 'within';
  return { lo95, hi95, lo998, hi998, signal };
}

export interface Boundary {
  readonly lower: number;
  readonly upper: number;
}

/**
 * The drawn boundary at n (consistency.md 2a), as shares: half a count beyond the smallest and the largest count that do
 * not signal, so that a dot is outside the line exactly when the words say so. Cut to [0, 1].
 */
export const drawnBoundary = (n: number, share: number, tail: number): Boundary =>
  drawnBoundaries(n, n, share, tail)[0] as Boundary;

/**
 * The drawn boundaries at every n from `first` to `last`. Linear: with one decision more, the smallest and the largest
 * count that do not signal stay or rise by one.
 */
export function drawnBoundaries(first: number, last: number, share: number, tail: number): Boundary[] {
  checkCount('first', first, 1);
  checkCount('last', last, first);
  checkShare('share', share);
  checkInside('tail', tail);
  let smallest = smallestCount(first, (k) => lowerTail(k, first, share) > tail);
  let largest = first - smallestCount(first, (k) => upperTail(first - k, first, share) > tail);
  return Array.from({ length: last - first + 1 }, (_, i) => {
    const n = first + i;
    if (lowerTail(smallest, n, share) <= tail) smallest += 1;
    if (upperTail(Math.min(n, largest + 1), n, share) > tail) largest = Math.min(n, largest + 1);
    return { lower: Math.max(0, (smallest - 0.5) / n), upper: Math.min(1, (largest + 0.5) / n) };
  });
}
