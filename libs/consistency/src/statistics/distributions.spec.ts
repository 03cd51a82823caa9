import cephes from 'cephes';
import fc from 'fast-check';
import {
  betaQuantile,
  binomialTails,
  chiSquareQuantile,
  chiSquareTails,
  logGamma,
  normalQuantile,
  normalTails,
  tQuantile,
} from './distributions';
import { InvalidInput } from './invalid-input';

const share = fc.double({ min: 0.001, max: 0.999, noNaN: true });
const shape = fc.double({ min: 0.1, max: 5000, noNaN: true });
const relative = (actual: number, expected: number) => Math.abs(actual - expected) / Math.abs(expected);

describe('against cephes, which shares no code with ours', () => {
  it('tails', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3000 }), share, share, shape, (n, at, p, df) => {
        const k = Math.floor(at * n);
        const x = Math.max(0.01, df + (at - 0.5) * 8 * Math.sqrt(2 * df));
        expect(binomialTails(k, n, p).lower).toBeCloseTo(cephes.bdtr(k, n, p), 10);
        expect(binomialTails(k, n, p).upper).toBeCloseTo(k === 0 ? 1 : cephes.bdtrc(k - 1, n, p), 10);
        expect(chiSquareTails(x, df).lower).toBeCloseTo(cephes.igam(df / 2, x / 2), 9);
        expect(chiSquareTails(x, df).upper).toBeCloseTo(cephes.igamc(df / 2, x / 2), 9);
        expect(normalTails(8 * (at - p)).lower).toBeCloseTo(cephes.ndtr(8 * (at - p)), 12);
        expect(relative(logGamma(df), cephes.lgam(df))).toBeLessThan(1e-10);
      }),
    );
  });
  it('quantiles', () => {
    fc.assert(
      fc.property(
        share,
        fc.double({ min: 1, max: 5000, noNaN: true }),
        fc.double({ min: 1, max: 5000, noNaN: true }),
        (p, a, b) => {
          expect(cephes.incbet(a, b, betaQuantile(p, a, b))).toBeCloseTo(p, 9);
          expect(cephes.igam(a / 2, chiSquareQuantile(p, a) / 2)).toBeCloseTo(p, 9);
          expect(normalQuantile(p)).toBeCloseTo(cephes.ndtri(p), 12);
          expect(tQuantile(p, Math.ceil(b))).toBeCloseTo(cephes.stdtri(Math.ceil(b), p), 7);
        },
      ),
    );
  });
});

describe('far out and for large counts', () => {
  it('keeps the figures of a tail of 1e-100, which 1 - the other tail would lose', () => {
    expect(relative(normalTails(-21.27).lower, 1.0764029171713214e-100)).toBeLessThan(1e-10);
    expect(normalTails(21.27).upper).toBe(normalTails(-21.27).lower);
    expect(binomialTails(0, 1000, 0.2).lower / 0.8 ** 1000).toBeCloseTo(1, 10);
  });
  it('is right about the median of a million', () => {
    expect(binomialTails(500_000, 1_000_000, 0.5).lower).toBeCloseTo(0.5 + 0.5 * 0.000797884361, 10);
    expect(chiSquareTails(2_000_000, 2_000_000).lower).toBeCloseTo(0.5001329807608726, 11);
  });
});

it('quantiles rise with p, mirror, and lead back to it', () => {
  fc.assert(
    fc.property(share, share, shape, shape, (p, q, a, b) => {
      const [low, high] = p < q ? [p, q] : [q, p];
      expect(betaQuantile(low, a, b)).toBeLessThanOrEqual(betaQuantile(high, a, b) * (1 + 1e-12));
      expect(chiSquareQuantile(low, a)).toBeLessThanOrEqual(chiSquareQuantile(high, a) * (1 + 1e-12));
      expect(betaQuantile(p, a, b)).toBeCloseTo(1 - betaQuantile(1 - p, b, a), 9);
      expect(tQuantile(p, 1 + a)).toBeCloseTo(-tQuantile(1 - p, 1 + a), 6);
      expect(chiSquareTails(chiSquareQuantile(p, a), a).lower).toBeCloseTo(p, 10);
    }),
  );
});

it.each([
  ['p is 1', () => normalQuantile(1)],
  ['p is 0', () => tQuantile(0, 3)],
  ['p is NaN', () => betaQuantile(Number.NaN, 1, 1)],
  ['a is 0', () => betaQuantile(0.5, 0, 1)],
  ['df is -1', () => chiSquareQuantile(0.5, -1)],
  ['x is -1', () => chiSquareTails(-1, 3)],
  ['z is Infinity', () => normalTails(Infinity)],
])('refuses: %s', (words, call) => {
  expect(call).toThrow(InvalidInput);
  expect(call).toThrow(words);
});
