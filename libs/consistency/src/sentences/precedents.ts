/** Like cases (consistency.md 2e): what the nearest ones led to. */
import type { Tier } from '../disclosure';
import { inTen, listOf, rangeInHundred } from './frequencies';

/** How far back precedents are looked for. */
export type PrecedentMonths = 24 | 36;

const period = (months: PrecedentMonths) => (months === 24 ? 'the last two years' : 'the last three years');

export interface PrecedentsTold {
  readonly months: PrecedentMonths;
  /** What cases led to, as "a managed move", and how many did. */
  readonly outcomes: readonly { readonly words: string; readonly count: number }[];
}

export interface PrecedentShareTold {
  readonly words: string;
  readonly count: number;
  readonly among: number;
  /** Wilson; null from 5 to 9 precedents, which get no share. */
  readonly range: { readonly lower: number; readonly upper: number } | null;
}

export const precedentsTemplates = {
  'no close precedents': ({ months }: { readonly months: PrecedentMonths }) =>
    `Fewer than 5 cases of ${period(months)} were close to this one, so there are no close precedents. Look at this case for itself.`,
  precedents: ({ months, outcomes }: PrecedentsTold, tier: Tier) => {
    const total = outcomes.reduce((sum, { count }) => sum + count, 0);
    const many = (count: number) => (tier === 3 ? inTen(count, total) : String(count));
    const found = outcomes.filter(({ count }) => count > 0);
    const parts = found.map(({ words, count }, i) => `${many(count)} ${i === 0 ? 'led ' : ''}to ${words}`);
    const few = total < 10 ? ' Fewer than 10 are too few to give shares.' : '';
    return `Of the ${tier === 3 ? '' : `${total} `}most similar cases of ${period(months)}, ${listOf(parts)}.${few} Past decisions are not a rule. If this case differs, say how.`;
  },
  'precedent share': ({ words, count, among, range }: PrecedentShareTold, tier: Tier) => {
    const share = inTen(count, among);
    const led =
      tier === 3
        ? `Of the most similar cases, ${share} led to ${words}.`
        : `${count} of the ${among} most similar cases led to ${words}${range ? ` (${share})` : ''}.`;
    return range
      ? `${led} The range ${rangeInHundred(range.lower, range.upper)} only describes: the nearest cases are not a sample drawn by chance.`
      : `${led} Fewer than 10 are too few to give a share.`;
  },
  departure: ({ words, count, among }: Omit<PrecedentShareTold, 'range'>, tier: Tier) =>
    `This decision, ${words}, was seldom made in the most similar cases${tier === 3 ? '' : ` (${count} of ${among})`}. That is no error, and changes nothing: say in a sentence what is different here.`,
};
