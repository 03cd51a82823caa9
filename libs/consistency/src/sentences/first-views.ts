/** First views of live cases, and whose prevailed (consistency.md 2c). */
import type { Tier } from '../disclosure';
import { inTen, rangeInHundred } from './frequencies';

interface Bounds {
  readonly lower: number;
  readonly upper: number;
}

export interface FollowedTold {
  /** Cases, and in how many of them the view prevailed. */
  readonly cases: number;
  readonly followed: number;
  /** Wilson; null where there is no case. */
  readonly range: Bounds | null;
}

const likely = ({ cases, followed, range }: FollowedTold): string =>
  `${inTen(followed, cases)}${range ? `; likely range ${rangeInHundred(range.lower, range.upper)}` : ''}`;

export const firstViewsTemplates = {
  'too few split cases': ({ panels }: { readonly panels: number }) =>
    `First views of ${panels === 1 ? 'this panel' : 'these panels'} differed in fewer than 20 cases: too few to say how members come to agree.`,
  'first views alike': ({ share, range }: { readonly share: number; readonly range: Bounds | null }) =>
    `Before anyone spoke, two members picked at random held the same view ${timesInTen(share)}${range ? ` (likely range ${rangeInHundred(range.lower, range.upper)})` : ''}. That describes how these cases looked to them, not which view was right.`,
  'majority followed': (told: FollowedTold, tier: Tier) =>
    told.cases === 0
      ? 'In no case did a majority hold one first view.'
      : tier === 3
        ? `Where a majority held one first view, the decision was that view in ${likely(told)}.`
        : `In ${told.followed} of ${told.cases} cases in which a majority held one first view, the decision was that view (${likely(told)}).`,
  'chair followed': (told: FollowedTold, tier: Tier) => {
    if (told.cases === 0) return 'In no case did the chair hold another first view than the majority.';
    const led =
      tier === 3
        ? `Where the chair held another first view than the majority, it was decided as the chair saw it in ${likely(told)}.`
        : `The chair held another first view than the majority in ${told.cases} ${told.cases === 1 ? 'case' : 'cases'}, and ${told.followed} of these ${told.followed === 1 ? 'was' : 'were'} decided as the chair saw it (${likely(told)}).`;
    return `${led} It does not say who persuaded whom, or with what reasons.`;
  },
};

const timesInTen = (share: number): string => {
  const told = inTen(share, 1);
  if (told === 'none') return 'in no case';
  if (told === 'all') return 'every time';
  return told.replace(' in 10', ' times in 10').replace('1 times', '1 time');
};
