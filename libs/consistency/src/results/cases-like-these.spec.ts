import fc from 'fast-check';
import { casesLikeTheseSvg } from '../charts/cases-like-these';
import { type Tier, WITHHELD } from '../disclosure';
import { InvalidInput } from '../statistics/invalid-input';
import { casesLikeThese, type PanelCases } from './cases-like-these';

/** A panel of which every case is expected to be supported 6 times in 10. */
const panel = (name: string, n: number, y: number, recorded = 1): PanelCases => ({
  panel: name,
  windows: [{ key: 'w', months: [1], n, y, keep: true }],
  cases: n === 0 ? [] : [{ probability: 0.6, count: n }],
  recorded,
});
const city = [panel('Ash', 100, 60), panel('Beech', 100, 58), panel('Elm', 100, 61), panel('Oak', 100, 62)];
const of = (panels: PanelCases[], tier: Tier) => casesLikeThese(panels, { key: 'w', tier });
const one = (own: PanelCases, tier: Tier = 2) =>
  of([...city, own], tier).results.find((row) => row.panel === own.panel)?.result;

describe('gates', () => {
  it('says nothing but too few under 10 decisions, and no range or signal from 10 to 19', () => {
    expect(one(panel('Few', 9, 9))).toMatchObject({
      gate: 'hide',
      value: { decisions: null, supported: null, expected: null, differencePer100: null, ratio: null },
      interval: null,
      signal: 'none',
      sentence: 'Few made too few decisions in this period to be set beside what is expected for its cases.',
    });
    expect(one(panel('None', 0, 0))).toMatchObject({ gate: 'hide', interval: null });
    expect(one(panel('Some', 19, 8))).toMatchObject({
      gate: 'show_no_signal',
      interval: null,
      signal: 'none',
      sentence:
        'Some supported a managed move in 8 of 19 decisions. For cases like these we would expect about 11: that is about 18 fewer in every 100. Fewer than 20 decisions are too few to say more.',
    });
    expect(one(panel('Enough', 20, 8))).toMatchObject({ gate: 'show', interval: { lower: -34, upper: 34 } });
  });
  it('compares no panel of which too much is not recorded, and leaves it out of the picture', () => {
    const answer = of([...city, panel('Gaps', 60, 55, 0.89)], 2);
    expect(answer.results.at(-1)?.result).toMatchObject({
      gate: 'hide',
      value: { decisions: 60, supported: 55, expected: null, differencePer100: null },
      interval: null,
      signal: 'none',
      sentence:
        'Gaps cannot be set beside like cases: for more than 1 in 10 of its cases a fact that the comparison needs is not recorded.',
    });
    expect(answer.points?.map((point) => point.panel)).not.toContain('Gaps');
    expect(one(panel('Full', 60, 55, 0.9))?.signal).toBe('Look');
  });
  it('draws nothing with fewer than four panels', () => {
    expect(of(city.slice(0, 3), 2).points).toBeNull();
    expect(of(city.slice(0, 1), 2).finding).toMatch(/^Too few panels/);
  });
});

it('signals by the exact tails of the cases, whatever their lines say', () => {
  // 49 of 60 is at z = 3.4; the upper tail of Binomial(60, 0.6) there is 0.0003. 44 of 60: 0.022.
  expect(one(panel('High', 60, 49))).toMatchObject({ signal: 'Look', value: { expected: 36, differencePer100: 22 } });
  expect(one(panel('Edge', 60, 44))?.signal).toBe('Watch');
  expect(one(panel('In', 60, 43))?.signal).toBe('none');
  // The same share of cases that are expected to be supported is none.
  const needs = { ...panel('Other', 60, 49), cases: [{ probability: 0.8, count: 60 }] };
  expect(one(needs)).toMatchObject({ signal: 'none', value: { expected: 48, ratio: 1 } });
});
it('says the count, what is expected, what chance does and what to look at; on tier 3 no counts', () => {
  expect(one(panel('High', 60, 49))?.sentence).toBe(
    'High supported a managed move in 49 of 60 decisions. For cases like these we would expect about 36: that is about 22 more in every 100. By chance alone it would mostly be 29 to 43. That is more often than chance alone would explain: look at the data, the cases, local provision, process and people, in that order.',
  );
  expect(one(panel('High', 60, 49), 3)?.sentence).toBe(
    'For cases like those of High, it supported a managed move in about 22 more in every 100 than expected. Chance alone mostly stays within 12 in 100 of it. That is more often than chance alone would explain: look at the data, the cases, local provision, process and people, in that order.',
  );
  expect(one(panel('High', 60, 49), 3)?.value).toMatchObject({ decisions: 60, supported: 50, expected: 35 });
  expect(of([...city, panel('High', 60, 49)], 2).finding).toBe(
    'High supported managed moves more often than expected for such cases, beyond what chance alone would explain, among 5 panels.',
  );
});
it('above 20 panels lets the list of false discovery decide', () => {
  const many = Array.from({ length: 24 }, (_, i) => panel(`P${i}`, 100, 60));
  const low = [panel('Low', 100, 45), panel('Lower', 100, 45)];
  const signalsOf = (panels: PanelCases[]) => of(panels, 2).results.slice(-2).map(({ result }) => result.signal); // prettier-ignore
  expect(signalsOf([...many.slice(0, 18), ...low])).toEqual(['Watch', 'Watch']);
  expect(signalsOf([...many.slice(0, 20), ...low])).toEqual(['Look', 'Look']);
});

it('withheld is a panel with its value, range, signal, words and row: nothing depends on its hidden counts', () => {
  const hidden = fc.constantFrom(0, 1, 4, 26, 29, 30);
  fc.assert(
    fc.property(hidden, hidden, fc.nat(9), (a, b, few) => {
      const told = (y: number, small: number) => {
        const answer = of([...city, panel('Small', 30, y), panel('Few', 9, small)], 2);
        return { ...answer, svg: casesLikeTheseSvg(answer.points ?? [], answer.finding) };
      };
      const answer = told(a, few);
      expect(answer).toEqual(told(b, 9 - few));
      expect(answer.svg).not.toMatch(/Small|Few/);
      expect(answer.results[4]?.result).toMatchObject({
        value: { decisions: 30, supported: WITHHELD, expected: WITHHELD, differencePer100: WITHHELD, ratio: WITHHELD },
        interval: WITHHELD,
        signal: WITHHELD,
        sentence: WITHHELD,
      });
    }),
  );
});
it('the picture, the table and the words give the same numbers', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 30, max: 90 }), fc.double({ min: 0.3, max: 0.7, noNaN: true })), {
        minLength: 4,
        maxLength: 8,
      }),
      (some) => {
        // prettier-ignore
        const answer = of(some.map(([n, share], i) => panel(`P${i}`, n, Math.round(n * share))), 2); // prettier-ignore
        const points = answer.points ?? [];
        const drawn = casesLikeTheseSvg(points, answer.finding);
        const shown = answer.results.filter(({ result }) => typeof result.value.differencePer100 === 'number');
        expect(points.map((point) => point.panel)).toEqual(shown.map((row) => row.panel));
        shown.forEach(({ panel: name, result }, i) => {
          const { decisions, differencePer100 } = result.value;
          expect(points[i]).toMatchObject({ panel: name, decisions, differencePer100, signal: result.signal });
          const size = Math.abs(differencePer100 as number);
          expect(result.sentence).toContain(size === 0 ? 'about as many as expected' : `about ${size} ${(differencePer100 as number) > 0 ? 'more' : 'fewer'}`); // prettier-ignore
          expect(drawn).toContain(`>${name}, ${decisions} decisions<`);
        });
        expect(drawn.match(/ decisions</g) ?? []).toHaveLength(points.length);
      },
    ),
  );
});
it('refuses a panel whose cases are not its decisions', () => {
  const short = { ...panel('Ash', 30, 12), cases: [{ probability: 0.6, count: 29 }] };
  expect(() => of([short], 2)).toThrow(InvalidInput);
  expect(() => of([short], 2)).toThrow('the number of cases of Ash is 29: give a whole number from 30 to 30.');
});
