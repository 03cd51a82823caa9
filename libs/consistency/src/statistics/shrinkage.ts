/**
 * Panels' shares pulled towards the norm as far as their size lets chance speak (consistency.md 2a; reference case P04):
 * for national lists and planning, never to flag a panel and never alone.
 */
import { betaQuantile, logGamma, stirlingError } from './distributions';
import { type Counts, pooledShare } from './funnel';
import { checkCount, checkList } from './invalid-input';
import { crossing, crossingFrom, sum } from './numbers';
import { dispersionOfShares } from './overdispersion';
import type { Interval } from './proportions';

export interface NormalShrinkage {
  /** Pooled share, and the variance between panels beyond chance, unwinsorised. */
  readonly theta: number;
  readonly tau2: number;
  /** In the order given. */
  readonly rows: readonly {
    readonly raw: number;
    /** `w = τ² / (τ² + s²)`. */
    readonly weightOnOwn: number;
    /** `w raw + (1 - w) θ`. */
    readonly shrunk: number;
    /** `s √w`. */
    readonly sd: number;
  }[];
}

function checkUnits(units: readonly Counts[]): void {
  checkList('units', units, 2);
  units.forEach(({ n, y }, i) => {
    checkCount(`units[${i}].n`, n, 1);
    checkCount(`units[${i}].y`, y, 0, n);
  });
}

/**
 * Empirical Bayes by the additive normal model: with τ² = 0 every panel is shown at the mean. Linear. Refuses fewer than
 * two panels, n = 0, and more outcomes than decisions.
 */
export function normalShrinkage(units: readonly Counts[]): NormalShrinkage {
  checkUnits(units);
  const theta = pooledShare(units) as number;
  const tau2 = dispersionOfShares(units, theta)?.tau2 ?? 0;
  return {
    theta,
    tau2,
    rows: units.map(({ n, y }) => {
      const s2 = (theta * (1 - theta)) / n;
      const weightOnOwn = tau2 === 0 ? 0 : tau2 / (tau2 + s2);
      const raw = y / n;
      return {
        raw,
        weightOnOwn,
        shrunk: weightOnOwn * raw + (1 - weightOnOwn) * theta,
        sd: Math.sqrt(s2 * weightOnOwn),
      };
    }),
  };
}

export interface BetaBinomial {
  readonly alpha: number;
  readonly beta: number;
  /** `α / (α + β)` and `α + β`. */
  readonly mu: number;
  readonly m: number;
  /** Binomial coefficients included. */
  readonly logLikelihood: number;
  /** `(y + α) / (n + α + β)` with its 95% beta interval, in the order given. */
  readonly rows: readonly { readonly raw: number; readonly shrunk: number; readonly ci95: Interval }[];
}

/** How finely and how far M is searched, in natural logarithms. */
const GRID = 2;
const LEAST_LOG_M = Math.log(1e-4);

/**
 * Empirical Bayes by beta-binomial maximum likelihood (Kleinman 1973), over all M: for each M the best μ (there the
 * likelihood has one peak), then the best of the peaks in M, of which there may be two. The likelihood is a probability and
 * so has a bound, but need not reach it. Null where no peak is higher than what it rises to as M grows without bound (panels
 * vary no more than chance: no spread to shrink by) or shrinks to nothing (every panel all or none). Linear in the panels,
 * some 200 times over the distinct counts among them.
 * Refuses as `normalShrinkage` does.
 */
export function betaBinomial(units: readonly Counts[]): BetaBinomial | null {
  checkUnits(units);
  const theta = pooledShare(units) as number;
  if (theta === 0 || theta === 1) return null;
  const counted = { yes: tallied(units.map(({ y }) => y)), no: tallied(units.map(({ n, y }) => n - y)), all: tallied(units.map(({ n }) => n)) }; // prettier-ignore
  const mostLogM = Math.log(units.reduce((most, { n }) => Math.max(most, n), 0)) + Math.log(1e7);
  const bestLogit = (logM: number) => bestLogitAt(counted, logM, Math.log(theta / (1 - theta)));
  const slope = (logM: number) => slopeInLogM(counted, logM, bestLogit(logM));

  const peaks: number[] = [];
  let before = slope(LEAST_LOG_M);
  for (let logM = LEAST_LOG_M; logM < mostLogM; logM += GRID) {
    const after = slope(logM + GRID);
    if (before > 0 && after <= 0) peaks.push(crossing(slope, logM, logM + GRID));
    before = after;
  }
  const likelihood = (logM: number) => logLikelihood(counted, units, logM, bestLogit(logM));
  const best = peaks.map((logM) => ({ logM, at: likelihood(logM) })).sort((a, b) => b.at - a.at)[0];
  // A peak must stand out from the ends of the search: a binomial without spread, and all-or-none panels.
  if (!best || best.at - Math.max(likelihood(mostLogM), likelihood(LEAST_LOG_M)) <= 1e-11 * (1 + Math.abs(best.at)))
    return null;

  const m = Math.exp(best.logM);
  const mu = 1 / (1 + Math.exp(-bestLogit(best.logM)));
  const alpha = mu * m;
  const beta = m - alpha;
  return {
    alpha,
    beta,
    mu,
    m,
    logLikelihood: best.at,
    rows: units.map(({ n, y }) => ({
      raw: y / n,
      shrunk: (y + alpha) / (n + m),
      ci95: [betaQuantile(0.025, y + alpha, n - y + beta), betaQuantile(0.975, y + alpha, n - y + beta)],
    })),
  };
}

const sharesAt = (logM: number, logit: number): { a: number; b: number } => ({
  a: Math.exp(logM) / (1 + Math.exp(-logit)),
  b: Math.exp(logM) / (1 + Math.exp(logit)),
});

/** How many panels have each count: of many panels most share theirs with others. */
type Tally = readonly { readonly count: number; readonly panels: number }[];

interface Tallies {
  readonly yes: Tally;
  readonly no: Tally;
  readonly all: Tally;
}

function tallied(counts: readonly number[]): Tally {
  const panels = new Map<number, number>();
  for (const count of counts) panels.set(count, (panels.get(count) ?? 0) + 1);
  return [...panels].map(([count, of]) => ({ count, panels: of }));
}

const total = (tally: Tally, term: (count: number) => number): number =>
  sum(tally.map(({ count, panels }) => panels * term(count)));

/** The log likelihood's slope in log M at the best μ for it, from Σ 1/(x + j) over j, which keeps its figures. */
function slopeInLogM({ yes, no, all }: Tallies, logM: number, logit: number): number {
  const { a, b } = sharesAt(logM, logit);
  return sum([
    a * total(yes, (y) => harmonic(a, y)),
    b * total(no, (n) => harmonic(b, n)),
    -(a + b) * total(all, (n) => harmonic(a + b, n)),
  ]);
}

/** The logit of the μ with the highest likelihood for an M: the slope in μ falls throughout. */
const bestLogitAt = ({ yes, no }: Tallies, logM: number, start: number): number =>
  crossingFrom(
    (logit) => {
      const { a, b } = sharesAt(logM, logit);
      return total(no, (n) => harmonic(b, n)) - total(yes, (y) => harmonic(a, y));
    },
    start,
    0.25,
    [-40, 40],
  );

function logLikelihood({ yes, no, all }: Tallies, units: readonly Counts[], logM: number, logit: number): number {
  const { a, b } = sharesAt(logM, logit);
  const choose = (n: number, y: number) => logGamma(n + 1) - logGamma(y + 1) - logGamma(n - y + 1);
  return sum([
    sum(units.map(({ n, y }) => choose(n, y))),
    total(yes, (y) => logRising(a, y)),
    total(no, (n) => logRising(b, n)),
    -total(all, (n) => logRising(a + b, n)),
  ]);
}

/** `Σ_{j<k} 1/(x + j)`, k whole: the difference of two digammas without its cancellation. */
function harmonic(x: number, k: number): number {
  let total = 0;
  let at = x;
  let left = k;
  for (; left > 0 && at < 12; at++, left--) total += 1 / at;
  if (left === 0) return total;
  const rest = (value: number) => {
    const r = 1 / (value * value);
    return -0.5 / value - r * (1 / 12 - r * (1 / 120 - r * (1 / 252 - r * (1 / 240 - r / 132))));
  };
  return total + Math.log1p(left / at) + rest(at + left) - rest(at);
}

/** `log (x (x+1) … (x+k-1))`, k whole. */
function logRising(x: number, k: number): number {
  let total = 0;
  let at = x;
  let left = k;
  for (; left > 0 && at < 16; at++, left--) total += Math.log(at);
  if (left === 0) return total;
  const end = at + left;
  return (
    total + (at - 0.5) * Math.log1p(left / at) + left * Math.log(end) - left + stirlingError(end) - stirlingError(at)
  );
}
