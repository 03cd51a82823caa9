import fc from 'fast-check';
import type { ToldBy } from '.';
import type { betweenSchoolsTemplates } from '../../sentences/between-schools';
import { reading, share } from './panels-side-by-side';

const school = fc.constantFrom('Elm School', 'Oak Academy', 'St Anne’s');
const moves = fc.integer({ min: 1, max: 300 }).chain((total) => fc.record({ total: fc.constant(total), moves: fc.nat(total) })); // prettier-ignore
const ratio = fc.double({ min: 0, max: 80, noNaN: true });
const beside = fc.record({ pupils: share, ratio, range: fc.record({ lower: ratio, upper: ratio }) });

export const betweenSchools: ToldBy<typeof betweenSchoolsTemplates> = {
  'moves taken': fc
    .tuple(school, moves, fc.option(beside), reading)
    .map(([name, own, its, words]) => ({ school: name, ...own, beside: its, ...words })),
  'moves sent': fc.tuple(school, moves).map(([name, own]) => ({ school: name, ...own })),
  'moves to go elsewhere': fc.record({ share: fc.option(share) }),
  'schools finding': fc.record({
    total: fc.nat(60),
    shown: fc
      .array(fc.tuple(school, reading), { maxLength: 5 })
      .map((some) => some.map(([name, words]) => ({ school: name, ...words }))),
  }),
};
