import fc from 'fast-check';
import { gwetAc1 } from './agreement';
import { InvalidInput } from './invalid-input';
import { cohenKappa, twoRaterAc1 } from './kappa';

const square = fc
  .integer({ min: 2, max: 4 })
  .chain((q) => fc.array(fc.array(fc.nat(12), { minLength: q, maxLength: q }), { minLength: q, maxLength: q }))
  .filter((table) => table.flat().some((count) => count > 0));
const turned = (table: number[][]) => table.map((_, i) => table.map((row) => row[i] as number));

it('is at most 1, does not ask who is rater 1, nor (unweighted) how categories are named', () => {
  fc.assert(
    fc.property(square, fc.constantFrom('unweighted' as const, 'linear' as const), (table, weights) => {
      const there = cohenKappa(table, weights);
      const back = cohenKappa(turned(table), weights);
      expect(there.kappa ?? 0).toBeLessThanOrEqual(1 + 1e-12);
      expect(back.kappa ?? 9).toBeCloseTo(there.kappa ?? 9, 9);
      expect(back.se ?? 9).toBeCloseTo(there.se ?? 9, 6);
      const reversed = [...table].reverse().map((row) => [...row].reverse());
      expect(cohenKappa(reversed, weights).kappa ?? 9).toBeCloseTo(there.kappa ?? 9, 9);
      expect(twoRaterAc1(turned(table))).toBeCloseTo(twoRaterAc1(table) as number, 10);
    }),
  );
});
it('agrees with counting cases one by one', () => {
  fc.assert(
    fc.property(square, (table) => {
      const cases = table.flatMap((row, i) =>
        row.flatMap((count, j) => new Array<[number, number]>(count).fill([i, j])),
      );
      const luck = cases.flatMap(([i]) => cases.map(([, j]) => Number(i === j)));
      const pe = luck.reduce((so, x) => so + x, 0) / luck.length;
      const po = cases.filter(([i, j]) => i === j).length / cases.length;
      const found = cohenKappa(table);
      if (pe === 1) expect(found).toMatchObject({ kappa: null, se: null, se0: null, ci: null });
      else expect(found.kappa).toBeCloseTo((po - pe) / (1 - pe), 9);
      const counts = cases.map(([i, j]) => table.map((_, k) => Number(i === k) + Number(j === k)));
      expect(twoRaterAc1(table)).toBeCloseTo(gwetAc1(counts).coef as number, 9);
    }),
  );
});
it('two categories leave nothing for weights to do', () => {
  expect(cohenKappa([[5, 2], [1, 9]], 'linear')).toEqual(cohenKappa([[5, 2], [1, 9]])); // prettier-ignore
  expect(twoRaterAc1([[5]])).toBeNull();
  expect(cohenKappa([[5]], 'linear').kappa).toBeNull();
});
it.each([
  [
    'length of table[0] is 3',
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
  ],
  [
    'table[0][1] is -2',
    [
      [1, -2],
      [3, 4],
    ],
  ],
  [
    'at least one case',
    [
      [0, 0],
      [0, 0],
    ],
  ],
  ['length of table is 0', []],
] as [string, number[][]][])('refuses: %s', (words, table) => {
  // prettier-ignore
  expect(() => cohenKappa(table)).toThrow(InvalidInput);
  expect(() => twoRaterAc1(table)).toThrow(words);
});
