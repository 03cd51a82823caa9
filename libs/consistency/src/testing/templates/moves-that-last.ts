import fc from 'fast-check';
import type { ToldBy } from '.';
import type { movesThatLastTemplates } from '../../sentences/moves-that-last';
import { share } from './panels-side-by-side';

const since = fc.constantFrom('September 2024', 'January 2026');

export const movesThatLast: ToldBy<typeof movesThatLastTemplates> = {
  'too few moves to follow': fc.record({ since }),
  lasting: fc.record({
    since,
    n: fc.integer({ min: 20, max: 500 }),
    after: fc.constantFrom('one term', 'two terms', '40 days'),
    lasting: share,
    range: fc.option(fc.record({ lower: share, upper: share })),
  }),
  'followed too briefly': fc.record({ since }),
  'followed no longer': fc.record({ share }),
};
