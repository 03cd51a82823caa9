import fc from 'fast-check';
import { stagesSvg } from '../charts/stages';
import { type Tier, WITHHELD } from '../disclosure';
import { InvalidInput } from '../statistics/invalid-input';
import { differenceOfShares } from '../statistics/proportions';
import { koopman } from '../statistics/ratios';
import { type GroupResults, type StageCount, stageByGroup } from './stages';

const GROUP = 'children with an EHCP';
const count = (group: string, events: number, n: number, year = '2025-26', need = 'any'): StageCount => ({
  group,
  year,
  need,
  n,
  events,
});
const compare = (counts: readonly StageCount[], tier: Tier = 1): GroupResults =>
  stageByGroup(counts, { stage: 'agreed', groups: [GROUP] }, tier)[0] as GroupResults;
const ofOne = (own: [number, number], others: [number, number], tier: Tier = 1) =>
  compare([count(GROUP, ...own), count('other children', ...others)], tier);

it('shows nothing under 30 children or 10 events in either, and all from there', () => {
  const tooFew = 'Too few children with an EHCP had a move agreed, or too few others, for a comparison to be shown.';
  const open = ofOne([10, 30], [10, 30]);
  for (const shut of [
    ofOne([9, 30], [10, 30]),
    ofOne([10, 29], [10, 30]),
    ofOne([10, 30], [9, 30]),
    ofOne([10, 30], [10, 29]),
  ]) {
    expect(shut.adjusted).toBeNull();
    for (const { gate, interval, signal, sentence } of [shut.ratio, shut.difference])
      expect({ gate, interval, signal, sentence }).toEqual({ gate: 'hide', interval: null, signal: 'none', sentence: tooFew }); // prettier-ignore
    expect([shut.ratio.value.ratio, shut.difference.value.difference]).toEqual([null, null]);
  }
  expect(open.ratio).toMatchObject({ gate: 'show', value: { total: 30, counts: { reached: 10, not: 20 }, ratio: 1 } });
});
it('gives the ratio with the range of Koopman and the difference with that of Newcombe', () => {
  const { ratio, difference } = ofOne([36, 60], [100, 250]);
  const [lower, upper] = koopman([36, 60], [100, 250]).ci;
  const points = differenceOfShares([36, 60], [100, 250]).ci.map((end) => expect.closeTo(100 * end, 3) as number);
  expect(ratio).toMatchObject({ value: { ratio: 1.5 }, interval: { lower: expect.closeTo(lower, 3), upper: expect.closeTo(upper as number, 3) } }); // prettier-ignore
  expect(difference).toMatchObject({ value: { difference: 20 }, interval: { lower: points[0], upper: points[1] } });
  expect(ratio.sentence).toBe(
    '36 of 60 children with an EHCP considered had a move agreed (about 60 in 100), and 100 of 250 other children (about 40 in 100). That is about 1.5 times as often (likely range 1.1 to 1.9). That is at the edge of what chance can do. It does not say why.',
  );
  expect(difference.sentence).toBe(
    'For every 100 children with an EHCP that is 20 more than among as many other children (likely range 6 more to 33 more).',
  );
  expect(ofOne([40, 100], [100, 250]).ratio.sentence).toContain('That is about as often (likely range 0.7 to 1.3). That is within what chance can do.'); // prettier-ignore
});
it('shows beside the crude ratio the one among like needs, which may tell another story', () => {
  const counts = [
    count(GROUP, 40, 50, '2025-26', 'high'),
    count(GROUP, 2, 10, '2025-26', 'low'),
    count('other children', 80, 100, '2025-26', 'high'),
    count('other children', 40, 200, '2025-26', 'low'),
  ];
  const { ratio, adjusted } = compare(counts);
  expect(ratio.value.ratio).toBeCloseTo((42 / 60 / (120 / 300)), 4); // prettier-ignore
  expect(adjusted).toMatchObject({ signal: 'none', value: { ratio: 1, total: 60 } });
  expect(adjusted?.sentence).toMatch(
    /^Among children with like needs, for children with an EHCP it is about as often \(likely range 0\.\d to 1\.\d\)\. Allowing for needs can also hide/,
  );
  expect(compare(counts.map((one) => ({ ...one, need: 'any' }))).adjusted).toBeNull();
});

describe('the signal', () => {
  const years = ['2023-24', '2024-25', '2025-26'];
  const over = (...own: number[]) =>
    compare(
      own.flatMap((events, i) => [count(GROUP, events, 100, years[i]), count('other children', 120, 300, years[i])]),
    );
  it('is "Look" where two years of three are clear of 1 on the same side, and names them', () => {
    expect(over(55, 54, 40).ratio).toMatchObject({
      signal: 'Look',
      sentence: expect.stringContaining(
        'Taken year by year, it was more often in 2023-24 and 2024-25 than chance alone would explain: look at the data, the cases, local provision, process and people, in that order.',
      ) as string,
    });
    expect(over(55, 40, 26).ratio.signal).toBe('none');
    expect(over(25, 40, 26).ratio.sentence).toContain('less often in 2023-24 and 2025-26');
  });
  it('is "Look" where one year is clear at 99.8%, and "Watch" where only all years together are clear', () => {
    expect(over(40, 40, 62).ratio.signal).toBe('Look');
    expect(over(40, 40, 55).ratio.signal).not.toBe('Look');
    expect(over(48, 48, 49).ratio.signal).toBe('Watch');
    expect(over(40, 40, 40).ratio.signal).toBe('none');
  });
  it('counts no year that is under the gate itself', () =>
    expect(
      compare([
        ...[0, 1].flatMap((i) => [count(GROUP, 20, 29, years[i]), count('other children', 90, 300, years[i])]),
        count(GROUP, 30, 100, years[2]),
        count('other children', 90, 300, years[2]),
      ]).ratio.signal,
    ).toBe('Watch'));
});

describe('disclosure', () => {
  const some = fc.integer({ min: 0, max: 60 }).chain((n) => fc.tuple(fc.nat(n), fc.constant(n)));
  const table = fc.array(some, { minLength: 2, maxLength: 5 });
  const namesOf = (rows: readonly unknown[]) => rows.map((_, i) => (i === 0 ? GROUP : `group ${i}`));
  const release = (rows: readonly (readonly [number, number])[], tier: Tier) => {
    const names = namesOf(rows);
    return stageByGroup(
      rows.map(([events, n], i) => count(names[i] as string, events, n)),
      { stage: 'lasted', groups: names },
      tier,
    );
  };
  it('lets a range, a signal and words out only where neither side of the group or of all others is small', () => {
    fc.assert(
      fc.property(table, fc.constantFrom(2 as const, 3 as const), (rows, tier) => {
        const least = tier === 2 ? 5 : 10;
        const all = rows.reduce(([x, n], [y, m]) => [x + y, n + m] as const, [0, 0] as const);
        release(rows, tier).forEach(({ ratio, difference }, i) => {
          if (ratio.gate === 'hide') {
            expect(ratio.value).toEqual({ total: null, counts: { reached: null, not: null }, ratio: null });
            return;
          }
          const [events, n] = rows[i] as [number, number];
          const cells = [events, n - events, all[0] - events, all[1] - n - all[0] + events];
          if (cells.some((cell) => cell < least)) expect(ratio.sentence).toBe(WITHHELD);
          for (const one of [ratio, difference])
            if (one.sentence === WITHHELD) expect(one).toMatchObject({ interval: WITHHELD, signal: WITHHELD });
          if (ratio.sentence === WITHHELD) expect(ratio.value.ratio).toBe(WITHHELD);
        });
      }),
      { numRuns: 300 },
    );
  });
  it('gives the same words, rows and picture whatever a withheld count is', () => {
    const released = (few: number) => {
      const groups = release([[40, 60], [60 - few, 60], [30, 60]], 2); // prettier-ignore
      return { groups, svg: stagesSvg(groups, 'x') };
    };
    expect(released(1)).toEqual(released(4));
    expect(released(1).svg).toContain('withheld (c)');
  });
  it('gives no counts in the words of tier 3', () =>
    expect(ofOne([36, 60], [100, 250], 3).ratio.sentence).toMatch(
      /^Of children with an EHCP considered, about 60 in 100 had a move agreed; of other children, about 40 in 100\. That is about 1\.5 times/,
    ));
});

it('draws for each group what its row says, or that there is too little to show', () => {
  const groups = stageByGroup(
    [count(GROUP, 36, 60), count('other children', 100, 250), count('children looked after', 3, 12)],
    { stage: 'agreed', groups: [GROUP, 'children looked after'] },
    1,
  );
  const svg = stagesSvg(groups, groups[0]?.ratio.sentence as string);
  expect(svg).toContain('children looked after too few to show.</desc>');
  expect(svg.match(/too few to show<\/text>/g)).toHaveLength(1);
  expect(svg).toContain(`${GROUP} 1.5 (1.2 to 1.9);`);
  expect(svg).toMatch(/>1\.5 \(1\.2 to 1\.9\)<\/text>/);
  expect(svg.match(/stroke-width="2"\/>/g)).toHaveLength(2);
});
it('draws a ratio that rounds to nothing, and very large ones, within the picture', () => {
  const groups = stageByGroup(
    [count(GROUP, 15, 5000), count('children looked after', 60, 70), count('other children', 30, 400)],
    { stage: 'agreed', groups: [GROUP, 'children looked after'] },
    2,
  );
  const [tiny] = groups as [GroupResults];
  expect(tiny.ratio.value.ratio).toBe(0);
  expect(tiny.ratio.sentence).toContain('That is less than 0.1 times as often (likely range below 0.1)');
  const svg = stagesSvg(groups, 'x');
  expect(svg).not.toMatch(/NaN|Infinity/);
  for (const [, x] of svg.matchAll(/ x[12]?="(-?[\d.]+)"/g)) expect(Number(x) >= 0 && Number(x) <= 960).toBe(true);
});
it.each([
  ['the length of counts is 0', () => stageByGroup([], { stage: 'agreed', groups: [] }, 1)],
  ['counts[0].events is 2', () => compare([count(GROUP, 2, 1)])],
  ['the number of years is 4', () => compare(['1', '2', '3', '4'].map((year) => count(GROUP, 1, 2, year)))],
  ['the group is "children with an EHCP"', () => compare([count('others', 1, 2)])],
])('refuses: %s', (words, call) => {
  expect(call).toThrow(InvalidInput);
  expect(call).toThrow(words);
});
