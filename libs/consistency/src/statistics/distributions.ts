/**
 * The distribution functions that the statistics stand on (consistency.md 4.1; reference case P01). Tails are computed
 * directly, never as 1 - the other tail, and to about 12 figures also far out and for counts in the millions: densities
 * by Loader's saddle-point expansion (Loader 2000, "Fast and accurate computation of binomial probabilities"; what R's
 * dbinom does), tails by the continued fractions and series of DLMF 8.9, 8.11 and 8.17 around them, quantiles by crossing.
 */
import { checkInside, checkNumber, checkPositive, checkShare, InvalidInput } from './invalid-input';
import { crossingFrom } from './numbers';

const LOG_SQRT_2PI = 0.5 * Math.log(2 * Math.PI);
const TINY = 1e-300;
const PRECISION = 2.3e-16;
const MOST_STEPS = 10_000_000;

/**
 * `log Γ(x) - ((x - 1/2) log x - x + log √(2π))`, x > 0: what Stirling's formula lacks (DLMF 5.11.1; below 16 by
 * Γ(x + 1) = x Γ(x)).
 */
export function stirlingError(x: number): number {
  let error = 0;
  let at = x;
  for (; at < 16; at++) error += (at + 0.5) * Math.log1p(1 / at) - 1;
  const r = 1 / (at * at);
  return (
    error +
    (1 / 12 - r * (1 / 360 - r * (1 / 1260 - r * (1 / 1680 - r * (1 / 1188 - r * (691 / 360360 - r / 156)))))) / at
  );
}

/** `log Γ(x)`, x > 0. */
export const logGamma = (x: number): number => (x - 0.5) * Math.log(x) - x + LOG_SQRT_2PI + stirlingError(x);

/** `x log(x / m) + m - x`, without the loss when x is near m. */
function deviancePart(x: number, m: number): number {
  if (Math.abs(x - m) >= 0.1 * (x + m)) return x * Math.log(x / m) + m - x;
  const v = (x - m) / (x + m);
  let total = (x - m) * v;
  let term = 2 * x * v;
  for (let j = 1; ; j++) {
    term *= v * v;
    const next = total + term / (2 * j + 1);
    if (next === total) return total;
    total = next;
  }
}

/** `e^-m m^x / Γ(x + 1)` for real x >= 0, m > 0. */
function poissonDensity(x: number, m: number): number {
  if (x === 0) return Math.exp(-m);
  return Math.exp(-stirlingError(x) - deviancePart(x, m)) / Math.sqrt(2 * Math.PI * x);
}

/** `Γ(n+1) / (Γ(x+1) Γ(n-x+1)) p^x q^(n-x)` for real 0 <= x <= n, q = 1 - p, both above 0. */
export function binomialDensity(x: number, n: number, p: number, q: number): number {
  if (x === 0) return Math.exp(n * (p < q ? Math.log1p(-p) : Math.log(q)));
  if (x === n) return Math.exp(n * (q < p ? Math.log1p(-q) : Math.log(p)));
  const y = n - x;
  const log = stirlingError(n) - stirlingError(x) - stirlingError(y) - deviancePart(x, n * p) - deviancePart(y, n * q);
  return Math.exp(log) * Math.sqrt(n / (2 * Math.PI * x * y));
}

/** `b0 + a1 / (b1 + a2 / (b2 + …))` by Lentz' method as modified by Thompson and Barnett. */
function continuedFraction(b0: number, a: (i: number) => number, b: (i: number) => number): number {
  let fraction = b0 === 0 ? TINY : b0;
  let c = fraction;
  let d = 0;
  for (let i = 1; ; i++) {
    d = b(i) + a(i) * d;
    d = 1 / (d === 0 ? TINY : d);
    c = b(i) + a(i) / c;
    if (c === 0) c = TINY;
    fraction *= c * d;
    if (Math.abs(c * d - 1) <= PRECISION) return fraction;
    if (i > MOST_STEPS) throw new Error('A continued fraction did not settle: the counts are too large.');
  }
}

/** Both tails of a distribution at a point. The smaller one is exact to its last figures, however small. */
export interface Tails {
  readonly lower: number;
  readonly upper: number;
}

/** The regularised incomplete beta function `I_x(a, b)` and its complement; y = 1 - x. Steps grow as √max(a, b). */
function betaTails(x: number, y: number, a: number, b: number): Tails {
  if (x <= 0) return { lower: 0, upper: 1 };
  if (y <= 0) return { lower: 1, upper: 0 };
  if (x > (a + 1) / (a + b + 2)) {
    const { lower, upper } = betaTails(y, x, b, a);
    return { lower: upper, upper: lower };
  }
  const front = (binomialDensity(a, a + b, x, y) * b) / (a + b);
  const coefficient = (i: number): number => {
    const m = i >> 1;
    return i % 2 === 0
      ? (m * (b - m) * x) / ((a + i - 1) * (a + i))
      : (-(a + m) * (a + b + m) * x) / ((a + i - 1) * (a + i));
  };
  const lower = Math.min(1, front / continuedFraction(1, coefficient, () => 1));
  return { lower, upper: 1 - lower };
}

/** The regularised incomplete gamma functions `P(a, x)` and `Q(a, x)`, a > 0, x >= 0. Steps grow as √a. */
function gammaTails(x: number, a: number): Tails {
  if (x <= 0) return { lower: 0, upper: 1 };
  const density = poissonDensity(a, x);
  if (x < a + 1) {
    let term = 1;
    let series = 1;
    for (let i = 1; term > PRECISION * series; i++) {
      term *= x / (a + i);
      series += term;
    }
    const lower = Math.min(1, density * series);
    return { lower, upper: 1 - lower };
  }
  const fraction = continuedFraction(
    x + 1 - a,
    (i) => i * (a - i),
    (i) => x + 2 * i + 1 - a,
  );
  const upper = Math.min(1, (density * a) / fraction);
  return { lower: 1 - upper, upper };
}

/**
 * The x above 0 and up to `most` where the tails are these, by the smaller one, on the scale of logarithms, from the mean
 * and twice the standard deviation (as a share of the mean) on.
 */
function quantile(
  tailsAt: (x: number) => Tails,
  { lower, upper }: Tails,
  { mean, spread, most }: { readonly mean: number; readonly spread: number; readonly most: number },
): number {
  const apart =
    lower <= upper
      ? (x: number) => Math.log(tailsAt(x).lower / lower)
      : (x: number) => Math.log(upper / tailsAt(x).upper);
  const bounds = [Math.log(TINY), Math.log(most)] as const;
  return Math.exp(crossingFrom((logX) => apart(Math.exp(logX)), Math.log(mean), 2 * spread, bounds));
}

const gammaQuantile = (target: Tails, a: number): number =>
  quantile((x) => gammaTails(x, a), target, { mean: a, spread: 1 / Math.sqrt(a), most: Number.MAX_VALUE });

/** P(X <= k) and P(X >= k) of a binomial count; whole numbers 0 <= k <= n. */
export function binomialTails(k: number, n: number, p: number): Tails {
  if (p === 0) return { lower: 1, upper: k === 0 ? 1 : 0 };
  if (p === 1) return { lower: k === n ? 1 : 0, upper: 1 };
  return {
    lower: k === n ? 1 : betaTails(p, 1 - p, k + 1, n - k).upper,
    upper: k === 0 ? 1 : betaTails(p, 1 - p, k, n - k + 1).lower,
  };
}

/** The quantile of Beta(a, b) at p from 0 to 1; a, b > 0. */
export function betaQuantile(p: number, a: number, b: number): number {
  checkShare('p', p);
  checkPositive('a', a);
  checkPositive('b', b);
  if (p === 0 || p === 1) return p;
  const shape = { mean: a / (a + b), spread: Math.sqrt(b / (a * (a + b + 1))), most: 1 };
  return quantile((x) => betaTails(x, 1 - x, a, b), { lower: p, upper: 1 - p }, shape);
}

/** Both tails of chi-square at x >= 0; degrees of freedom above 0. */
export function chiSquareTails(x: number, df: number): Tails {
  checkNumber('x', x);
  if (x < 0) throw new InvalidInput('x', x, 'give a number from 0');
  checkPositive('df', df);
  return gammaTails(x / 2, df / 2);
}

/** The quantile of chi-square at p, 0 <= p < 1; degrees of freedom above 0. */
export function chiSquareQuantile(p: number, df: number): number {
  checkPositive('df', df);
  if (p === 0) return 0;
  checkInside('p', p);
  return 2 * gammaQuantile({ lower: p, upper: 1 - p }, df / 2);
}

/** The quantile of Student's t at p above 0 and below 1; degrees of freedom above 0. */
export function tQuantile(p: number, df: number): number {
  checkInside('p', p);
  checkPositive('df', df);
  const both = 2 * Math.min(p, 1 - p);
  if (both === 1) return 0;
  // t² / (df + t²) is Beta(1/2, df/2); far out its complement keeps the figures.
  const x = both > 0.5 ? betaQuantile(1 - both, 0.5, df / 2) : betaQuantile(both, df / 2, 0.5);
  return Math.sign(p - 0.5) * Math.sqrt(df * (both > 0.5 ? x / (1 - x) : (1 - x) / x));
}

/** The quantile of the standard normal distribution at p above 0 and below 1. */
export function normalQuantile(p: number): number {
  checkInside('p', p);
  const both = 2 * Math.min(p, 1 - p);
  if (both === 1) return 0;
  // z² is chi-square with one degree of freedom.
  return Math.sign(p - 0.5) * Math.sqrt(2 * gammaQuantile({ lower: 1 - both, upper: both }, 0.5));
}

/** Both tails of the standard normal distribution at z. */
export function normalTails(z: number): Tails {
  checkNumber('z', z);
  const beyond = gammaTails((z * z) / 2, 0.5).upper / 2;
  return z < 0 ? { lower: beyond, upper: 1 - beyond } : { lower: 1 - beyond, upper: beyond };
}

/** z of a two-sided 95%. */
export const Z95 = normalQuantile(0.975);

/** z of a two-sided level of confidence. */
export const zOf = (confidence: number): number => (confidence === 0.95 ? Z95 : normalQuantile((1 + confidence) / 2));
