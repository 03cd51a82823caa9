import fc from 'fast-check';
import { binomialProbability, lowerTail, midP, smallestCount, upperTail } from './binomial';
import {
  drawnBoundaries,
  drawnBoundary,
  interpolatedFunnel,
  interpolatedLimit,
  LOOK_TAIL,
  pooledShare,
  standardised,
  tailSignal,
  WATCH_TAIL,
} from './funnel';
import { InvalidInput } from './invalid-input';

const counts = fc.integer({ min: 1, max: 400 }).chain((n) => fc.record({ n: fc.constant(n), y: fc.nat(n) }));
const share = fc.double({ min: 0.01, max: 0.99, noNaN: true });

describe('exact binomial tails', () => {
  it('agree with brute force on small inputs', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 }), share, (n, p) => {
        const ways = new Array<number>(n + 1).fill(0);
        for (let bits = 0; bits < 2 ** n; bits++) {
          const ones = bits.toString(2).replaceAll('0', '').length;
          ways[ones] = (ways[ones] as number) + p ** ones * (1 - p) ** (n - ones);
        }
        ways.forEach((probability, k) => expect(binomialProbability(k, n, p)).toBeCloseTo(probability, 10));
      }),
      { numRuns: 20 },
    );
  });
  it('share one point and sum to one', () => {
    fc.assert(
      fc.property(counts, share, ({ n, y }, p) => {
        expect(lowerTail(y, n, p) + upperTail(y, n, p) - binomialProbability(y, n, p)).toBeCloseTo(1, 9);
        expect(midP(y, n, p)).toBeLessThanOrEqual(1);
      }),
    );
  });
  it.each([
    [3, 2, 0.5],
    [-1, 2, 0.5],
    [1.5, 2, 0.5],
    [1, 2, 1.1],
    [1, 2, Number.NaN],
    [Number.NaN, 2, 0.5],
  ])('refuse k = %d, n = %d, p = %d', (k, n, p) => expect(() => binomialProbability(k, n, p)).toThrow(InvalidInput));
});

describe('the funnel', () => {
  it.each([
    ['Look', LOOK_TAIL, '3'],
    ['Watch', WATCH_TAIL, ''],
  ])('a dot is outside the %s line exactly when the words say so', (_, tail, mark) => {
    fc.assert(
      fc.property(
        fc.integer({ min: 20, max: 400 }).chain((n) => fc.record({ n: fc.constant(n), y: fc.nat(n) })),
        share,
        ({ n, y }, p) => {
          const { lower, upper } = drawnBoundary(n, p, tail);
          const signal = tailSignal({ n, y }, p);
          const signals = signal !== 'within' && signal.endsWith(mark);
          expect(y / n < lower || y / n > upper).toBe(signals);
        },
      ),
      { numRuns: 300 },
    );
  });
  it('draws along n what it draws at each n, also at a norm of 0 and 1', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(WATCH_TAIL, LOOK_TAIL), (p, tail) =>
        expect(drawnBoundaries(20, 60, p, tail)).toEqual(
          Array.from({ length: 41 }, (_, i) => drawnBoundary(20 + i, p, tail)),
        ),
      ),
    );
  });
  it('is symmetric: what is high for support is low for the rest', () => {
    fc.assert(
      fc.property(counts, share, ({ n, y }, p) => {
        const mirrored = tailSignal({ n, y: n - y }, 1 - p);
        const other = { low: 'high', high: 'low' } as const;
        const signal = tailSignal({ n, y }, p);
        expect(mirrored).toBe(signal === 'within' ? signal : signal.replace(/^low|^high/, (s) => other[s as 'low']));
      }),
    );
  });
  it('interpolates between the two counts whose tails enclose p', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        share,
        fc.constantFrom(0.001, 0.025, 0.5, 0.975, 0.999),
        (n, norm, p) => {
          const tails = Array.from({ length: n + 1 }, (_, k) => lowerTail(k, n, norm));
          const r = tails.findIndex((tail) => tail >= p);
          const before = tails[r - 1] ?? 0;
          const between = r - ((tails[r] as number) - p) / ((tails[r] as number) - before);
          expect(interpolatedLimit(n, norm, p)).toBeCloseTo(Math.min(1, Math.max(0, between / n)), 8);
        },
      ),
    );
    expect(interpolatedLimit(20, 0, 0.999)).toBe(0);
    expect(interpolatedLimit(20, 1, 0.999)).toBeCloseTo(1 - 0.001 / 20, 12);
  });
  it('keeps its four limits in order, whoever is compared', () => {
    fc.assert(
      fc.property(counts, share, (unit, norm) => {
        const { lo998, lo95, hi95, hi998, signal } = interpolatedFunnel(unit, norm);
        expect([lo998, lo95, hi95, hi998]).toEqual([lo998, lo95, hi95, hi998].sort((a, b) => a - b));
        expect(signal.startsWith('low')).toBe(unit.y / unit.n < lo95);
        expect(signal.startsWith('high')).toBe(unit.y / unit.n > hi95);
      }),
    );
  });
  it('has the pooled share as its norm, in any order; z is null where nothing varies', () => {
    fc.assert(
      fc.property(fc.array(counts, { minLength: 1 }), (units) => {
        const norm = pooledShare(units) as number;
        expect(pooledShare([...units].reverse())).toBe(norm);
        if (norm === 0 || norm === 1) expect(standardised({ n: 5, y: 5 }, norm)).toBeNull();
        else expect(standardised({ n: 5, y: 5 }, norm)).toBeGreaterThan(0);
      }),
    );
  });
  it('finds the smallest count by halving', () => {
    fc.assert(
      fc.property(fc.nat(500), fc.nat(500), (n, from) =>
        expect(smallestCount(n, (k) => k >= from)).toBe(Math.min(n, from)),
      ),
    );
  });
  it.each([
    ['n is 0', () => interpolatedLimit(0, 0.5, 0.5)],
    ['p is 1', () => interpolatedLimit(5, 0.5, 1)],
    ['share is NaN', () => drawnBoundary(5, Number.NaN, 0.5)],
    ['last is 4', () => drawnBoundaries(5, 4, 0.5, 0.025)],
    ['y is 6', () => standardised({ n: 5, y: 6 }, 0.5)],
  ])('refuses: %s', (words, call) => {
    expect(call).toThrow(InvalidInput);
    expect(call).toThrow(words);
  });
  it('refuses more supported than decided', () => {
    expect(() => pooledShare([{ n: 3, y: 4 }])).toThrow(/4 of 3/);
    expect(pooledShare([])).toBeUndefined();
  });
});
