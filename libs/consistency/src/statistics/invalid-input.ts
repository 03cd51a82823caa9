/**
 * What every statistic refuses, in one class and one form: the argument, its value, and what to give instead. A figure
 * that is undefined for valid input is `null`; invalid input is never a silent NaN.
 */
export class InvalidInput extends RangeError {
  override readonly name = 'InvalidInput';
  constructor(argument: Argument, value: unknown, remedy: string) {
    super(`${typeof argument === 'function' ? argument() : argument} is ${shown(value)}: ${remedy}.`);
  }
}

/** What an argument is called; of an item of a long list only when it is refused, as a million names take their time. */
export type Argument = string | (() => string);

const shown = (value: unknown): string => {
  if (typeof value === 'string') return `"${value.slice(0, 40)}"`;
  return typeof value === 'object' && value !== null ? JSON.stringify(value).slice(0, 80) : String(value);
};

/** A whole number from `min` to `max`. */
export function checkCount(argument: Argument, value: unknown, min = 0, max = Number.MAX_SAFE_INTEGER): void {
  if (!Number.isSafeInteger(value) || (value as number) < min || (value as number) > max) {
    const range = max === Number.MAX_SAFE_INTEGER ? `from ${min}` : `from ${min} to ${max}`;
    throw new InvalidInput(argument, value, `give a whole number ${range}`);
  }
}

/** A finite number. */
export function checkNumber(argument: Argument, value: unknown): void {
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw new InvalidInput(argument, value, 'give a finite number');
}

/** A finite number above 0. */
export function checkPositive(argument: string, value: unknown): void {
  if (typeof value !== 'number' || !(value > 0) || !Number.isFinite(value))
    throw new InvalidInput(argument, value, 'give a finite number above 0');
}

/** A probability or share from 0 to 1, both included. */
export function checkShare(argument: Argument, value: unknown): void {
  if (typeof value !== 'number' || !(value >= 0 && value <= 1))
    throw new InvalidInput(argument, value, 'give a number from 0 to 1');
}

/** A level of confidence, or any probability that may be neither 0 nor 1. */
export function checkInside(argument: string, value: unknown): void {
  if (typeof value !== 'number' || !(value > 0 && value < 1))
    throw new InvalidInput(argument, value, 'give a number above 0 and below 1');
}

/** So many of so many: whole numbers, 0 <= x <= n, n from 1. */
export function checkXOfN(argument: string, x: unknown, n: unknown): void {
  checkCount(`${argument}: n`, n, 1);
  checkCount(`${argument}: the number with the outcome`, x, 0, n as number);
}

/** A list with at least so many items. */
export function checkList(argument: string, list: unknown, min = 1): void {
  if (!Array.isArray(list)) throw new InvalidInput(argument, list, 'give a list');
  if (list.length < min)
    throw new InvalidInput(
      `the length of ${argument}`,
      list.length,
      `give at least ${min} ${min === 1 ? 'item' : 'items'}`,
    );
}

export function checkSameLength(
  argument: string,
  list: readonly unknown[],
  other: string,
  than: readonly unknown[],
): void {
  if (list.length !== than.length)
    throw new InvalidInput(
      `the length of ${argument}`,
      list.length,
      `give one item for each of the ${than.length} of ${other}`,
    );
}

/** Rows of one length, each of at least so many items. */
export function checkMatrix(argument: string, rows: unknown, minRows: number, minColumns: number): void {
  checkList(argument, rows, minRows);
  const [first] = rows as unknown[][];
  for (const [i, row] of (rows as unknown[][]).entries()) {
    checkList(`${argument}[${i}]`, row, minColumns);
    checkSameLength(`${argument}[${i}]`, row, `${argument}[0]`, first as unknown[]);
  }
}
