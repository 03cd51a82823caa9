/**
 * Benjamini-Hochberg (reference case P29): adjusted p-values in input order. A test is listed when its adjusted value is
 * at most q. Used above 20 panels on one page (consistency.md 1.1).
 */
export function adjustedForMany(p: readonly number[]): number[] {
  if (p.some((value) => !(value >= 0 && value <= 1))) throw new RangeError('Each p-value must lie from 0 to 1.');
  const order = p.map((_, i) => i).sort((a, b) => (p[b] as number) - (p[a] as number));
  const adjusted = new Array<number>(p.length);
  let smallest = 1;
  order.forEach((index, k) => {
    smallest = Math.min(smallest, ((p[index] as number) * p.length) / (p.length - k));
    adjusted[index] = smallest;
  });
  return adjusted;
}
