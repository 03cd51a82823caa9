import fc from 'fast-check';
import { lowerTail, upperTail } from './binomial';
import { InvalidInput } from './invalid-input';
import { clopperPearson, differenceOfShares, wilson } from './proportions';

const xOfN = fc.integer({ min: 1, max: 300 }).chain((n) => fc.tuple(fc.nat(n), fc.constant(n)));

describe.each([
  ['Wilson', wilson],
  ['Clopper-Pearson', clopperPearson],
])('%s', (_, interval) => {
  it('encloses the share within 0 and 1, mirrors, and widens with confidence', () => {
    fc.assert(
      fc.property(xOfN, ([x, n]) => {
        const [lower, upper] = interval(x, n);
        expect(lower).toBeGreaterThanOrEqual(0);
        expect(upper).toBeLessThanOrEqual(1);
        expect(lower).toBeLessThanOrEqual(x / n + 1e-12);
        expect(upper).toBeGreaterThanOrEqual(x / n - 1e-12);
        const [mirroredLower, mirroredUpper] = interval(n - x, n);
        expect(lower).toBeCloseTo(1 - mirroredUpper, 10);
        expect(upper).toBeCloseTo(1 - mirroredLower, 10);
        const [wide, wider] = interval(x, n, 0.998);
        expect(wide).toBeLessThanOrEqual(lower);
        expect(wider).toBeGreaterThanOrEqual(upper);
      }),
    );
  });
});

it("Wilson's ends are the shares at which the score test is at its critical value", () => {
  fc.assert(
    fc.property(xOfN, ([x, n]) => {
      for (const end of wilson(x, n))
        if (end > 0 && end < 1)
          expect(Math.abs(x / n - end) / Math.sqrt((end * (1 - end)) / n)).toBeCloseTo(1.959963984540054, 8);
    }),
  );
});
it("Clopper and Pearson's ends leave 2.5% in the exact tail", () => {
  fc.assert(
    fc.property(xOfN, ([x, n]) => {
      const [lower, upper] = clopperPearson(x, n);
      expect(x === 0 || Math.abs(upperTail(x, n, lower) - 0.025) < 1e-10).toBe(true);
      expect(x === n || Math.abs(lowerTail(x, n, upper) - 0.025) < 1e-10).toBe(true);
    }),
  );
});
it('a difference lies in its interval, within -1 and 1, and turns its sign with the groups', () => {
  fc.assert(
    fc.property(xOfN, xOfN, (first, second) => {
      const { diff, ci } = differenceOfShares(first, second);
      expect(ci[0]).toBeLessThanOrEqual(diff);
      expect(ci[1]).toBeGreaterThanOrEqual(diff);
      expect(ci[0]).toBeGreaterThanOrEqual(-1 - 1e-12);
      const turned = differenceOfShares(second, first);
      expect(turned.diff).toBeCloseTo(-diff, 12);
      expect(turned.ci[0]).toBeCloseTo(-ci[1], 12);
    }),
  );
});
it.each([
  ['n is 0', () => wilson(0, 0)],
  ['outcome is 6', () => clopperPearson(6, 5)],
  ['outcome is -1', () => wilson(-1, 5)],
  ['n is NaN', () => differenceOfShares([1, 2], [1, Number.NaN])],
  ['confidence is 1', () => wilson(1, 5, 1)],
])('refuses: %s', (words, call) => {
  expect(call).toThrow(InvalidInput);
  expect(call).toThrow(words);
});
