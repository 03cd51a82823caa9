import fc from 'fast-check';
import { isCombinationOf, WITHHELD } from '../disclosure';
import { type PanelMonth, panelsSideBySide, rowOf, UnknownWindow } from './panels-side-by-side';
import { LAST_36_MONTHS, monthsBetween, offeredWindows } from '../windows';

const month = (panel: string, n: number, y: number, at = '2026-05'): PanelMonth => ({ panel, month: at, n, y });
const city = [month('Ash', 100, 60), month('Beech', 100, 58), month('Elm', 100, 61), month('Oak', 100, 62)];
const rowsOf = (months: PanelMonth[], tier: 1 | 2 | 3, windowKey?: string) =>
  Object.fromEntries(
    (panelsSideBySide(months, { tier, ...(windowKey ? { windowKey } : {}) })?.results ?? []).map((result) => [
      result.panel,
      rowOf(result),
    ]),
  );

describe('gates', () => {
  it('hides a panel under 10 decisions, and shows 10 to 19 without lines or a signal', () => {
    const rows = rowsOf([...city, month('Few', 9, 0), month('Some', 12, 0)], 1);
    expect(rows.Few).toMatchObject({ gate: 'hide', decisions: 9, lower: null, upper: null, signal: 'none' });
    expect(rows.Some).toMatchObject({ gate: 'show_no_signal', lower: null, upper: null, signal: 'none' });
    expect(rows.Ash).toMatchObject({ gate: 'show', decisions: 100, supported: 60 });
  });
  it('leaves hidden panels out of the norm', () => {
    expect(panelsSideBySide([...city, month('Few', 9, 0)], { tier: 1 })?.funnel?.norm).toBeCloseTo(241 / 400, 12);
  });
});

describe('signals', () => {
  it('says Look, Watch and none by the exact tails', () => {
    const rows = rowsOf([...city, month('High', 60, 52), month('Edge', 60, 48)], 2);
    expect(rows.High?.signal).toBe('Look');
    expect(rows.Edge?.signal).toBe('Watch');
    expect(rows.Ash?.signal).toBe('none');
    expect(rows.High?.sentence).toMatch(/^High supported a managed move in 52 of 60 decisions \(about 9 in 10\)\./);
  });
  it('above 20 panels lets the list of false discovery decide', () => {
    const many = Array.from({ length: 24 }, (_, i) => month(`P${i}`, 100, 60));
    expect(rowsOf([...many, month('Low', 100, 43)], 2).Low?.signal).toBe('Look');
    expect(rowsOf([...many.slice(0, 10), month('Low', 100, 44)], 2).Low?.signal).toBe('Watch');
  });
  it('heads the page with the finding', () => {
    expect(panelsSideBySide([...city, month('High', 60, 52)], { tier: 2 })?.finding).toBe(
      'High supported managed moves more often than chance alone would explain, among 5 panels.',
    );
    expect(panelsSideBySide([month('One', 50, 20)], { tier: 2 })?.finding).toMatch(/^Too few panels/);
  });
});

describe('disclosure', () => {
  it('withholds 1 to 4 on either side with interval, signal and sentence, and gives whole per cents', () => {
    for (const y of [1, 4, 26, 29, 0, 30]) {
      const row = rowsOf([...city, month('Small', 30, y)], 2).Small;
      expect(row).toMatchObject({ decisions: 30, supported: WITHHELD, lower: WITHHELD, upper: WITHHELD });
      expect(row).toMatchObject({ signal: WITHHELD, sentence: WITHHELD });
    }
    expect(rowsOf([...city, month('Small', 30, 5)], 2).Small?.supported).toBe(5);
    expect(Number.isInteger(rowsOf(city, 2).Ash?.lower)).toBe(true);
    expect(rowsOf([...city, month('Few', 9, 5)], 2).Few).toMatchObject({ decisions: null, supported: null });
  });
  it('rounds to 5 and withholds under 10 on tier 3', () => {
    const rows = rowsOf([...city, month('Nine', 52, 9), month('Ten', 52, 13)], 3);
    expect(rows.Nine).toMatchObject({ decisions: 50, supported: WITHHELD });
    expect(rows.Ten).toMatchObject({ decisions: 50, supported: 15 });
    expect(rows.Ten?.sentence).not.toMatch(/\d+ of \d+/);
  });
  it('never lets a hidden or withheld count be solved for from all windows together', () => {
    const panel = fc.array(fc.record({ n: fc.nat(30), share: fc.double({ min: 0, max: 1, noNaN: true }) }), {
      minLength: 30,
      maxLength: 30,
    });
    fc.assert(
      fc.property(
        fc.array(panel, { minLength: 4, maxLength: 6 }),
        fc.constantFrom(2 as const, 3 as const),
        (panels, tier) => {
          const all = monthsBetween('2024-06', '2026-11');
          const months = panels.flatMap((rows, p) =>
            rows.map(({ n, share }, i) =>
              month(`P${p}`, n % 4 === 0 ? n : 0, Math.round(share * (n % 4 === 0 ? n : 0)), all[i]),
            ),
          );
          const recorded = months
            .filter((row) => row.n > 0)
            .map((row) => row.month)
            .sort();
          if (recorded.length === 0) return;
          const [first, last] = [recorded[0] as string, recorded.at(-1) as string];
          const within = monthsBetween(first, last);
          const windows = offeredWindows(first, last);
          const released = windows.map((window) => ({
            vector: within.map((at) => Number(at >= window.from && at <= window.to)),
            rows: rowsOf(months, tier, window.key),
          }));
          for (const name of Object.keys(released[0]?.rows ?? {}))
            for (const count of ['decisions', 'supported'] as const) {
              const isShown = (r: (typeof released)[number]) => typeof r.rows[name]?.[count] === 'number';
              const known = released.filter(isShown).map((r) => r.vector);
              for (const hidden of released.filter((r) => !isShown(r)))
                expect({ name, count, solved: isCombinationOf(known, hidden.vector) }).toMatchObject({ solved: false });
            }
        },
      ),
      { numRuns: 150 },
    );
  });
  it('lets no norm or picture depend on a figure that is not shown', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }), fc.nat(9), (a, b, few) => {
        const released = (y: number, hidden: number) => {
          const answer = panelsSideBySide([...city, month('Small', 40, y), month('Few', 9, hidden)], { tier: 2 });
          return { ...answer, results: answer?.results.map(rowOf) };
        };
        expect(released(a, few)).toEqual(released(b, 9 - few));
      }),
    );
  });
});

describe('windows', () => {
  it('ends the 36 months with the month of the last decision, marks it provisional, and offers school years', () => {
    const windows = offeredWindows('2024-09', '2026-11');
    expect(windows.map((window) => [window.key, window.from, window.to, window.provisional])).toEqual([
      [LAST_36_MONTHS, '2023-12', '2026-11', true],
      ['2026-27', '2026-09', '2027-08', true],
      ['2025-26', '2025-09', '2026-08', false],
      ['2024-25', '2024-09', '2025-08', false],
    ]);
  });
  it('offers six school years at most, and takes no older month for anything', () => {
    expect(offeredWindows('2011-09', '2026-11').map(({ key }) => key)).toEqual([
      LAST_36_MONTHS,
      ...['2026-27', '2025-26', '2024-25', '2023-24', '2022-23', '2021-22'],
    ]);
    const older = [month('Ash', 500, 1, '2020-08'), month('Gone', 90, 60, '2012-01')];
    expect(panelsSideBySide([...city, ...older], { tier: 1 })).toEqual(panelsSideBySide(city, { tier: 1 }));
    expect(() => panelsSideBySide([...city, ...older], { tier: 1, windowKey: '2019-20' })).toThrow(UnknownWindow);
  });

  it('refuses a period that is not offered, and names those that are', () => {
    expect(() => panelsSideBySide(city, { tier: 2, windowKey: '2020-01-01..2020-02-01' })).toThrow(UnknownWindow);
    expect(() => panelsSideBySide(city, { tier: 2, windowKey: 'x' })).toThrow(/36-months, 2025-26/);
  });
  it('answers nothing before the first decision', () => {
    expect(panelsSideBySide([], { tier: 2 })).toBeUndefined();
  });
});
