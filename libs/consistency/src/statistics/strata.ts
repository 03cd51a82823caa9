/**
 * Like cases grouped into strata: the baseline that gives each decision its expected probability, and a ratio of shares
 * adjusted for strata (consistency.md 2a, 2f; reference case P08).
 */
import { Z95 } from './distributions';
import { checkCount, checkList, InvalidInput } from './invalid-input';
import { byCodePoints, sum } from './numbers';
import type { Interval } from './proportions';

/** Below these a stratum is merged: decisions, and of either outcome. */
const FEWEST_DECISIONS = 20;
const FEWEST_OF_EITHER = 5;

/** One decision, or several alike: its need factors, the most telling first, and whether it had the outcome. */
export interface StratifiedCount {
  readonly factors: readonly string[];
  readonly n: number;
  readonly y: number;
}

export interface Stratum {
  /** The factors that name it; shorter than asked for where strata were merged, empty where all were. */
  readonly factors: readonly string[];
  readonly n: number;
  readonly y: number;
  /** `y / n`: the expected probability of each of its decisions. */
  readonly rate: number;
}

/**
 * The strata baseline: pooled rate by stratum. Within all factors but the last, strata with fewer than 20 decisions or
 * fewer than 5 of either outcome are merged with each other; what is still thin then, with the smallest stratum beside it;
 * what has none beside it goes on one factor up. So every decision is in one stratum, and what is expected of all adds up to
 * what was seen. n log n in the counts. Refuses no count, unequal numbers of factors, and more outcomes than decisions.
 */
export function strataBaseline(counts: readonly StratifiedCount[]): Stratum[] {
  checkList('counts', counts);
  const depth = (counts[0] as StratifiedCount).factors.length;
  const leaves = new Map<string, Draft>();
  counts.forEach(({ factors, n, y }, i) => {
    if (factors.length !== depth)
      throw new InvalidInput(
        `the number of factors of counts[${i}]`,
        factors.length,
        `give ${depth}, as the first has`,
      );
    checkCount(() => `counts[${i}].n`, n, 1);
    checkCount(() => `counts[${i}].y`, y, 0, n);
    const key = nameOf(factors);
    leaves.set(key, merged(factors, [leaves.get(key) ?? { factors, n: 0, y: 0 }, { factors, n, y }]));
  });
  let drafts = [...leaves.values()];
  for (let level = depth; level > 0; level--) drafts = withoutThin(drafts, level);
  return drafts.sort(bySizeThenName).map((draft) => ({ ...draft, rate: draft.y / draft.n }));
}

/**
 * Finds the stratum of a case by its factors: the one that they name, else the one that the longest part of them names;
 * undefined if none does. What it takes to find one does not grow with the strata.
 */
export function stratumFinder(strata: readonly Stratum[]): (factors: readonly string[]) => Stratum | undefined {
  const byName = new Map(strata.map((stratum) => [nameOf(stratum.factors), stratum]));
  return (factors) => {
    for (let level = factors.length; level >= 0; level--) {
      const found = byName.get(nameOf(factors.slice(0, level)));
      if (found) return found;
    }
    return undefined;
  };
}

type Draft = Omit<Stratum, 'rate'>;

const nameOf = (factors: readonly string[]): string => JSON.stringify(factors);

const isThin = ({ n, y }: Draft): boolean => n < FEWEST_DECISIONS || Math.min(y, n - y) < FEWEST_OF_EITHER;

const merged = (factors: readonly string[], drafts: readonly Draft[]): Draft => ({
  factors,
  n: sum(drafts.map(({ n }) => n)),
  y: sum(drafts.map(({ y }) => y)),
});

const bySizeThenName = (a: Draft, b: Draft): number => a.n - b.n || byCodePoints(nameOf(a.factors), nameOf(b.factors));

function withoutThin(drafts: readonly Draft[], level: number): Draft[] {
  const families = new Map<string, Draft[]>();
  for (const draft of drafts) {
    const key = nameOf(draft.factors.slice(0, level - 1));
    const family = families.get(key);
    if (family) family.push(draft);
    else families.set(key, [draft]);
  }
  return [...families.values()].flatMap((family) => {
    const members = family.filter(({ factors }) => factors.length === level);
    const thin = members.filter(isThin);
    if (thin.length === 0) return family;
    const parent = (thin[0] as Draft).factors.slice(0, level - 1);
    const others = family.filter((draft) => draft.factors.length !== level || !isThin(draft));
    const together = merged(parent, thin);
    if (!isThin(together)) return [...others, together];
    // Not one that lies under another: its cases would be looked for in that one.
    const names = new Set(others.map(({ factors }) => nameOf(factors)));
    const liesUnderOther = ({ factors }: Draft) => factors.some((_, at) => names.has(nameOf(factors.slice(0, at))));
    const [smallest] = others.filter((one) => !liesUnderOther(one)).sort(bySizeThenName);
    if (!smallest) return [together];
    return [...others.filter((one) => one !== smallest), merged(parent, [together, smallest])];
  });
}

/** A 2 × 2 table of one stratum: group 1 with (a) and without (b) the outcome, group 2 with (c) and without (d). */
export interface Fourfold {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
}

export interface MantelHaenszel {
  /** Null where no stratum lets the ratio be formed. */
  readonly oddsRatio: number | null;
  readonly riskRatio: number | null;
  /** Standard error of log RR (Greenland & Robins 1985) and the 95% interval from it; null where either sum is 0. */
  readonly seLog: number | null;
  readonly ci: Interval | null;
  /** `(A - E)² / V` with hypergeometric E and V, and with a continuity correction of 0.5; null when V = 0. */
  readonly chi2: number | null;
  readonly chi2Corrected: number | null;
  readonly observed: number;
  readonly expected: number;
  readonly variance: number;
}

/**
 * The ratio of group 1 to group 2 adjusted for strata (Mantel & Haenszel 1959): `RR = Σ a(c+d)/n / Σ c(a+b)/n`. Shown
 * beside the crude one. Linear in the strata. Refuses no stratum, an empty one, and counts that are not whole numbers from 0.
 */
export function mantelHaenszel(strata: readonly Fourfold[]): MantelHaenszel {
  checkStrata(strata);
  const sized = strata.map(({ a, b, c, d }) => ({ a, b, c, d, n: a + b + c + d }));
  const total = (term: (t: Fourfold & { n: number }) => number) => sum(sized.map(term));
  const first = total(({ a, c, d, n }) => (a * (c + d)) / n);
  const second = total(({ a, b, c, n }) => (c * (a + b)) / n);
  const across = total(({ b, c, n }) => (b * c) / n);
  const riskRatio = second === 0 ? null : first / second;
  const spread = total(({ a, b, c, d, n }) => ((a + b) * (c + d) * (a + c) - a * c * n) / (n * n));
  const seLog = first === 0 || second === 0 ? null : Math.sqrt(spread / (first * second));
  const observed = total(({ a }) => a);
  const expected = total(({ a, b, c, n }) => ((a + b) * (a + c)) / n);
  const variance = total(({ a, b, c, d, n }) =>
    n === 1 ? 0 : ((a + b) * (c + d) * (a + c) * (b + d)) / (n * n * (n - 1)),
  );
  return {
    oddsRatio: across === 0 ? null : total(({ a, d, n }) => (a * d) / n) / across,
    riskRatio,
    seLog,
    ci:
      riskRatio === null || seLog === null
        ? null
        : [riskRatio * Math.exp(-Z95 * seLog), riskRatio * Math.exp(Z95 * seLog)],
    chi2: variance === 0 ? null : (observed - expected) ** 2 / variance,
    chi2Corrected: variance === 0 ? null : (Math.abs(observed - expected) - 0.5) ** 2 / variance,
    observed,
    expected,
    variance,
  };
}

/**
 * Outcomes of group 2, and of group 1, against what the pooled rate of each stratum would have given them; the ratio is
 * null where nothing is expected. Linear. Refuses as `mantelHaenszel` does.
 */
export function expectedByStrata(strata: readonly Fourfold[]) {
  checkStrata(strata);
  const side = (observed: (t: Fourfold) => number, size: (t: Fourfold) => number) => {
    const seen = sum(strata.map(observed));
    const expected = sum(strata.map((t) => ((t.a + t.c) / (t.a + t.b + t.c + t.d)) * size(t)));
    return { observed: seen, expected, ratio: expected === 0 ? null : seen / expected };
  };
  return {
    group1: side(
      (t) => t.a,
      (t) => t.a + t.b,
    ),
    group2: side(
      (t) => t.c,
      (t) => t.c + t.d,
    ),
  };
}

function checkStrata(strata: readonly Fourfold[]): void {
  checkList('strata', strata);
  strata.forEach((stratum, i) => {
    for (const name of ['a', 'b', 'c', 'd'] as const) checkCount(() => `strata[${i}].${name}`, stratum[name]);
    if (stratum.a + stratum.b + stratum.c + stratum.d === 0)
      throw new InvalidInput(`strata[${i}]`, 'empty', 'leave out strata in which there is nobody');
  });
}

/** One factor's completeness: the share of cases in which it is recorded. */
export function completeness(values: readonly unknown[]): number {
  checkList('values', values);
  return values.filter((value) => value !== null && value !== undefined && value !== '').length / values.length;
}
