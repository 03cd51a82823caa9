/** How long placements last, and how long children wait (consistency.md 2h; reference cases P32, P37). */
import { chiSquareTails, Z95 } from './distributions';
import { checkCount, checkList, InvalidInput } from './invalid-input';
import type { Interval } from './proportions';

/** How long a spell was seen, in any unit from 0, and whether it ended then (1) or was still going on (0). */
export interface Spell {
  readonly time: number;
  readonly event: 0 | 1;
  /** How many such spells there are; one, unless told. */
  readonly count?: number;
}

export interface SurvivalRow {
  readonly time: number;
  /** Spells still going on just before this time. */
  readonly atRisk: number;
  readonly events: number;
  readonly survival: number;
  /** Greenwood's standard error and the log-log interval; null where no spell is left. */
  readonly se: number | null;
  readonly ci: Interval | null;
}

export interface Survival {
  /** One row a time at which spells ended, ascending. */
  readonly rows: readonly SurvivalRow[];
  /** The first time with S <= 0.5; null if the curve stays above. */
  readonly median: number | null;
}

/** What reaches one half on paper has reached it. */
const HALF = 0.5 + 1e-12;

/**
 * Kaplan and Meier (1958): `S(t) = Π (1 - d/n)`, Greenwood `se = S √Σ d/(n(n-d))`, log-log interval
 * `S^exp(± 1.96 se_c / ln S)`. A spell that was cut off at a time was still at risk then. n log n in the list, so count spells
 * that are alike together. Refuses no spell, a time below 0 or not finite, an event but 0 and 1, and a count below 1.
 */
export function kaplanMeier(spells: readonly Spell[]): Survival {
  check('spells', spells);
  let survival = 1;
  let greenwood = 0;
  const rows = timesOf(spells).map(({ time, atRisk, events }): SurvivalRow => {
    survival *= (atRisk - events) / atRisk;
    if (events === atRisk) return { time, atRisk, events, survival: 0, se: null, ci: null };
    greenwood += events / (atRisk * (atRisk - events));
    const width = (Z95 * Math.sqrt(greenwood)) / Math.log(survival);
    return {
      time,
      atRisk,
      events,
      survival,
      se: survival * Math.sqrt(greenwood),
      ci: [survival ** Math.exp(-width), survival ** Math.exp(width)],
    };
  });
  return { rows, median: rows.find((row) => row.survival <= HALF)?.time ?? null };
}

/** The rows of a curve as it is drawn: it stops where fewer than `least` are at risk. */
export const whileAtRisk = (rows: readonly SurvivalRow[], least = 5): SurvivalRow[] => {
  const end = rows.findIndex((row) => row.atRisk < least);
  return end < 0 ? [...rows] : rows.slice(0, end);
};

/** The share that lasts beyond a time, with its row; 1 before the first ending, when no row is given. */
export function survivalAt({ rows }: Survival, time: number): { survival: number; row: SurvivalRow | null } {
  const row = rows.findLast((one) => one.time <= time) ?? null;
  return { survival: row?.survival ?? 1, row };
}

export interface LogRank {
  /** Endings of the first group, and what it would have had if both were alike. */
  readonly observed: number;
  readonly expected: number;
  /** `(O - E)² / V` and its upper tail with one degree of freedom; null where nothing could differ. */
  readonly chi2: number | null;
  readonly p: number | null;
}

/**
 * Log-rank comparison of two groups, or of one panel with all others (Mantel 1966):
 * `V = Σ d n1 n2 (n-d) / (n² (n-1))`. n log n. Refuses as `kaplanMeier` does.
 */
export function logRank(first: readonly Spell[], second: readonly Spell[]): LogRank {
  check('first', first);
  check('second', second);
  const riskOfFirst = riskAt(first);
  let observed = 0;
  let expected = 0;
  let variance = 0;
  for (const { event, count = 1 } of first) observed += event * count;
  for (const { time, atRisk: n, events: d } of timesOf([...first, ...second])) {
    const n1 = riskOfFirst(time);
    expected += (d * n1) / n;
    if (n > 1) variance += (d * n1 * (n - n1) * (n - d)) / (n * n * (n - 1));
  }
  const chi2 = variance === 0 ? null : (observed - expected) ** 2 / variance;
  return { observed, expected, chi2, p: chi2 === null ? null : chiSquareTails(chi2, 1).upper };
}

/** The times at which spells ended, with how many were at risk. */
function timesOf(spells: readonly Spell[]): { time: number; atRisk: number; events: number }[] {
  const endings = new Map<number, number>();
  for (const { time, event, count = 1 } of spells) if (event === 1) endings.set(time, (endings.get(time) ?? 0) + count);
  const risk = riskAt(spells);
  return [...endings].sort(([a], [b]) => a - b).map(([time, events]) => ({ time, atRisk: risk(time), events }));
}

/** How many were seen for at least so long; to be asked with rising times. */
function riskAt(spells: readonly Spell[]): (time: number) => number {
  const sorted = [...spells].sort((a, b) => a.time - b.time);
  let left = 0;
  for (const { count = 1 } of spells) left += count;
  let next = 0;
  return (time) => {
    for (; next < sorted.length && (sorted[next] as Spell).time < time; next++)
      left -= (sorted[next] as Spell).count ?? 1;
    return left;
  };
}

function check(argument: string, spells: readonly Spell[]): void {
  checkList(argument, spells);
  spells.forEach(({ time, event, count = 1 }, i) => {
    if (!Number.isFinite(time) || time < 0)
      throw new InvalidInput(`${argument}[${i}].time`, time, 'give a number from 0');
    checkCount(`${argument}[${i}].event`, event, 0, 1);
    checkCount(`${argument}[${i}].count`, count, 1);
  });
}
