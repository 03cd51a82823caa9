/**
 * "Steady over time": has a panel's share stayed within its usual range (consistency.md 2b)? A chart of its months, of its
 * terms where months have too few decisions, and where these do too a running difference, case by case. Pure: counts and
 * decisions in, disclosed results out.
 */
import { Disclosed, type DisclosedShare, type Shown, type Tier, type WindowCounts } from '../disclosure';
import { gate, type GateCode, permits } from '../gates';
import type { PanelMonth } from './panels-side-by-side';
import { Result } from '../result';
import { pChart } from '../statistics/control-charts';
import { observedMinusExpected, RISK_ADJUSTED_H, riskAdjustedCusum } from '../statistics/cusum';
import { Z95 } from '../statistics/distributions';
import { sideOf, sum } from '../statistics/numbers';
import {
  LAST_36_MONTHS,
  type Month,
  monthName,
  monthsBetween,
  offeredWindows,
  schoolYearKeyOf,
  termOf,
} from '../windows';

export const P_CHART_METHOD = 'p-chart-1';
export const CUSUM_METHOD = 'cusum-1';

/** Above so many decisions a point, limits are widened where points vary more than chance (Laney). */
const MANY_A_POINT = 200;
const LANEY = 1.2;
const SIGMAS = 3;
const RUN = 8;

/** One decision, in the order in which they were made. */
export interface TimedDecision {
  readonly month: Month;
  readonly supported: boolean;
  /** The probability that the baseline gave it. */
  readonly expected: number;
}

/** A month or term as the chart draws it; shares. Limits are null under 12 points. */
export interface SteadyPoint {
  readonly period: string;
  /** Null where it is withheld: then there is a gap. */
  readonly shown: {
    readonly decisions: number;
    readonly supported: number;
    readonly lower: number | null;
    readonly upper: number | null;
    /** Outside its limits, or in a run of eight: where signals may be shown. */
    readonly isSignal: boolean;
  } | null;
}

export interface SteadyChart {
  readonly kind: 'chart';
  readonly by: 'month' | 'term';
  readonly result: Result<'series', { readonly share: Shown; readonly points: Shown }>;
  readonly centre: number;
  /** None where none may be shown: then there is nothing to draw. */
  readonly points: readonly SteadyPoint[];
}

/** The running difference after so many decisions, and the two CUSUMs, up (odds doubled) and down (odds halved). */
export interface RunningPoint {
  readonly decisions: number;
  readonly difference: number;
  readonly up: number;
  readonly down: number;
}

export interface RunningDifference {
  readonly kind: 'running';
  readonly result: Result<
    'funnel',
    { readonly decisions: Shown; readonly supported: Shown; readonly expected: Shown; readonly difference: Shown }
  >;
  /**
   * After every decision on tier 1; else at the ends of school years, since a step tells one child's decision. None where
   * none may be shown: then there is nothing to draw.
   */
  readonly points: readonly RunningPoint[];
}

/** Nothing before the first decision. The months and the decisions are those of one panel. */
export function steadyOverTime(
  { panel, decisions }: { readonly panel: string; readonly decisions: readonly TimedDecision[] },
  tier: Tier,
): SteadyChart | RunningDifference | undefined {
  const rows = countsByMonth(panel, decisions);
  const first = rows[0]?.month;
  const last = rows.at(-1)?.month;
  if (!first || !last) return undefined;
  const covered = monthsBetween(first, last);
  const windows = offeredWindows(first, last);
  const published = windows.map(({ key, from, to }) =>
    countsOf(key, rows, covered, (month) => month >= from && month <= to),
  );
  const recent = windows.find(({ key }) => key === LAST_36_MONTHS)!;
  const series = (by: 'month' | 'term') => {
    const isIn = (month: Month) => by === 'term' || month >= recent.from;
    const nameOf = by === 'month' ? monthName : termOf;
    const names = covered.map((month) => (isIn(month) ? nameOf(month) : ''));
    const nameAt = new Map(covered.map((month, i) => [month, names[i]]));
    return [...new Set(names)]
      .filter((name) => name !== '')
      .map((name) => countsOf(name, rows, covered, (month) => nameAt.get(month) === name))
      .filter(({ n }) => n > 0);
  };
  for (const by of ['month', 'term'] as const) {
    const cells = series(by);
    const code = gate('series', seriesCounts(cells));
    // Terms come slowly: without limits they say less than a running difference does.
    if (by === 'month' ? code !== 'use_cusum' : hasLimits(code)) return chartOf({ panel, by, cells, published, tier });
  }
  return runningOf({ panel, decisions, published, first, tier });
}

const hasLimits = (code: GateCode['series']): boolean => permits(code) === 'range' || permits(code) === 'signal';

function countsByMonth(panel: string, decisions: readonly TimedDecision[]): PanelMonth[] {
  const months = new Map<Month, { n: number; y: number }>();
  for (const { month, supported } of decisions) {
    const { n, y } = months.get(month) ?? { n: 0, y: 0 };
    months.set(month, { n: n + 1, y: y + Number(supported) });
  }
  return [...months]
    .map(([month, counts]) => ({ panel, month, ...counts }))
    .sort((a, b) => (a.month < b.month ? -1 : 1));
}

function countsOf(
  key: string,
  rows: readonly PanelMonth[],
  covered: readonly Month[],
  isIn: (month: Month) => boolean,
): WindowCounts {
  const own = rows.filter(({ month }) => isIn(month));
  const months = covered.map((month) => Number(isIn(month)));
  return { key, months, n: sum(own.map(({ n }) => n)), y: sum(own.map(({ y }) => y)), keep: key === LAST_36_MONTHS };
}

function seriesCounts(cells: readonly { readonly n: number; readonly y: number }[]) {
  const n = sum(cells.map((cell) => cell.n));
  const y = sum(cells.map((cell) => cell.y));
  return { points: cells.length, meanN: cells.length === 0 ? 0 : n / cells.length, meanShare: n === 0 ? 0 : y / n };
}

/** Everything that is told or drawn comes from the months or terms that are shown. */
function chartOf({
  panel,
  by,
  cells,
  published,
  tier,
}: {
  panel: string;
  by: 'month' | 'term';
  cells: readonly WindowCounts[];
  published: readonly WindowCounts[];
  tier: Tier;
}): SteadyChart {
  // A member sees every month; a small one is a small count to everybody else.
  const countMayBeShown = (n: number) => tier === 1 || permits(gate('funnel', { n })) !== 'nothing';
  const shares = Disclosed.shares(cells, { tier, countMayBeShown, published });
  const shareOf = ({ key }: WindowCounts) => shares.get(key) as Disclosed<DisclosedShare>;
  const shown = cells.filter((cell) => shareOf(cell).isOpen);
  const counts = seriesCounts(shown);
  const code = gate('series', counts);
  const mayHaveRange = hasLimits(code);
  const chart = shown.length === 0 ? null : limitsOf(shown);
  const centre = chart?.centre ?? 0;
  const runs = runsOf(cells, shown, centre);
  const outside = shown.filter(({ n, y }) => chart !== null && isOutside(y / n, chart.limits(n)));
  const isSignal = (cell: WindowCounts) =>
    permits(code) === 'signal' &&
    (outside.includes(cell) || runs.some((run) => run.length >= RUN && run.includes(cell)));
  const usual = chart?.limits(counts.meanN) ?? null;
  return {
    kind: 'chart',
    by,
    centre,
    points: (shown.length === 0 ? [] : cells).map((cell) => ({
      period: cell.key,
      shown: shown.includes(cell)
        ? {
            decisions: shareOf(cell).value.decisions as number,
            supported: shareOf(cell).value.supported as number,
            lower: mayHaveRange ? (chart?.limits(cell.n).lower ?? null) : null,
            upper: mayHaveRange ? (chart?.limits(cell.n).upper ?? null) : null,
            isSignal: isSignal(cell),
          }
        : null,
    })),
    result: Result.of({
      gate: 'series',
      counts,
      value: Disclosed.over(shown.map(shareOf), tier)
        .with('share', { share: permits(code) === 'nothing' ? null : centre })
        .with('number', { points: shown.length }),
      interval: () => usual,
      signal: shown.some(isSignal) ? 'Look' : 'none',
      sentence: {
        of: 'steady',
        panel,
        by,
        points: shown.length,
        withheld: cells.length - shown.length,
        since: shown[0]?.key ?? '',
        share: centre,
        usual: mayHaveRange ? usual : null,
        firm: permits(code) === 'signal',
        outside: outside.map(({ key }) => key),
        run: longestOf(runs, centre),
      },
      tooFew: { of: 'too few points', panel, by },
      methodVersion: P_CHART_METHOD,
    }),
  };
}

/** The centre and, for any number of decisions, the 3-sigma limits: wider where many decisions vary more than chance. */
function limitsOf(shown: readonly WindowCounts[]) {
  const { pbar, laneySigmaZ } = pChart(
    shown.map(({ y }) => y),
    shown.map(({ n }) => n),
  );
  const isWide = seriesCounts(shown).meanN > MANY_A_POINT && laneySigmaZ !== null && laneySigmaZ > LANEY;
  const sigmas = SIGMAS * (isWide ? laneySigmaZ : 1);
  return {
    centre: pbar,
    limits: (n: number) => {
      const half = sigmas * Math.sqrt((pbar * (1 - pbar)) / n);
      return { lower: Math.max(0, pbar - half), upper: Math.min(1, pbar + half) };
    },
  };
}

const isOutside = (share: number, { lower, upper }: { readonly lower: number; readonly upper: number }): boolean =>
  sideOf(share, lower) < 0 || sideOf(share, upper) > 0;

/** Runs on one side of the centre; a point on it, and one that is withheld, is on neither and ends a run. */
function runsOf(cells: readonly WindowCounts[], shown: readonly WindowCounts[], centre: number): WindowCounts[][] {
  const runs: WindowCounts[][] = [];
  let before = 0;
  for (const cell of cells) {
    const side = shown.includes(cell) ? sideOf(cell.y / cell.n, centre) : 0;
    if (side !== 0 && side === before) runs.at(-1)?.push(cell);
    else if (side !== 0) runs.push([cell]);
    before = side;
  }
  return runs;
}

function longestOf(runs: readonly (readonly WindowCounts[])[], centre: number) {
  const [longest = []] = [...runs].sort((a, b) => b.length - a.length);
  const isAbove = longest.some(({ n, y }) => y / n > centre);
  return {
    length: longest.length,
    side: isAbove ? ('above' as const) : ('below' as const),
    from: longest[0]?.key ?? '',
    to: longest.at(-1)?.key ?? '',
  };
}

function runningOf({
  panel,
  decisions,
  published,
  first,
  tier,
}: {
  panel: string;
  decisions: readonly TimedDecision[];
  published: readonly WindowCounts[];
  first: Month;
  tier: Tier;
}): RunningDifference {
  const permitted = (count: number) => permits(gate('funnel', { n: count }));
  const shares = Disclosed.shares(published, {
    tier,
    countMayBeShown: (count) => tier === 1 || permitted(count) !== 'nothing',
  });
  const recorded = [...new Set(decisions.map(({ month }) => schoolYearKeyOf(month)))].sort();
  // School years that are no longer offered have no share to show.
  const years = followed(recorded.filter((year) => shares.has(year)), shares); // prettier-ignore
  const ordered = decisions
    .filter(({ month }) => years.includes(schoolYearKeyOf(month)))
    .sort((a, b) => (a.month < b.month ? -1 : a.month > b.month ? 1 : 0));
  const firstYear = years[0] as string;
  const outcomes = ordered.map(({ supported }) => Number(supported));
  const chances = ordered.map(({ expected }) => expected);
  const n = outcomes.length;
  const y = sum(outcomes);
  const expected = sum(chances);
  const deviation = Math.sqrt(sum(chances.map((e) => e * (1 - e))));
  const difference = observedMinusExpected(outcomes, chances);
  const up = riskAdjustedCusum(outcomes, chances, { oddsRatio: 2, h: RISK_ADJUSTED_H });
  const down = riskAdjustedCusum(outcomes, chances, { oddsRatio: 1 / 2, h: RISK_ADJUSTED_H });
  const direction = firstOf(up.firstSignal, down.firstSignal);

  const value = Disclosed.over(
    years.map((year) => shares.get(year) as Disclosed<DisclosedShare>),
    tier,
  )
    .with('count', { decisions: n, supported: y, expected })
    .with('number', { difference: y - expected });
  const at =
    tier === 1
      ? outcomes.map((_, i) => i)
      : years.map((year) => ordered.findLastIndex(({ month }) => schoolYearKeyOf(month) === year));
  const rounded = (path: readonly number[], i: number) => value.rounded(path[i] as number, 'number');
  return {
    kind: 'running',
    points:
      value.isOpen && permitted(n) !== 'nothing'
        ? at.map((i) => ({
            decisions: value.rounded(i + 1, 'count'),
            difference: rounded(difference, i),
            up: rounded(up.path, i),
            down: rounded(down.path, i),
          }))
        : [],
    result: Result.of({
      gate: 'funnel',
      counts: { n },
      value,
      interval: () => ({ lower: -Z95 * deviation, upper: Z95 * deviation }),
      unit: 'number',
      signal: direction ? 'Look' : 'none',
      sentence: {
        of: 'running',
        panel,
        since: monthName(firstYear === schoolYearKeyOf(first) ? first : `${firstYear.slice(0, 4)}-09`),
        n,
        y,
        expected,
        chance: Z95 * deviation,
        signal: direction ? 'Look' : 'none',
        direction,
        judged: permitted(n) === 'signal',
      },
      tooFew: { of: 'too few to follow', panel },
      methodVersion: CUSUM_METHOD,
    }),
  };
}

/**
 * The school years that are followed: the last ones in a row that are shown, so that all that is told is the sum of what
 * is shown; all of them where none is.
 */
function followed(years: readonly string[], shares: ReadonlyMap<string, Disclosed<DisclosedShare>>): readonly string[] {
  const isShown = (year: string | undefined) => year !== undefined && shares.get(year)?.isOpen === true;
  const end = years.findLastIndex(isShown) + 1;
  let start = end;
  while (isShown(years[start - 1])) start -= 1;
  return end === 0 ? years : years.slice(start, end);
}

/** Which of the two charts signalled first. */
function firstOf(up: number | null, down: number | null): 'more' | 'fewer' | undefined {
  if (up === null && down === null) return undefined;
  return (up ?? Infinity) <= (down ?? Infinity) ? 'more' : 'fewer';
}
