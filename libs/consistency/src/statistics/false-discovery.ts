/** Which of many tests to list, when a few would stand out by chance alone (consistency.md 1.1; reference case P29). */
import { checkInside, checkShare } from './invalid-input';
import { sideOf } from './numbers';

/**
 * Adjusted p-values of Benjamini and Hochberg (1995), in input order; none for none. Used above 20 panels on one page.
 * n log n. Refuses a p outside [0, 1].
 */
export function adjustedForMany(p: readonly number[]): number[] {
  p.forEach((value, i) => checkShare(`p[${i}]`, value));
  const order = p.map((_, i) => i).sort((a, b) => (p[b] as number) - (p[a] as number));
  const adjusted = new Array<number>(p.length);
  let smallest = 1;
  order.forEach((index, k) => {
    smallest = Math.min(smallest, ((p[index] as number) * p.length) / (p.length - k));
    adjusted[index] = smallest;
  });
  return adjusted;
}

/** The positions (from 0, in input order) whose adjusted p is at most q. */
export function listedAmongMany(adjusted: readonly number[], q: number): number[] {
  checkInside('q', q);
  return adjusted.flatMap((value, i) => (sideOf(value, q) <= 0 ? [i] : []));
}
