/** Days to a decision or a start (consistency.md 2h; reference cases P33, P39). Count those who still wait by `survival.ts`. */
import { lowerTail, smallestCount } from './binomial';
import { checkList, checkNumber, InvalidInput } from './invalid-input';
import { ascending, percentileOfSorted } from './numbers';
import { type Interval, wilson } from './proportions';

export interface Timeliness {
  /** In the unit given. */
  readonly median: number;
  /** The r-th and (n-r+1)-th value, and the exact probability that they enclose the median; null under 6 values. */
  readonly ci: Interval | null;
  readonly coverage: number | null;
  /** Values at or below the standard. */
  readonly within: { readonly x: number; readonly n: number; readonly wilson: Interval };
  /** 90th centile, type 7. */
  readonly p90: number;
}

const TAIL = 0.025;

/**
 * Median with the exact order-statistic interval (r the largest with `P(X <= r-1) <= 0.025` for Binomial(n, ½)), the share
 * within the standard and the 90th centile. n log n. Refuses no value, a value below 0 or not finite, and a standard that
 * is not finite.
 */
export function timeliness(days: readonly number[], standard: number): Timeliness {
  checkList('days', days);
  days.forEach((value, i) => {
    checkNumber(() => `days[${i}]`, value);
    if (value < 0) throw new InvalidInput(`days[${i}]`, value, 'give a number from 0');
  });
  checkNumber('standard', standard);
  const n = days.length;
  const sorted = ascending(days);
  const r = smallestCount(n, (k) => lowerTail(k, n, 0.5) > TAIL);
  const x = smallestCount(n, (k) => (sorted[k] as number) > standard);
  return {
    median: percentileOfSorted(sorted, 0.5),
    ci: r === 0 ? null : [sorted[r - 1] as number, sorted[n - r] as number],
    coverage: r === 0 ? null : 1 - 2 * lowerTail(r - 1, n, 0.5),
    within: { x, n, wilson: wilson(x, n) },
    p90: percentileOfSorted(sorted, 0.9),
  };
}
