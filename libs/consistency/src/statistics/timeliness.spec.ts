import fc from 'fast-check';
import { lowerTail } from './binomial';
import { InvalidInput } from './invalid-input';
import { timeliness } from './timeliness';

const days = fc.array(fc.nat(60), { minLength: 1, maxLength: 80 });

it('encloses the median with at least 95%, and with less if it took one value fewer; no order matters', () => {
  fc.assert(
    fc.property(days, fc.nat(60), (some, standard) => {
      const found = timeliness(some, standard);
      const { median, ci, coverage, within, p90 } = found;
      const n = some.length;
      expect(some.filter((value) => value <= median).length * 2).toBeGreaterThanOrEqual(n);
      expect(some.filter((value) => value >= median).length * 2).toBeGreaterThanOrEqual(n);
      if (n < 6) expect([ci, coverage]).toEqual([null, null]);
      else {
        expect(coverage).toBeGreaterThanOrEqual(0.95 - 1e-12);
        expect((ci?.[0] as number) <= median && median <= (ci?.[1] as number)).toBe(true);
        const r = Array.from({ length: n }, (_, k) => k).findLast(
          (k) => k > 0 && lowerTail(k - 1, n, 0.5) <= 0.025,
        ) as number;
        const sorted = [...some].sort((a, b) => a - b);
        expect(ci).toEqual([sorted[r - 1], sorted[n - r]]);
      }
      expect(within.x).toBe(some.filter((value) => value <= standard).length);
      expect(p90).toBeGreaterThanOrEqual(median);
      expect(timeliness([...some].reverse(), standard)).toEqual(found);
    }),
  );
});
it('also for a hundred thousand values', () => {
  const { ci } = timeliness(Array.from({ length: 100_000 }, (_, i) => i), 5); // prettier-ignore
  expect(ci).toEqual([49_689, 50_310]);
});
it.each([
  ['length of days is 0', () => timeliness([], 5)],
  ['days[0] is -1', () => timeliness([-1], 5)],
  ['days[1] is NaN', () => timeliness([1, Number.NaN], 5)],
  ['standard is NaN', () => timeliness([1], Number.NaN)],
])('refuses: %s', (words, call) => {
  expect(call).toThrow(InvalidInput);
  expect(call).toThrow(words);
});
