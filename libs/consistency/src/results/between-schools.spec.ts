import fc from 'fast-check';
import { betweenSchoolsSvg } from '../charts/between-schools';
import { isCombinationOf, type Tier, WITHHELD } from '../disclosure';
import { InvalidInput } from '../statistics/invalid-input';
import { betweenSchools, type BetweenSchools, type SchoolResults } from './between-schools';

const school = (name: string, roll: number, movesIn: number, movesOut = 0) => ({
  school: name,
  roll,
  movesIn,
  movesOut,
});
const of = (answer: BetweenSchools, name: string) => answer.schools.find((own) => own.school === name) as SchoolResults;

it('under 20 moves gives counts only: no rate, range, signal or comparison', () => {
  const answer = betweenSchools([school('Oak', 100, 2, 19), school('Elm', 900, 17, 1)], 1);
  expect(of(answer, 'Elm').taken).toMatchObject({
    gate: 'counts_only',
    value: { total: 17, per1000: null, expected: null, ratio: null },
    interval: null,
    signal: 'none',
    sentence: 'Elm took 17 of 19 moves. Fewer than 20 moves are too few to set beside its share of pupils.',
  });
  expect(answer.finding).toBe('Fewer than 20 moves are too few to compare schools.');
  expect(answer.elsewhere).toMatchObject({ value: { share: null }, interval: null });
  expect(of(answer, 'Oak').sent).toMatchObject({ gate: 'show', value: { total: 19, per1000: 190 } });
  expect(betweenSchools([school('Elm', 10, 0)], 1).schools[0]?.taken.sentence).toMatch(/^Elm took none of the moves\. Fewer/); // prettier-ignore
});
it('from 20 moves on sets each school beside its share of pupils', () => {
  // The example of consistency.md 2g: 7 of 23 moves with 11% of pupils.
  const answer = betweenSchools([school('Oak', 890, 16), school('Elm', 110, 7)], 1);
  expect(of(answer, 'Elm').taken).toMatchObject({
    gate: 'show',
    value: { total: 7, expected: expect.closeTo(2.53, 3) as number, ratio: expect.closeTo(2.7668, 3) as number },
    interval: { lower: expect.closeTo(1.2, 1) as number, upper: expect.closeTo(4.8, 1) as number },
    signal: 'Watch',
    sentence:
      'Elm took 7 of 23 moves and has about 11 in 100 of the pupils: about 2.8 times its share (likely range 1.2 to 4.8 times). That is more often than expected, at the edge of what chance can do. Which schools had places is not in this figure.',
  });
  expect(answer.elsewhere).toMatchObject({
    value: { share: expect.closeTo(100 * (7 / 23 - 0.11), 2) as number },
    sentence:
      'For every school to take just its share, about 19 in 100 moves would have gone to another school. Chance alone also makes some difference.',
  });
  expect(answer.schools.map((own) => own.school)).toEqual(['Elm', 'Oak']);
});
it('heads the page with the schools beyond what chance explains, and says so where there are none', () => {
  const finding = (elm: number) =>
    betweenSchools([school('Oak', 500, 30), school('Ash', 400, 24), school('Elm', 100, elm)], 1).finding;
  expect(finding(20)).toBe('Elm took more moves than pupil numbers and chance would explain, among 3 schools.');
  expect(finding(6)).toBe('The 3 schools shown took about as many moves as their numbers of pupils would bring, as far as chance lets us see.'); // prettier-ignore
  expect(betweenSchools([school('Oak', 500, 5), school('Elm', 500, 40)], 1).finding).toBe(
    'Elm took more moves, and Oak fewer, than pupil numbers and chance would explain, among 2 schools.',
  );
});
it('above 20 schools lets the list of false discovery decide', () => {
  const alike = (n: number) => Array.from({ length: n }, (_, i) => school(`S${i}`, 100, 10));
  const signal = (others: number) =>
    of(betweenSchools([...alike(others), school('Low', 100, 2)], 1), 'Low').taken.signal;
  expect([signal(12), signal(25)]).toEqual(['Watch', 'Watch']);
  const high = (others: number) =>
    of(betweenSchools([...alike(others), school('High', 100, 22)], 1), 'High').taken.signal;
  expect([high(12), high(25)]).toEqual(['Watch', 'Look']);
});

describe('beyond tier 1', () => {
  const rows = fc.array(
    fc.record({ roll: fc.integer({ min: 1, max: 2000 }), movesIn: fc.nat(14), movesOut: fc.nat(14) }),
    {
      minLength: 2,
      maxLength: 8,
    },
  );
  const answerTo = (some: readonly { roll: number; movesIn: number; movesOut: number }[], tier: Tier) =>
    betweenSchools(some.map((own, i) => ({ school: `S${i}`, ...own })), tier); // prettier-ignore
  it('no small count, nor anything from it, is in the rows, the words or the picture', () => {
    fc.assert(
      fc.property(rows, fc.constantFrom(2 as const, 3 as const), (some, tier) => {
        const least = tier === 2 ? 5 : 10;
        const answer = answerTo(some, tier);
        const svg = betweenSchoolsSvg(answer);
        for (const way of ['taken', 'sent'] as const) {
          const known = answer.schools.flatMap((own, i) =>
            typeof own[way].value.total === 'number' ? [some.map((_, j) => Number(i === j))] : [],
          );
          answer.schools.forEach((own, i) => {
            const count = way === 'taken' ? (some[i]?.movesIn as number) : (some[i]?.movesOut as number);
            const one = own[way];
            if (one.sentence !== WITHHELD) {
              expect(count === 0 || count >= least).toBe(true);
              return;
            }
            expect(one).toMatchObject({ interval: WITHHELD, signal: WITHHELD });
            for (const value of [one.value.total, one.value.counts.moves, one.value.per1000])
              expect(value).toBe(WITHHELD);
            if (way === 'taken') expect([own.taken.value.ratio, own.taken.value.expected]).toEqual([WITHHELD, WITHHELD]); // prettier-ignore
            expect(svg).toContain(way === 'taken' ? `${own.school} withheld (c) in` : 'withheld (c) out');
            const others = some.filter((other, j) => j !== i && (way === 'taken' ? other.movesIn : other.movesOut) > 0);
            if (count > 0 && count < least && others.length > 0)
              expect(isCombinationOf([...known, some.map(() => 1)], some.map((_, j) => Number(i === j)))).toBe(false); // prettier-ignore
          });
        }
        if (answer.schools.some((own) => own.taken.sentence === WITHHELD)) expect(answer.elsewhere.value.share).toBe(WITHHELD); // prettier-ignore
      }),
      { numRuns: 300 },
    );
  });
  it('says the same whatever two withheld counts are that make one sum', () => {
    const released = (few: number) => {
      const answer = answerTo([{ roll: 500, movesIn: few, movesOut: 6 }, { roll: 500, movesIn: 5 - few, movesOut: 6 }, { roll: 900, movesIn: 30, movesOut: 9 }], 2); // prettier-ignore
      return { answer, svg: betweenSchoolsSvg(answer) };
    };
    expect(released(1)).toEqual(released(4));
  });
  it('gives on tier 3 rates from rounded counts, and no count in words', () => {
    const { taken } = of(betweenSchools([school('Oak', 1000, 43), school('Elm', 500, 12)], 3), 'Elm');
    expect(taken.value).toMatchObject({ total: 10, per1000: 20, expected: 20 });
    expect(taken.sentence).toMatch(
      /^Elm took about 22 in 100 moves and has about 33 in 100 of the pupils: about 0\.7 times its share/,
    );
  });
});

it('draws a pair of bars for every school, as long as table and description say', () => {
  const answer = betweenSchools([school('Oak & Ash', 1000, 10, 20), school('Elm', 500, 20, 5)], 2);
  const svg = betweenSchoolsSvg(answer);
  expect(svg).toContain('Elm 40 in, 10 out; Oak &#38; Ash 10 in, 20 out.</desc>');
  const widths = [
    ...svg.matchAll(
      /x="190" y="\d+" width="([\d.]+)" height="16" fill="(#\w+)" stroke="#0b0c0c"\/><text[^>]*>([\d.]+)</g,
    ),
  ];
  expect(widths.map(([, , , label]) => label)).toEqual(['40', '10', '10', '20']);
  for (const [, width, , label] of widths) expect(Number(width) / Number(label)).toBeCloseTo(520 / 40, 1);
  expect(svg).not.toMatch(/NaN|undefined|style=|<script/);
});
it.each([
  ['the length of schools is 0', () => betweenSchools([], 1)],
  ['schools[0].roll is 0', () => betweenSchools([school('Elm', 0, 1)], 1)],
])('refuses: %s', (words, call) => {
  expect(call).toThrow(InvalidInput);
  expect(call).toThrow(words);
});
