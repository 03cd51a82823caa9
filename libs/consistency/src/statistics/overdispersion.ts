/** Do panels differ more than chance alone would make them (consistency.md 2a; reference case P03)? */
import { chiSquareTails } from './distributions';
import { type Counts, pooledShare, standardised } from './funnel';
import { checkList, checkNumber, checkPositive, checkSameLength, InvalidInput } from './invalid-input';
import { ascending, percentileOfSorted, sum } from './numbers';

export interface Dispersion {
  /** `Σ z² / I`: about 1 when only chance is at work, 2 when panels vary about twice as much. */
  readonly phi: number;
  readonly phiWinsorised: number;
  /** `I φ`, unwinsorised, and its upper tail with I - 1 degrees of freedom. */
  readonly chi2: number;
  readonly df: number;
  readonly p: number;
  /** Variance between panels beyond chance (DerSimonian & Laird 1986), on the scale of s squared. */
  readonly tau2: number;
  readonly tau2Winsorised: number;
}

/**
 * Spiegelhalter (2005), as NHS FunnelPlotR codes it: z-scores and standard errors of I panels, z pulled in to their type-7
 * percentiles at `winsorise` and 1 - `winsorise`. `τ² = max(0, (I φ - (I-1)) / (S1 - S2/S1))`, `S1 = Σ 1/s²`,
 * `S2 = Σ 1/s⁴`. I log I. Refuses fewer than two panels, lists of unequal length, an s that is not above 0, and a
 * `winsorise` outside [0, 0.5).
 */
export function dispersion(z: readonly number[], s: readonly number[], winsorise = 0.1): Dispersion {
  checkList('z', z, 2);
  checkSameLength('s', s, 'z', z);
  z.forEach((value, i) => checkNumber(`z[${i}]`, value));
  s.forEach((value, i) => checkPositive(`s[${i}]`, value));
  if (!(winsorise >= 0 && winsorise < 0.5))
    throw new InvalidInput('winsorise', winsorise, 'give a share from 0 to below 0.5');
  const panels = z.length;
  const sorted = ascending(z);
  const low = percentileOfSorted(sorted, winsorise);
  const high = percentileOfSorted(sorted, 1 - winsorise);
  const phiOf = (values: readonly number[]) => sum(values.map((value) => value * value)) / panels;
  const s1 = sum(s.map((value) => value ** -2));
  const s2 = sum(s.map((value) => value ** -4));
  const tau2Of = (phi: number) => Math.max(0, (panels * phi - (panels - 1)) / (s1 - s2 / s1));
  const phi = phiOf(z);
  const phiWinsorised = phiOf(z.map((value) => Math.min(high, Math.max(low, value))));
  return {
    phi,
    phiWinsorised,
    chi2: panels * phi,
    df: panels - 1,
    p: chiSquareTails(panels * phi, panels - 1).upper,
    tau2: tau2Of(phi),
    tau2Winsorised: tau2Of(phiWinsorised),
  };
}

/** The dispersion of panels' shares around a norm strictly between 0 and 1 (theirs together, unless told); null at 0 or 1. */
export function dispersionOfShares(
  units: readonly Counts[],
  norm: number = pooledShare(units) ?? 0,
  winsorise = 0.1,
): Dispersion | null {
  if (norm === 0 || norm === 1) return null;
  return dispersion(
    units.map((unit) => standardised(unit, norm) as number),
    units.map(({ n }) => Math.sqrt((norm * (1 - norm)) / n)),
    winsorise,
  );
}

/** `norm ± z √(s² + τ²)` in shares, cut to [0, 1]: the widened lines, drawn beside the unwidened ones that decide. */
export function widenedLimits(n: number, norm: number, tau2: number, z: number): { lower: number; upper: number } {
  const half = z * Math.sqrt((norm * (1 - norm)) / n + tau2);
  return { lower: Math.max(0, norm - half), upper: Math.min(1, norm + half) };
}

/**
 * Median odds ratio `exp(0.6745 √2 τ)` of a between-panel standard deviation τ on the log-odds scale, from a mixed model
 * that is fitted offline: how much the odds differ between two panels picked at random, in the middle.
 */
export const medianOddsRatio = (tau: number): number => Math.exp(0.6745 * Math.SQRT2 * tau);
