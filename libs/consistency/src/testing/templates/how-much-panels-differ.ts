import fc from 'fast-check';
import type { ToldBy } from '.';
import type { howMuchPanelsDifferTemplates } from '../../sentences/how-much-panels-differ';
import { counts, panel, share } from './panels-side-by-side';

const range = fc.tuple(share, share).map(([a, b]) => ({ lower: Math.min(a, b), upper: Math.max(a, b) }));

export const howMuchPanelsDiffer: ToldBy<typeof howMuchPanelsDifferTemplates> = {
  spread: fc.record({
    panels: fc.integer({ min: 10, max: 2000 }),
    phi: fc.double({ min: 0, max: 40, noNaN: true }),
    chance: range,
    tau: share,
    norm: share,
  }),
  'spread unknown': fc.record({ panels: fc.integer({ min: 0, max: 9 }) }),
  'planning share': fc
    .tuple(panel, counts, share, fc.option(range), share)
    .map(([name, own, shrunk, likely, norm]) => ({ panel: name, ...own, shrunk, range: likely, norm })),
  'too few for planning': fc.record({ panel }),
};
