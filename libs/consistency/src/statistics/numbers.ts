/** Sums, means and percentiles as every statistic here takes them. */
import { checkList, checkNumber, checkShare } from './invalid-input';

/** A sum that loses no small term beside a large one (Neumaier 1974). */
export function sum(values: ArrayLike<number>): number {
  let total = 0;
  let lost = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    const next = total + value;
    lost += Math.abs(total) >= Math.abs(value) ? total - next + value : value - next + total;
    total = next;
  }
  return total + lost;
}

/** The mean of at least one number; of equal numbers it is exactly that number, so that a constant series lies on it. */
export function mean(values: readonly number[]): number {
  const near = sum(values) / values.length;
  return near + sum(values.map((value) => value - near)) / values.length;
}

/**
 * Percentile of type 7 (R's default, Postgres' percentile_cont): linear between the order statistics around
 * `1 + (n - 1) share`. Sorts: O(n log n). Refuses an empty list, a value that is not finite, a share outside [0, 1].
 */
export function percentile(values: readonly number[], share: number): number {
  checkList('values', values);
  checkShare('share', share);
  values.forEach((value, i) => checkNumber(`values[${i}]`, value));
  return percentileOfSorted(ascending(values), share);
}

/** A million numbers in a tenth of a second, three times as fast as with a function that compares. */
export const ascending = (values: readonly number[]): Float64Array => new Float64Array(values).sort();

export function percentileOfSorted(sorted: ArrayLike<number>, share: number): number {
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  const lower = sorted[below] as number;
  const upper = sorted[Math.min(below + 1, sorted.length - 1)] as number;
  return lower + (at - below) * (upper - lower);
}

/** How far two numbers that are equal on paper may lie apart in the machine, for their size. */
const ROUNDING = 1e-12;

/** -1 below, 0 on, 1 above: what equals a line on paper is on it, whatever rounding made of either. */
export function sideOf(value: number, line: number): -1 | 0 | 1 {
  if (Math.abs(value - line) <= ROUNDING * Math.max(1, Math.abs(value), Math.abs(line))) return 0;
  return value < line ? -1 : 1;
}

/** Order by code points: the same in every locale (consistency.md 4.1). */
export function byCodePoints(a: string, b: string): number {
  let i = 0;
  while (i < a.length && i < b.length && a.charCodeAt(i) === b.charCodeAt(i)) i++;
  return (a.codePointAt(i) ?? -1) - (b.codePointAt(i) ?? -1);
}

/**
 * Where a rising continuous function crosses 0, looked for from `start` in steps that double, no further than `least` and
 * `most`: near one of these where it crosses beyond.
 */
export function crossingFrom(
  f: (x: number) => number,
  start: number,
  firstStep: number,
  [least, most]: readonly [least: number, most: number],
): number {
  let [far, step] = [start, firstStep];
  let atFar = f(start);
  const isAbove = atFar > 0;
  let near: number;
  let atNear: number;
  do {
    [near, atNear] = [far, atFar];
    far = isAbove ? Math.max(least, far - step) : Math.min(most, far + step);
    atFar = f(far);
    step *= 2;
  } while (far > least && far < most && atFar > 0 === isAbove);
  return crossing(f, near, far, [atNear, atFar]);
}

/**
 * Where a continuous function crosses 0 between two points at which its signs differ, to about the last bit: Chandrupatla's
 * method (1997), which takes some ten steps where halving takes sixty and never more than a few times as many.
 */
export function crossing(
  f: (x: number) => number,
  from: number,
  to: number,
  [atFrom, atTo]: readonly [number, number] = [f(from), f(to)],
): number {
  let [a, b] = [to, from];
  let [atA, atB] = [atTo, atFrom];
  let c: number;
  let atC: number;
  let step = 0.5;
  for (;;) {
    const best = Math.abs(atA) < Math.abs(atB) ? a : b;
    const least = (2 * Number.EPSILON * Math.abs(best) + Number.MIN_VALUE) / Math.abs(b - a);
    if (!(least <= 0.5) || atA === 0 || atB === 0) return best;
    const x = a + Math.min(1 - least, Math.max(least, step)) * (b - a);
    const atX = f(x);
    if (Math.sign(atX) === Math.sign(atA)) [c, atC] = [a, atA];
    else [c, atC, b, atB] = [b, atB, a, atA];
    [a, atA] = [x, atX];
    const place = (a - b) / (c - b);
    const height = (atA - atB) / (atC - atB);
    const isSmooth = 1 - Math.sqrt(1 - place) < height && height < Math.sqrt(place);
    step = isSmooth
      ? (atA / (atB - atA)) * (atC / (atB - atC)) + ((c - a) / (b - a)) * (atA / (atC - atA)) * (atB / (atC - atB))
      : 0.5;
  }
}
