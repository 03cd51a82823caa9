/** Natural frequencies and lists, as every family of templates says them (consistency.md 1.3). */
import type { Signal } from '../signal';

/** "about 7 in 10", and never "0 in 10" or "10 in 10" for a share that is neither. */
export function inTen(y: number, n: number): string {
  if (y === 0) return 'none';
  if (y === n) return 'all';
  const tenths = Math.round((10 * y) / n);
  if (tenths === 0) return 'fewer than 1 in 10';
  if (tenths === 10) return 'more than 9 in 10';
  return `about ${tenths} in 10`;
}

/** "Ash, Beech and Elm". */
export const listOf = (names: readonly string[]): string => new Intl.ListFormat('en-GB').format(names);

/** "about 80 in 100", and never "0 in 100" or "100 in 100" for a share that is neither. */
export function inHundred(share: number): string {
  if (share === 0) return 'none';
  if (share === 1) return 'all';
  const hundredths = Math.round(100 * share);
  if (hundredths === 0) return 'fewer than 1 in 100';
  if (hundredths === 100) return 'more than 99 in 100';
  return `about ${hundredths} in 100`;
}

/** "71 to 87 in 100", of two shares. */
export const rangeInHundred = (lower: number, upper: number): string =>
  `${Math.round(100 * lower)} to ${Math.round(100 * upper)} in 100`;

/** A ratio to one decimal: "2.5", "3", and whole from 10 on. */
export const times = (ratio: number): string => String(Number(ratio.toFixed(ratio < 9.95 ? 1 : 0)));

/** Days, a half among them. */
export const days = (count: number): string => `${Number(count.toFixed(1))} ${count === 1 ? 'day' : 'days'}`;

/** As a sentence begins. */
export const capital = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

/** What "Look" asks for (consistency.md 0). */
export const WHERE_TO_LOOK = 'look at the data, the cases, local provision, process and people, in that order';

/** How a panel's signal reads. */
export function verdict(signal: Signal, direction: 'more' | 'less' | undefined): string {
  if (signal === 'none') return 'That is within what chance can do.';
  if (signal === 'Watch') return `That is ${direction} often than expected, at the edge of what chance can do.`;
  return `That is ${direction} often than chance alone would explain: ${WHERE_TO_LOOK}.`;
}
