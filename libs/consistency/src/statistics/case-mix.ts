/**
 * A panel's outcomes against what cases like its own led to elsewhere (consistency.md 2a, the main method; reference
 * case P07). Each decision carries `e`, the probability of the outcome for a case like this, from a frozen baseline.
 */
import { normalTails } from './distributions';
import { signalOfTails, type TailSignal } from './funnel';
import { checkCount, checkList, checkShare } from './invalid-input';
import { sum } from './numbers';

/** Above so many decisions the tails come from z: the exact ones cost their square. */
export const MOST_EXACT = 5000;

/** Decisions that share a probability, as the read model groups them. */
export interface Alike {
  readonly probability: number;
  readonly count: number;
}

export interface CaseMix {
  readonly observed: number;
  /** `E = sum e`. */
  readonly expected: number;
  /** `O / E`; null when nothing is expected. */
  readonly ratio: number | null;
  /** `overall rate × O / E`, not capped: print at most 100%. Null as the ratio. */
  readonly adjustedRate: number | null;
  /** `100 (O - E) / n`: more per 100 cases than expected. */
  readonly differencePer100: number;
  /** `V = sum e (1 - e)`. */
  readonly variance: number;
  /** `(O - E) / √V`; null when every case is certain. */
  readonly z: number | null;
  /** Exact P(X <= O) and P(X >= O) by the Poisson-binomial distribution; from z above `MOST_EXACT` decisions. */
  readonly lowerTail: number;
  readonly upperTail: number;
  /** `2 min(P(<= O), P(>= O)) - P(O)`. */
  readonly midP: number;
  /** By those tails: never by lines from V. */
  readonly signal: TailSignal;
}

function oneByOne(groups: readonly Alike[]): number[] {
  const probabilities: number[] = [];
  for (const { probability, count } of groups) for (let i = 0; i < count; i++) probabilities.push(probability);
  return probabilities;
}

/**
 * P(X = 0 … n) for a sum of independent yes/no cases, by convolution, two cases at a time. Quadratic in the number of
 * cases, as consistency.md 2a prescribes: 5,000 of them take about 5 ms.
 */
export function poissonBinomial(probabilities: readonly number[]): Float64Array {
  const density = new Float64Array(probabilities.length + 2);
  density[0] = 1;
  for (let cases = 0; cases < probabilities.length; cases += 2) {
    const [p, r] = [probabilities[cases]!, probabilities[cases + 1] ?? 0];
    const [neither, one, both] = [(1 - p) * (1 - r), p * (1 - r) + (1 - p) * r, p * r];
    let at = density[cases + 2]!;
    let below = density[cases + 1]!;
    for (let k = cases + 2; k > 1; k--) {
      const next = density[k - 2]!;
      density[k] = at * neither + below * one + next * both;
      at = below;
      below = next;
    }
    density[1] = at * neither + below * one;
    density[0] = below * neither;
  }
  return density.subarray(0, probabilities.length + 1);
}

function exactTails(observed: number, probabilities: readonly number[]): { lower: number; upper: number; at: number } {
  const density = poissonBinomial(probabilities);
  return {
    lower: Math.min(1, sum(density.subarray(0, observed + 1))),
    upper: Math.min(1, sum(density.subarray(observed))),
    at: density[observed]!,
  };
}

/** Where no case leaves room for chance. */
const certainTails = (observed: number, certain: number) => ({
  lower: observed >= certain ? 1 : 0,
  upper: observed <= certain ? 1 : 0,
  at: observed === certain ? 1 : 0,
});

/**
 * Compares the number of outcomes with the expected one. Quadratic in the number of decisions up to `MOST_EXACT`, linear
 * above. Refuses no decisions at all, more outcomes than decisions, and a probability outside [0, 1].
 */
export function caseMix({
  observed,
  cases,
  overallRate,
}: {
  readonly observed: number;
  readonly cases: readonly Alike[];
  readonly overallRate: number;
}): CaseMix {
  checkList('cases', cases);
  let n = 0;
  const [expectedOf, varianceOf] = [new Float64Array(cases.length), new Float64Array(cases.length)];
  cases.forEach(({ probability, count }, i) => {
    checkShare(() => `cases[${i}].probability`, probability);
    checkCount(() => `cases[${i}].count`, count, 1);
    n += count;
    expectedOf[i] = count * probability;
    varianceOf[i] = count * probability * (1 - probability);
  });
  checkShare('overallRate', overallRate);
  checkCount('observed', observed, 0, n);
  const [expected, variance] = [sum(expectedOf), sum(varianceOf)];
  const z = variance === 0 ? null : (observed - expected) / Math.sqrt(variance);
  const tails =
    z === null
      ? certainTails(observed, Math.round(expected))
      : n > MOST_EXACT
        ? { ...normalTails(z), at: 0 }
        : exactTails(observed, oneByOne(cases));
  return {
    observed,
    expected,
    ratio: expected === 0 ? null : observed / expected,
    adjustedRate: expected === 0 ? null : (overallRate * observed) / expected,
    differencePer100: (100 * (observed - expected)) / n,
    variance,
    z,
    lowerTail: tails.lower,
    upperTail: tails.upper,
    midP: Math.max(0, 2 * Math.min(tails.lower, tails.upper) - tails.at),
    signal: signalOfTails(tails.lower, tails.upper),
  };
}

/** Limits of O/E for orientation, `1 ± 1.96 √V/E` and `1 ± 3.09 √V/E`; they never decide words. Null when E = 0. */
export function ratioLimits({ expected, variance }: Pick<CaseMix, 'expected' | 'variance'>) {
  if (expected === 0) return null;
  const unit = Math.sqrt(variance) / expected;
  return { lo95: 1 - 1.96 * unit, hi95: 1 + 1.96 * unit, lo998: 1 - 3.09 * unit, hi998: 1 + 3.09 * unit };
}
