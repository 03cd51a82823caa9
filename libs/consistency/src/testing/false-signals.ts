/**
 * How often panels that all decide alike are signalled (consistency.md 1.1, 2b): simulated, beside what theory gives. Pure:
 * the same random numbers give the same figures.
 */
import { binomialProbability } from '../statistics/binomial';
import { caseMix, poissonBinomial } from '../statistics/case-mix';
import { pChart } from '../statistics/control-charts';
import { RISK_ADJUSTED_H, riskAdjustedCusum } from '../statistics/cusum';
import { pooledShare, type TailSignal, tailSignal } from '../statistics/funnel';
import { signalOf } from '../signal';

/** Shares of sets in which at least one of the panels is signalled. */
export interface SignalRate {
  readonly method: string;
  readonly look: number;
  readonly watch: number | null;
  readonly lookInTheory: number | null;
  readonly watchInTheory: number | null;
}

/** Decisions between two false alarms of a CUSUM, on average. */
export interface RunLength {
  readonly method: string;
  readonly mean: number;
}

/** Twelve panels as they come: small, middling and large. */
const SIZES = [20, 25, 30, 30, 36, 40, 45, 60, 60, 80, 120, 150];
const NORM = 0.62;
const MONTHS = 24;
const A_MONTH = 40;
const RUN = 8;

type Random = () => number;

const yesOf = (random: Random, probabilities: readonly number[]): number =>
  probabilities.filter((p) => random() < p).length;
const alike = (n: number, p: number): number[] => new Array<number>(n).fill(p);
/** Cases of unlike need: probabilities from 0.3 to 0.9. */
const unlike = (random: Random, n: number): number[] => Array.from({ length: n }, () => 0.3 + 0.6 * random());

/** The share of sets with any such signal, and the chance of one in theory from each panel's own chance. */
const anyOf = (sets: readonly (readonly TailSignal[])[], level: 'Look' | 'any'): number =>
  sets.filter((set) => set.some((tail) => (level === 'Look' ? signalOf(tail) === 'Look' : tail !== 'within'))).length /
  sets.length;
const anyInTheory = (chances: readonly number[]): number => 1 - chances.reduce((so, chance) => so * (1 - chance), 1);

function chanceOf(density: ArrayLike<number>, signalAt: (k: number) => TailSignal, level: 'Look' | 'any'): number {
  let chance = 0;
  for (let k = 0; k < density.length; k++) {
    const tail = signalAt(k);
    if (level === 'Look' ? signalOf(tail) === 'Look' : tail !== 'within') chance += density[k] as number;
  }
  return chance;
}

/** Sets of twelve stable panels on the funnel: against a norm that is given, and against their own, as on pages. */
export function funnelFalseSignals(random: Random, sets: number): SignalRate[] {
  const drawn = Array.from({ length: sets }, () => SIZES.map((n) => ({ n, y: yesOf(random, alike(n, NORM)) })));
  const given = drawn.map((set) => set.map((unit) => tailSignal(unit, NORM)));
  const own = drawn.map((set) => set.map((unit) => tailSignal(unit, pooledShare(set) as number)));
  const theory = (level: 'Look' | 'any') =>
    anyInTheory(
      SIZES.map((n) =>
        chanceOf(
          Array.from({ length: n + 1 }, (_, k) => binomialProbability(k, n, NORM)),
          (k) => tailSignal({ n, y: k }, NORM),
          level,
        ),
      ),
    );
  const rate = (method: string, signals: TailSignal[][]): SignalRate => ({
    method,
    look: anyOf(signals, 'Look'),
    watch: anyOf(signals, 'any'),
    lookInTheory: theory('Look'),
    watchInTheory: theory('any'),
  });
  return [rate('funnel, norm given', given), rate('funnel, norm of the panels shown', own)];
}

/** The same for the funnel that is adjusted for case mix: every case of its own probability, exact tails. */
export function adjustedFalseSignals(random: Random, sets: number): SignalRate {
  const looks: number[] = [];
  const watches: number[] = [];
  const drawn = Array.from({ length: sets }, () => {
    const chances: { look: number[]; watch: number[] } = { look: [], watch: [] };
    const set = SIZES.map((n) => {
      const expected = unlike(random, n);
      const density = poissonBinomial(expected);
      const cases = expected.map((probability) => ({ probability, count: 1 }));
      const observed = yesOf(random, expected);
      const signalAt = tailsOf(density);
      chances.look.push(chanceOf(density, signalAt, 'Look'));
      chances.watch.push(chanceOf(density, signalAt, 'any'));
      return caseMix({ observed, cases, overallRate: NORM }).signal;
    });
    looks.push(anyInTheory(chances.look));
    watches.push(anyInTheory(chances.watch));
    return set;
  });
  const mean = (values: readonly number[]) => values.reduce((so, value) => so + value, 0) / values.length;
  return {
    method: 'funnel adjusted for case mix',
    look: anyOf(drawn, 'Look'),
    watch: anyOf(drawn, 'any'),
    lookInTheory: mean(looks),
    watchInTheory: mean(watches),
  };
}

function tailsOf(density: Float64Array): (k: number) => TailSignal {
  const below: number[] = [];
  density.forEach((value, k) => below.push((below[k - 1] ?? 0) + value));
  return (k) => {
    const lower = below[k] as number;
    const upper = 1 - (below[k - 1] ?? 0);
    if (lower <= 0.001) return 'low3';
    if (upper <= 0.001) return 'high3';
    return lower <= 0.025 ? 'low2' : upper <= 0.025 ? 'high2' : 'within';
  };
}

/** Sets of twelve stable panels over 24 months: points outside 3 sigma, runs of 8, and either. */
export function pChartFalseSignals(random: Random, sets: number): SignalRate[] {
  const n = alike(MONTHS, A_MONTH);
  const drawn = Array.from({ length: sets }, () =>
    SIZES.map(() => {
      const { signals, runs8 } = pChart(
        n.map((size) => yesOf(random, alike(size, NORM))),
        n,
      );
      return { outside: signals.length > 0, run: runs8.length > 0 };
    }),
  );
  const share = (holds: (one: { outside: boolean; run: boolean }) => boolean) =>
    drawn.filter((set) => set.some(holds)).length / sets;
  const sigma = Math.sqrt((NORM * (1 - NORM)) / A_MONTH);
  const outside = Array.from({ length: A_MONTH + 1 }, (_, k) => k)
    .filter((k) => Math.abs(k / A_MONTH - NORM) > 3 * sigma)
    .reduce((so, k) => so + binomialProbability(k, A_MONTH, NORM), 0);
  const forPanels = (chance: number) => anyInTheory(SIZES.map(() => chance));
  const only = { watch: null, watchInTheory: null };
  return [
    {
      method: 'p-chart, outside 3 sigma',
      look: share((one) => one.outside),
      lookInTheory: forPanels(1 - (1 - outside) ** MONTHS),
      ...only,
    },
    { method: 'p-chart, run of 8', look: share((one) => one.run), lookInTheory: forPanels(chanceOfRun()), ...only },
    { method: 'p-chart, either', look: share((one) => one.outside || one.run), lookInTheory: null, ...only },
  ];
}

/**
 * The chance of a run of 8 or more on one side in 24 months, when each month is above or below as a coin falls. A chart's
 * line is its own mean, which leaves less room for runs.
 */
function chanceOfRun(): number {
  // chance[i]: no such run yet, and the last i + 1 months on one side.
  let chance = [1, ...alike(RUN - 2, 0)];
  for (let month = 1; month < MONTHS; month++) {
    const all = chance.reduce((so, value) => so + value, 0);
    chance = chance.map((_, i) => (i === 0 ? all / 2 : (chance[i - 1] as number) / 2));
  }
  return 1 - chance.reduce((so, value) => so + value, 0);
}

/** Decisions to a false alarm of the risk-adjusted CUSUM at h = 4.5, for R = 2, R = 1/2 and whichever comes first. */
export function cusumRunLengths(random: Random, runs: number): RunLength[] {
  const total = { up: 0, down: 0, either: 0 };
  for (let run = 0; run < runs; run++) {
    const expected: number[] = [];
    const outcomes: number[] = [];
    const firstAt = (oddsRatio: number) =>
      riskAdjustedCusum(outcomes, expected, { oddsRatio, h: RISK_ADJUSTED_H }).firstSignal;
    let up: number | null = null;
    let down: number | null = null;
    while (up === null || down === null) {
      for (const e of unlike(random, Math.max(4000, expected.length))) {
        expected.push(e);
        outcomes.push(random() < e ? 1 : 0);
      }
      up ??= firstAt(2);
      down ??= firstAt(1 / 2);
    }
    total.up += up;
    total.down += down;
    total.either += Math.min(up, down);
  }
  return [
    { method: 'CUSUM for odds twice as high', mean: total.up / runs },
    { method: 'CUSUM for odds half as high', mean: total.down / runs },
    { method: 'both CUSUMs', mean: total.either / runs },
  ];
}
