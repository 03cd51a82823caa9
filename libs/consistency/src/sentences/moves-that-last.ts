/** How long moves last (consistency.md 2h). */
import type { Tier } from '../disclosure';
import { capital, inHundred } from './frequencies';

export interface LastingTold {
  /** As "September 2024". */
  readonly since: string;
  readonly n: number;
  /** As "two terms". */
  readonly after: string;
  readonly lasting: number;
  /** Null before the first ending. */
  readonly range: { readonly lower: number; readonly upper: number } | null;
}

export const movesThatLastTemplates = {
  'too few moves to follow': ({ since }: { readonly since: string }) =>
    `Too few moves have started since ${since}, or ended again, to say how long they last.`,
  lasting: ({ since, n, after, lasting, range }: LastingTold, tier: Tier) => {
    const whole = (share: number) => Math.round(100 * share);
    const likely = range ? ` (likely range ${whole(range.lower)} to ${whole(range.upper)})` : '';
    return `Of ${tier === 3 ? 'the' : n} moves started since ${since}, ${inHundred(lasting)} were still in place after ${after}${likely}. It does not say why others ended.`;
  },
  'followed too briefly': ({ since }: { readonly since: string }) =>
    `Fewer than 5 of the moves started since ${since} have been followed for a whole term: it is too early to say how long they last.`,
  'followed no longer': ({ share }: { readonly share: number }) =>
    `${capital(inHundred(share))} moves were followed no longer because the child moved house or finished Year 11; the curve supposes that these would have lasted as others do.`,
};
