import fc from 'fast-check';
import type { ToldBy } from '.';
import type { firstViewsTemplates } from '../../sentences/first-views';
import { share } from './panels-side-by-side';

const range = fc.option(fc.record({ lower: share, upper: share }));
const followed = fc.nat(60).chain((cases) =>
  fc.record({
    cases: fc.constant(cases),
    followed: fc.nat(cases),
    range,
  }),
);

export const firstViews: ToldBy<typeof firstViewsTemplates> = {
  'too few split cases': fc.record({ panels: fc.integer({ min: 1, max: 20 }) }),
  'first views alike': fc.record({ share, range }),
  'majority followed': followed,
  'chair followed': followed,
};
