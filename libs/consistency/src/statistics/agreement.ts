/**
 * How far several raters of the same cases agree (consistency.md 2d; reference cases P18 to P20). A row a unit (a case or a
 * vignette), a column a category: how many raters chose it. Absent raters are simply not counted.
 */
import { tQuantile } from './distributions';
import { checkCount, checkList, checkMatrix, checkSameLength, InvalidInput } from './invalid-input';
import { jackknife } from './jackknife';
import { mean, sum } from './numbers';
import type { Interval } from './proportions';

export type RatingCounts = readonly (readonly number[])[];

/**
 * Counts by category from ratings by rater, `null` where a rater was absent. Refuses a rating that is not among the
 * categories, a category named twice, and rows of unequal length.
 */
export function countRatings<Category>(
  ratings: readonly (readonly (Category | null)[])[],
  categories: readonly Category[],
): number[][] {
  checkList('categories', categories);
  const position = new Map(categories.map((category, k) => [category, k]));
  if (position.size !== categories.length) throw new InvalidInput('categories', categories, 'name each category once');
  checkMatrix('ratings', ratings, 1, 1);
  return ratings.map((row, u) => {
    const counts = new Array<number>(categories.length).fill(0);
    row.forEach((rating, i) => {
      if (rating === null) return;
      const k = position.get(rating);
      if (k === undefined) throw new InvalidInput(`ratings[${u}][${i}]`, rating, 'give one of the categories, or null');
      counts[k] = (counts[k] as number) + 1;
    });
    return counts;
  });
}

function check(counts: RatingCounts): void {
  checkMatrix('counts', counts, 1, 1);
  counts.forEach((row, u) => row.forEach((count, k) => checkCount(`counts[${u}][${k}]`, count)));
}

/** A coefficient that corrects agreement for luck. Null where luck alone makes all agree, or nothing was rated twice. */
export interface Coefficient {
  readonly coef: number | null;
  /** Pair agreement, and what luck would give. */
  readonly pa: number | null;
  readonly pe: number;
  /** Gwet's standard error, and a t interval of which only the upper end is cut, to 1. */
  readonly se: number | null;
  readonly ci: Interval | null;
}

/** `mean over units of Σ r (r-1) / (R )`, units with two ratings or more: the headline in words. Null without one. */
export function pairAgreement(counts: RatingCounts): number | null {
  check(counts);
  const agreements = counts.map(agreementOf).filter((value) => value !== null);
  return agreements.length === 0 ? null : mean(agreements);
}

/** Fleiss' kappa (1971), `pe = Σ π²`, with Gwet's standard error. Linear. Refuses counts that are not whole from 0. */
export const fleissKappa = (counts: RatingCounts): Coefficient => coefficient(counts, 'fleiss');

/**
 * Gwet's AC1 (2008), `pe = Σ π (1-π) / (q-1)` over all q categories, those nobody used included: the companion when one
 * outcome takes more than 80%. Null with one category. Refuses as `fleissKappa` does.
 */
export const gwetAc1 = (counts: RatingCounts): Coefficient => coefficient(counts, 'ac1');

function coefficient(counts: RatingCounts, kind: 'fleiss' | 'ac1'): Coefficient {
  check(counts);
  const rated = counts.map((row) => ({ row, size: sum(row), pa: agreementOf(row) })).filter(({ size }) => size > 0);
  if (rated.length === 0) throw new InvalidInput('counts', 'without a rating', 'give at least one rating');
  const q = (counts[0] as readonly number[]).length;
  const n = rated.length;
  const shares = (counts[0] as readonly number[]).map((_, k) =>
    mean(rated.map(({ row, size }) => (row[k] as number) / size)),
  );
  const luck = (share: number) => (kind === 'fleiss' ? share : (1 - share) / (q - 1));
  const pe = q === 1 ? 1 : sum(shares.map((share) => share * luck(share)));
  const pairs = rated.map(({ pa }) => pa).filter((pa) => pa !== null);
  const pa = pairs.length === 0 ? null : mean(pairs);
  const left = 1 - pe;
  if (pa === null || left <= 1e-15) return { coef: null, pa, pe, se: null, ci: null };
  const coef = (pa - pe) / left;
  if (n < 2) return { coef, pa, pe, se: null, ci: null };
  const deviations = rated.map(({ row, size, pa: own }) => {
    const ownPe = sum(shares.map((share, k) => (luck(share) * (row[k] as number)) / size));
    const first = own === null ? 0 : ((n / pairs.length) * (own - pe)) / left;
    return first - (2 * (1 - coef) * (ownPe - pe)) / left - coef;
  });
  const se = Math.sqrt(sum(deviations.map((d) => d * d)) / (n * (n - 1)));
  return { coef, pa, pe, se, ci: tInterval(coef, se, n - 1) };
}

function agreementOf(row: readonly number[]): number | null {
  const size = sum(row);
  return size < 2 ? null : sum(row.map((count) => (count * (count - 1)) / (size * (size - 1))));
}

const tInterval = (estimate: number, se: number, df: number): Interval => {
  const half = tQuantile(0.975, df) * se;
  return [estimate - half, Math.min(1, estimate + half)];
};

export interface Fleiss1971 {
  readonly kappa: number | null;
  /** Under no agreement: `se0² = 2 (s² - t) / (n m (m-1) s²)`, `s = Σ p(1-p)`, `t = Σ p(1-p)(1-2p)`; `z = kappa/se0`. */
  readonly se0: number | null;
  readonly z: number | null;
  readonly pa: number;
  readonly pe: number;
}

/** Fleiss' kappa as published: every unit rated by the same number m >= 2 of raters; refuses anything else. */
export function fleiss1971(counts: RatingCounts): Fleiss1971 {
  check(counts);
  const m = sum(counts[0] as readonly number[]);
  counts.forEach((row, u) => {
    if (sum(row) !== m || m < 2)
      throw new InvalidInput(
        `the number of ratings of counts[${u}]`,
        sum(row),
        'give each unit the same number from 2',
      );
  });
  const n = counts.length;
  const shares = (counts[0] as readonly number[]).map((_, k) => sum(counts.map((row) => row[k] as number)) / (n * m));
  const pa = pairAgreement(counts) as number;
  const pe = sum(shares.map((p) => p * p));
  const s = sum(shares.map((p) => p * (1 - p)));
  const t = sum(shares.map((p) => p * (1 - p) * (1 - 2 * p)));
  if (s <= 1e-15) return { kappa: null, se0: null, z: null, pa, pe };
  const kappa = (pa - pe) / (1 - pe);
  const se0 = Math.sqrt(Math.max(0, (2 * (s * s - t)) / (n * m * (m - 1) * s * s)));
  return { kappa, se0, z: se0 === 0 ? null : kappa / se0, pa, pe };
}

export type Metric = 'nominal' | 'ordinal' | 'interval' | 'ratio';

/**
 * Krippendorff's alpha, `1 - Do/De` from the coincidences of values in units with two ratings or more: the technical
 * headline. Distances: nominal [c != k]; ordinal `(Σ_{g=c..k} n_g - (n_c + n_k)/2)²` in the order of the categories;
 * interval `(c - k)²` and ratio `((c - k)/(c + k))²` on the categories' values. Null where De = 0: no two values differ.
 * Linear in the units, quadratic in the categories. Refuses counts that are not whole from 0, and categories that are not
 * numbers where their values count.
 */
export function krippendorffAlpha(
  counts: RatingCounts,
  metric: Metric = 'nominal',
  categories: readonly unknown[] = [],
): number | null {
  check(counts);
  return alphaOf(coincidences(counts), distanceOn(metric, categories, counts));
}

export interface Jackknife {
  readonly estimate: number | null;
  readonly se: number | null;
  /** By t with units - 1 degrees of freedom; only the upper end is cut, to 1. */
  readonly ci: Interval | null;
  /** Units with two ratings or more. */
  readonly units: number;
}

/**
 * Alpha with its jackknife interval over units (Hughes 2022): `se² = (m-1)/m Σ (a_(i) - mean)²`. Null se and interval where
 * any leave-one-out value is undefined. Linear in the units. Refuses as `krippendorffAlpha` does.
 */
export function jackknifedAlpha(
  counts: RatingCounts,
  metric: Metric = 'nominal',
  categories: readonly unknown[] = [],
): Jackknife {
  check(counts);
  const distance = distanceOn(metric, categories, counts);
  const whole = coincidences(counts);
  const estimate = alphaOf(whole, distance);
  const paired = counts.filter((row) => sum(row) >= 2);
  const without = paired.map((row) => {
    const own = coincidences([row]);
    return alphaOf(
      whole.map((line, c) => line.map((value, k) => value - (own[c]?.[k] as number))),
      distance,
    );
  });
  const found = jackknife(estimate, without);
  const ci: Interval | null = found && [found.ci[0], Math.min(1, found.ci[1])];
  return { estimate, se: found?.se ?? null, ci, units: paired.length };
}

/** `o_ck = Σ_u n_uc (n_uk - [c = k]) / (m_u - 1)`. */
function coincidences(counts: RatingCounts): number[][] {
  const q = (counts[0] as readonly number[]).length;
  const out = Array.from({ length: q }, () => new Array<number>(q).fill(0));
  for (const row of counts) {
    const size = sum(row);
    if (size < 2) continue;
    for (let c = 0; c < q; c++)
      for (let k = 0; k < q; k++)
        (out[c] as number[])[k] =
          (out[c]?.[k] as number) + ((row[c] as number) * ((row[k] as number) - (c === k ? 1 : 0))) / (size - 1);
  }
  return out;
}

type Distance = (c: number, k: number, totals: readonly number[]) => number;

function distanceOn(metric: Metric, categories: readonly unknown[], counts: RatingCounts): Distance {
  if (metric === 'nominal') return (c, k) => (c === k ? 0 : 1);
  if (metric === 'ordinal')
    return (c, k, totals) => {
      const [from, to] = c < k ? [c, k] : [k, c];
      const between = sum(totals.slice(from, to + 1));
      return c === k ? 0 : (between - ((totals[c] as number) + (totals[k] as number)) / 2) ** 2;
    };
  checkSameLength('categories', categories, 'the columns of counts', counts[0] as readonly number[]);
  const values = categories.map((value, k) => {
    if (typeof value !== 'number' || !Number.isFinite(value) || (metric === 'ratio' && value < 0))
      throw new InvalidInput(
        `categories[${k}]`,
        value,
        `give a ${metric === 'ratio' ? 'number from 0' : 'finite number'}`,
      );
    return value;
  });
  return (c, k) => {
    const [a, b] = [values[c] as number, values[k] as number];
    if (c === k) return 0;
    return metric === 'interval' ? (a - b) ** 2 : ((a - b) / (a + b)) ** 2;
  };
}

function alphaOf(o: readonly (readonly number[])[], distance: Distance): number | null {
  // Each total is a whole number of ratings; so it is when units were taken out again.
  const totals = o.map((line) => Math.round(sum(line)));
  const n = sum(totals);
  let observed = 0;
  let expected = 0;
  o.forEach((line, c) =>
    line.forEach((value, k) => {
      const d = distance(c, k, totals);
      observed += value * d;
      expected += (totals[c] as number) * (totals[k] as number) * d;
    }),
  );
  return expected === 0 ? null : 1 - ((n - 1) * observed) / expected;
}
