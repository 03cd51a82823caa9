import fc from 'fast-check';
import { precedentsSvg } from '../charts/precedents';
import { WITHHELD } from '../disclosure';
import { InvalidInput } from '../statistics/invalid-input';
import { likeCases, type LikeCases, type LikeCasesQuery, type Mark } from './precedents';

const SCHEMA: LikeCasesQuery['schema'] = [
  { name: 'main reason', kind: 'nominal', weight: 3 },
  { name: 'school year', kind: 'numeric', weight: 1, range: 4 },
  { name: 'police were called', kind: 'asym', weight: 1 },
];
const OUTCOMES = [
  { outcome: 'move', words: 'a managed move' },
  { outcome: 'support', words: 'support in school' },
  { outcome: 'other', words: 'another placement' },
];
/** So many like cases for each outcome, and one that is unlike. */
const ask = (move: number, support: number, other: number, decided?: string): LikeCasesQuery => ({
  features: ['conduct', 9, 0],
  cases: [
    ...['move', 'support', 'other'].flatMap((outcome, o) =>
      Array.from({ length: [move, support, other][o] as number }, (_, i) => ({
        id: `${outcome}-${i}`,
        features: ['conduct', 10, 0],
        outcome,
      })),
    ),
    { id: 'unlike', features: ['attendance', 9, 0], outcome: 'move' },
  ],
  months: 24,
  schema: SCHEMA,
  outcomes: OUTCOMES,
  ...(decided ? { decided } : {}),
});
const pictureOf = ({ marks, result }: LikeCases) => precedentsSvg(marks as readonly Mark[], result.sentence);

describe('at the edges of the gate', () => {
  it('says that there are no close precedents under 5, and gives neither list nor picture', () => {
    const four = likeCases(ask(4, 0, 0), 1);
    expect(four).toMatchObject({ precedents: null, marks: null, departure: null });
    expect(four.result).toMatchObject({
      gate: 'none_close',
      sentence:
        'Fewer than 5 cases of the last two years were close to this one, so there are no close precedents. Look at this case for itself.',
    });
    expect(four.outcomes.map(({ result }) => [result.value.share, result.interval])).toEqual(Array(3).fill([null, null])); // prettier-ignore
  });
  it('lists 5 to 9 without a share or range', () => {
    for (const found of [likeCases(ask(4, 1, 0), 1), likeCases(ask(6, 3, 0), 1)]) {
      expect(found.result.gate).toBe('list_only');
      expect(found.precedents).toHaveLength(found.result.value.total as number);
      expect(found.outcomes.map(({ result }) => [result.value.share, result.interval])).toEqual(Array(3).fill([null, null])); // prettier-ignore
      expect(found.result.sentence).toContain('Fewer than 10 are too few to give shares.');
      expect(found.outcomes[0]?.result.sentence).toMatch(
        /^\d of the \d most similar cases led to a managed move\. Fewer/,
      );
    }
  });
  it('from 10 on gives every outcome its share and a range that only describes', () => {
    const found = likeCases(ask(9, 2, 0), 1);
    expect(found.result).toMatchObject({
      gate: 'share',
      signal: 'none',
      interval: null,
      value: { total: 11, counts: { 'a managed move': 9, 'support in school': 2, 'another placement': 0 } },
      sentence:
        'Of the 11 most similar cases of the last two years, 9 led to a managed move and 2 to support in school. Past decisions are not a rule. If this case differs, say how.',
    });
    const [first, , last] = found.outcomes;
    expect(first?.result.value.share).toBeCloseTo((100 * 9) / 11, 3);
    expect(first?.result.sentence).toBe(
      '9 of the 11 most similar cases led to a managed move (about 8 in 10). The range 52 to 95 in 100 only describes: the nearest cases are not a sample drawn by chance.',
    );
    expect(last?.result.sentence).toMatch(/^0 of the 11 .* \(none\)/);
  });
});

it('takes the 20 nearest at most, and none that is unlike', () => {
  const found = likeCases(ask(30, 0, 0), 1);
  expect(found.result.value.total).toBe(20);
  expect(found.precedents?.map(({ id }) => id)).not.toContain('unlike');
});
it('compares each precedent with the case, feature by feature; a flag that is absent in both says nothing', () => {
  expect(likeCases(ask(5, 0, 0), 1).precedents?.[0]).toEqual({
    id: 'move-0',
    words: 'a managed move',
    distance: 0.0625,
    same: ['main reason'],
    different: ['school year'],
  });
});
it('asks for a reason where a decision was rare among 10 or more precedents, and only there', () => {
  expect(likeCases(ask(9, 1, 0, 'support'), 1).departure?.sentence).toBe(
    'This decision, support in school, was seldom made in the most similar cases (1 of 10). That is no error, and changes nothing: say in a sentence what is different here.',
  );
  expect(likeCases(ask(8, 2, 0, 'support'), 1).departure).toBeNull();
  expect(likeCases(ask(8, 1, 0, 'support'), 1).departure).toBeNull();
  expect(likeCases(ask(9, 1, 0), 1).departure).toBeNull();
});
it('refuses an outcome that the page would leave out', () => {
  const query = { ...ask(9, 2, 0), outcomes: OUTCOMES.slice(0, 1) };
  expect(() => likeCases(query, 1)).toThrow(InvalidInput);
  expect(() => likeCases(query, 1)).toThrow(/outcome of a precedent is "support"/);
});

describe('beyond tier 1', () => {
  it('names no case, and tells an outcome of a few children by nothing at all', () => {
    const released = (move: number, support: number, other: number) => likeCases(ask(move, support, other, 'other'), 2);
    expect(released(14, 2, 1)).toEqual(released(14, 1, 2));
    const { result, outcomes, precedents, marks, departure } = released(14, 2, 1);
    expect({ precedents, marks }).toEqual({ precedents: null, marks: null });
    for (const one of [result, departure, ...outcomes.map((row) => row.result)])
      expect(one).toMatchObject({ interval: WITHHELD, signal: WITHHELD, sentence: WITHHELD });
    expect(outcomes.map((row) => row.result.value.share)).toEqual([WITHHELD, WITHHELD, WITHHELD]);
    expect(result.value.counts).toMatchObject({ 'support in school': WITHHELD, 'another placement': WITHHELD });
  });
  it('gives no counts on tier 3', () => {
    const { result, outcomes } = likeCases(ask(10, 10, 0), 3);
    expect(result.sentence).toMatch(
      /^Of the most similar cases of .*, about 5 in 10 led to a managed move and about 5 in 10/,
    );
    expect(outcomes[0]?.result.sentence).not.toMatch(/\d+ of \d+|\b10\b(?! |0)/);
  });
});

it('draws as many marks as table and sentence tell, whatever the counts', () => {
  fc.assert(
    fc.property(
      fc.nat(9),
      fc.nat(6),
      fc.nat(5),
      fc.constantFrom(1 as const, 2 as const),
      (move, support, other, tier) => {
        const found = likeCases(ask(move, support, other), tier);
        if (found.marks === null) return;
        const svg = pictureOf(found);
        expect(svg.match(/<path/g)).toHaveLength(found.result.value.total as number);
        for (const { words, count } of found.marks) {
          expect(found.result.value.counts[words]).toBe(count);
          if (count > 0) expect(found.result.sentence).toMatch(new RegExp(`\\b${count} (led )?to ${words}`));
          expect(svg).toContain(`${words} ${count}`);
        }
        expect(svg).not.toMatch(/style=|<script|NaN|undefined/);
      },
    ),
  );
});
