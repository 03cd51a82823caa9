/** Natural frequencies and lists, as every family of templates says them (consistency.md 1.3). */

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
