import fc from 'fast-check';
import { fisherExact } from './fisher';
import { InvalidInput } from './invalid-input';

const choose = (n: number, k: number): number => {
  let out = 1;
  for (let i = 1; i <= k; i++) out = (out * (n - k + i)) / i;
  return k < 0 || k > n ? 0 : Math.round(out);
};
const cell = fc.nat(12);

it('agrees with counting the tables with the same margins', () => {
  fc.assert(
    fc.property(cell, cell, cell, cell, (a, b, c, d) => {
      if (a + b + c + d === 0) return;
      const ways = (x: number) => choose(a + b, x) * choose(c + d, a + c - x);
      const all = Array.from({ length: a + b + 1 }, (_, x) => x).filter((x) => ways(x) > 0);
      const share = (some: number[]) => some.reduce((so, x) => so + ways(x), 0) / choose(a + b + c + d, a + c);
      const { twoSided, less, greater } = fisherExact([[a, b], [c, d]]); // prettier-ignore
      expect(less).toBeCloseTo(share(all.filter((x) => x <= a)), 10);
      expect(greater).toBeCloseTo(share(all.filter((x) => x >= a)), 10);
      expect(twoSided).toBeCloseTo(share(all.filter((x) => ways(x) <= ways(a))), 10);
    }),
  );
});
it('mirrors with rows and columns, also for large tables', () => {
  fc.assert(
    fc.property(fc.nat(3000), fc.nat(3000), fc.nat(3000), fc.nat(3000), (a, b, c, d) => {
      if (a + b + c + d === 0) return;
      const there = fisherExact([[a, b], [c, d]]); // prettier-ignore
      const turned = fisherExact([[b, a], [d, c]]); // prettier-ignore
      expect(turned.twoSided).toBeCloseTo(there.twoSided, 9);
      expect(turned.less).toBeCloseTo(there.greater, 9);
    }),
    { numRuns: 30 },
  );
});
it.each([
  [
    'table cell b is -1',
    [
      [1, -1],
      [2, 3],
    ],
  ],
  [
    'table cell d is NaN',
    [
      [1, 1],
      [2, Number.NaN],
    ],
  ],
  [
    'not empty',
    [
      [0, 0],
      [0, 0],
    ],
  ],
  [
    'two rows of two',
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
  ],
  ['length of table[1] is 1', [[1, 2], [4]]],
])('refuses: %s', (words, table) => {
  // prettier-ignore
  expect(() => fisherExact(table)).toThrow(InvalidInput);
  expect(() => fisherExact(table)).toThrow(words);
});
