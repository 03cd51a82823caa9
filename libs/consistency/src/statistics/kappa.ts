/** Exactly two raters, such as a panel and its review (consistency.md 2d; reference cases P21, P22). */
import { Z95 } from './distributions';
import { checkCount, checkMatrix, InvalidInput } from './invalid-input';
import { sum } from './numbers';
import type { Interval } from './proportions';

export interface CohenKappa {
  /** Null where luck alone makes both agree on everything. */
  readonly kappa: number | null;
  readonly po: number;
  readonly pe: number;
  /** Standard errors of the estimate, and under no agreement (Fleiss, Cohen & Everitt 1969); a normal interval from `se`. */
  readonly se: number | null;
  readonly se0: number | null;
  readonly ci: Interval | null;
}

/** A square table of counts: rater 1 in rows, rater 2 in columns, the categories in one order. */
export type TwoRaters = readonly (readonly number[])[];

function sharesOf(table: TwoRaters) {
  checkMatrix('table', table, 1, 1);
  const q = table.length;
  table.forEach((row, i) => {
    if (row.length !== q) throw new InvalidInput(`the length of table[${i}]`, row.length, `give ${q}, one a row`);
    row.forEach((count, j) => checkCount(`table[${i}][${j}]`, count));
  });
  const n = sum(table.map(sum));
  if (n === 0) throw new InvalidInput('table', table, 'give at least one case that both rated');
  const cells = table.map((row) => row.map((count) => count / n));
  const rows = table.map((row) => sum(row) / n);
  const columns = table.map((_, j) => sum(table.map((row) => row[j] as number)) / n);
  return { q, n, cells, rows, columns };
}

/**
 * Cohen's kappa (1960), unweighted or with linear weights `1 - |i-j| / (q-1)` for ordered categories. Quadratic in the
 * categories. Refuses a table that is not square, is empty, or holds anything but whole numbers from 0.
 */
export function cohenKappa(table: TwoRaters, weights: 'unweighted' | 'linear' = 'unweighted'): CohenKappa {
  const { q, n, cells, rows, columns } = sharesOf(table);
  const weight = (i: number, j: number) => (i === j ? 1 : weights === 'unweighted' ? 0 : 1 - Math.abs(i - j) / (q - 1));
  const over = (term: (i: number, j: number) => number) =>
    sum(cells.flatMap((row, i) => row.map((_, j) => term(i, j))));
  const po = over((i, j) => weight(i, j) * (cells[i]?.[j] as number));
  const pe = over((i, j) => weight(i, j) * (rows[i] as number) * (columns[j] as number));
  const left = 1 - pe;
  if (left <= 1e-15) return { kappa: null, po, pe, se: null, se0: null, ci: null };
  const kappa = (po - pe) / left;
  const u = rows.map((_, i) => sum(columns.map((c, j) => weight(i, j) * c)));
  const v = columns.map((_, j) => sum(rows.map((r, i) => weight(i, j) * r)));
  const ends = (i: number, j: number) => (u[i] as number) + (v[j] as number);
  const spread =
    over((i, j) => (cells[i]?.[j] as number) * (weight(i, j) - ends(i, j) * (1 - kappa)) ** 2) -
    (kappa - pe * (1 - kappa)) ** 2;
  const spread0 =
    over((i, j) => (rows[i] as number) * (columns[j] as number) * (weight(i, j) - ends(i, j)) ** 2) - pe ** 2;
  const error = (value: number) => Math.sqrt(Math.max(0, value) / n) / left;
  const se = error(spread);
  return { kappa, po, pe, se, se0: error(spread0), ci: [kappa - Z95 * se, kappa + Z95 * se] };
}

/** Gwet's AC1 of two raters: `pe = Σ π (1-π) / (q-1)`, π the mean of both raters' shares. Quadratic in the categories. Null with one. */
export function twoRaterAc1(table: TwoRaters): number | null {
  const { q, cells, rows, columns } = sharesOf(table);
  if (q === 1) return null;
  const po = sum(cells.map((row, i) => row[i] as number));
  const shares = rows.map((r, i) => (r + (columns[i] as number)) / 2);
  const pe = sum(shares.map((share) => share * (1 - share))) / (q - 1);
  return (po - pe) / (1 - pe);
}
