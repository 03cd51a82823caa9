import fc from 'fast-check';
import { runningSvg, steadySvg } from '../charts/steady-over-time';
import { type Tier, WITHHELD } from '../disclosure';
import { pChart } from '../statistics/control-charts';
import { riskAdjustedCusum } from '../statistics/cusum';
import { monthsBetween } from '../windows';
import { type RunningDifference, type SteadyChart, steadyOverTime, type TimedDecision } from './steady-over-time';

const MONTHS = monthsBetween('2024-01', '2026-12');
/** So many supported of so many in each month from January 2024 on. */
const made = (counts: readonly (readonly [y: number, n: number])[], expected = 0.6): TimedDecision[] =>
  counts.flatMap(([y, n], i) =>
    Array.from({ length: n }, (_, k) => ({ month: MONTHS[i] as string, supported: k < y, expected })),
  );
const of = (decisions: readonly TimedDecision[], tier: Tier = 2) => steadyOverTime({ panel: 'Ash', decisions }, tier);
const chartOf = (counts: readonly (readonly [number, number])[], tier: Tier = 2): SteadyChart => {
  const told = of(made(counts), tier);
  if (told?.kind !== 'chart') throw new Error('expected a chart');
  return told;
};
const runningOf = (decisions: readonly TimedDecision[], tier: Tier = 2): RunningDifference => {
  const told = of(decisions, tier);
  if (told?.kind !== 'running') throw new Error('expected a running difference');
  return told;
};
/** Around 24 of 40, one above and one below in turn. */
const steady = (months: number) => Array.from({ length: months }, (_, i) => [i % 2 ? 25 : 23, 40] as const);

it('answers nothing before the first decision', () => expect(of([])).toBeUndefined());

describe('a chart of months', () => {
  it('has no limits under 12 points, is provisional under 20, and signals from 20 on', () => {
    const far = [35, 40] as const;
    const told = (months: number) => chartOf([...steady(months - 1), far]);
    expect(told(11).result).toMatchObject({ gate: 'no_limits', interval: null, signal: 'none', value: { points: 11 } });
    expect(told(11).result.sentence).toBe(
      'Ash supported a managed move in about 63 in 100 over 11 months. A usual range takes 12.',
    );
    expect(told(11).points[0]?.shown).toMatchObject({ lower: null, upper: null, isSignal: false });
    expect(told(12).result).toMatchObject({ gate: 'provisional', interval: { lower: 39, upper: 85 }, signal: 'none' });
    expect(told(12).result.sentence).toBe(
      'From the 12 months so far, the usual range of Ash would be 39 to 85 in 100. It takes 20 to be sure of it.',
    );
    expect(told(19).points.filter((point) => point.shown?.isSignal)).toEqual([]);
    expect(told(20).result).toMatchObject({ gate: 'firm', signal: 'Look' });
    expect(told(20).points.filter((point) => point.shown?.isSignal).map(({ period }) => period)).toEqual(['August 2025']); // prettier-ignore
    expect(told(20).result.sentence).toBe(
      'In August 2025 the share that Ash supported lay outside its usual range, mostly 38 to 84 in 100. Ask what happened then: look at the data, the cases, local provision, process and people, in that order.',
    );
  });
  it('says how steady it has been, and the longest run', () => {
    expect(chartOf(steady(24)).result).toMatchObject({ value: { share: 60, points: 24 }, signal: 'none' });
    expect(chartOf(steady(24)).result.sentence).toBe(
      'The share that Ash supported has stayed within its usual range, mostly 37 to 83 in 100, in all of the 24 months since January 2024. Eight months in a row on one side of its usual level would be worth a look; the longest run so far is 1.',
    );
  });
  it('looks at a run of eight, and not of seven', () => {
    const withRun = (length: number) =>
      chartOf([...steady(15), ...Array.from({ length }, () => [27, 40] as const), [22, 40], ...steady(4)]);
    expect(withRun(7).result.signal).toBe('none');
    expect(withRun(8).result.signal).toBe('Look');
    expect(withRun(8).result.sentence).toContain(
      'From April 2025 to November 2025, 8 months in a row, Ash lay above its usual level',
    );
  });
  it('on tier 1 signals what the p-chart of all months signals', () => {
    const month = fc.tuple(fc.integer({ min: 5, max: 40 }), fc.constant(40));
    fc.assert(
      fc.property(fc.array(month, { minLength: 20, maxLength: 36 }), (counts) => {
        const told = of(made(counts), 1);
        fc.pre(told?.kind === 'chart');
        const { signals, runs8 } = pChart(counts.map(([y]) => y), counts.map(([, n]) => n)); // prettier-ignore
        const marked = (told as SteadyChart).points.flatMap(({ shown }, i) => (shown?.isSignal ? [i + 1] : []));
        expect(marked).toEqual([...new Set([...signals, ...runs8])].sort((a, b) => a - b));
      }),
    );
  });
  it('widens its limits where very many decisions vary more than chance', () => {
    const counts = Array.from({ length: 24 }, (_, i) => [i % 4 < 2 ? 560 : 640, 1000] as const);
    expect(chartOf(counts).result).toMatchObject({ signal: 'none' });
    expect((chartOf(counts).result.interval as { upper: number }).upper).toBeGreaterThan(66);
  });
  it('leaves a withheld month out of everything: a gap, which ends a run', () => {
    const wide = Array.from({ length: 12 }, (_, i) => [i % 2 ? 30 : 20, 40]);
    const hidden = (y: number) => [...wide, [28, 40], [28, 40], [28, 40], [28, 40], [y, 40], [28, 40], [28, 40], [28, 40], [28, 40], ...wide.slice(0, 3), [2, 40]] as [number, number][]; // prettier-ignore
    const told = chartOf(hidden(3));
    expect(told.points.filter(({ shown }) => shown === null).map(({ period }) => period)).toEqual(['April 2025', 'May 2025', 'December 2025', 'January 2026']); // prettier-ignore
    expect(told.result).toMatchObject({ value: { points: 21 }, signal: 'none' });
    const drawn = steadySvg(told, told.result.sentence as string);
    expect(drawn).toContain('gap: a month that is withheld');
    for (const y of [0, 1, 4, 37, 40]) {
      const other = chartOf(hidden(y));
      expect(other).toEqual(told);
      expect(steadySvg(other, other.result.sentence as string)).toBe(drawn);
    }
    // Beside a member's own numbers it is a point like any other.
    expect(chartOf(hidden(3), 1).points.every(({ shown }) => shown !== null)).toBe(true);
  });
  it('withholds a second month where the 36 months that are published would give a single one away', () => {
    const [first, ...others] = chartOf([...steady(23), [3, 40]]).points.filter(({ shown }) => shown === null);
    expect([first?.period, ...others.map(({ period }) => period)]).toHaveLength(2);
  });
  it('says so where none of its months may be shown, and has nothing to draw', () => {
    const told = chartOf(Array.from({ length: 24 }, (_, i) => [i % 2 ? 2 : 38, 40] as const));
    expect(told).toMatchObject({
      points: [],
      centre: 0,
      result: { value: { share: null, points: 0 }, interval: null },
    });
    expect(told.result.sentence).toBe('Too few months of Ash can be shown for a chart over time.');
  });
  it('gives the picture, the words and the table the same numbers', () => {
    const told = chartOf(steady(24));
    const drawn = steadySvg(told, told.result.sentence as string);
    const shown = told.points.flatMap((point) => (point.shown ? [point.shown] : []));
    expect(shown).toHaveLength(told.result.value.points as number);
    const share = shown.reduce((so, { supported }) => so + supported, 0) / shown.reduce((so, { decisions }) => so + decisions, 0); // prettier-ignore
    expect(Math.round(100 * share)).toBe(told.result.value.share);
    expect(drawn.match(/<path d="M/g)).toHaveLength(24 + 2);
    expect(drawn).toContain('in each of 24 months, from left to right, between 57 and 63 per cent');
  });
});

describe('too few for months', () => {
  it('charts terms where there are enough of them', () => {
    const years = monthsBetween('2021-01', '2026-12').flatMap((month) =>
      Array.from({ length: 10 }, (_, k) => ({ month, supported: k < 6, expected: 0.6 })),
    );
    const told = of(years) as SteadyChart;
    expect(told).toMatchObject({ kind: 'chart', by: 'term', result: { gate: 'provisional', value: { points: 18 } } });
    expect(told.points[0]?.period).toBe('spring 2021');
  });
  it('follows six school years of a long record at most, also where none of them may be shown', () => {
    const long = (aYear: number) =>
      monthsBetween('2011-09', '2026-08').flatMap((month) =>
        month.endsWith('-09')
          ? Array.from({ length: aYear }, (_, k) => ({ month, supported: k % 2 === 0, expected: 0.5 }))
          : [],
      );
    expect(runningOf(long(4)).points).toEqual([]);
    expect(runningOf(long(4), 1).result.value).toMatchObject({ decisions: 24, supported: 12 });
  });
  it('else follows the difference from what is expected', () => {
    const few = made(
      Array.from({ length: 24 }, (_, i) => [i % 2 ? 1 : 2, 3] as const),
      0.5,
    );
    const told = runningOf(few, 1);
    expect(told.result).toMatchObject({
      value: { decisions: 72, supported: 36, expected: 36, difference: 0 },
      signal: 'none',
      gate: 'show',
      sentence:
        'Since January 2024, Ash supported 36 of 72. For cases like these we would expect about 36: so far as many as expected. Chance alone mostly stays within 8 either way. Nothing points to a lasting change.',
    });
    expect(told.points).toHaveLength(72);
    expect(told.points.at(-1)).toMatchObject({ decisions: 72, difference: 0 });
  });
  it('signals as the CUSUMs do, and says in which direction', () => {
    const change = (to: number) => made(Array.from({ length: 30 }, (_, i) => [i < 15 ? (i % 2 ? 1 : 2) : to, 3] as const), 0.5); // prettier-ignore
    for (const [to, direction, oddsRatio] of [
      [0, 'fewer', 0.5],
      [3, 'more', 2],
    ] as const) {
      const told = runningOf(change(to), 1);
      const outcomes = change(to).map(({ supported }) => Number(supported));
      const { path, firstSignal } = riskAdjustedCusum(outcomes, outcomes.map(() => 0.5), { oddsRatio, h: 4.5 }); // prettier-ignore
      expect(firstSignal).not.toBeNull();
      expect(told.result.signal).toBe('Look');
      expect(told.result.sentence).toContain(`At some point it went on supporting ${direction} for longer`);
      told.points.forEach((point, i) => expect(oddsRatio === 2 ? point.up : point.down).toBeCloseTo(path[i] as number, 3)); // prettier-ignore
    }
  });
  it('is gated as a share is', () => {
    const some = (n: number) => runningOf(made([[Math.floor(n / 5), n]], 0.5), 1);
    expect(some(9)).toMatchObject({ points: [], result: { gate: 'hide', interval: null, signal: 'none' } });
    expect(some(9).result.sentence).toBe('Ash has made too few decisions to be followed over time.');
    expect(some(19).result).toMatchObject({ gate: 'show_no_signal', interval: null });
    expect(some(19).result.sentence).toMatch(/Fewer than 20 decisions are too few to say more\.$/);
  });
  it('beyond tier 1 tells school years only, and only those that are shown', () => {
    const three = made(
      Array.from({ length: 36 }, (_, i) => [i < 8 ? 0 : i % 2 ? 1 : 2, 3] as const),
      0.5,
    );
    const told = runningOf(three);
    // January to August 2024: none of 24, withheld; then two school years; the last, four months, is small.
    expect(told.result).toMatchObject({ value: { decisions: 72, supported: 36 } });
    expect(told.result.sentence).toMatch(/^Since September 2024, Ash supported 36 of 72\./);
    expect(told.points.map(({ decisions }) => decisions)).toEqual([36, 72]);
    expect(runningOf(three, 3).result.sentence).toMatch(
      /^Since September 2024, Ash supported about as many as expected for cases like these\. Chance alone mostly stays within 12 in 100\./,
    );
  });
  it('withholds all of it where no year is shown', () => {
    const none = (y: number) => runningOf(made([[y, 12], [0, 12]], 0.5)); // prettier-ignore
    expect(none(2)).toEqual(none(4));
    expect(none(2).result).toMatchObject({
      value: { decisions: WITHHELD, supported: WITHHELD, expected: WITHHELD, difference: WITHHELD },
      interval: WITHHELD,
      signal: WITHHELD,
      sentence: WITHHELD,
    });
    expect(none(2).points).toEqual([]);
  });
  it('draws the line that the value and the words end with, and the CUSUMs for analysts only', () => {
    const told = runningOf(
      made(
        Array.from({ length: 24 }, () => [2, 3] as const),
        0.5,
      ),
      1,
    );
    const drawn = runningSvg(told, 'x', { withCusum: false });
    expect(told.result.value.difference).toBe(12);
    expect(told.result.sentence).toContain('so far 12 more than expected');
    expect(drawn).toContain('>+12 so far<');
    expect(drawn).not.toContain('CUSUM');
    expect(runningSvg(told, 'x', { withCusum: true })).toContain('For analysts: CUSUM');
  });
});
