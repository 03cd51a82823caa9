import fc from 'fast-check';
import type { ToldBy } from '.';
import type { casesLikeTheseTemplates } from '../../sentences/cases-like-these';
import { counts, panel, reading, share } from './panels-side-by-side';

const shown = fc
  .tuple(panel, reading, fc.boolean())
  .map(([name, words, judged]) => ({ panel: name, ...words, judged }));

export const casesLikeThese: ToldBy<typeof casesLikeTheseTemplates> = {
  'against expected': fc
    .tuple(shown, counts, share, share)
    .map(([own, { n, y }, e, v]) => ({ ...own, n, y, expected: e * n, chance: 2 * v * Math.sqrt(n) })),
  'too few for expected': fc.record({ panel }),
  'facts not recorded': fc.record({ panel }),
  'cases finding': fc.record({ shown: fc.array(shown, { maxLength: 6 }) }),
};
