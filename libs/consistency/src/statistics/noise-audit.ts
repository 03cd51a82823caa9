/**
 * Where the disagreement of panels that were given the same cases comes from: some stricter overall (level), some reading
 * particular cases differently (pattern), some deciding otherwise on another day (occasion) (consistency.md 2c; reference
 * cases P16 to P18).
 */
import { checkList, checkMatrix, checkNumber, checkSameLength } from './invalid-input';
import { mean, sum } from './numbers';

export interface NoiseAudit {
  readonly grandMean: number;
  readonly judgeMeans: readonly number[];
  readonly msCases: number;
  readonly msJudges: number;
  readonly msResidual: number;
  /** Within a case, over judges: `(SS judges + SS residual) / (N (K-1))`. */
  readonly msWithin: number;
  /** Variances in the square of the score's unit; `pattern` includes occasion. None below 0. */
  readonly variance: {
    readonly case: number;
    readonly level: number;
    readonly pattern: number;
    readonly system: number;
  };
  /** For the page, with population variances: `system² = level² + pattern²` exactly. */
  readonly descriptive: { readonly systemSq: number; readonly levelSq: number; readonly patternSq: number };
  /** Intraclass correlations (Shrout & Fleiss 1979), of one judge and of the mean of K; null with a denominator of 0. */
  readonly icc: {
    readonly oneOne: number | null;
    readonly twoOne: number | null;
    readonly threeOne: number | null;
    readonly oneK: number | null;
    readonly twoK: number | null;
    readonly threeK: number | null;
  };
}

/**
 * Two-way analysis of variance of a complete matrix [case][judge], one score each. Linear in its cells. Refuses fewer than
 * two cases or judges, rows of unequal length and scores that are not finite.
 */
export function noiseAudit(matrix: readonly (readonly number[])[]): NoiseAudit {
  checkMatrix('matrix', matrix, 2, 2);
  matrix.forEach((row, i) => row.forEach((score, j) => checkNumber(`matrix[${i}][${j}]`, score)));
  const cases = matrix.length;
  const judges = (matrix[0] as readonly number[]).length;
  const grandMean = mean(matrix.flat());
  const caseMeans = matrix.map(mean);
  const judgeMeans = columnMeans(matrix);
  const settled = settler(matrix.flat());
  const ssCases = settled(judges * squares(caseMeans, grandMean));
  const ssJudges = settled(cases * squares(judgeMeans, grandMean));
  const ssResidual = settled(
    sum(
      matrix.flatMap((row, i) =>
        row.map((score, j) => (score - (caseMeans[i] as number) - (judgeMeans[j] as number) + grandMean) ** 2),
      ),
    ),
  );
  const msCases = ssCases / (cases - 1);
  const msJudges = ssJudges / (judges - 1);
  const msResidual = ssResidual / ((cases - 1) * (judges - 1));
  const msWithin = (ssJudges + ssResidual) / (cases * (judges - 1));
  const level = Math.max(0, (msJudges - msResidual) / cases);
  const systemSq = settled(mean(matrix.map((row, i) => squares(row, caseMeans[i] as number) / judges)));
  const levelSq = settled(squares(judgeMeans, grandMean) / judges);
  const share = (part: number, whole: number) =>
    Math.abs(whole) <= 1e-14 * (msCases + msJudges + msResidual) ? null : part / whole;
  const judgeExcess = (msJudges - msResidual) / cases;
  return {
    grandMean,
    judgeMeans,
    msCases,
    msJudges,
    msResidual,
    msWithin,
    variance: {
      case: Math.max(0, (msCases - msResidual) / judges),
      level,
      pattern: msResidual,
      system: level + msResidual,
    },
    descriptive: { systemSq, levelSq, patternSq: settled(Math.max(0, systemSq - levelSq)) },
    icc: {
      oneOne: share(msCases - msWithin, msCases + (judges - 1) * msWithin),
      twoOne: share(msCases - msResidual, msCases + (judges - 1) * msResidual + judges * judgeExcess),
      threeOne: share(msCases - msResidual, msCases + (judges - 1) * msResidual),
      oneK: share(msCases - msWithin, msCases),
      twoK: share(msCases - msResidual, msCases + judgeExcess),
      threeK: share(msCases - msResidual, msCases),
    },
  };
}

export interface OccasionNoise {
  readonly msCase: number;
  readonly msJudge: number;
  readonly msInteraction: number;
  readonly msWithin: number;
  /** Sums of squares: case, judge, interaction, within. */
  readonly ss: readonly [number, number, number, number];
  readonly variance: {
    readonly case: number;
    readonly level: number;
    readonly stablePattern: number;
    readonly occasion: number;
  };
}

/**
 * The same with M repeats [case][judge][occasion]: `occasion = MS within`, `stable pattern = (MS int - MS within) / M`,
 * `level = (MS judge - MS int) / (N M)`, `case = (MS case - MS int) / (K M)`, none below 0. Linear in the cells. Refuses
 * fewer than two cases, judges or occasions, and a cube that is not complete.
 */
export function occasionNoise(cube: readonly (readonly (readonly number[])[])[]): OccasionNoise {
  checkMatrix('cube', cube, 2, 2);
  const first = cube[0]?.[0] as readonly number[];
  cube.forEach((rows, i) =>
    rows.forEach((scores, j) => {
      checkList(`cube[${i}][${j}]`, scores, 2);
      checkSameLength(`cube[${i}][${j}]`, scores, 'cube[0][0]', first);
      scores.forEach((score, o) => checkNumber(`cube[${i}][${j}][${o}]`, score));
    }),
  );
  const [cases, judges, repeats] = [cube.length, (cube[0] as readonly unknown[]).length, first.length];
  const cells = cube.map((rows) => rows.map((scores) => mean(scores)));
  const caseMeans = cells.map(mean);
  const judgeMeans = columnMeans(cells);
  const grandMean = mean(cells.flat());
  const settled = settler(cube.flat(2));
  const ss: [number, number, number, number] = [
    settled(judges * repeats * squares(caseMeans, grandMean)),
    settled(cases * repeats * squares(judgeMeans, grandMean)),
    settled(
      repeats *
        sum(
          cells.flatMap((row, i) =>
            row.map((cell, j) => (cell - (caseMeans[i] as number) - (judgeMeans[j] as number) + grandMean) ** 2),
          ),
        ),
    ),
    settled(sum(cube.flatMap((rows, i) => rows.map((scores, j) => squares(scores, cells[i]?.[j] as number))))),
  ];
  const msCase = ss[0] / (cases - 1);
  const msJudge = ss[1] / (judges - 1);
  const msInteraction = ss[2] / ((cases - 1) * (judges - 1));
  const msWithin = ss[3] / (cases * judges * (repeats - 1));
  return {
    msCase,
    msJudge,
    msInteraction,
    msWithin,
    ss,
    variance: {
      case: Math.max(0, (msCase - msInteraction) / (judges * repeats)),
      level: Math.max(0, (msJudge - msInteraction) / (cases * repeats)),
      stablePattern: Math.max(0, (msInteraction - msWithin) / repeats),
      occasion: msWithin,
    },
  };
}

/** For yes/no decisions, the chance that two panels picked at random disagree: twice the mean variance within a vignette. */
export const chanceOfDisagreement = ({ msWithin }: Pick<NoiseAudit, 'msWithin'>): number => 2 * msWithin;

const columnMeans = (matrix: readonly (readonly number[])[]): number[] =>
  (matrix[0] as readonly number[]).map((_, j) => mean(matrix.map((row) => row[j] as number)));

const squares = (values: readonly number[], centre: number): number =>
  sum(values.map((value) => (value - centre) ** 2));

/** A sum of squares that is only rounding, for scores of this size, is 0: so that nothing is divided by it. */
function settler(scores: readonly number[]): (squared: number) => number {
  const noise = 1e-26 * sum(scores.map((score) => score * score));
  return (squared) => (squared <= noise ? 0 : squared);
}
