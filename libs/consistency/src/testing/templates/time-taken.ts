import fc from 'fast-check';
import type { ToldBy } from '.';
import { WAITS, type Wait, type timeTakenTemplates } from '../../sentences/time-taken';
import { share } from './panels-side-by-side';

const wait = fc.constantFrom(...(Object.keys(WAITS) as Wait[]));
const half = fc.nat(400).map((days) => days / 2);
const range = (end: fc.Arbitrary<number>) => fc.option(fc.record({ lower: end, upper: end }));
const some = fc.integer({ min: 10, max: 300 }).chain((n) => fc.record({ n: fc.constant(n), within: fc.nat(n) }));

export const timeTaken: ToldBy<typeof timeTakenTemplates> = {
  'too few waits': fc.record({ wait }),
  'median days': fc.record({ wait, n: fc.integer({ min: 10, max: 300 }), median: half, range: range(fc.nat(200)) }),
  'within standard': fc
    .tuple(some, fc.record({ wait, standard: fc.integer({ min: 1, max: 60 }), range: range(share) }))
    .map(([own, rest]) => ({ ...own, ...rest })),
  'nine in ten days': fc.record({ wait, centile: fc.double({ min: 0, max: 400, noNaN: true }) }),
  'with those who wait': fc.record({ wait, waiting: fc.nat(40), median: fc.option(half) }),
};
