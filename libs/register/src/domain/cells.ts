/** What a cell can say: one small reader a kind of cell. Each answers the value, or what to do about it. Pure. */
import { isCalendarDate } from '@app/kernel';

export type Read<T> = { readonly value: T } | { readonly remedy: string };
export type CellReader<T> = (cell: string) => Read<T>;

const value = <T>(v: T): Read<T> => ({ value: v });
const remedy = (r: string): { readonly remedy: string } => ({ remedy: r });

export const text: CellReader<string> = (cell) => value(cell);

/** One of a list of answers, in any case; the key is what a person writes, in small letters. */
export const answer =
  <T>(answers: ReadonlyMap<string, T>, advice: string): CellReader<T> =>
  (cell) => {
    const found = answers.get(cell.replace(/\s+/g, ' ').toLowerCase());
    return found === undefined ? remedy(advice) : value(found);
  };

/** A code of a set, as the set writes it. */
export const codeOf = <C extends string>(codes: readonly C[], advice: string): CellReader<C> =>
  answer(new Map(codes.map((one) => [one.toLowerCase(), one])), advice);

export const yesOrNo = answer(
  new Map([
    ['y', true],
    ['yes', true],
    ['n', false],
    ['no', false],
  ]),
  'write yes or no, or leave it blank if it is not recorded',
);

export const wholeNumber =
  (min: number, max: number): CellReader<number> =>
  (cell) =>
    /^\d{1,6}$/.test(cell) && Number(cell) >= min && Number(cell) <= max
      ? value(Number(cell))
      : remedy(`write a whole number from ${min} to ${max}`);

export const halfDays: CellReader<number> = (cell) =>
  /^\d{1,3}(\.\d+)?$/.test(cell) && Number.isInteger(Number(cell) * 2)
    ? value(Number(cell))
    : remedy('write a number of days in halves, such as 2 or 2.5');

/** 1 to 14, with or without "Yr" or "Year". */
export const yearGroup: CellReader<number> = (cell) => {
  const digits = /^(?:year|yr\.?)?\s*(\d{1,2})$/i.exec(cell)?.[1];
  const year = Number(digits);
  return digits !== undefined && year >= 1 && year <= 14 ? value(year) : remedy('write a year group from 1 to 14');
};

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** dd/mm/yyyy or d-Mon-yy (20yy), as yyyy-mm-dd. */
export const calendarDate: CellReader<string> = (cell) => {
  const advice = 'write a date that exists, such as 30/05/2025 or 30-May-25';
  const slashes = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(cell);
  const dashes = /^(\d{1,2})-([A-Za-z]{3,4})-(\d{2}|\d{4})$/.exec(cell);
  const parts = slashes
    ? { day: slashes[1], month: Number(slashes[2]), year: slashes[3] }
    : dashes
      ? {
          day: dashes[1],
          month: MONTHS.indexOf((dashes[2] as string).slice(0, 3).toLowerCase()) + 1,
          year: (dashes[3] as string).length === 2 ? `20${dashes[3]}` : dashes[3],
        }
      : undefined;
  if (!parts) return remedy(advice);
  const date = `${parts.year}-${String(parts.month).padStart(2, '0')}-${(parts.day as string).padStart(2, '0')}`;
  return isCalendarDate(date) ? value(date) : remedy(advice);
};
