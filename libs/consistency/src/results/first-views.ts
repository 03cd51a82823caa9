/**
 * First views of live cases (consistency.md 2c): what members thought before anyone spoke, and whose view prevailed. Told in
 * words and a table; no picture. Pure.
 */
import { Disclosed, type DisclosedCounts, type Shown, type Tier } from '../disclosure';
import { gate, permits } from '../gates';
import { type Range, Result } from '../result';
import type { FollowedTold } from '../sentences/first-views';
import { type FirstViews, firstViews } from '../statistics/first-views';
import { jackknife } from '../statistics/jackknife';
import { sum } from '../statistics/numbers';
import { wilson } from '../statistics/proportions';

export const FIRST_VIEWS_METHOD = 'first-views-1';

type Prevailed = DisclosedCounts<'followed' | 'not'> & { readonly share: Shown };

export interface FirstViewResults {
  /** How often two members held the same first view; with a jackknife range over cases. */
  readonly alike: Result<'firstViews', DisclosedCounts<'cases'> & { readonly share: Shown }>;
  /** Of cases with a majority first view, how many were decided so; with Wilson's range. */
  readonly majority: Result<'firstViews', Prevailed>;
  /** Of cases in which the chair held another view than the majority, how many were decided as the chair saw it. */
  readonly chair: Result<'firstViews', Prevailed>;
}

/**
 * Cases of one panel or of several (`panels`). Beyond tier 1 null for one panel: how a panel comes to agree is for its own
 * members (consistency.md 2c). Throws as `firstViews` does.
 */
export function firstViewResults(
  cases: readonly FirstViews[],
  { panels }: { readonly panels: number },
  tier: Tier,
): FirstViewResults | null {
  if (tier > 1 && gate('panels', { count: panels }) === 'none') return null;
  const { pairAgreement, majority, chairPull, split } = firstViews(cases);
  const counts = { split };
  const permitted = () => permits(gate('firstViews', counts)) !== 'nothing';
  const figure = {
    gate: 'firstViews',
    counts,
    signal: 'none',
    tooFew: { of: 'too few split cases', panels },
    methodVersion: FIRST_VIEWS_METHOD,
  } as const;
  const prevailed = (of: 'majority followed' | 'chair followed', found: { of: number; followed: number }) => {
    const [value] = Disclosed.table([{ followed: found.followed, not: found.of - found.followed }], {
      tier,
      permitted,
    });
    const ends = found.of === 0 ? null : wilson(found.followed, found.of);
    const told: FollowedTold = {
      cases: found.of,
      followed: found.followed,
      range: ends && { lower: ends[0], upper: ends[1] },
    };
    return Result.of({
      ...figure,
      value: (value as Disclosed<DisclosedCounts<'followed' | 'not'>>).with('share', {
        share: found.of === 0 ? null : found.followed / found.of,
      }),
      interval: () => told.range,
      sentence: { of, ...told },
    });
  };
  const alike = pairAgreement === null ? null : { share: pairAgreement, range: rangeOfAlike(cases, pairAgreement) };
  const [all] = Disclosed.table([{ cases: cases.length }], { tier, permitted });
  return {
    alike: Result.of({
      ...figure,
      value: (all as Disclosed<DisclosedCounts<'cases'>>).with('share', { share: pairAgreement }),
      interval: () => alike && alike.range,
      sentence: alike ? { of: 'first views alike', ...alike } : figure.tooFew,
    }),
    majority: prevailed('majority followed', majority),
    chair: prevailed('chair followed', chairPull),
  };
}

/** By jackknife over the cases with two views or more, cut to what a share can be. */
function rangeOfAlike(cases: readonly FirstViews[], share: number): Range | null {
  const scores = cases.map((one) => firstViews([one]).pairAgreement).filter((score) => score !== null);
  const total = sum(scores);
  const found = jackknife(share, scores.map((score) => (total - score) / (scores.length - 1))); // prettier-ignore
  return found && { lower: Math.max(0, found.ci[0]), upper: Math.min(1, found.ci[1]) };
}
