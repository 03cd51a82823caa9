/** A range for any figure of several units, from what it would be without each of them (consistency.md 2c, 2d). */
import { tQuantile } from './distributions';
import { mean, sum } from './numbers';
import type { Interval } from './proportions';

/**
 * `se² = (m-1)/m Σ (a_(i) - mean)²` over m units, and the interval by t with m - 1 degrees of freedom, not cut. Null where
 * there are fewer than two units, or the figure is undefined for all of them or without any one.
 */
export function jackknife(
  estimate: number | null,
  without: readonly (number | null)[],
): { readonly se: number; readonly ci: Interval } | null {
  const values = without.filter((value) => value !== null);
  const m = without.length;
  if (estimate === null || m < 2 || values.length < m) return null;
  const centre = mean(values);
  const se = Math.sqrt(((m - 1) / m) * sum(values.map((value) => (value - centre) ** 2)));
  const half = tQuantile(0.975, m - 1) * se;
  return { se, ci: [estimate - half, estimate + half] };
}
