import fc from 'fast-check';
import { pooledShare } from './funnel';
import { InvalidInput } from './invalid-input';
import { dispersion, dispersionOfShares, medianOddsRatio, widenedLimits } from './overdispersion';

const panel = fc.record({
  z: fc.double({ min: -6, max: 6, noNaN: true }),
  s: fc.double({ min: 0.01, max: 0.3, noNaN: true }),
});
const panels = fc.array(panel, { minLength: 2, maxLength: 40 });
const found = (some: readonly { z: number; s: number }[], winsorise?: number) =>
  dispersion(
    some.map(({ z }) => z),
    some.map(({ s }) => s),
    winsorise,
  );

it('is the mean square of z; winsorising never raises it; no order, no sign matters', () => {
  fc.assert(
    fc.property(panels, (some) => {
      const { phi, phiWinsorised, chi2, p, tau2, tau2Winsorised } = found(some);
      expect(phi).toBeCloseTo(some.reduce((so, { z }) => so + z * z, 0) / some.length, 9);
      expect(phiWinsorised).toBeLessThanOrEqual(Math.max(...some.map(({ z }) => z * z)) + 1e-12);
      expect(chi2).toBeCloseTo(phi * some.length, 9);
      expect(p >= 0 && p <= 1 && tau2 >= 0 && tau2Winsorised >= 0).toBe(true);
      if (chi2 <= some.length - 1) expect(tau2).toBe(0);
      expect(found([...some].reverse()).tau2).toBeCloseTo(tau2, 10);
      expect(found(some.map(({ z, s }) => ({ z: -z, s }))).phiWinsorised).toBeCloseTo(phiWinsorised, 9);
      expect(found(some, 0).phiWinsorised).toBe(found(some, 0).phi);
    }),
  );
});
it('grows with the distances, and gives back the variance between panels that was put in', () => {
  fc.assert(
    fc.property(panels, (some) => {
      const wider = some.map(({ z, s }) => ({ z: 1.5 * z, s }));
      expect(found(wider).tau2).toBeGreaterThanOrEqual(found(some).tau2);
    }),
  );
  const alike = Array.from({ length: 40 }, (_, i) => ({ z: (i % 2 === 0 ? 1 : -1) * Math.sqrt(5), s: 0.1 }));
  // I φ = 200, S1 = 4,000, S2 = 400,000.
  expect(found(alike).tau2).toBeCloseTo((200 - 39) / (4000 - 100), 12);
});
it('takes shares around their norm, and is silent where nothing varies', () => {
  const units = [
    { n: 40, y: 20 },
    { n: 80, y: 60 },
  ];
  const norm = pooledShare(units) as number;
  const z = units.map(({ n, y }) => (y / n - norm) / Math.sqrt((norm * (1 - norm)) / n));
  expect(dispersionOfShares(units)?.chi2).toBeCloseTo((z[0] as number) ** 2 + (z[1] as number) ** 2, 10);
  expect(dispersionOfShares([{ n: 4, y: 0 }, { n: 3, y: 0 }])).toBeNull(); // prettier-ignore
});
it('widens the lines, within 0 and 1', () => {
  expect(widenedLimits(25, 0.5, 0.0069, 2)).toEqual({ lower: expect.closeTo(0.24, 3), upper: expect.closeTo(0.76, 3) });
  expect(widenedLimits(10, 0.1, 0.1, 3)).toMatchObject({ lower: 0, upper: 1 });
  expect(medianOddsRatio(0)).toBe(1);
});
it.each([
  ['length of z is 1', () => dispersion([1], [1])],
  ['length of s is 1', () => dispersion([1, 2], [1])],
  ['s[1] is 0', () => dispersion([1, 2], [1, 0])],
  ['z[0] is NaN', () => dispersion([Number.NaN, 2], [1, 1])],
  ['winsorise is 0.5', () => dispersion([1, 2], [1, 1], 0.5)],
])('refuses: %s', (words, call) => {
  expect(call).toThrow(InvalidInput);
  expect(call).toThrow(words);
});
