import fc from 'fast-check';
import { Disclosed, isCombinationOf, roundedTo5, suppressed, type Tier, WITHHELD } from './disclosure';
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
describe('a table of counts', () => {
  const released = (rows: Record<string, number>[], tier: Tier, permitted = true) =>
    Disclosed.table(rows, { tier, permitted: () => permitted });

  it('is true on tier 1; beyond, small counts go with what gives them away, and tier 3 rounds what is left', () => {
    const rows = [{ yes: 3, no: 40 }, { yes: 12, no: 31 }, { yes: 26, no: 52 }]; // prettier-ignore
    const valuesOn = (tier: Tier) => released(rows, tier).map(({ value }) => value);
    expect(valuesOn(1)[0]).toEqual({ total: 43, counts: { yes: 3, no: 40 } });
    expect(valuesOn(2)).toEqual([
      { total: 43, counts: { yes: WITHHELD, no: WITHHELD } },
      { total: 43, counts: { yes: WITHHELD, no: WITHHELD } },
      { total: 78, counts: { yes: 26, no: 52 } },
    ]);
    expect(valuesOn(3)[2]).toEqual({ total: 80, counts: { yes: 25, no: 50 } });
  });
  it('withholds a row that all falls to one side, and a total that is small', () => {
    expect(released([{ yes: 0, no: 30 }], 2)[0]).toMatchObject({
      value: { total: 30, counts: { yes: WITHHELD, no: WITHHELD } },
      isOpen: false,
    });
    expect(released([{ a: 2, b: 1, c: 0 }], 2)[0]?.value.total).toBe(WITHHELD);
    expect(released([{ a: 9, b: 6, c: 0 }], 2)[0]).toMatchObject({ value: { counts: { c: 0 } }, isOpen: true });
  });
  it('gives no count of a row that its gate hides, and figures only with the counts', () => {
    const hidden = (tier: Tier) => released([{ yes: 6, no: 7 }], tier, false)[0]?.with('share', { share: 6 / 13 });
    expect(hidden(1)).toMatchObject({ value: { total: 13, share: null }, isOpen: false });
    expect(hidden(2)?.value).toEqual({ total: null, counts: { yes: null, no: null }, share: null });
    const withShare = (yes: number) => released([{ yes, no: 20 }], 2)[0]?.with('share', { share: yes / (yes + 20) });
    expect(withShare(5)?.value).toMatchObject({ counts: { yes: 5 }, share: 20 });
    expect(withShare(4)?.value).toMatchObject({ total: 24, share: WITHHELD });
  });
  it('gives no count away that it withholds as small, whatever can be worked out from all totals', () => {
    const rows = fc.oneof(
      fc.array(fc.record({ a: fc.nat(16), b: fc.nat(16) }), { minLength: 1, maxLength: 6 }),
      fc.array(fc.record({ a: fc.nat(16) }), { minLength: 1, maxLength: 6 }),
      fc.array(fc.record({ a: fc.nat(16), b: fc.nat(16), c: fc.nat(16), d: fc.nat(16) }), {
        minLength: 1,
        maxLength: 1,
      }),
    ) as fc.Arbitrary<Record<string, number>[]>;
    fc.assert(
      fc.property(rows, fc.constantFrom(2 as const, 3 as const), (table, tier) => {
        const least = tier === 2 ? 5 : 10;
        const names = Object.keys(table[0] as object);
        const at = (isIn: (r: number, c: number) => boolean) => table.flatMap((_, r) => names.map((__, c) => Number(isIn(r, c)))); // prettier-ignore
        const values = released(table, tier).map(({ value }) => value);
        const isShown = (value: unknown) => typeof value === 'number';
        // The totals of columns and of all are known where they are not small themselves.
        const sums = names.map((name) => table.reduce((sum, row) => sum + (row[name] as number), 0));
        const known = [
          ...values.flatMap(({ counts }, r) => names.flatMap((name, c) => (isShown(counts[name]) ? [at((i, j) => i === r && j === c)] : []))), // prettier-ignore
          ...values.flatMap(({ total }, r) => (isShown(total) ? [at((i) => i === r)] : [])),
          ...(table.length > 1 ? names.flatMap((_, c) => ((sums[c] as number) >= 2 * least ? [at((__, j) => j === c)] : [])) : []), // prettier-ignore
        ];
        table.forEach((row, r) =>
          names.forEach((name, c) => {
            const isSmall = (row[name] as number) > 0 && (row[name] as number) < least;
            if (!isSmall) return;
            expect(values[r]?.counts[name]).toBe(WITHHELD);
            // A small count alone in its column is all of it: then there is no other to withhold.
            if (table.filter((other) => (other[name] as number) > 0).length < 2) return;
            expect(isCombinationOf(known, at((i, j) => i === r && j === c))).toBe(false); // prettier-ignore
          }),
        );
      }),
      { numRuns: 500 },
    );
  });
});
describe('shares that are published together', () => {
  const months = (ys: number[]) =>
    ys.map((y, i) => ({ key: `m${i}`, months: ys.map((_, j) => Number(i === j)), n: 20, y, keep: false }));
  const whole = (ys: number[]) => [
    { key: 'all', months: ys.map(() => 1), n: 20 * ys.length, y: ys.reduce((a, b) => a + b), keep: true },
  ];
  const openOf = (ys: number[], published = whole(ys)) =>
    [...Disclosed.shares(months(ys), { tier: 2, countMayBeShown: (n) => n >= 10, published })]
      .filter(([, { isOpen }]) => isOpen)
      .map(([key]) => key);

  it('withholds another month where one alone could be worked out from the whole that is published elsewhere', () => {
    expect(openOf([10, 3, 12])).toEqual(['m2']);
    expect(openOf([10, 3, 12], [])).toEqual(['m0', 'm2']);
    expect(openOf([10, 3, 2, 12])).toEqual(['m0', 'm3']);
    expect(openOf([10, 12])).toEqual(['m0', 'm1']);
  });
  it('withholds beside a hidden month one of the same year, and no more', () => {
    const year = (from: number, to: number, key: string) => ({
      key,
      months: Array.from({ length: 24 }, (_, i) => Number(i >= from && i < to)),
      n: 20 * (to - from),
      y: 10 * (to - from),
      keep: key === 'all',
    });
    const ys = Array.from({ length: 24 }, (_, i) => (i === 17 ? 2 : 10));
    const open = openOf(ys, [year(0, 24, 'all'), year(0, 12, 'one'), year(12, 24, 'two')]);
    expect(ys.map((_, i) => `m${i}`).filter((key) => !open.includes(key))).toEqual(['m12', 'm17']);
  });
  it('opens a figure over values where each of them is open', () => {
    const [open, , shut] = [
      ...Disclosed.shares(months([10, 12, 3]), { tier: 2, countMayBeShown: () => true }).values(),
    ];
    const spread = (...parts: (typeof open)[]) => Disclosed.over(parts as Disclosed<unknown>[], 2).with('number', { phi: 1.234 }); // prettier-ignore
    expect(spread(open, open)).toMatchObject({ isOpen: true, value: { phi: 1.2 } });
    expect(spread(open, shut)).toMatchObject({ isOpen: false, value: { phi: WITHHELD } });
  });
});
it('a running count is given only where enough came since, and enough are left', () => {
  const steps = fc.array(fc.nat(8), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(steps, fc.nat(30), fc.constantFrom<Tier>(1, 2, 3), (added, left, tier) => {
      let sum = 0;
      const soFar = added.map((step) => (sum += step));
      const total = sum + left;
      const points = Disclosed.running(soFar, { tier, total, permitted: true });
      const open = soFar.filter((_, i) => points[i]?.isOpen);
      if (tier === 1) expect(open).toEqual(soFar);
      else
        [...open, total].forEach((count, i) => expect(count - (open[i - 1] ?? 0)).toBeGreaterThanOrEqual(open.length === 0 ? 0 : tier === 2 ? 5 : 10)); // prettier-ignore
      const hidden = Disclosed.running(soFar, { tier: 2, total, permitted: false });
      expect(hidden.map(({ value, isOpen }) => [value.total, isOpen])).toEqual(soFar.map(() => [null, false]));
    }),
  );
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
