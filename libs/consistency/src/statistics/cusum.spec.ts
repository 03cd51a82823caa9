import fc from 'fast-check';
import { observedMinusExpected, riskAdjustedCusum, tabularCusum } from './cusum';
import { InvalidInput } from './invalid-input';

const values = fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 1, maxLength: 60 });
const cases = fc.array(fc.record({ y: fc.nat(1), e: fc.double({ min: 0.05, max: 0.95, noNaN: true }) }), {
  minLength: 1,
  maxLength: 80,
});

it('the tabular path is the greatest rise so far: from any start to here', () => {
  fc.assert(
    fc.property(values, (x) => {
      const { upper, lower, firstSignalUpper } = tabularCusum(x, { target: 1, k: 2, h: 9 });
      const rise = (to: number, way: 1 | -1) => {
        let [sum, best] = [0, 0];
        for (let i = to; i >= 0; i--) {
          sum += way * ((x[i] as number) - 1) - 2;
          best = Math.max(best, sum);
        }
        return best;
      };
      x.forEach((_, i) => {
        expect(upper[i]).toBeCloseTo(rise(i, 1), 9);
        expect(lower[i]).toBeCloseTo(rise(i, -1), 9);
      });
      const first = upper.findIndex((value) => value > 9);
      expect(firstSignalUpper).toBe(first < 0 ? null : first + 1);
      const turned = tabularCusum(x.map((value) => 2 - value), { target: 1, k: 2, h: 9 }); // prettier-ignore
      expect(turned.upper).toEqual(lower);
    }),
  );
});
it('signals above H, not on it, whatever the decimals make of it', () => {
  const path = (h: number) => tabularCusum([0.1, 0.1, 0.1], { target: 0, k: 0, h });
  expect(path(0.3).firstSignalUpper).toBeNull();
  expect(path(0.29).firstSignalUpper).toBe(3);
});
it('the risk-adjusted path is never below 0, rises with an outcome for R above 1, and mirrors', () => {
  fc.assert(
    fc.property(cases, fc.constantFrom(2, 0.5, 3), (some, oddsRatio) => {
      const run = (y: number[], e: number[], odds: number) => riskAdjustedCusum(y, e, { oddsRatio: odds, h: 4.5 });
      const y = some.map((one) => one.y);
      const e = some.map((one) => one.e);
      const { path, firstSignal } = run(y, e, oddsRatio);
      path.forEach((value, i) => {
        expect(value).toBeGreaterThanOrEqual(0);
        if ((path[i - 1] ?? 0) < value) expect(y[i]).toBe(oddsRatio > 1 ? 1 : 0);
      });
      if (firstSignal !== null) expect(path[firstSignal - 1]).toBeGreaterThanOrEqual(4.5 - 1e-9);
      const mirrored = run(
        y.map((value) => 1 - value),
        e.map((value) => 1 - value),
        1 / oddsRatio,
      );
      mirrored.path.forEach((value, i) => expect(value).toBeCloseTo(path[i] as number, 9));
    }),
  );
  expect(riskAdjustedCusum([1, 0], [1, 0], { oddsRatio: 2, h: 1 }).path).toEqual([0, 0]);
});
it('the plain line ends with observed less expected', () => {
  expect(observedMinusExpected([1, 0, 1], [0.5, 0.25, 0.5])).toEqual([0.5, 0.25, 0.75]);
});
it.each([
  ['length of x is 0', () => tabularCusum([], { target: 0, k: 0, h: 1 })],
  ['x[0] is Infinity', () => tabularCusum([Infinity], { target: 0, k: 0, h: 1 })],
  ['K is -1', () => tabularCusum([1], { target: 0, k: -1, h: 1 })],
  ['H is 0', () => tabularCusum([1], { target: 0, k: 0, h: 0 })],
  ['expected[0] is 1.5', () => riskAdjustedCusum([1], [1.5], { oddsRatio: 2, h: 1 })],
  ['outcomes[0] is 2', () => observedMinusExpected([2], [0.5])],
  ['length of expected is 2', () => observedMinusExpected([1], [0.5, 0.5])],
  ['oddsRatio is 1', () => riskAdjustedCusum([1], [0.5], { oddsRatio: 1, h: 1 })],
  ['oddsRatio is 0', () => riskAdjustedCusum([1], [0.5], { oddsRatio: 0, h: 1 })],
])('refuses: %s', (words, call) => {
  expect(call).toThrow(InvalidInput);
  expect(call).toThrow(words);
});
