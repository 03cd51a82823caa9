import { binomialProbability, lowerTail, upperTail } from './binomial';

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

/** `sum(y) / sum(n)`; nothing when there is no decision. */
export function pooledShare(units: Iterable<Counts>): number | undefined {
  let n = 0;
  let y = 0;
  for (const unit of units) {
    if (!(unit.n >= 0) || !(unit.y >= 0) || unit.y > unit.n)
      throw new RangeError(`${unit.y} of ${unit.n} is not a share: give counts with 0 <= y <= n.`);
    n += unit.n;
    y += unit.y;
  }
  return n === 0 ? undefined : y / n;
}

/**
 * The published interpolated limit at tail p (Spiegelhalter 2005, appendix; reference case P02), a share cut to [0, 1].
 * Pages draw `drawnBoundary` instead: this upper line is passed too often by a panel exactly at the norm.
 */
export function interpolatedLimit(n: number, share: number, p: number): number {
  let before = 0;
  for (let r = 0; r <= n; r++) {
    const upTo = before + binomialProbability(r, n, share);
    if (upTo >= p) {
      const a = (upTo - p) / (upTo - before);
      return Math.min(1, Math.max(0, (r - a) / n));
    }
    before = upTo;
  }
  return 1;
}

export type TailSignal = 'within' | 'low2' | 'high2' | 'low3' | 'high3';

/** Where a count lies by its exact tails: outside 95% (2) or 99.8% (3), below (low) or above (high). */
export function tailSignal({ n, y }: Counts, share: number): TailSignal {
  const below = lowerTail(y, n, share);
  const above = upperTail(y, n, share);
  if (below <= LOOK_TAIL) return 'low3';
  if (above <= LOOK_TAIL) return 'high3';
  if (below <= WATCH_TAIL) return 'low2';
  if (above <= WATCH_TAIL) return 'high2';
  return 'within';
}

/**
 * The drawn boundary at n (consistency.md 2a), as shares: half a count beyond the smallest and the largest count that do
 * not signal, so that a dot is outside the line exactly when the words say so. Cut to [0, 1].
 */
export function drawnBoundary(
  n: number,
  share: number,
  tail: number,
): { readonly lower: number; readonly upper: number } {
  let smallest = 0;
  for (let below = binomialProbability(0, n, share); below <= tail && smallest < n;)
    below += binomialProbability(++smallest, n, share);
  let largest = n;
  for (let above = binomialProbability(n, n, share); above <= tail && largest > 0;)
    above += binomialProbability(--largest, n, share);
  return {
    lower: Math.max(0, (smallest - 0.5) / n),
    upper: Math.min(1, (largest + 0.5) / n),
  };
}
