import { Disclosed, type DisclosedShare, type Tier, WITHHELD } from './disclosure';
import type { GateInput } from './gates';
import { type Figure, Result } from './result';
import { say, type Sentence } from './sentences';

const shareOf = (n: number, y: number, tier: Tier): Disclosed<DisclosedShare> =>
  Disclosed.share([{ key: 'w', months: [1], n, y, keep: true }], {
    key: 'w',
    tier,
    countMayBeShown: (count) => count >= 10,
  });
const figure = (n: number, y: number, tier: Tier): Figure<'funnel', DisclosedShare> => ({
  gate: 'funnel',
  counts: { n },
  value: shareOf(n, y, tier),
  interval: () => ({ lower: 0.12345, upper: 0.6789 }),
  signal: 'Look',
  sentence: { of: 'panel share', panel: 'Ash', n, y, norm: 0.5, signal: 'Look', direction: 'more', judged: n >= 20 },
  tooFew: { of: 'too few decisions', panel: 'Ash' },
  methodVersion: 'test-1',
});

it('releases all of a figure whose gate is open, rounded for the tier', () => {
  expect(Result.of(figure(30, 15, 1))).toMatchObject({ interval: { lower: 12.345, upper: 67.89 }, signal: 'Look' });
  expect(Result.of(figure(30, 15, 2))).toMatchObject({
    value: { decisions: 30, supported: 15 },
    interval: { lower: 12, upper: 68 },
    gate: 'show',
    signal: 'Look',
    methodVersion: 'test-1',
  });
});
it('gives a range that is not of shares as it is, to one decimal beyond tier 1, and none where the data give none', () => {
  const ratio = (tier: Tier) => Result.of({ ...figure(30, 15, tier), unit: 'number' }).interval;
  expect([1, 2, 3].map((tier) => ratio(tier as Tier))).toEqual([
    { lower: 0.1235, upper: 0.6789 },
    { lower: 0.1, upper: 0.7 },
    { lower: 0.1, upper: 0.7 },
  ]);
  expect(Result.of({ ...figure(30, 15, 2), interval: () => null })).toMatchObject({ interval: null, signal: 'Look' });
});
it('lets no range and no signal past a gate that shows the figure only, and nothing past one that hides', () => {
  expect(Result.of(figure(12, 6, 2))).toMatchObject({ gate: 'show_no_signal', interval: null, signal: 'none' });
  expect(Result.of(figure(9, 5, 2))).toMatchObject({
    gate: 'hide',
    value: { decisions: null, supported: null },
    interval: null,
    signal: 'none',
    sentence: 'Ash made too few decisions in this period for its share to be shown.',
  });
});
it('gives a range and no signal where the gate says so', () => {
  const provisional = {
    ...figure(30, 15, 2),
    gate: 'series',
    counts: { points: 12, meanN: 40, meanShare: 0.5 },
  } as const;
  expect(Result.of<'series', DisclosedShare>(provisional)).toMatchObject({ interval: { lower: 12 }, signal: 'none' });
});
it('withholds range, signal and sentence with the cell, whatever the figure says', () => {
  expect(Result.of(figure(30, 2, 2))).toMatchObject({
    value: { decisions: 30, supported: WITHHELD },
    interval: WITHHELD,
    signal: WITHHELD,
    sentence: WITHHELD,
  });
  expect(Result.of(figure(50, 9, 3)).sentence).toBe(WITHHELD);
});
it('refuses what its gate cannot judge', () =>
  expect(() => Result.of({ ...figure(30, 15, 2), counts: { n: Number.NaN } })).toThrow(/funnel: n is NaN/));

it('cannot be made, nor its parts, but by the functions for it', () => {
  const share = { tier: 2, value: 7, isOpen: true, rounded: () => 7 } as const;
  const parts = { value: 7, interval: null, gate: 'show', signal: 'none', sentence: 'x', methodVersion: '1' } as const;
  // The compiler refuses each of these lines; should it stop to, the type check of the specs fails.
  // @ts-expect-error An object of the same form is no Result.
  const result: Result<keyof GateInput, number> = parts;
  // @ts-expect-error Nor does anyone else construct one.
  const made = () => new Result(7, null, 'show', 'none', 'x', '1');
  // @ts-expect-error A value that has not been through disclosure control is none.
  const disclosed: Disclosed<number> = share;
  // @ts-expect-error Words that no template was filled with are none.
  const sentence: Sentence = 'Ash is an outlier';
  expect([result, made, disclosed, sentence]).toHaveLength(4);
  expect(say({ of: 'false alarms', panels: 12 }, 2)).toMatch(/about 2 in 100, and the inner lines about 46 in 100/);
});
