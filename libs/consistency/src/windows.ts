/** The fixed periods that may be asked for (consistency.md 1.2): never a free date range, never "today". Pure. */

/** A month, yyyy-mm. */
export type Month = string;

export interface Window {
  /** `36-months`, or a school year such as `2025-26`. */
  readonly key: string;
  readonly label: string;
  readonly from: Month;
  readonly to: Month;
  /** The last month of the data is in it and may still grow. */
  readonly provisional: boolean;
}

export const LAST_36_MONTHS = '36-months';

const index = (month: Month): number => Number(month.slice(0, 4)) * 12 + Number(month.slice(5, 7)) - 1;
const monthAt = (i: number): Month => `${Math.floor(i / 12)}-${String((i % 12) + 1).padStart(2, '0')}`;

/** Every month from the first to the last, both included. */
export const monthsBetween = (from: Month, to: Month): Month[] =>
  Array.from({ length: index(to) - index(from) + 1 }, (_, i) => monthAt(index(from) + i));

const schoolYearOf = (month: Month): number => {
  const year = Number(month.slice(0, 4));
  return Number(month.slice(5, 7)) >= 9 ? year : year - 1;
};

const nameOfMonth = new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' });
export const monthName = (month: Month): string => nameOfMonth.format(new Date(`${month}-01T00:00:00Z`));

/** The school year that a month is in, such as `2025-26`, and its term. */
export const schoolYearKeyOf = (month: Month): string => {
  const year = schoolYearOf(month);
  return `${year}-${String((year + 1) % 100).padStart(2, '0')}`;
};
export const termOf = (month: Month): string => {
  const of = Number(month.slice(5, 7));
  return `${of >= 9 ? 'autumn' : of <= 3 ? 'spring' : 'summer'} ${month.slice(0, 4)}`;
};

/** School years that are offered: what a page costs must not grow with every year that it does not show. */
const SCHOOL_YEARS = 6;

/** The first month of any window, where the last month with a decision is `last`. */
export const firstMonthOffered = (last: Month): Month => `${schoolYearOf(last) - SCHOOL_YEARS + 1}-09`;

/**
 * The windows for data from the first to the last month with a decision: the 36 whole months that end with the last
 * month (the default, first), then the last six school years, the newest first.
 */
export function offeredWindows(first: Month, last: Month): Window[] {
  const from = monthAt(index(last) - 35);
  const windows: Window[] = [
    {
      key: LAST_36_MONTHS,
      label: `36 months, ${monthName(from)} to ${monthName(last)}`,
      from,
      to: last,
      provisional: true,
    },
  ];
  const oldest = Math.max(schoolYearOf(first), schoolYearOf(last) - SCHOOL_YEARS + 1);
  for (let year = schoolYearOf(last); year >= oldest; year--) {
    const to = `${year + 1}-08`;
    windows.push({
      key: schoolYearKeyOf(`${year}-09`),
      label: `School year ${year} to ${year + 1}`,
      from: `${year}-09`,
      to,
      provisional: last <= to,
    });
  }
  return windows;
}
