import fc from 'fast-check';
import { type FirstViews, firstViews } from './first-views';
import { InvalidInput } from './invalid-input';

const one = (views: string, decided: string): FirstViews => ({
  views: [...views].map((outcome, i) => ({ outcome, isChair: i === 0 })),
  decided,
});

it('counts what was followed: the majority, or the chair against it; a tie is neither', () => {
  const found = firstViews([one('yyn', 'y'), one('nyy', 'n'), one('nyy', 'y'), one('ny', 'n'), one('yyy', 'y')]);
  expect(found).toMatchObject({
    majority: { of: 4, followed: 3 },
    chairPull: { of: 2, followed: 1 },
    split: 4,
    pairAgreement: expect.closeTo((1 / 3 + 1 / 3 + 1 / 3 + 0 + 1) / 5, 12),
  });
});
it('does not ask for the order of cases or members, and never counts more than there is', () => {
  const arbitrary = fc
    .tuple(fc.array(fc.constantFrom('y', 'n', 'o'), { minLength: 1, maxLength: 5 }), fc.constantFrom('y', 'n', 'o'))
    .map(([views, decided]) => one(views.join(''), decided));
  fc.assert(
    fc.property(fc.array(arbitrary, { minLength: 1, maxLength: 20 }), (cases) => {
      const found = firstViews(cases);
      const back = firstViews([...cases].reverse().map((each) => ({ ...each, views: [...each.views].reverse() })));
      expect(back).toEqual({ ...found, pairAgreement: found.pairAgreement && expect.closeTo(found.pairAgreement, 12) });
      for (const { of, followed } of [found.majority, found.chairPull])
        expect(followed <= of && of <= cases.length).toBe(true);
      expect(found.chairPull.of).toBeLessThanOrEqual(found.split);
    }),
  );
});
it.each([
  ['length of cases is 0', () => firstViews([])],
  ['length of cases[0].views is 0', () => firstViews([{ views: [], decided: 'y' }])],
  ['number of chairs in cases[0] is 2', () => firstViews([{ views: [{ outcome: 'y', isChair: true }, { outcome: 'y', isChair: true }], decided: 'y' }])], // prettier-ignore
])('refuses: %s', (words, call) => {
  expect(call).toThrow(InvalidInput);
  expect(call).toThrow(words);
});
