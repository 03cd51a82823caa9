/** New limits from a recorded day on, and only then (consistency.md 2b). */
import { checkList, InvalidInput } from './invalid-input';

export interface Rebase {
  /** yyyy-mm-dd: the first day that the new limits cover. */
  readonly on: string;
  /** What changed: a new protocol, a new chair. */
  readonly reason: string;
}

export interface Span<Point> {
  /** Why it begins; null for the first. */
  readonly reason: string | null;
  readonly points: readonly Point[];
}

/**
 * A series cut where it was rebased, each span to be charted by itself. Never automatic. Points come in order of their
 * day (yyyy-mm-dd); spans without a point are left out. Linear in the points, for each rebase once. Refuses a point out of order, two rebases on one day, and one
 * without a reason.
 */
export function rebased<Point extends { readonly on: string }>(
  points: readonly Point[],
  rebases: readonly Rebase[],
): Span<Point>[] {
  checkList('points', points);
  points.forEach(({ on }, i) => {
    checkDay(`points[${i}].on`, on);
    if (i > 0 && on < (points[i - 1] as Point).on)
      throw new InvalidInput(`points[${i}].on`, on, 'give the points in order of their day');
  });
  const sorted = [...rebases].sort((a, b) => (a.on < b.on ? -1 : 1));
  sorted.forEach(({ on, reason }, i) => {
    checkDay('rebase.on', on);
    if (reason.trim() === '') throw new InvalidInput('rebase.reason', reason, 'say what changed on that day');
    if (sorted[i - 1]?.on === on) throw new InvalidInput('rebase.on', on, 'give one rebase a day');
  });
  const starts = [{ on: '', reason: null }, ...sorted];
  return starts
    .map(({ on, reason }, i) => ({
      reason,
      points: points.filter((point) => point.on >= on && point.on < (starts[i + 1]?.on ?? '9999-99-99')),
    }))
    .filter((span) => span.points.length > 0);
}

function checkDay(argument: string, day: string): void {
  if (!/^\d{4}-\d\d-\d\d$/.test(day)) throw new InvalidInput(argument, day, 'give a day as yyyy-mm-dd');
}
