/** The ratio of two shares with its range (consistency.md 2f; reference cases P25, P26). */
import { Z95, zOf } from './distributions';
import { checkInside, checkXOfN } from './invalid-input';
import { crossing } from './numbers';
import type { Interval } from './proportions';

export interface RatioOfShares {
  /** `(x1/n1) / (x2/n2)`. */
  readonly rr: number | null;
  /** Standard error of log RR. */
  readonly seLog: number | null;
  readonly ci: Interval | null;
}

/**
 * Katz' log interval (Katz et al. 1978): `rr exp(± z √(1/x1 - 1/n1 + 1/x2 - 1/n2))`, for tables whose four cells are all
 * 10 or more. All null with a count of 0. Refuses anything but 0 <= x <= n, n >= 1.
 */
export function katz([x1, n1]: readonly [number, number], [x2, n2]: readonly [number, number]): RatioOfShares {
  checkXOfN('katz group 1', x1, n1);
  checkXOfN('katz group 2', x2, n2);
  if (x1 === 0 || x2 === 0) return { rr: null, seLog: null, ci: null };
  const rr = x1 / n1 / (x2 / n2);
  const seLog = Math.sqrt((n1 - x1) / (x1 * n1) + (n2 - x2) / (x2 * n2));
  return { rr, seLog, ci: [rr * Math.exp(-Z95 * seLog), rr * Math.exp(Z95 * seLog)] };
}

/**
 * Koopman's score interval (1984), the default: the ratios t that a chi-square test of `p1 = t p2` does not reject. With
 * x2 = 0 there is no ratio and no upper limit (null); with x1 = 0 the lower limit is 0. Refuses as `katz` does.
 */
export function koopman(
  [x1, n1]: readonly [number, number],
  [x2, n2]: readonly [number, number],
  confidence = 0.95,
): { readonly rr: number | null; readonly ci: readonly [lower: number, upper: number | null] } {
  checkXOfN('koopman group 1', x1, n1);
  checkXOfN('koopman group 2', x2, n2);
  checkInside('confidence', confidence);
  // The chi-square of one degree of freedom is the square of z.
  const critical = zOf(confidence) ** 2;
  const beyond = (t: number) => score(t, x1, n1, x2, n2) - critical;
  // Where the two shares agree best: everything is found by walking away from it on the scale of logarithms.
  const rr = x2 === 0 ? null : x1 / n1 / (x2 / n2);
  const best = rr === null || rr === 0 ? (rr === 0 ? 0 : Infinity) : rr;
  return {
    rr,
    ci: [x1 === 0 ? 0 : limit(beyond, best, -1), x2 === 0 ? null : limit(beyond, best, 1)],
  };
}

/** `(x1/n1 - t x2/n2)² / (p1 (1-p1)/n1 + t² p2 (1-p2)/n2)` at the most likely p1 = t p2. */
function score(t: number, x1: number, n1: number, x2: number, n2: number): number {
  const b = t * (n1 + x2) + x1 + n2;
  const root = Math.sqrt(Math.max(0, b * b - 4 * (n1 + n2) * t * (x1 + x2)));
  const p2 = Math.min(1, 1 / t, (2 * (x1 + x2)) / (b + root));
  const p1 = Math.min(1, t * p2);
  const apart = x1 / n1 - (t * x2) / n2;
  const variance = (p1 * (1 - p1)) / n1 + (t * t * p2 * (1 - p2)) / n2;
  return apart === 0 ? 0 : (apart * apart) / variance;
}

/** Where the score reaches its critical value below (-1) or above (1) the ratio that agrees best. */
function limit(beyond: (t: number) => number, best: number, side: 1 | -1): number {
  let accepted = best === 0 ? 1e-12 : best === Infinity ? 1e12 : best;
  while (beyond(accepted) > 0) accepted *= side < 0 ? 10 : 0.1;
  let rejected = accepted;
  while (!(beyond(rejected) > 0)) {
    if (rejected === 0 || rejected === Infinity) return rejected;
    accepted = rejected;
    rejected *= side < 0 ? 0.5 : 2;
  }
  return crossing(beyond, accepted, rejected);
}
