/**
 * Exact binomial tails (consistency.md 2a). Upper tails are summed directly, never as 1 - lower: the far tail is what
 * decides a signal.
 */

const logFactorials: number[] = [0];

function logFactorial(n: number): number {
  for (let i = logFactorials.length; i <= n; i++) logFactorials.push((logFactorials[i - 1] as number) + Math.log(i));
  return logFactorials[n] as number;
}

function checkCount(name: string, value: number, max = Number.MAX_SAFE_INTEGER): void {
  if (!Number.isInteger(value) || value < 0 || value > max)
    throw new RangeError(`${name} is ${value}: give a whole number from 0 to ${max}.`);
}

function checkShare(name: string, value: number): void {
  if (!(value >= 0 && value <= 1)) throw new RangeError(`${name} is ${value}: give a share from 0 to 1.`);
}

/** P(X = k) for n trials at share p. */
export function binomialProbability(k: number, n: number, p: number): number {
  checkCount('n', n);
  checkCount('k', k, n);
  checkShare('p', p);
  if (p === 0) return k === 0 ? 1 : 0;
  if (p === 1) return k === n ? 1 : 0;
  return Math.exp(logFactorial(n) - logFactorial(k) - logFactorial(n - k) + k * Math.log(p) + (n - k) * Math.log1p(-p));
}

/** P(X <= k). */
export function lowerTail(k: number, n: number, p: number): number {
  let sum = 0;
  for (let i = k; i >= 0; i--) sum += binomialProbability(i, n, p);
  return Math.min(1, sum);
}

/** P(X >= k). */
export function upperTail(k: number, n: number, p: number): number {
  let sum = 0;
  for (let i = k; i <= n; i++) sum += binomialProbability(i, n, p);
  return Math.min(1, sum);
}

/** Two-sided mid-p: `2 min(P(<= k), P(>= k)) - P(k)`, at most 1 (consistency.md 2a). */
export const midP = (k: number, n: number, p: number): number =>
  Math.min(1, 2 * Math.min(lowerTail(k, n, p), upperTail(k, n, p)) - binomialProbability(k, n, p));
