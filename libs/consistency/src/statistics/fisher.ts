/** Fisher's exact test of a 2 × 2 table (consistency.md 2f; reference cases P28, P38). */
import { binomialDensity } from './distributions';
import { checkCount, checkMatrix, InvalidInput } from './invalid-input';
import { sum } from './numbers';

export interface FisherTest {
  /** The sum of all tables with these margins that are no more likely than the observed one. */
  readonly twoSided: number;
  /** P(first cell <= observed). */
  readonly less: number;
  /** P(first cell >= observed). */
  readonly greater: number;
}

/** Probabilities this near count as equal (R's fisher.test does the same). */
const EQUAL = 1e-7;

/**
 * p-values of independence at fixed margins (Fisher 1935). Linear in the smallest margin. Refuses a table that is not
 * 2 × 2 of whole numbers from 0, and one with nothing in it.
 */
export function fisherExact(table: readonly (readonly number[])[]): FisherTest {
  checkMatrix('table', table, 2, 2);
  if (table.length !== 2 || table[0]?.length !== 2)
    throw new InvalidInput('table', table, 'give two rows of two counts');
  const [[a, b], [c, d]] = table as [[number, number], [number, number]];
  for (const [name, count] of Object.entries({ a, b, c, d })) checkCount(`table cell ${name}`, count);
  const [row, column, n] = [a + b, a + c, a + b + c + d];
  if (n === 0) throw new InvalidInput('table', table, 'give a table that is not empty');
  const least = Math.max(0, row + column - n);
  const most = Math.min(row, column);
  const densities = Array.from({ length: most - least + 1 }, (_, i) => hypergeometric(least + i, row, column, n));
  const total = sum(densities);
  const share = (some: readonly number[]) => Math.min(1, sum(some) / total);
  const observed = densities[a - least] as number;
  return {
    twoSided: share(densities.filter((density) => density <= observed * (1 + EQUAL))),
    less: share(densities.slice(0, a - least + 1)),
    greater: share(densities.slice(a - least)),
  };
}

/** P(x of `drawn` are marked) when `marked` of n are (Loader 2000: three binomial densities at drawn/n). */
function hypergeometric(x: number, drawn: number, marked: number, n: number): number {
  if (drawn === 0 || drawn === n) return 1;
  const p = drawn / n;
  const q = (n - drawn) / n;
  const part = (k: number, of: number) => (of === 0 ? 1 : binomialDensity(k, of, p, q));
  return (part(x, marked) * part(drawn - x, n - marked)) / part(drawn, n);
}
