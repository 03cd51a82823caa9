import { type Tier, WITHHELD } from '../disclosure';
import { InvalidInput } from '../statistics/invalid-input';
import { kaplanMeier } from '../statistics/survival';
import { timeliness } from '../statistics/timeliness';
import { timeTaken } from './time-taken';

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);
const taken = (days: readonly number[], tier: Tier = 1, waiting: readonly number[] = [], standard = 12) =>
  timeTaken({ wait: 'decision', days, waiting, standard }, tier);

it('shows nothing under 10, figures without a range from 10 to 19, and all from 20', () => {
  const tooFew = 'Too few decisions came in this period to say how long they take.';
  for (const some of [[], upTo(9)])
    for (const one of [taken(some).median, taken(some).within])
      expect(one).toMatchObject({ gate: 'hide', interval: null, sentence: tooFew });
  expect(taken(upTo(9)).median.value.days).toBeNull();
  expect(taken(upTo(9)).within.value.share).toBeNull();
  expect(taken(upTo(10)).median).toMatchObject({
    gate: 'show_no_signal',
    value: { total: 10, days: 5.5 },
    interval: null,
    sentence: 'Half of 10 decisions came within 5.5 days of the referral. Fewer than 20 are too few to give a range.',
  });
  expect(taken(upTo(19)).within).toMatchObject({
    interval: null,
    sentence:
      '12 of 19 decisions came within 12 days of the referral, as agreed (about 6 in 10). Fewer than 20 are too few to give a range.',
  });
  expect(taken(upTo(20)).median.sentence).toBe(
    'Half of 20 decisions came within 10.5 days of the referral (likely range 6 to 15 days).',
  );
  expect(taken(upTo(20)).within.sentence).toBe(
    '12 of 20 decisions came within 12 days of the referral, as agreed (about 6 in 10). Likely range 39 to 78 in 100.',
  );
});
it('gives the exact range of the median and that of Wilson for the share', () => {
  const days = upTo(40).map((i) => (7 * i) % 61);
  const { median, ci, within, p90 } = timeliness(days, 12);
  const found = taken(days);
  expect(found.median).toMatchObject({ value: { days: median }, interval: { lower: ci?.[0], upper: ci?.[1] } });
  expect(found.within.value).toEqual({
    total: 40,
    counts: { within: within.x, later: 40 - within.x },
    share: expect.closeTo(2.5 * within.x, 4) as number,
  });
  expect(found.within.interval).toEqual({
    lower: expect.closeTo(100 * within.wilson[0], 3) as number,
    upper: expect.closeTo(100 * within.wilson[1], 3) as number,
  });
  expect(found.nineInTen).toMatchObject({ gate: 'show', value: { days: expect.closeTo(p90, 4) as number }, interval: null }); // prettier-ignore
  expect(taken(upTo(19)).nineInTen).toMatchObject({ gate: 'hide', value: { days: null } });
  expect(taken(upTo(21)).nineInTen.sentence).toBe('9 in 10 decisions came within 19 days of the referral.');
});
it('counts those who still wait, so that a backlog does not flatter', () => {
  const days = upTo(20);
  const waiting = Array<number>(15).fill(30);
  const { median } = kaplanMeier([...days.map((time) => ({ time, event: 1 as const })), ...waiting.map((time) => ({ time, event: 0 as const }))]); // prettier-ignore
  const { withWaiting, median: without } = taken(days, 1, waiting);
  expect(without.value.days).toBe(10.5);
  expect(withWaiting).toMatchObject({
    gate: 'show',
    value: { counts: { waiting: 15 }, days: median },
    sentence:
      '15 children still wait for a decision. Counting the time they have waited, half wait no longer than 18 days from the referral.',
  });
  expect(taken(upTo(10), 1, Array<number>(30).fill(30)).withWaiting.sentence).toContain('fewer than half have had it so far.'); // prettier-ignore
  expect(taken(days, 1).withWaiting.sentence).toBe('Nobody still waits for a decision.');
  expect(taken(days, 1, [3]).withWaiting.sentence).toMatch(/^1 child still waits/);
});
it('says when moves started, too', () =>
  expect(timeTaken({ wait: 'start', days: upTo(20), waiting: [], standard: 10 }, 1).within.sentence).toMatch(
    /^10 of 20 moves started within 10 days of the decision, as agreed/,
  ));

describe('beyond tier 1', () => {
  it('withholds a small or one-sided split with range and words, and a small number of those who wait', () => {
    for (const late of [0, 1, 4]) {
      const { within, median } = taken([...upTo(12), ...upTo(12), ...Array<number>(late).fill(40)], 2);
      expect(within).toMatchObject({
        interval: WITHHELD,
        signal: WITHHELD,
        sentence: WITHHELD,
        value: { share: WITHHELD },
      });
      expect(within.value.counts).toEqual({ within: WITHHELD, later: WITHHELD });
      expect(median).toMatchObject({ gate: 'show', value: { total: 24 + late } });
    }
    expect(taken([...upTo(12), ...upTo(12), ...Array<number>(5).fill(40)], 2).within.value.counts.later).toBe(5);
    const waitingFor = (days: number[]) => taken(upTo(24), 2, days).withWaiting;
    expect(waitingFor([3, 9])).toMatchObject({ value: { total: WITHHELD, days: WITHHELD }, sentence: WITHHELD });
    expect(waitingFor([3, 9])).toEqual(waitingFor([90, 90, 90]));
    expect(waitingFor([1, 2, 3, 4, 5]).value.total).toBe(5);
  });
  it('gives no count in the words of tier 3, and rounds the rest', () => {
    const { median, within, withWaiting } = taken(upTo(32), 3, upTo(13));
    expect(median).toMatchObject({
      value: { total: 30 },
      sentence: 'Half of the decisions came within 16.5 days of the referral (likely range 10 to 23 days).',
    });
    expect(within.sentence).toBe('About 4 in 10 of the decisions came within 12 days of the referral, as agreed. Likely range 23 to 55 in 100.'); // prettier-ignore
    expect(withWaiting.sentence).toMatch(/^Some children still wait for a decision\./);
  });
});
it('refuses a day that is no number from 0', () => {
  expect(() => taken([-1])).toThrow(InvalidInput);
  expect(() => taken(upTo(20), 1, [Number.NaN])).toThrow(InvalidInput);
});
