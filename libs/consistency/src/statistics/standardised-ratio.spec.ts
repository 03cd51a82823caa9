import fc from 'fast-check';
import { InvalidInput } from './invalid-input';
import { byarLimits, exactPoissonLimits, standardisedRatio } from './standardised-ratio';

const stratum = fc.integer({ min: 1, max: 500 }).chain((n) => fc.record({ events: fc.nat(n), n: fc.constant(n) }));
const strata = fc.array(fc.record({ standard: stratum, study: stratum }), { minLength: 1, maxLength: 8 });
const columns = (rows: readonly { events: number; n: number }[]) => ({
  events: rows.map(({ events }) => events),
  n: rows.map(({ n }) => n),
});
const ratioOf = (rows: readonly Record<'standard' | 'study', { events: number; n: number }>[]) =>
  standardisedRatio(columns(rows.map(({ standard }) => standard)), columns(rows.map(({ study }) => study)));

it('exact limits leave 2.5% in the Poisson tails', () => {
  fc.assert(
    fc.property(fc.nat(80), (x) => {
      const [lower, upper] = exactPoissonLimits(x);
      const upTo = (k: number, mean: number) => {
        let term = Math.exp(-mean);
        let total = 0;
        for (let i = 0; i <= k; i++) {
          total += term;
          term *= mean / (i + 1);
        }
        return total;
      };
      expect(upTo(x, upper)).toBeCloseTo(0.025, 9);
      if (x > 0) expect(1 - upTo(x - 1, lower)).toBeCloseTo(0.025, 9);
      expect(lower).toBeLessThanOrEqual(x);
    }),
  );
});
it("Byar's limits stay near the exact ones and are never below 0", () => {
  fc.assert(
    fc.property(fc.nat(5000), (x) => {
      const [lower, upper] = byarLimits(x);
      const [exactLower, exactUpper] = exactPoissonLimits(x);
      expect(lower).toBeGreaterThanOrEqual(0);
      expect(Math.abs(lower - exactLower)).toBeLessThan(0.05);
      expect(Math.abs(upper - exactUpper)).toBeLessThan(0.05);
    }),
  );
});
it('a study like the standard has a ratio of 1, in any order of strata', () => {
  fc.assert(
    fc.property(strata, (rows) => {
      const alike = ratioOf(rows.map(({ standard }) => ({ standard, study: standard })));
      if (alike.observed > 0) expect(alike.ratio).toBeCloseTo(1, 10);
      else expect([alike.ratio, alike.byarCi, alike.exactCi]).toEqual([null, null, null]);
      expect(ratioOf([...rows].reverse()).expected).toBeCloseTo(ratioOf(rows).expected, 9);
    }),
  );
});
it.each([
  ['count is -1', () => exactPoissonLimits(-1)],
  ['count is 1.5', () => byarLimits(1.5)],
  ['standard n[0] is 0', () => ratioOf([{ standard: { events: 0, n: 0 }, study: { events: 0, n: 1 } }])],
  ['study events[0] is 3', () => ratioOf([{ standard: { events: 1, n: 2 }, study: { events: 3, n: 2 } }])],
  ['length of standard events is 0', () => ratioOf([])],
])('refuses: %s', (words, call) => {
  expect(call).toThrow(InvalidInput);
  expect(call).toThrow(words);
});
