/** Exact binomial probabilities and tails (consistency.md 2a): the far tail is what decides a signal. */
import { binomialDensity, binomialTails } from './distributions';
import { checkCount, checkShare, InvalidInput } from './invalid-input';

function check(k: number, n: number, p: number): void {
  checkCount('n', n);
  checkCount('k', k, 0, n);
  checkShare('p', p);
}

/** P(X = k) for n trials at share p. Refuses counts that are not 0 <= k <= n, and p outside [0, 1]. */
export function binomialProbability(k: number, n: number, p: number): number {
  check(k, n, p);
  if (p === 0) return k === 0 ? 1 : 0;
  if (p === 1) return k === n ? 1 : 0;
  return binomialDensity(k, n, p, 1 - p);
}

/** P(X <= k). */
export function lowerTail(k: number, n: number, p: number): number {
  check(k, n, p);
  return binomialTails(k, n, p).lower;
}

/** P(X >= k). */
export function upperTail(k: number, n: number, p: number): number {
  check(k, n, p);
  return binomialTails(k, n, p).upper;
}

/** The smallest k from 0 to n of which `holds` says yes, when it says no below some k and yes from there on; n if never. */
export function smallestCount(n: number, holds: (k: number) => boolean): number {
  checkCount('n', n);
  let low = 0;
  let high = n;
  while (low < high) {
    const middle = low + Math.floor((high - low) / 2);
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Two-sided mid-p: `2 min(P(<= k), P(>= k)) - P(k)`, at most 1 (consistency.md 2a). */
export function midP(k: number, n: number, p: number): number {
  check(k, n, p);
  const { lower, upper } = binomialTails(k, n, p);
  return Math.min(1, Math.max(0, 2 * Math.min(lower, upper) - binomialProbability(k, n, p)));
}

/** The sum over units of so many of so many, checked: n from 0 here, so that an empty month may be passed. */
export function checkCounts(y: number, n: number): void {
  if (!Number.isSafeInteger(n) || !Number.isSafeInteger(y) || n < 0 || y < 0 || y > n)
    throw new InvalidInput('A count', `${y} of ${n}`, 'give whole numbers with 0 <= y <= n');
}
