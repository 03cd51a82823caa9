import fc from 'fast-check';
import { InvalidInput } from './invalid-input';
import { byCodePoints, crossing, mean, percentile, sideOf, sum } from './numbers';

const number = fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((value) => value + 0);

it('sums keep small terms beside large ones, in any order', () => {
  expect(sum([1e16, 1, -1e16])).toBe(1);
  fc.assert(fc.property(fc.array(number), (values) => expect(sum([...values].reverse())).toBeCloseTo(sum(values), 8)));
});
it('the mean of equal numbers is that number', () => {
  fc.assert(
    fc.property(number, fc.integer({ min: 1, max: 100 }), (value, n) =>
      expect(mean(new Array<number>(n).fill(value))).toBe(value),
    ),
  );
});
it('percentiles lie between the ends, rise, and do not ask for order', () => {
  expect(percentile([4, 1, 3, 2], 0.5)).toBe(2.5);
  expect(percentile([1, 2, 3, 4], 0.9)).toBeCloseTo(3.7, 12);
  fc.assert(
    fc.property(fc.array(number, { minLength: 1 }), fc.nat(100), fc.nat(100), (values, a, b) => {
      const [low, high] = [Math.min(a, b) / 100, Math.max(a, b) / 100];
      expect(percentile(values, low)).toBeLessThanOrEqual(percentile(values, high) + 1e-9);
      expect(percentile([...values].reverse(), low)).toBe(percentile(values, low));
      expect(percentile(values, 0)).toBe(Math.min(...values));
      expect(percentile(values, 1)).toBe(Math.max(...values));
    }),
  );
  expect(() => percentile([], 0.5)).toThrow(InvalidInput);
  expect(() => percentile([1, Number.NaN], 0.5)).toThrow(/values\[1\] is NaN: give a finite number/);
  expect(() => percentile([1], 1.5)).toThrow(/share is 1.5/);
});
it('what equals a line on paper is on it', () => {
  expect(sideOf(0.1 + 0.2, 0.3)).toBe(0);
  expect(sideOf(0.3001, 0.3)).toBe(1);
  expect(sideOf(-1, 0)).toBe(-1);
});
it('orders by code points, also beyond the first 65,536', () => {
  expect(['ä', 'b', 'a', '\u{1F600}', '\uFFFD', 'ab'].sort(byCodePoints)).toEqual([
    'a',
    'ab',
    'b',
    'ä',
    '\uFFFD',
    '\u{1F600}',
  ]);
});

it('finds where a function crosses 0, steep, flat or bent', () => {
  fc.assert(
    fc.property(fc.double({ min: -50, max: 50, noNaN: true }), fc.constantFrom(1, 3, 9), (root, power) => {
      const found = crossing((x) => Math.sign(x - root) * Math.abs(x - root) ** power, -60, 70);
      expect(Math.abs(found - root)).toBeLessThan(1e-9);
    }),
  );
  expect(crossing((x) => Math.exp(-x) - 0.25, 0, 100)).toBeCloseTo(Math.log(4), 14);
});
