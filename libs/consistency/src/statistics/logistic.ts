/**
 * A baseline by logistic regression, for when strata get thin, and how well a baseline's probabilities are calibrated
 * (consistency.md 2a; reference case P09).
 */
import type { Counts } from './funnel';
import { checkCount, checkList, checkNumber, checkSameLength, checkShare, InvalidInput } from './invalid-input';
import { mean, sum } from './numbers';

export interface LogisticFit {
  /** Intercept first, then one coefficient a column: change in log odds for one unit more. */
  readonly coef: readonly number[];
  readonly se: readonly number[];
  /** `-2 log likelihood`. */
  readonly deviance: number;
}

const MOST_STEPS = 100;

/**
 * Maximum likelihood by Newton's method (iteratively reweighted least squares; McCullagh & Nelder 1989) on standardised
 * columns. A row stands for the n decisions that share its values, of which y had the outcome: distinct combinations give
 * the same fit as their decisions one by one. Null where there is no finite maximum: the outcomes are separated by the
 * columns, or all alike, or a column says nothing of its own. Linear in the rows, quadratic in the columns. Refuses no row,
 * lists of unequal length, counts that are not 0 <= y <= n with n from 1, and values that are not finite.
 */
export function logisticRegression(
  rows: readonly (readonly number[])[],
  outcomes: readonly Counts[],
  offset: readonly number[] = [],
): LogisticFit | null {
  check(rows, outcomes);
  const columns = (rows[0] as readonly number[]).map((_, j) => rows.map((row) => row[j] as number));
  const centres = columns.map(mean);
  const scales = columns.map((column, j) =>
    Math.sqrt(mean(column.map((value) => (value - (centres[j] as number)) ** 2))),
  );
  if (scales.some((scale) => scale === 0)) return null;
  const design = rows.map((row) => [
    1,
    ...row.map((value, j) => (value - (centres[j] as number)) / (scales[j] as number)),
  ]);
  const size = columns.length + 1;
  const linear = (beta: readonly number[]) => design.map((row, i) => dot(row, beta) + (offset[i] ?? 0));
  const devianceAt = (beta: readonly number[]) =>
    2 *
    sum(
      linear(beta).map((eta, i) => {
        const { n, y } = outcomes[i] as Counts;
        return (y === 0 ? 0 : y * softplus(-eta)) + (y === n ? 0 : (n - y) * softplus(eta));
      }),
    );

  let beta = new Array<number>(size).fill(0);
  let deviance = devianceAt(beta);
  for (let step = 0; step < MOST_STEPS; step++) {
    const probabilities = linear(beta).map(logistic);
    const information = informationOf(design, outcomes, probabilities);
    const residuals = outcomes.map(({ n, y }, i) => y - n * (probabilities[i] as number));
    const gradient = beta.map((_, j) => sum(design.map((row, i) => (row[j] as number) * (residuals[i] as number))));
    const factor = cholesky(information);
    if (!factor) return null;
    const change = solve(factor, gradient);
    let share = 1;
    let next = beta;
    let reached = deviance;
    for (; share > 1e-6; share /= 2) {
      next = beta.map((value, j) => value + share * (change[j] as number));
      reached = devianceAt(next);
      if (reached <= deviance * (1 + 1e-14)) break;
    }
    beta = next;
    deviance = reached;
    if (Math.max(...change.map(Math.abs)) <= 1e-10 * (1 + Math.max(...beta.map(Math.abs))))
      return unscaled(beta, factor, centres, scales, deviance);
  }
  return null;
}

/** Coefficients and standard errors on the columns' own scale: the intercept takes back the centres. */
function unscaled(
  beta: readonly number[],
  factor: readonly (readonly number[])[],
  centres: readonly number[],
  scales: readonly number[],
  deviance: number,
): LogisticFit {
  const contrasts = beta.map((_, j) =>
    beta.map((__, k) => {
      if (j === 0) return k === 0 ? 1 : -(centres[k - 1] as number) / (scales[k - 1] as number);
      return j === k ? 1 / (scales[j - 1] as number) : 0;
    }),
  );
  return {
    coef: contrasts.map((contrast) => dot(contrast, beta)),
    se: contrasts.map((contrast) => Math.sqrt(dot(contrast, solve(factor, contrast)))),
    deviance,
  };
}

export interface Calibration {
  readonly observed: number;
  readonly expected: number;
  /** Calibration in the large: how far the log odds are off on average; 0 is right. Null when all outcomes are alike. */
  readonly inTheLarge: number | null;
  /** Slope of the outcome on the log odds of e; 1 is right, below 1 says e is too sure of itself. Null where undefined. */
  readonly slope: number | null;
  /** Brier score, `mean (y - e)²`: smaller is better. */
  readonly brier: number;
}

/**
 * How a baseline's probabilities e agree with outcomes, y of the n decisions that share an e (Cox 1958; Steyerberg 2009).
 * Linear. Refuses lists of unequal length or empty, counts as `logisticRegression` does, and an e that is not above 0 and
 * below 1.
 */
export function calibration(expected: readonly number[], outcomes: readonly Counts[]): Calibration {
  const logOdds = expected.map((e, i) => {
    checkShare(() => `expected[${i}]`, e);
    if (e === 0 || e === 1) throw new InvalidInput(`expected[${i}]`, e, 'give a probability above 0 and below 1');
    return Math.log(e) - Math.log1p(-e);
  });
  const withSlope = logisticRegression(
    logOdds.map((value) => [value]),
    outcomes,
  );
  return {
    observed: sum(outcomes.map(({ y }) => y)),
    expected: sum(outcomes.map(({ n }, i) => n * (expected[i] as number))),
    inTheLarge:
      logisticRegression(
        outcomes.map(() => []),
        outcomes,
        logOdds,
      )?.coef[0] ?? null,
    slope: withSlope?.coef[1] ?? null,
    brier:
      sum(
        outcomes.map(({ n, y }, i) => {
          const e = expected[i] as number;
          return y * (1 - e) ** 2 + (n - y) * e ** 2;
        }),
      ) / sum(outcomes.map(({ n }) => n)),
  };
}

function check(rows: readonly (readonly number[])[], outcomes: readonly Counts[]): void {
  checkList('rows', rows);
  checkSameLength('outcomes', outcomes, 'rows', rows);
  const [first] = rows as [readonly number[]];
  rows.forEach((row, i) => {
    checkSameLength(`rows[${i}]`, row, 'rows[0]', first);
    row.forEach((value, j) => checkNumber(() => `rows[${i}][${j}]`, value));
  });
  outcomes.forEach(({ n, y }, i) => {
    checkCount(() => `outcomes[${i}].n`, n, 1);
    checkCount(() => `outcomes[${i}].y`, y, 0, n);
  });
}

const logistic = (eta: number): number => (eta >= 0 ? 1 / (1 + Math.exp(-eta)) : Math.exp(eta) / (1 + Math.exp(eta)));
const softplus = (eta: number): number => Math.max(0, eta) + Math.log1p(Math.exp(-Math.abs(eta)));
const dot = (a: readonly number[], b: readonly number[]): number => {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += (a[i] as number) * (b[i] as number);
  return total;
};

const informationOf = (
  design: readonly (readonly number[])[],
  outcomes: readonly Counts[],
  probabilities: readonly number[],
): number[][] => {
  const size = (design[0] as readonly number[]).length;
  const information = Array.from({ length: size }, () => new Array<number>(size).fill(0));
  design.forEach((row, i) => {
    const p = probabilities[i] as number;
    const weight = (outcomes[i] as Counts).n * p * (1 - p);
    for (let j = 0; j < size; j++)
      for (let k = 0; k <= j; k++)
        (information[j] as number[])[k] =
          ((information[j] as number[])[k] as number) + weight * (row[j] as number) * (row[k] as number);
  });
  return information;
};

/** Lower triangle L with L Lᵀ = the matrix (of which the lower triangle is read); undefined if it is not positive. */
function cholesky(matrix: readonly (readonly number[])[]): number[][] | undefined {
  const factor: number[][] = [];
  for (const [j, row] of matrix.entries()) {
    const out: number[] = [];
    for (let k = 0; k <= j; k++) {
      const above = factor[k] ?? out;
      let rest = row[k] as number;
      for (let m = 0; m < k; m++) rest -= (out[m] as number) * (above[m] as number);
      if (k < j) out.push(rest / (above[k] as number));
      else if (rest <= 1e-12 * (row[j] as number) || !(rest > 0)) return undefined;
      else out.push(Math.sqrt(rest));
    }
    factor.push(out);
  }
  return factor;
}

function solve(factor: readonly (readonly number[])[], right: readonly number[]): number[] {
  const half: number[] = [];
  for (const [j, row] of factor.entries()) half.push(((right[j] as number) - dot(half, row)) / (row[j] as number));
  const out = new Array<number>(factor.length).fill(0);
  for (let j = factor.length - 1; j >= 0; j--) {
    let rest = half[j] as number;
    for (let k = j + 1; k < factor.length; k++) rest -= ((factor[k] as number[])[j] as number) * (out[k] as number);
    out[j] = rest / ((factor[j] as number[])[j] as number);
  }
  return out;
}
