import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { type Tier, WITHHELD } from '../disclosure';
import { type FirstViews, firstViews } from '../statistics/first-views';
import { InvalidInput } from '../statistics/invalid-input';
import { wilson } from '../statistics/proportions';
import { type FirstViewResults, firstViewResults } from './first-views';

/** So many cases with these first views, the chair's first, and what was decided. */
const some = (count: number, views: string, decided: string): FirstViews[] =>
  Array.from({ length: count }, () => ({
    views: [...views].map((outcome, i) => ({ outcome, isChair: i === 0 })),
    decided,
  }));
const of = (cases: readonly FirstViews[], tier: Tier = 1) =>
  firstViewResults(cases, { panels: 4 }, tier) as FirstViewResults;
/** The invented cases of docs/consistency-methods.md: 26 split ones among 60. */
const EXAMPLE = [...some(34, 'yyy', 'y'), ...some(11, 'yny', 'y'), ...some(3, 'nny', 'y'), ...some(7, 'nyy', 'y'), ...some(5, 'nyy', 'n')]; // prettier-ignore

it('shows nothing under 20 split cases', () => {
  const under = of([...some(19, 'nyy', 'n'), ...some(50, 'yyy', 'y')]);
  for (const result of Object.values(under))
    expect(result).toMatchObject({
      gate: 'hide',
      value: { share: null },
      interval: null,
      signal: 'none',
      sentence:
        'First views of these panels differed in fewer than 20 cases: too few to say how members come to agree.',
    });
  expect(of([...some(20, 'nyy', 'n')]).chair.gate).toBe('show');
});
it('tells how often first views were alike, and whose prevailed, as the page says', () => {
  const { alike, majority, chair } = of(EXAMPLE);
  const page = readFileSync(join(__dirname, '../../../../docs/consistency-methods.md'), 'utf8');
  for (const { sentence } of [alike, majority, chair]) expect(page).toContain(`\n> ${sentence}\n`);
  expect(alike.value).toEqual({ total: 60, counts: { cases: 60 }, share: expect.closeTo((100 * (34 + 26 / 3)) / 60, 3) as number }); // prettier-ignore
  // The mean of cases that each score 1, or 1/3, with the t of 59 degrees of freedom.
  const half = (2.000995 * Math.sqrt((34 * 26 * (2 / 3) ** 2) / 60 / 59)) / Math.sqrt(60);
  expect(alike.interval).toEqual({
    lower: expect.closeTo((alike.value.share as number) - 100 * half, 2) as number,
    upper: expect.closeTo((alike.value.share as number) + 100 * half, 2) as number,
  });
  expect(majority.value).toMatchObject({ total: 60, counts: { followed: 52, not: 8 } });
  expect(chair.value).toMatchObject({ total: 12, counts: { followed: 5, not: 7 } });
  const [lower, upper] = wilson(5, 12);
  expect(chair.interval).toEqual({
    lower: expect.closeTo(100 * lower, 3) as number,
    upper: expect.closeTo(100 * upper, 3) as number,
  });
});
it('says so where the chair never differed, and where no majority was', () => {
  const { chair, majority } = of([...some(20, 'yyn', 'y')]);
  expect(chair).toMatchObject({
    value: { total: 0, share: null },
    interval: null,
    sentence: 'In no case did the chair hold another first view than the majority.',
  });
  expect(majority.sentence).toMatch(/^In 20 of 20 cases .* \(all; likely range 84 to 100 in 100\)\.$/);
  expect(of(some(20, 'yn', 'y')).majority.sentence).toBe('In no case did a majority hold one first view.');
});

describe('beyond tier 1', () => {
  it('tells nothing of one panel alone', () => {
    for (const tier of [2, 3] as const) expect(firstViewResults(EXAMPLE, { panels: 1 }, tier)).toBeNull();
    expect(firstViewResults(EXAMPLE, { panels: 1 }, 1)).not.toBeNull();
    expect(firstViewResults(EXAMPLE, { panels: 2 }, 2)).not.toBeNull();
  });
  it('withholds a small or one-sided split with its range and words', () => {
    const cases = fc.tuple(fc.nat(20), fc.nat(20), fc.integer({ min: 20, max: 30 }));
    fc.assert(
      fc.property(cases, fc.constantFrom<Tier>(2, 3), ([won, lost, others], tier) => {
        const all = [...some(won, 'nyy', 'n'), ...some(lost, 'nyy', 'y'), ...some(others, 'yyn', 'y')];
        const { chair } = of(all, tier);
        const least = tier === 2 ? 5 : 10;
        expect(firstViews(all).chairPull).toEqual({ of: won + lost, followed: won });
        if (Math.min(won, lost) >= least) expect(chair.sentence).not.toBe(WITHHELD);
        else
          expect(chair).toMatchObject({
            value: { counts: { followed: WITHHELD, not: WITHHELD }, share: WITHHELD },
            interval: WITHHELD,
            signal: WITHHELD,
            sentence: WITHHELD,
          });
      }),
    );
  });
  it('gives no counts in the words of tier 3', () => {
    const { chair } = of([...some(12, 'nyy', 'n'), ...some(12, 'nyy', 'y')], 3);
    expect(chair.sentence).toMatch(/^Where the chair held another first view than the majority, it was decided as the chair saw it in about 5 in 10; likely range 31 to 69 in 100\./); // prettier-ignore
  });
});
it('refuses what first views refuse', () => expect(() => of([])).toThrow(InvalidInput));
