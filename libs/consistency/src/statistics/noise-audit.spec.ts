import fc from 'fast-check';
import { countRatings, pairAgreement } from './agreement';
import { InvalidInput } from './invalid-input';
import { chanceOfDisagreement, noiseAudit, occasionNoise } from './noise-audit';

const matrixOf = (score: fc.Arbitrary<number>) =>
  fc
    .integer({ min: 2, max: 5 })
    .chain((judges) =>
      fc.array(fc.array(score, { minLength: judges, maxLength: judges }), { minLength: 2, maxLength: 8 }),
    );
const scores = matrixOf(fc.integer({ min: 0, max: 10 }));

it('splits all there is: the sums of squares add up to that around the grand mean', () => {
  fc.assert(
    fc.property(scores, (matrix) => {
      const { grandMean, msCases, msJudges, msResidual, msWithin } = noiseAudit(matrix);
      const [n, k] = [matrix.length, (matrix[0] as number[]).length];
      const total = matrix.flat().reduce((so, score) => so + (score - grandMean) ** 2, 0);
      expect((n - 1) * msCases + (k - 1) * msJudges + (n - 1) * (k - 1) * msResidual).toBeCloseTo(total, 8);
      expect((n - 1) * msCases + n * (k - 1) * msWithin).toBeCloseTo(total, 8);
    }),
  );
});
it('level and pattern make up system noise, none is negative, and correlations are at most 1', () => {
  fc.assert(
    fc.property(scores, (matrix) => {
      const { variance, descriptive, icc } = noiseAudit(matrix);
      expect(variance.level + variance.pattern).toBeCloseTo(variance.system, 10);
      expect(descriptive.levelSq + descriptive.patternSq).toBeCloseTo(descriptive.systemSq, 10);
      for (const part of [...Object.values(variance), ...Object.values(descriptive)])
        expect(part).toBeGreaterThanOrEqual(0);
      for (const value of [icc.oneOne, icc.threeOne, icc.oneK, icc.threeK])
        expect(value ?? 0).toBeLessThanOrEqual(1 + 1e-12);
    }),
  );
});
it('does not ask for the order of cases or judges, nor where scores begin, and squares with their unit', () => {
  fc.assert(
    fc.property(scores, (matrix) => {
      const there = noiseAudit(matrix);
      const back = noiseAudit([...matrix].reverse().map((row) => [...row].reverse().map((score) => 3 * score + 40)));
      expect(back.variance.pattern).toBeCloseTo(9 * there.variance.pattern, 7);
      expect(back.variance.level).toBeCloseTo(9 * there.variance.level, 7);
      expect(back.icc.threeOne ?? 9).toBeCloseTo(there.icc.threeOne ?? 9, 8);
    }),
  );
});
it('for yes/no decisions, twice the variance within a vignette is the chance that two panels disagree', () => {
  fc.assert(
    fc.property(matrixOf(fc.nat(1)), (matrix) => {
      const disagreement = 1 - (pairAgreement(countRatings(matrix, [0, 1])) as number);
      expect(chanceOfDisagreement(noiseAudit(matrix))).toBeCloseTo(disagreement, 10);
    }),
  );
});
it('says which noise is there: only level, only pattern, none', () => {
  const level = noiseAudit([[1.1, 2.2, 3.3], [1.1, 2.2, 3.3], [1.1, 2.2, 3.3]]); // prettier-ignore
  expect(level.variance.pattern).toBe(0);
  expect(level.variance.level).toBeGreaterThan(1);
  // Cases do not differ and nothing is left over: there is no correlation to speak of.
  expect(level.icc).toMatchObject({ threeOne: null, threeK: null, oneK: null });
  const none = noiseAudit([[0.1, 0.1], [0.7, 0.7]]); // prettier-ignore
  expect(none).toMatchObject({ variance: { level: 0, pattern: 0 }, icc: { oneOne: 1, threeOne: 1 } });
  expect(noiseAudit([[0.1, 0.1], [0.1, 0.1]]).icc.oneOne).toBeNull(); // prettier-ignore
});
it('repeats separate another day from a lasting pattern, and means of repeats give the matrix back', () => {
  fc.assert(
    fc.property(scores, fc.integer({ min: 0, max: 3 }), (matrix, apart) => {
      const cube = matrix.map((row) => row.map((score) => [score - apart, score + apart]));
      const { ss, variance, msInteraction, msJudge } = occasionNoise(cube);
      const whole = noiseAudit(matrix);
      expect(variance.occasion).toBeCloseTo(2 * apart * apart, 8);
      expect(msInteraction).toBeCloseTo(2 * whole.msResidual, 8);
      expect(msJudge).toBeCloseTo(2 * whole.msJudges, 8);
      const all = cube.flat(2);
      const mean = all.reduce((so, x) => so + x, 0) / all.length;
      const total = all.reduce((so, x) => so + (x - mean) ** 2, 0);
      expect(ss.reduce((so, x) => so + x, 0)).toBeCloseTo(total, 7);
    }),
  );
});
it.each([
  ['length of matrix is 1', () => noiseAudit([[1, 2]])],
  ['length of matrix[0] is 1', () => noiseAudit([[1], [2]])],
  ['length of matrix[1] is 3', () => noiseAudit([[1, 2], [1, 2, 3]])], // prettier-ignore
  ['matrix[0][1] is NaN', () => noiseAudit([[1, Number.NaN], [1, 2]])], // prettier-ignore
  ['length of cube[0][0] is 1', () => occasionNoise([[[1], [1]], [[1], [1]]])], // prettier-ignore
])('refuses: %s', (words, call) => {
  expect(call).toThrow(InvalidInput);
  expect(call).toThrow(words);
});
