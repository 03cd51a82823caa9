import fc from 'fast-check';
import type { ToldBy } from '.';
import type { sameCaseTemplates } from '../../sentences/same-case';
import { share } from './panels-side-by-side';

const round = {
  summaries: fc.integer({ min: 1, max: 40 }),
  panels: fc.integer({ min: 1, max: 20 }),
  indicative: fc.boolean(),
};
const index = fc.double({ min: -1, max: 1, noNaN: true });
const rangeOf = (end: fc.Arbitrary<number>) =>
  fc.option(fc.tuple(end, end).map(([a, b]) => ({ lower: Math.min(a, b), upper: Math.max(a, b) })));

export const sameCase: ToldBy<typeof sameCaseTemplates> = {
  agreement: fc.record({ ...round, share, range: rangeOf(share) }),
  'agreement index': fc.record({ ...round, share, alpha: index, range: rangeOf(index), ac1: fc.option(index) }),
  disagreement: fc.record({ ...round, share, level: share }),
  'too small a round': fc.record({ summaries: round.summaries, panels: round.panels }),
};
