import fc from 'fast-check';
import { roundedTo5, suppressed, WITHHELD } from './disclosure';
import { InvalidInput } from './statistics/invalid-input';

const table = fc
  .integer({ min: 1, max: 5 })
  .chain((columns) =>
    fc.array(fc.array(fc.nat(15), { minLength: columns, maxLength: columns }), { minLength: 1, maxLength: 5 }),
  );

describe('secondary suppression', () => {
  it('leaves no small cell in sight, and no line from whose total one could be worked out', () => {
    fc.assert(
      fc.property(table, (cells) => {
        const { primary, final, display } = suppressed(cells, 5);
        cells.forEach((row, r) =>
          row.forEach((value, c) => {
            expect(primary[r]?.[c]).toBe(value > 0 && value < 5);
            if (primary[r]?.[c]) expect(final[r]?.[c]).toBe(true);
            expect(display[r]?.[c]).toBe(final[r]?.[c] ? WITHHELD : value);
          }),
        );
        const columns = (cells[0] as number[]).map((_, c) => final.map((row) => row[c]));
        for (const line of [...final, ...columns])
          if (line.length > 1) expect(line.filter(Boolean)).not.toHaveLength(1);
      }),
    );
  });
  it('withholds nothing where nothing is small, and takes a nought only where there is nothing else', () => {
    expect(suppressed([[5, 6], [7, 0]], 5).final.flat()).toEqual([false, false, false, false]); // prettier-ignore
    expect(suppressed([[3, 0, 9]], 5).final).toEqual([[true, false, true]]);
    expect(suppressed([[3, 0, 0]], 5).final[0]).toEqual([true, true, false]);
  });
});
it('rounds to 5 by at most 2', () => {
  fc.assert(fc.property(fc.nat(10_000), (n) => expect(Math.abs(roundedTo5(n) - n)).toBeLessThanOrEqual(2)));
});
it.each([
  ['table[0][1] is -1', () => suppressed([[1, -1]], 5)],
  ['table[0][0] is NaN', () => suppressed([[Number.NaN]], 5)],
  ['length of table[1] is 1', () => suppressed([[1, 2], [3]], 5)],
  ['length of table is 0', () => suppressed([], 5)],
  ['threshold is 0', () => suppressed([[1]], 0)],
])('refuses: %s', (words, call) => {
  expect(call).toThrow(InvalidInput);
  expect(call).toThrow(words);
});
