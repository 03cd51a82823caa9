import fc from 'fast-check';
import { binomialProbability, lowerTail, midP, upperTail } from './binomial';
import { drawnBoundary, LOOK_TAIL, pooledShare, tailSignal, WATCH_TAIL } from './funnel';

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
  ])('refuse k = %d, n = %d, p = %d', (k, n, p) => expect(() => binomialProbability(k, n, p)).toThrow(RangeError));
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
  it('refuses more supported than decided', () => {
    expect(() => pooledShare([{ n: 3, y: 4 }])).toThrow(/4 of 3/);
    expect(pooledShare([])).toBeUndefined();
  });
});
