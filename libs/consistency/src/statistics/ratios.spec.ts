import fc from 'fast-check';
import { InvalidInput } from './invalid-input';
import { katz, koopman } from './ratios';

const xOfN = fc
  .integer({ min: 1, max: 200 })
  .chain((n) => fc.tuple(fc.nat(n), fc.constant(n)) as fc.Arbitrary<[number, number]>);

describe('Katz', () => {
  it('lies around its ratio, and inverts with the groups', () => {
    fc.assert(
      fc.property(xOfN, xOfN, (first, second) => {
        const { rr, ci } = katz(first, second);
        if (rr === null || ci === null) return expect(first[0] * second[0]).toBe(0);
        expect(rr).toBeCloseTo(Math.sqrt(ci[0] * ci[1]), 6);
        expect(katz(second, first).rr).toBeCloseTo(1 / rr, 8);
        expect(katz(second, first).ci?.[0]).toBeCloseTo(1 / ci[1], 8);
      }),
    );
  });
});

/** The score of a ratio t by brute force: p2 with the highest likelihood of x1 ~ t p2 and x2 ~ p2, by golden section. */
function bruteScore(t: number, [x1, n1]: [number, number], [x2, n2]: [number, number]): number {
  const part = (x: number, p: number) => (x === 0 ? 0 : x * Math.log(p));
  const likelihood = (p2: number) =>
    part(x1, t * p2) + part(n1 - x1, 1 - t * p2) + part(x2, p2) + part(n2 - x2, 1 - p2);
  let [low, high] = [0, Math.min(1, 1 / t)];
  for (let i = 0; i < 200; i++) {
    const [a, b] = [low + 0.382 * (high - low), low + 0.618 * (high - low)];
    if (likelihood(a) < likelihood(b)) low = a;
    else high = b;
  }
  const p2 = (low + high) / 2;
  const p1 = t * p2;
  return (x1 / n1 - (t * x2) / n2) ** 2 / ((p1 * (1 - p1)) / n1 + (t * t * p2 * (1 - p2)) / n2);
}

describe('Koopman', () => {
  it('ends where the score test reaches its critical value, found by brute force', () => {
    fc.assert(
      fc.property(xOfN, xOfN, (first, second) => {
        for (const end of koopman(first, second).ci)
          if (end !== null && end > 0) expect(bruteScore(end, first, second)).toBeCloseTo(3.841458820694124, 3);
      }),
    );
  });
  it('lies around its ratio, inverts with the groups, and has no upper end where the other group has none', () => {
    fc.assert(
      fc.property(xOfN, xOfN, (first, second) => {
        const { rr, ci } = koopman(first, second);
        const turned = koopman(second, first);
        if (second[0] === 0) expect([rr, ci[1]]).toEqual([null, null]);
        else expect((rr as number) <= (ci[1] as number) + 1e-12).toBe(true);
        if (first[0] === 0) expect(ci[0]).toBe(0);
        else expect(ci[0] * (turned.ci[1] as number)).toBeCloseTo(1, 6);
      }),
    );
    expect(koopman([0, 5], [0, 7])).toEqual({ rr: null, ci: [0, null] });
    expect(koopman([5, 5], [7, 7]).rr).toBe(1);
  });
});

it.each([
  ['n is 0', () => katz([0, 0], [1, 2])],
  ['outcome is 3', () => koopman([3, 2], [1, 2])],
  ['outcome is -1', () => koopman([1, 2], [-1, 2])],
  ['confidence is NaN', () => koopman([1, 2], [1, 2], Number.NaN)],
])('refuses: %s', (words, call) => {
  expect(call).toThrow(InvalidInput);
  expect(call).toThrow(words);
});
