/**
 * Observed against expected counts of rare events, such as a panel's complaints (consistency.md 2a; reference cases P05,
 * P06). Not for outcomes that are common: there Poisson limits are far too wide, and `case-mix.ts` is right.
 */
import { chiSquareQuantile, zOf } from './distributions';
import { checkCount, checkInside, checkList, checkSameLength, InvalidInput } from './invalid-input';
import { sum } from './numbers';
import type { Interval } from './proportions';

/** Exact Poisson limits of a count: `χ²(α/2, 2x)/2` and `χ²(1-α/2, 2x+2)/2` (Garwood 1936). Refuses a negative count. */
export function exactPoissonLimits(count: number, confidence = 0.95): Interval {
  checkCount('count', count);
  checkInside('confidence', confidence);
  const tail = (1 - confidence) / 2;
  return [count === 0 ? 0 : chiSquareQuantile(tail, 2 * count) / 2, chiSquareQuantile(1 - tail, 2 * count + 2) / 2];
}

/**
 * Byar's approximation of the same limits (Breslow & Day 1987): `x (1 - 1/(9x) - z/(3√x))³`, never below 0, and
 * `(x+1) (1 - 1/(9(x+1)) + z/(3√(x+1)))³`.
 */
export function byarLimits(count: number, confidence = 0.95): Interval {
  checkCount('count', count);
  checkInside('confidence', confidence);
  const z = zOf(confidence);
  const limit = (x: number, side: number) => x * (1 - 1 / (9 * x) + (side * z) / (3 * Math.sqrt(x))) ** 3;
  return [count === 0 ? 0 : Math.max(0, limit(count, -1)), limit(count + 1, 1)];
}

/** Events among so many, by stratum. */
export interface Strata {
  readonly events: readonly number[];
  readonly n: readonly number[];
}

export interface StandardisedRatio {
  readonly observed: number;
  readonly expected: number;
  /** `observed / expected` and its limits; null where nothing is expected. */
  readonly ratio: number | null;
  readonly byarCi: Interval | null;
  readonly exactCi: Interval | null;
}

/**
 * Indirect standardisation: what the study would have seen at the standard's rate in each stratum. Linear in the strata. Refuses lists of
 * unequal length, negative counts, and a standard stratum with nobody in it.
 */
export function standardisedRatio(standard: Strata, study: Strata, confidence = 0.95): StandardisedRatio {
  checkList('standard events', standard.events);
  for (const [name, list] of [
    ['standard n', standard.n],
    ['study events', study.events],
    ['study n', study.n],
  ] as const) {
    checkList(name, list);
    checkSameLength(name, list, 'standard events', standard.events);
  }
  const expectedByStratum = standard.events.map((events, i) => {
    const [n, studyEvents, studyN] = [standard.n[i], study.events[i], study.n[i]] as [number, number, number];
    checkCount(`standard events[${i}]`, events);
    checkCount(`standard n[${i}]`, n, 1);
    checkCount(`study events[${i}]`, studyEvents);
    checkCount(`study n[${i}]`, studyN);
    if (events > n) throw new InvalidInput(`standard events[${i}]`, events, `give at most its n, ${n}`);
    if (studyEvents > studyN)
      throw new InvalidInput(`study events[${i}]`, studyEvents, `give at most its n, ${studyN}`);
    return (events / n) * studyN;
  });
  const observed = sum(study.events);
  const expected = sum(expectedByStratum);
  const divided = ([lower, upper]: Interval): Interval => [lower / expected, upper / expected];
  return {
    observed,
    expected,
    ratio: expected === 0 ? null : observed / expected,
    byarCi: expected === 0 ? null : divided(byarLimits(observed, confidence)),
    exactCi: expected === 0 ? null : divided(exactPoissonLimits(observed, confidence)),
  };
}
