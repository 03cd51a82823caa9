import fc from 'fast-check';
import { movesThatLastSvg } from '../charts/moves-that-last';
import { type Tier, WITHHELD } from '../disclosure';
import { InvalidInput } from '../statistics/invalid-input';
import { kaplanMeier, survivalAt } from '../statistics/survival';
import { type Curve, type FollowedMove, type MovesThatLast, movesThatLast } from './moves-that-last';

const [ONE, TWO, THREE] = [122, 243, 365] as const;
const some = (count: number, days: number, end: FollowedMove['end']): FollowedMove[] =>
  Array.from({ length: count }, () => ({ days, end }));
const follow = (moves: readonly FollowedMove[], tier: Tier = 1) =>
  movesThatLast(moves, { since: 'September 2024' }, tier);
const termsShown = ({ terms }: MovesThatLast) =>
  terms.filter(({ result }) => result.sentence !== WITHHELD).map(({ term }) => term);

it('shows nothing under 20 moves or 5 endings', () => {
  for (const moves of [
    [...some(5, 50, 'left'), ...some(14, 400, 'stays')],
    [...some(4, 50, 'left'), ...some(60, 400, 'stays')],
    [],
  ]) {
    const { result, curve, followedNoLonger } = follow(moves);
    expect({ curve, followedNoLonger }).toEqual({ curve: null, followedNoLonger: null });
    expect(result).toMatchObject({
      gate: 'hide',
      value: { lasting: null, followed: null },
      interval: null,
      signal: 'none',
      sentence: 'Too few moves have started since September 2024, or ended again, to say how long they last.',
    });
  }
  expect(follow([...some(5, 50, 'left'), ...some(15, 400, 'stays')]).result.gate).toBe('show');
});
it('gives the share after two terms with the log-log range, and how many were followed', () => {
  const moves = [...some(6, 50, 'left'), ...some(6, TWO, 'left'), ...some(10, 200, 'stays'), ...some(38, 500, 'stays')];
  const { survival, row } = survivalAt(kaplanMeier(moves.map(({ days, end }) => ({ time: days, event: end === 'left' ? 1 : 0 }))), TWO); // prettier-ignore
  const { result, terms } = follow(moves);
  expect(result.value).toEqual({ total: 60, lasting: expect.closeTo(100 * survival, 3) as number, followed: 44 });
  expect(result.interval).toEqual({
    lower: expect.closeTo(100 * (row?.ci?.[0] as number), 3) as number,
    upper: expect.closeTo(100 * (row?.ci?.[1] as number), 3) as number,
  });
  expect(result.sentence).toBe(
    'Of 60 moves started since September 2024, about 78 in 100 were still in place after two terms (likely range 64 to 87). It does not say why others ended.',
  );
  expect(terms.map(({ term, words }) => [term, words])).toEqual([[1, 'one term'], [2, 'two terms'], [3, 'three terms'], [4, 'four terms']]); // prettier-ignore
});
it('stops where fewer than 5 are followed', () => {
  const followed = (long: number) =>
    follow([...some(8, 30, 'left'), ...some(1, 300, 'left'), ...some(30, 130, 'stays'), ...some(long, 400, 'stays')]);
  expect(followed(5).terms.map(({ term }) => term)).toEqual([1, 2, 3]);
  expect(followed(5).curve).toMatchObject({ until: 400, steps: [{ day: 30 }, { day: 300 }] });
  expect(followed(3).terms.map(({ term }) => term)).toEqual([1]);
  expect(followed(3).curve).toMatchObject({ until: 130, steps: [{ day: 30 }] });
  expect(followed(3).result.sentence).toContain('after one term');
});
it('says that it is too early while fewer than 5 were followed for a term', () => {
  const early = follow([...some(8, 30, 'left'), ...some(30, 90, 'stays'), ...some(4, 200, 'stays')]);
  expect(early).toMatchObject({ terms: [], curve: null });
  expect(early.result).toMatchObject({
    gate: 'show',
    value: { total: 42, lasting: null, followed: null },
    interval: null,
    sentence:
      'Fewer than 5 of the moves started since September 2024 have been followed for a whole term: it is too early to say how long they last.',
  });
});
it('has no range before the first ending', () =>
  expect(follow([...some(6, 200, 'left'), ...some(30, 400, 'stays')]).terms[0]?.result).toMatchObject({
    value: { lasting: 100 },
    interval: null,
    sentence: expect.stringContaining('all were still in place after one term.') as string,
  }));
it('says beside the curve that more than 1 in 10 were followed no longer for other reasons', () => {
  const other = (count: number, tier: Tier = 1) =>
    follow([...some(10, 50, 'left'), ...some(90 - count, 400, 'stays'), ...some(count, 60, 'other')], tier);
  expect(other(10).followedNoLonger).toBeNull();
  expect(other(11).followedNoLonger?.sentence).toMatch(/^About 11 in 100 moves were followed no longer because/);
  const few = follow([...some(10, 50, 'left'), ...some(16, 400, 'stays'), ...some(4, 60, 'other')], 2);
  expect(few.followedNoLonger).toBeNull();
});

describe('beyond tier 1', () => {
  it('opens a term only where 5 ended since the one before, and 5 are left', () => {
    const moves = (first: number, second: number, third: number, rest = 30) => [
      ...some(first, ONE, 'left'),
      ...some(second, TWO, 'left'),
      ...some(third, THREE, 'left'),
      ...some(rest, 366, 'stays'),
    ];
    expect(termsShown(follow(moves(5, 5, 5), 2))).toEqual([1, 2, 3]);
    expect(termsShown(follow(moves(4, 5, 5), 2))).toEqual([2, 3]);
    expect(termsShown(follow(moves(4, 1, 4), 2))).toEqual([2]);
    expect(termsShown(follow(moves(9, 9, 9), 3))).toEqual([2]);
    expect(termsShown(follow(moves(20, 0, 0), 2))).toEqual([1]);
    expect(termsShown(follow(moves(20, 5, 0, 4), 2))).toEqual([1]);
    expect(follow(moves(4, 1, 4), 2).result.sentence).toContain('after two terms');
    expect(follow(moves(20, 0, 0), 2).result.sentence).toContain('after one term');
  });
  it('withholds a term with all that is about it, and draws no point of it', () => {
    const { terms, curve } = follow([...some(2, 50, 'left'), ...some(9, TWO, 'left'), ...some(40, 300, 'stays')], 2);
    expect(terms[0]?.result).toMatchObject({
      value: { total: 51, lasting: WITHHELD, followed: WITHHELD },
      interval: WITHHELD,
      signal: WITHHELD,
      sentence: WITHHELD,
    });
    expect(curve).toMatchObject({ byTerm: true, steps: [{ day: TWO, lasting: 78 }], until: TWO });
    expect(curve?.followed.map(({ term }) => term)).toEqual([0, 2]);
  });
  it('shows nothing that would change if endings were a day earlier, or one child’s ending lay in another open term', () => {
    const released = (day: number) => {
      const found = follow([...some(7, day, 'left'), ...some(8, 200, 'left'), ...some(40, 300, 'stays')], 2);
      return { ...found, svg: movesThatLastSvg(found.curve as Curve, found.result.sentence) };
    };
    expect(released(20)).toEqual(released(121));
    const rounded = follow([...some(12, 50, 'left'), ...some(11, 200, 'left'), ...some(44, 300, 'stays')], 3);
    expect(rounded.result).toMatchObject({ value: { total: 65, followed: 45 } });
    expect(rounded.result.sentence).toMatch(/^Of the moves started since September 2024, about 66 in 100/);
  });
});

const move = fc.record({
  days: fc.nat(700),
  end: fc.constantFrom('left' as const, 'other' as const, 'stays' as const),
});
it('curve, terms and picture say the same, and nothing of what is withheld', () => {
  fc.assert(
    fc.property(fc.array(move, { minLength: 20, maxLength: 90 }), fc.constantFrom<Tier>(1, 2, 3), (moves, tier) => {
      const { terms, curve, result } = follow(moves, tier);
      if (!curve) return;
      const least = tier === 1 ? 0 : tier === 2 ? 5 : 10;
      let last = 0;
      for (const { term, result: own } of terms) {
        const ended = moves.filter(({ days, end }) => end === 'left' && days <= Math.round((term * 365) / 3)).length;
        if (own.sentence === WITHHELD) {
          expect(own).toMatchObject({ value: { lasting: WITHHELD, followed: WITHHELD }, interval: WITHHELD });
          expect(curve.byTerm && curve.followed.some((at) => at.term === term)).toBe(false);
          continue;
        }
        expect(ended - last).toBeGreaterThanOrEqual(least);
        expect(moves.length - ended).toBeGreaterThanOrEqual(least);
        last = ended;
        const day = Math.round((term * 365) / 3);
        const step = curve.steps.filter((one) => one.day <= day).at(-1);
        expect(own.value.lasting).toBeCloseTo(step?.lasting ?? 100, 3);
        expect(curve.followed.find((at) => at.term === term)?.count).toBe(own.value.followed);
      }
      const svg = movesThatLastSvg(curve, result.sentence);
      expect(svg).toContain(`<title id="moves-that-last-title">${result.sentence}</title>`);
      expect(svg.match(/<circle/g) ?? []).toHaveLength(tier === 1 ? 0 : termsShown({ terms } as MovesThatLast).length);
      expect(svg).not.toMatch(/NaN|undefined|style=|<script/);
      expect(curve.until).toBeLessThanOrEqual(moves.map(({ days }) => days).sort((a, b) => b - a)[4] as number);
    }),
    { numRuns: 200 },
  );
});
it('refuses days that are no number from 0', () =>
  expect(() => follow(some(1, Number.NaN, 'left'))).toThrow(InvalidInput));
