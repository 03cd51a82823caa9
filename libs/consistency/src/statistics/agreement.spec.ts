import fc from 'fast-check';
import {
  countRatings,
  fleiss1971,
  fleissKappa,
  gwetAc1,
  jackknifedAlpha,
  krippendorffAlpha,
  pairAgreement,
} from './agreement';
import { InvalidInput } from './invalid-input';

const CATEGORIES = [1, 2, 3];
const ratings = fc
  .integer({ min: 2, max: 5 })
  .chain((raters) =>
    fc.array(fc.array(fc.constantFrom(1, 2, 3, null), { minLength: raters, maxLength: raters }), {
      minLength: 2,
      maxLength: 12,
    }),
  )
  .filter((rows) => rows.flat().some((rating) => rating !== null));

/** Alpha from all ordered pairs of ratings, as Krippendorff defines the disagreements, without coincidences. */
function alphaByPairs(
  rows: readonly (readonly (number | null)[])[],
  d2: (a: number, b: number) => number,
): number | null {
  const units = rows.map((row) => row.filter((rating) => rating !== null)).filter((unit) => unit.length > 1);
  const all = units.flat();
  const pairs = (values: readonly number[]) => {
    let so = 0;
    values.forEach((a, i) => values.forEach((b, j) => (so += i === j ? 0 : d2(a, b))));
    return so;
  };
  const observed = units.reduce((so, unit) => so + pairs(unit) / (unit.length - 1), 0) / all.length;
  const expected = pairs(all) / (all.length * (all.length - 1));
  return all.length === 0 || expected === 0 ? null : 1 - observed / expected;
}

it('alpha agrees with its definition by pairs of ratings, on every metric', () => {
  fc.assert(
    fc.property(ratings, (rows) => {
      const counts = countRatings(rows, CATEGORIES);
      const paired = rows.filter((row) => row.filter((rating) => rating !== null).length > 1).flat();
      const size = (value: number) => paired.filter((rating) => rating === value).length;
      const ordinal = (a: number, b: number) => {
        const between = CATEGORIES.filter((g) => g >= Math.min(a, b) && g <= Math.max(a, b));
        return a === b ? 0 : (between.reduce((so, g) => so + size(g), 0) - (size(a) + size(b)) / 2) ** 2;
      };
      const metrics = {
        nominal: (a: number, b: number) => Number(a !== b),
        ordinal,
        interval: (a: number, b: number) => (a - b) ** 2,
        ratio: (a: number, b: number) => ((a - b) / (a + b)) ** 2,
      };
      for (const [metric, d2] of Object.entries(metrics)) {
        const expected = alphaByPairs(rows, d2);
        const found = krippendorffAlpha(counts, metric as keyof typeof metrics, CATEGORIES);
        if (expected === null) expect(found).toBeNull();
        else expect(found).toBeCloseTo(expected, 9);
      }
    }),
  );
});
it('the jackknife is that of leaving each unit out in turn', () => {
  fc.assert(
    fc.property(ratings, (rows) => {
      const found = jackknifedAlpha(countRatings(rows, CATEGORIES));
      const units = rows.filter((row) => row.filter((rating) => rating !== null).length > 1);
      expect(found.units).toBe(units.length);
      const without = units.map((_, i) => alphaByPairs(units.filter((__, j) => j !== i), (a, b) => Number(a !== b))); // prettier-ignore
      if (found.estimate === null || units.length < 2 || without.includes(null)) return expect(found.ci).toBeNull();
      const m = units.length;
      const mean = without.reduce<number>((so, value) => so + (value as number), 0) / m;
      const squares = without.reduce<number>((so, value) => so + ((value as number) - mean) ** 2, 0);
      expect(found.se).toBeCloseTo(Math.sqrt(((m - 1) / m) * squares), 9);
      expect(found.ci?.[1]).toBeLessThanOrEqual(1);
    }),
  );
});
it('pair agreement is the chance that two raters of a unit, picked at random, agree', () => {
  fc.assert(
    fc.property(ratings, (rows) => {
      const shares = rows.flatMap((row) => {
        const unit = row.filter((rating) => rating !== null);
        const pairs = unit.flatMap((a, i) => unit.slice(i + 1).map((b) => Number(a === b)));
        return pairs.length === 0 ? [] : [pairs.reduce((so, x) => so + x, 0) / pairs.length];
      });
      const found = pairAgreement(countRatings(rows, CATEGORIES));
      if (shares.length === 0) expect(found).toBeNull();
      else expect(found).toBeCloseTo(shares.reduce((so, x) => so + x, 0) / shares.length, 10);
    }),
  );
});
it('no coefficient asks for the order of units, the names of raters, or (unless ordered) of categories', () => {
  fc.assert(
    fc.property(ratings, (rows) => {
      const figures = (some: (number | null)[][], categories = CATEGORIES) => {
        const counts = countRatings(some, categories);
        return [krippendorffAlpha(counts), fleissKappa(counts), gwetAc1(counts), jackknifedAlpha(counts).se];
      };
      const tidy = (value: unknown) =>
        JSON.stringify(value, (_, v: unknown) =>
          typeof v === 'number' ? v.toFixed(8).replace(/^-(0\.0+)$/, '$1') : v,
        );
      const there = tidy(figures(rows));
      expect(tidy(figures([...rows].reverse()))).toBe(there);
      expect(tidy(figures(rows.map((row) => [...row].reverse())))).toBe(there);
      expect(tidy(figures(rows, [3, 1, 2]))).toBe(there);
    }),
  );
});
it('coefficients are at most 1, and 1 when all agree on more than one outcome', () => {
  fc.assert(
    fc.property(ratings, (rows) => {
      for (const { coef, ci } of [fleissKappa, gwetAc1].map((of) => of(countRatings(rows, CATEGORIES)))) {
        expect(coef ?? 0).toBeLessThanOrEqual(1 + 1e-12);
        expect(ci?.[1] ?? 0).toBeLessThanOrEqual(1);
      }
    }),
  );
  const alike = countRatings([[1, 1, 1], [2, 2, 2], [1, null, 1]], CATEGORIES); // prettier-ignore
  expect(fleissKappa(alike)).toMatchObject({ coef: 1, se: expect.closeTo(0, 9), ci: [expect.closeTo(1, 9), 1] });
  expect(gwetAc1(alike).coef).toBe(1);
  expect(krippendorffAlpha(alike)).toBe(1);
});
it('is silent, not NaN, where everyone always says the same, or nothing was rated twice', () => {
  const same = countRatings([[1, 1], [1, 1]], CATEGORIES); // prettier-ignore
  expect(fleissKappa(same)).toEqual({ coef: null, pa: 1, pe: 1, se: null, ci: null });
  expect(krippendorffAlpha(same)).toBeNull();
  expect(jackknifedAlpha(same)).toEqual({ estimate: null, se: null, ci: null, units: 2 });
  expect(fleiss1971(same)).toMatchObject({ kappa: null, z: null });
  expect(gwetAc1(same).coef).toBe(1);
  const once = countRatings([[1, null], [null, 2]], CATEGORIES); // prettier-ignore
  expect(fleissKappa(once)).toMatchObject({ coef: null, pa: null });
  expect(pairAgreement(once)).toBeNull();
  // Without the one unit that differs all are alike: no leave-one-out value there, so no interval.
  expect(jackknifedAlpha(countRatings([[1, 1], [1, 2]], CATEGORIES)).ci).toBeNull(); // prettier-ignore
});
it('the published Fleiss kappa is the general one on complete data', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.constantFrom(1, 2, 3), { minLength: 4, maxLength: 4 }), { minLength: 2, maxLength: 12 }),
      (rows) => {
        const counts = countRatings(rows, CATEGORIES);
        expect(fleiss1971(counts).kappa ?? 9).toBeCloseTo(fleissKappa(counts).coef ?? 9, 9);
      },
    ),
  );
});
it.each([
  ['ratings[0][1] is 4', () => countRatings([[1, 4]], CATEGORIES)],
  ['name each category once', () => countRatings([[1]], [1, 1])],
  ['length of ratings[1] is 1', () => countRatings([[1, 2], [1]], CATEGORIES)],
  ['counts[0][0] is -1', () => fleissKappa([[-1, 3]])],
  ['counts[0][1] is NaN', () => krippendorffAlpha([[1, Number.NaN]])],
  ['length of counts is 0', () => gwetAc1([])],
  ['without a rating', () => gwetAc1([[0, 0]])],
  ['number of ratings of counts[1] is 2', () => fleiss1971([[3, 0], [1, 1]])], // prettier-ignore
  ['categories[0] is "no"', () => krippendorffAlpha([[1, 1]], 'interval', ['no', 'yes'])],
])('refuses: %s', (words, call) => {
  expect(call).toThrow(InvalidInput);
  expect(call).toThrow(words);
});
