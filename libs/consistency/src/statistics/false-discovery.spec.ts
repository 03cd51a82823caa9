import fc from 'fast-check';
import { adjustedForMany, listedAmongMany } from './false-discovery';
import { InvalidInput } from './invalid-input';

const values = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 40 });

it('lists what the step-up rule of Benjamini and Hochberg lists', () => {
  fc.assert(
    fc.property(values, fc.double({ min: 0.01, max: 0.5, noNaN: true }), (p, q) => {
      const sorted = [...p].sort((a, b) => a - b);
      const k = sorted.findLastIndex((value, i) => value <= (q * (i + 1)) / p.length);
      const most = k < 0 ? -1 : (sorted[k] as number);
      expect(listedAmongMany(adjustedForMany(p), q)).toEqual(p.flatMap((value, i) => (value <= most ? [i] : [])));
    }),
  );
});
it('never lowers a p, keeps the order, and follows the tests when they change places', () => {
  fc.assert(
    fc.property(values, (p) => {
      const adjusted = adjustedForMany(p);
      adjusted.forEach((value, i) => expect(value).toBeGreaterThanOrEqual((p[i] as number) - 1e-15));
      expect(adjustedForMany([...p].reverse())).toEqual([...adjusted].reverse());
    }),
  );
  expect(adjustedForMany([])).toEqual([]);
});
it.each([
  ['p[1] is 1.1', () => adjustedForMany([0, 1.1])],
  ['p[0] is NaN', () => adjustedForMany([Number.NaN])],
  ['q is 0', () => listedAmongMany([0.5], 0)],
])('refuses: %s', (words, call) => {
  expect(call).toThrow(InvalidInput);
  expect(call).toThrow(words);
});
