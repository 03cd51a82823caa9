/** Is a panel steady over time (consistency.md 2b; reference cases P10 to P13, P36)? */
import { checkCount, checkList, checkNumber, checkSameLength } from './invalid-input';
import { mean, sideOf, sum } from './numbers';

export interface PChart {
  /** `Σ y / Σ n`. */
  readonly pbar: number;
  /** Limits of each point, shares cut to [0, 1], and its z; z is null where P is 0 or 1. */
  readonly points: readonly {
    readonly p: number;
    readonly lcl: number;
    readonly ucl: number;
    readonly z: number | null;
  }[];
  /** Positions (from 1) strictly outside their own limits: these, and the runs, raise "Look". */
  readonly signals: readonly number[];
  /** Positions of every run of 8 or more on one side of P; a point on P ends a run. */
  readonly runs8: readonly number[];
  /** Laney's `mean |z_t - z_{t-1}| / 1.128`: above 1.2 with large n, widen by it. Null with one point or P of 0 or 1. */
  readonly laneySigmaZ: number | null;
}

/**
 * p-chart with 3-sigma limits `P ± 3 √(P (1-P) / n)` (Shewhart; Montgomery), one point a month or term. Linear in the
 * points. Refuses no point, lists of unequal length, n = 0, and more outcomes than decisions.
 */
export function pChart(y: readonly number[], n: readonly number[]): PChart {
  checkList('y', y);
  checkSameLength('n', n, 'y', y);
  y.forEach((count, i) => {
    checkCount(() => `n[${i}]`, n[i], 1);
    checkCount(() => `y[${i}]`, count, 0, n[i]);
  });
  const pbar = sum(y) / sum(n);
  const points = y.map((count, i) => {
    const size = n[i] as number;
    const sigma = Math.sqrt((pbar * (1 - pbar)) / size);
    return {
      p: count / size,
      lcl: Math.max(0, pbar - 3 * sigma),
      ucl: Math.min(1, pbar + 3 * sigma),
      z: sigma === 0 ? null : (count / size - pbar) / sigma,
    };
  });
  const steps = points.slice(1).map(({ z }, i) => Math.abs((z as number) - (points[i]?.z as number)));
  return {
    pbar,
    points,
    signals: positions(points.map(({ p, lcl, ucl }) => sideOf(p, lcl) < 0 || sideOf(p, ucl) > 0)),
    runs8: positions(
      inRuns(
        points.map(({ p }) => sideOf(p, pbar)),
        8,
      ).map((side) => side !== 0),
    ),
    laneySigmaZ: steps.length === 0 || pbar === 0 || pbar === 1 ? null : mean(steps) / 1.128,
  };
}

export type XmrLabel =
  | 'common_cause'
  | 'above_ucl'
  | 'below_lcl'
  | 'trend7_up'
  | 'trend7_down'
  | 'two_of_three_high'
  | 'two_of_three_low'
  | 'shift7_high'
  | 'shift7_low';

export interface Xmr {
  readonly mean: number;
  /** Mean moving range before and after screening. */
  readonly amrUnscreened: number;
  readonly amr: number;
  /** `mean ± 2.66 amr`, in the unit of x. */
  readonly ucl: number;
  readonly lcl: number;
  /** Moving ranges left out by screening. */
  readonly dropped: number;
  /** One a point; where rules overlap: outside, trend, two of three, shift. */
  readonly labels: readonly XmrLabel[];
}

const XMR_CONSTANT = 2.66;
const SCREEN = 3.267;
const RUN = 7;

/**
 * Individuals chart with the rules of NHS Making Data Count (NHSRplotthedots), for durations, averages and counts a month.
 * With screening, moving ranges that are not below 3.267 × their mean are dropped once. Linear. Refuses fewer than two
 * points and a value that is not finite.
 */
export function xmr(x: readonly number[], screenOutliers: boolean): Xmr {
  checkList('x', x, 2);
  x.forEach((value, i) => checkNumber(() => `x[${i}]`, value));
  const centre = mean(x);
  const ranges = x.slice(1).map((value, i) => Math.abs(value - (x[i] as number)));
  const amrUnscreened = mean(ranges);
  const kept = screenOutliers ? ranges.filter((range) => range < SCREEN * amrUnscreened) : ranges;
  const amr = kept.length === 0 ? 0 : mean(kept);
  const ucl = centre + XMR_CONSTANT * amr;
  const lcl = centre - XMR_CONSTANT * amr;
  return {
    mean: centre,
    amrUnscreened,
    amr,
    ucl,
    lcl,
    dropped: ranges.length - kept.length,
    labels: labelled(x, { centre, ucl, lcl }),
  };
}

function labelled(
  x: readonly number[],
  { centre, ucl, lcl }: { readonly centre: number; readonly ucl: number; readonly lcl: number },
): XmrLabel[] {
  const sides = x.map((value) => sideOf(value, centre));
  const outside = x.map((value) => (sideOf(value, ucl) > 0 ? 1 : sideOf(value, lcl) < 0 ? -1 : 0));
  const shifts = inRuns(sides, RUN);
  const trends = inTrends(x);
  const near = x.map((value, i) => {
    if (outside[i] !== 0) return 0;
    if (sideOf(value, centre + (2 / 3) * (ucl - centre)) > 0) return 1;
    return sideOf(value, centre - (2 / 3) * (centre - lcl)) < 0 ? -1 : 0;
  });
  const twoOfThree = near.map((side, i) => {
    if (side === 0) return 0;
    const windows = [i - 2, i - 1, i].filter((from) => from >= 0 && from + 2 < x.length);
    const holds = windows.some((from) => {
      const three = [from, from + 1, from + 2];
      return three.every((at) => sides[at] === side) && three.filter((at) => near[at] === side).length >= 2;
    });
    return holds ? side : 0;
  });
  return x.map((_, i) => {
    if (outside[i]) return outside[i] > 0 ? 'above_ucl' : 'below_lcl';
    if (trends[i]) return (trends[i] as number) > 0 ? 'trend7_up' : 'trend7_down';
    if (twoOfThree[i]) return (twoOfThree[i] as number) > 0 ? 'two_of_three_high' : 'two_of_three_low';
    if (shifts[i]) return (shifts[i] as number) > 0 ? 'shift7_high' : 'shift7_low';
    return 'common_cause';
  });
}

/** For each point its side, where it stands in a run of at least so many on that side; else 0. A 0 ends a run. */
function inRuns(sides: readonly number[], least: number): number[] {
  const out = new Array<number>(sides.length).fill(0);
  for (let from = 0; from < sides.length;) {
    let to = from + 1;
    while (to < sides.length && sides[to] === sides[from]) to++;
    if (to - from >= least) out.fill(sides[from] as number, from, to);
    from = to;
  }
  return out;
}

/** For each point 1 or -1, where it stands in seven or more that strictly rise or fall; else 0. */
function inTrends(x: readonly number[]): number[] {
  const steps = x.slice(1).map((value, i) => sideOf(value, x[i] as number));
  const runs = inRuns(steps, RUN - 1);
  return x.map((_, i) => runs[i - 1] || runs[i] || 0);
}

const positions = (holds: readonly boolean[]): number[] => holds.flatMap((yes, i) => (yes ? [i + 1] : []));
