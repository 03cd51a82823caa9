import fc from 'fast-check';
import { lowerTail, upperTail } from './binomial';
import { type Alike, caseMix, MOST_EXACT, poissonBinomial, ratioLimits } from './case-mix';
import { InvalidInput } from './invalid-input';

const share = fc.double({ min: 0, max: 1, noNaN: true });
const each = (probabilities: readonly number[]): Alike[] =>
  probabilities.map((probability) => ({ probability, count: 1 }));
const compared = (observed: number, cases: readonly Alike[]) => caseMix({ observed, cases, overallRate: 0.6 });

it('the Poisson-binomial agrees with counting every way it can come about', () => {
  fc.assert(
    fc.property(fc.array(share, { minLength: 1, maxLength: 9 }), (p) => {
      const ways = new Array<number>(p.length + 1).fill(0);
      for (let bits = 0; bits < 2 ** p.length; bits++) {
        const yes = p.map((_, i) => (bits >> i) & 1);
        const k = yes.filter(Boolean).length;
        ways[k] = (ways[k] as number) + p.reduce((so, value, i) => so * (yes[i] ? value : 1 - value), 1);
      }
      const density = poissonBinomial(p);
      ways.forEach((way, k) => expect(density[k]).toBeCloseTo(way, 12));
    }),
  );
});
it('is the binomial where all cases are alike, grouped or not, in any order', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 60 }).chain((n) => fc.tuple(fc.constant(n), fc.nat(n))),
      fc.double({ min: 0.01, max: 0.99, noNaN: true }),
      ([n, observed], e) => {
        const found = compared(observed, [{ probability: e, count: n }]);
        expect(found.lowerTail).toBeCloseTo(lowerTail(observed, n, e), 10);
        expect(found.upperTail).toBeCloseTo(upperTail(observed, n, e), 10);
        expect(found.midP).toBeLessThanOrEqual(1 + 1e-12);
        const mixed = [...each(new Array<number>(n).fill(e)), { probability: 0.3, count: 2 }];
        expect(compared(observed, [...mixed].reverse()).lowerTail).toBeCloseTo(compared(observed, mixed).lowerTail, 12);
      },
    ),
  );
});
it('signals by the exact tails', () => {
  const cases = [{ probability: 0.5, count: 20 }];
  expect([1, 2, 4, 5, 6, 14, 15, 18].map((observed) => compared(observed, cases).signal)).toEqual([
    'low3',
    'low3',
    'low2',
    'low2',
    'within',
    'within',
    'high2',
    'high3',
  ]);
});
it('uses z where the exact tails cost too much, and they nearly agree', () => {
  const [below, above] = [MOST_EXACT, MOST_EXACT + 1].map((n) => compared(2600, [{ probability: 0.5, count: n }]));
  expect(below?.upperTail).toBeCloseTo(above?.upperTail as number, 3);
});
it('has no z where nothing is left to chance, and no ratio where nothing is expected', () => {
  expect(compared(2, each([1, 1, 0]))).toMatchObject({
    z: null,
    lowerTail: 1,
    upperTail: 1,
    midP: 1,
    signal: 'within',
  });
  expect(compared(0, each([0, 0]))).toMatchObject({ ratio: null, adjustedRate: null, z: null });
  expect(ratioLimits({ expected: 0, variance: 0 })).toBeNull();
  expect(ratioLimits({ expected: 10, variance: 4 })).toMatchObject({ lo95: expect.closeTo(1 - 0.392, 12) });
});
it.each([
  ['observed is 3', () => compared(3, each([0.5, 0.5]))],
  ['cases[1].probability is 1.2', () => compared(0, each([0.5, 1.2]))],
  ['cases[0].probability is NaN', () => compared(0, each([Number.NaN]))],
  ['cases[0].count is 0', () => compared(0, [{ probability: 0.5, count: 0 }])],
  ['length of cases is 0', () => compared(0, [])],
])('refuses: %s', (words, call) => {
  expect(call).toThrow(InvalidInput);
  expect(call).toThrow(words);
});
