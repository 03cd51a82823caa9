import fc from 'fast-check';
import { InvalidInput } from './invalid-input';
import { calibration, logisticRegression } from './logistic';

const row = fc.record({ x: fc.tuple(fc.integer({ min: -5, max: 5 }), fc.integer({ min: 0, max: 3 })), y: fc.nat(1) });
const rows = fc.array(row, { minLength: 30, maxLength: 60 });
/** Decisions one by one. */
const one = (outcomes: readonly number[]) => outcomes.map((y) => ({ n: 1, y }));
const fitOf = (some: readonly { x: readonly number[]; y: number }[]) =>
  logisticRegression(
    some.map(({ x }) => x),
    one(some.map(({ y }) => y)),
  );

it('leaves no column and no intercept with a residual, in any order of rows and unit of columns', () => {
  fc.assert(
    fc.property(rows, (some) => {
      const fit = fitOf(some);
      if (!fit) return;
      const [b0, b1, b2] = fit.coef as [number, number, number];
      const residual = ({ x, y }: (typeof some)[number]) =>
        y - 1 / (1 + Math.exp(-(b0 + b1 * (x[0] as number) + b2 * (x[1] as number))));
      const total = (weight: (x: readonly number[]) => number) =>
        some.reduce((so, one) => so + weight(one.x) * residual(one), 0);
      expect(total(() => 1)).toBeCloseTo(0, 7);
      expect(total((x) => x[0] as number)).toBeCloseTo(0, 7);
      expect(total((x) => x[1] as number)).toBeCloseTo(0, 7);
      expect(fitOf([...some].reverse())?.coef[1]).toBeCloseTo(b1, 7);
      const scaled = fitOf(some.map(({ x, y }) => ({ x: [1000 * (x[0] as number) + 7, x[1] as number], y })));
      expect((scaled?.coef[1] as number) * 1000).toBeCloseTo(b1, 7);
      expect((scaled?.se[1] as number) * 1000).toBeCloseTo(fit.se[1] as number, 6);
    }),
  );
});
it('decisions that share their values give one fit and one calibration, counted together or one by one', () => {
  fc.assert(
    fc.property(rows, (some) => {
      const together = new Map<string, { x: readonly number[]; n: number; y: number }>();
      for (const { x, y } of some) {
        const so = together.get(String(x)) ?? { x, n: 0, y: 0 };
        together.set(String(x), { x, n: so.n + 1, y: so.y + y });
      }
      const combinations = [...together.values()];
      const grouped = logisticRegression(
        combinations.map(({ x }) => x),
        combinations,
      );
      const single = fitOf(some);
      expect(grouped === null).toBe(single === null);
      if (!grouped || !single) return;
      [...grouped.coef, ...grouped.se, grouped.deviance].forEach((value, i) =>
        expect(value).toBeCloseTo([...single.coef, ...single.se, single.deviance][i] as number, 6),
      );
      const expectedOf = ({ x }: { x: readonly number[] }) => 1 / (1 + Math.exp((x[0] as number) / 5 - 0.3));
      const [whole, parts] = [
        calibration(combinations.map(expectedOf), combinations),
        calibration(some.map(expectedOf), one(some.map(({ y }) => y))),
      ];
      for (const key of ['observed', 'expected', 'brier', 'inTheLarge', 'slope'] as const)
        expect(whole[key] ?? 99).toBeCloseTo(parts[key] ?? 99, 6);
    }),
  );
});
it('with one yes/no column is the log of two odds', () => {
  const some = [
    ...Array.from({ length: 30 }, (_, i) => ({ x: [0], y: i < 10 ? 1 : 0 })),
    ...Array.from({ length: 20 }, (_, i) => ({ x: [1], y: i < 15 ? 1 : 0 })),
  ];
  const fit = fitOf(some);
  expect(fit?.coef[0]).toBeCloseTo(Math.log(10 / 20), 10);
  expect(fit?.coef[1]).toBeCloseTo(Math.log(15 / 5) - Math.log(10 / 20), 10);
  expect(fit?.se[1]).toBeCloseTo(Math.sqrt(1 / 10 + 1 / 20 + 1 / 15 + 1 / 5), 8);
});
it.each([
  ['separated', [1, 2, 3, 4], [0, 0, 1, 1]],
  ['separated but for a tie', [1, 2, 2, 3], [0, 0, 1, 1]],
  ['all alike', [1, 2, 3, 4], [1, 1, 1, 1]],
  ['a column that never changes', [2, 2, 2, 2], [0, 1, 0, 1]],
  ['separated, the other way, far apart', [1000, 999, 5, 4, 3], [0, 0, 1, 1, 1]],
])('has no finite maximum: %s', (_, x, y) =>
  expect(
    logisticRegression(
      x.map((value) => [value]),
      one(y),
    ),
  ).toBeNull(),
);
it('does not take an outcome that overlaps for one that is separated', () => {
  expect(fitOf([1, 2, 3, 4, 5, 6].map((x, i) => ({ x: [x], y: [0, 0, 1, 0, 1, 1][i] as number })))).not.toBeNull();
});
it('calibration: exact probabilities have a slope of 1 and nothing off in the large; too sure ones a slope below 1', () => {
  const groups = [0.2, 0.4, 0.5, 0.8];
  const y = groups.flatMap((e) => Array.from({ length: 10 }, (_, i) => (i < 10 * e ? 1 : 0)));
  const at = (change: (logit: number) => number) =>
    calibration(
      groups.flatMap((e) => new Array<number>(10).fill(1 / (1 + Math.exp(-change(Math.log(e / (1 - e))))))),
      one(y),
    );
  expect(at((logit) => logit)).toMatchObject({
    observed: 19,
    slope: expect.closeTo(1, 8),
    inTheLarge: expect.closeTo(0, 8),
  });
  expect(at((logit) => 2 * logit).slope).toBeCloseTo(0.5, 8);
  expect(at((logit) => logit - 1).inTheLarge).toBeCloseTo(1, 8);
  expect(at((logit) => logit).brier).toBeLessThan(at((logit) => 3 * logit).brier);
  expect(calibration([0.5, 0.6], one([1, 1]))).toMatchObject({ slope: null, inTheLarge: null });
});
it.each([
  ['length of rows is 0', () => logisticRegression([], [])],
  ['length of outcomes is 1', () => logisticRegression([[1], [2]], one([1]))],
  ['outcomes[0].y is 2', () => logisticRegression([[1]], one([2]))],
  ['outcomes[0].n is 0', () => logisticRegression([[1]], [{ n: 0, y: 0 }])],
  ['rows[0][0] is NaN', () => logisticRegression([[Number.NaN]], one([1]))],
  ['length of rows[1] is 2', () => logisticRegression([[1], [2, 3]], one([1, 0]))],
  ['expected[0] is 1', () => calibration([1], one([1]))],
])('refuses: %s', (words, call) => {
  expect(call).toThrow(InvalidInput);
  expect(call).toThrow(words);
});
