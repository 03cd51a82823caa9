/** A share and the difference of two shares, with their ranges (consistency.md 2f; reference cases P27, P34). */
import { betaQuantile, zOf } from './distributions';
import { checkInside, checkXOfN } from './invalid-input';

export type Interval = readonly [lower: number, upper: number];

/**
 * Wilson's score interval (Wilson 1927; Newcombe 1998, Stat Med 17:857) for x of n, a share: the default for a single
 * share. Refuses anything but 0 <= x <= n, n >= 1, and a confidence that is not between 0 and 1.
 */
export function wilson(x: number, n: number, confidence = 0.95): Interval {
  checkXOfN('wilson', x, n);
  checkInside('confidence', confidence);
  const z = zOf(confidence);
  const square = z * z;
  const half = z * Math.sqrt(square + 4 * x * (1 - x / n));
  const bound = (sign: 1 | -1) => (2 * x + square + sign * half) / (2 * (n + square));
  return [x === 0 ? 0 : bound(-1), x === n ? 1 : bound(1)];
}

/** Clopper and Pearson's exact interval (1934) for x of n: where a guarantee is wanted. Refuses as `wilson` does. */
export function clopperPearson(x: number, n: number, confidence = 0.95): Interval {
  checkXOfN('clopperPearson', x, n);
  checkInside('confidence', confidence);
  const tail = (1 - confidence) / 2;
  return [x === 0 ? 0 : betaQuantile(tail, x, n - x + 1), x === n ? 1 : betaQuantile(1 - tail, x + 1, n - x)];
}

/**
 * The difference x1/n1 - x2/n2 with Newcombe's hybrid score interval (Newcombe 1998, Stat Med 17:873, method 10), in
 * shares. Refuses as `wilson` does.
 */
export function differenceOfShares(
  [x1, n1]: readonly [x: number, n: number],
  [x2, n2]: readonly [x: number, n: number],
  confidence = 0.95,
): { readonly diff: number; readonly ci: Interval } {
  const [lower1, upper1] = wilson(x1, n1, confidence);
  const [lower2, upper2] = wilson(x2, n2, confidence);
  const p1 = x1 / n1;
  const p2 = x2 / n2;
  const diff = p1 - p2;
  return {
    diff,
    ci: [diff - Math.hypot(p1 - lower1, upper2 - p2), diff + Math.hypot(upper1 - p1, p2 - lower2)],
  };
}
