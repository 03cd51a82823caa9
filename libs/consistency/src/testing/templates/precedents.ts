import fc from 'fast-check';
import type { ToldBy } from '.';
import type { precedentsTemplates } from '../../sentences/precedents';

const months = fc.constantFrom(24 as const, 36 as const);
const words = fc.constantFrom('a managed move', 'support in school', 'another placement');
const some = fc
  .integer({ min: 5, max: 20 })
  .chain((among) => fc.record({ among: fc.constant(among), count: fc.nat(among) }));
const range = fc.tuple(fc.nat(100), fc.nat(100)).map(([a, b]) => ({ lower: Math.min(a, b) / 100, upper: Math.max(a, b) / 100 })); // prettier-ignore

export const precedents: ToldBy<typeof precedentsTemplates> = {
  'no close precedents': fc.record({ months }),
  precedents: fc.record({
    months,
    outcomes: fc
      .uniqueArray(words, { minLength: 1 })
      .chain((names) => fc.tuple(...names.map((name) => fc.record({ words: fc.constant(name), count: fc.nat(20) }))))
      .filter((outcomes) => outcomes.some(({ count }) => count > 0)),
  }),
  'precedent share': fc.tuple(words, some, fc.option(range)).map(([name, own, its]) => ({ words: name, ...own, range: its })), // prettier-ignore
  departure: fc.tuple(words, some).map(([name, own]) => ({ words: name, ...own })),
};
