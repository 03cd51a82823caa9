import cephes from 'cephes';
import fc from 'fast-check';
import { binomialProbability } from './binomial';
import type { Counts } from './funnel';
import { InvalidInput } from './invalid-input';
import { betaBinomial, normalShrinkage } from './shrinkage';

const unit = fc.integer({ min: 1, max: 120 }).chain((n) => fc.record({ n: fc.constant(n), y: fc.nat(n) }));
const units = fc.array(unit, { minLength: 2, maxLength: 15 });

it('the normal model shows each panel between its own share and the norm, small panels nearer the norm', () => {
  fc.assert(
    fc.property(units, (some) => {
      const { theta, tau2, rows } = normalShrinkage(some);
      rows.forEach(({ raw, shrunk, weightOnOwn }, i) => {
        expect(shrunk).toBeGreaterThanOrEqual(Math.min(raw, theta) - 1e-12);
        expect(shrunk).toBeLessThanOrEqual(Math.max(raw, theta) + 1e-12);
        rows.forEach((other, j) => {
          if ((some[j] as Counts).n >= (some[i] as Counts).n)
            expect(other.weightOnOwn).toBeGreaterThanOrEqual(weightOnOwn - 1e-12);
        });
        if (tau2 === 0) expect(shrunk).toBe(theta);
      });
      const back = normalShrinkage([...some].reverse())
        .rows.map(({ shrunk }) => shrunk)
        .reverse();
      back.forEach((shrunk, i) => expect(shrunk).toBeCloseTo(rows[i]?.shrunk as number, 10));
    }),
  );
});

/** The same likelihood from log Γ of cephes. */
const likelihood = (some: readonly Counts[], a: number, b: number): number => {
  const logGamma = (x: number) => cephes.lgam(x);
  return some.reduce(
    (so, { n, y }) =>
      so +
      (logGamma(n + 1) - logGamma(y + 1) - logGamma(n - y + 1)) +
      (logGamma(a + y) + logGamma(b + n - y) - logGamma(a + b + n)) -
      (logGamma(a) + logGamma(b) - logGamma(a + b)),
    0,
  );
};

it('the beta-binomial has the highest likelihood there is: none around it, nor far away, is higher', () => {
  let fitted = 0;
  fc.assert(
    fc.property(units, (some) => {
      const fit = betaBinomial(some);
      if (fit === null) {
        const theta = some.reduce((so, { y }) => so + y, 0) / some.reduce((so, { n }) => so + n, 0);
        if (theta === 0 || theta === 1) return;
        // Without a finite maximum one of the two ends is the best there is.
        const [small, large] = [1e-5, 1e5].map((m) => likelihood(some, theta * m, (1 - theta) * m)) as [number, number];
        for (const m of [0.1, 1, 10, 100])
          expect(likelihood(some, theta * m, (1 - theta) * m)).toBeLessThanOrEqual(Math.max(small, large) + 1e-3);
        return;
      }
      fitted += 1;
      expect(fit.logLikelihood).toBeCloseTo(likelihood(some, fit.alpha, fit.beta), 6);
      for (const up of [0.2, 0.9, 0.999, 1, 1.001, 1.1, 5])
        for (const over of [0.5, 0.99, 1, 1.01, 2])
          expect(likelihood(some, fit.alpha * up * over, fit.beta * up)).toBeLessThanOrEqual(fit.logLikelihood + 1e-7);
      fit.rows.forEach(({ shrunk, ci95 }) => expect(ci95[0] <= shrunk && shrunk <= ci95[1]).toBe(true));
      expect((betaBinomial([...some].reverse())?.m as number) / fit.m).toBeCloseTo(1, 4);
    }),
    { numRuns: 25 },
  );
  expect(fitted).toBeGreaterThan(5);
});
it('has no highest likelihood just where none is higher than that of panels that differ by chance alone', () => {
  const few = fc.array(unit, { minLength: 2, maxLength: 3 });
  const counted = { none: 0, some: 0 };
  fc.assert(
    fc.property(few, (some) => {
      const [n, y] = [some.reduce((so, one) => so + one.n, 0), some.reduce((so, one) => so + one.y, 0)];
      // Every panel all or none: the likelihood rises as M shrinks to nothing.
      if (y === 0 || y === n || some.every((one) => one.y % one.n === 0)) {
        expect(betaBinomial(some)).toBeNull();
        return;
      }
      const chance = some.reduce((so, one) => so + Math.log(binomialProbability(one.y, one.n, y / n)), 0);
      const fit = betaBinomial(some);
      counted[fit ? 'some' : 'none'] += 1;
      if (fit) expect(fit.logLikelihood).toBeGreaterThan(chance);
      else
        for (const m of [0.1, 0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256, 1024])
          for (let mu = 0.02; mu < 1; mu += 0.02)
            expect(likelihood(some, mu * m, (1 - mu) * m)).toBeLessThanOrEqual(chance + 1e-8);
      // The slope in 1/M at 1/M = 0 (Tarone 1979): above 0, and a little spread is likelier than none.
      const pairs = (of: (one: Counts) => number) => some.reduce((so, one) => so + of(one) * (of(one) - 1), 0);
      const all = pairs((one) => one.n);
      const slope = (pairs((one) => one.y) * n) / y + (pairs((one) => one.n - one.y) * n) / (n - y) - all;
      if (slope > 1e-3 * all) expect(fit).not.toBeNull();
    }),
    {
      numRuns: 120,
      examples: [
        [
          [
            { n: 63, y: 37 },
            { n: 4, y: 0 },
          ],
        ],
      ],
    },
  );
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 20, max: 60 }), { minLength: 2, maxLength: 15 }), (sizes) =>
      expect(betaBinomial(sizes.map((half) => ({ n: 2 * half, y: half })))).toBeNull(),
    ),
    { numRuns: 50 },
  );
  expect(Math.min(counted.none, counted.some)).toBeGreaterThan(5);
});
it('has no highest likelihood for as many panels as there are in the country that all have one share', () => {
  expect(betaBinomial(Array.from({ length: 1500 }, (_, i) => ({ n: 10 * (1 + (i % 70)), y: 6 * (1 + (i % 70)) })))).toBeNull(); // prettier-ignore
});
it('mirrors: shares of the other outcome are shrunk as far', () => {
  const some = [
    { n: 40, y: 5 },
    { n: 60, y: 40 },
    { n: 30, y: 12 },
  ];
  const [there, back] = [betaBinomial(some), betaBinomial(some.map(({ n, y }) => ({ n, y: n - y })))];
  expect(back?.alpha).toBeCloseTo(there?.beta as number, 6);
  expect(back?.rows[1]?.shrunk).toBeCloseTo(1 - (there?.rows[1]?.shrunk as number), 8);
});
it('has no beta-binomial where panels vary no more than chance, or are all or none', () => {
  expect(betaBinomial([{ n: 40, y: 20 }, { n: 60, y: 30 }])).toBeNull(); // prettier-ignore
  expect(betaBinomial([{ n: 40, y: 40 }, { n: 60, y: 0 }])).toBeNull(); // prettier-ignore
  expect(betaBinomial([{ n: 40, y: 0 }, { n: 60, y: 0 }])).toBeNull(); // prettier-ignore
  expect(normalShrinkage([{ n: 40, y: 0 }, { n: 60, y: 0 }])).toMatchObject({ theta: 0, tau2: 0, rows: [{ shrunk: 0, sd: 0 }, { shrunk: 0 }] }); // prettier-ignore
});
it.each([
  ['length of units is 1', () => normalShrinkage([{ n: 4, y: 2 }])],
  ['units[1].y is 5', () => betaBinomial([{ n: 4, y: 2 }, { n: 4, y: 5 }])], // prettier-ignore
  ['units[0].n is 0', () => betaBinomial([{ n: 0, y: 0 }, { n: 4, y: 1 }])], // prettier-ignore
])('refuses: %s', (words, call) => {
  expect(call).toThrow(InvalidInput);
  expect(call).toThrow(words);
});
