import fc from 'fast-check';
import { fairShare } from './fair-share';
import { InvalidInput } from './invalid-input';

const school = fc.record({
  school: fc.string(),
  roll: fc.integer({ min: 1, max: 2000 }),
  movesIn: fc.nat(40),
  movesOut: fc.nat(40),
});
const schools = fc.array(school, { minLength: 1, maxLength: 12 });

it('expects as many moves as there were, lies within 0 and 1, and follows the schools when they change places', () => {
  fc.assert(
    fc.property(schools, (some) => {
      const { totalIn, dissimilarity, rows } = fairShare(some);
      expect(rows.reduce((so, { expectedIn }) => so + expectedIn, 0)).toBeCloseTo(totalIn, 8);
      if (totalIn === 0) expect([dissimilarity, rows[0]?.ratio, rows[0]?.ci]).toEqual([null, null, null]);
      else expect((dissimilarity as number) >= 0 && (dissimilarity as number) <= 1).toBe(true);
      for (const { ratio, ci, lowerTail, upperTail } of rows) {
        expect(lowerTail + upperTail).toBeGreaterThanOrEqual(1 - 1e-9);
        if (ci) expect(ci[0] <= (ratio as number) + 1e-9 && (ratio as number) <= ci[1] + 1e-9).toBe(true);
      }
      const back = fairShare([...some].reverse());
      expect(back.rows.map(({ ratio }) => ratio)).toEqual([...rows].reverse().map(({ ratio }) => ratio));
    }),
  );
});
it('is 0 when all take their share, and half the moves of the one of two that takes all', () => {
  const at = (roll: number, movesIn: number) => ({ school: '', roll, movesIn, movesOut: 0 });
  expect(fairShare([at(100, 2), at(300, 6)]).dissimilarity).toBeCloseTo(0, 12);
  expect(fairShare([at(100, 8), at(100, 0)]).dissimilarity).toBeCloseTo(0.5, 12);
});
it.each([
  ['length of schools is 0', () => fairShare([])],
  ['schools[0].roll is 0', () => fairShare([{ school: 'a', roll: 0, movesIn: 1, movesOut: 1 }])],
  ['schools[0].movesIn is -1', () => fairShare([{ school: 'a', roll: 1, movesIn: -1, movesOut: 1 }])],
  ['schools[0].movesOut is NaN', () => fairShare([{ school: 'a', roll: 1, movesIn: 1, movesOut: Number.NaN }])],
])('refuses: %s', (words, call) => {
  expect(call).toThrow(InvalidInput);
  expect(call).toThrow(words);
});
