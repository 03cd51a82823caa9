/** Small shifts that a chart of shares cannot see, case by case (consistency.md 2b; reference cases P14, P15). */
import { checkList, checkNumber, checkPositive, checkSameLength, checkShare, InvalidInput } from './invalid-input';
import { sideOf } from './numbers';

/** For durations, in standard deviations of the baseline; for outcomes, on the log-likelihood scale (consistency.md 2b). */
export const TABULAR = { k: 0.5, h: 5 } as const;
export const RISK_ADJUSTED_H = 4.5;

export interface TabularCusum {
  /** One value a point, in the unit of x. */
  readonly upper: readonly number[];
  readonly lower: readonly number[];
  /** The first point (from 1) above H; null if none. */
  readonly firstSignalUpper: number | null;
  readonly firstSignalLower: number | null;
}

/**
 * Tabular CUSUM (Page 1954; Montgomery): `C+ = max(0, C+ + x - target - K)`, `C- = max(0, C- + target - K - x)`, a signal
 * at C > H. Linear. Refuses no point, a value that is not finite, a negative K, and H not above 0.
 */
export function tabularCusum(
  x: readonly number[],
  { target, k, h }: { readonly target: number; readonly k: number; readonly h: number },
): TabularCusum {
  checkList('x', x);
  checkNumber('target', target);
  checkNumber('K', k);
  if (k < 0) throw new InvalidInput('K', k, 'give a number from 0');
  checkPositive('H', h);
  const upper: number[] = [];
  const lower: number[] = [];
  x.forEach((value, i) => {
    checkNumber(() => `x[${i}]`, value);
    upper.push(Math.max(0, (upper[i - 1] ?? 0) + value - target - k));
    lower.push(Math.max(0, (lower[i - 1] ?? 0) + target - k - value));
  });
  const first = (path: readonly number[]) => positionOf(path, (value) => sideOf(value, h) > 0);
  return { upper, lower, firstSignalUpper: first(upper), firstSignalLower: first(lower) };
}

/**
 * Risk-adjusted log-likelihood CUSUM (Steiner et al. 2000) against odds multiplied by R:
 * `W = y ln R - ln(1 - e + R e)`, `S = max(0, S + W)`, a signal at S >= h. One chart for R = 2 and one for R = 1/2. The path
 * is never reset: after a review, begin anew with the cases that follow. Linear. Refuses no case, lists of unequal length,
 * outcomes but 0 and 1, e outside [0, 1], R and h not above 0, and R = 1.
 */
export function riskAdjustedCusum(
  outcomes: readonly number[],
  expected: readonly number[],
  { oddsRatio, h }: { readonly oddsRatio: number; readonly h: number },
): { readonly path: readonly number[]; readonly firstSignal: number | null } {
  checkCases(outcomes, expected);
  checkPositive('oddsRatio', oddsRatio);
  if (oddsRatio === 1) throw new InvalidInput('oddsRatio', oddsRatio, 'give another odds ratio to look for, such as 2');
  checkPositive('h', h);
  const path: number[] = [];
  outcomes.forEach((y, i) => {
    const weight = y * Math.log(oddsRatio) - Math.log1p((oddsRatio - 1) * (expected[i] as number));
    path.push(Math.max(0, (path[i - 1] ?? 0) + weight));
  });
  return { path, firstSignal: positionOf(path, (value) => sideOf(value, h) >= 0) };
}

/** The plain line that chairs see: outcomes so far less expected ones so far, one value a case. Refuses as above. */
export function observedMinusExpected(outcomes: readonly number[], expected: readonly number[]): number[] {
  checkCases(outcomes, expected);
  const line: number[] = [];
  outcomes.forEach((y, i) => line.push((line[i - 1] ?? 0) + y - (expected[i] as number)));
  return line;
}

function positionOf(path: readonly number[], holds: (value: number) => boolean): number | null {
  const at = path.findIndex(holds);
  return at < 0 ? null : at + 1;
}

function checkCases(outcomes: readonly number[], expected: readonly number[]): void {
  checkList('outcomes', outcomes);
  checkSameLength('expected', expected, 'outcomes', outcomes);
  outcomes.forEach((y, i) => {
    if (y !== 0 && y !== 1) throw new InvalidInput(`outcomes[${i}]`, y, 'give 0 or 1');
    checkShare(() => `expected[${i}]`, expected[i]);
  });
}
