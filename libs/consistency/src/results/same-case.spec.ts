import fc from 'fast-check';
import { sameCaseSvg } from '../charts/same-case';
import { type Grid, type Round, sameCase } from './same-case';

const NAMES = ['Ash', 'Beech', 'Cedar', 'Elm', 'Hazel', 'Oak'];
/** Each text is a summary: what the panels decided, 1 supported, 0 not, - took no part. */
const round = (...votes: string[]): Round => ({
  panels: NAMES.slice(0, votes[0]?.length),
  summaries: votes.map((row, i) => ({
    name: `Summary ${i + 1}`,
    supported: [...row].map((vote) => (vote === '-' ? null : vote === '1')),
  })),
});
const repeated = (times: number, ...votes: string[]) => round(...Array.from({ length: times }, (_, i) => votes[i % votes.length] as string)); // prettier-ignore
const MIXED = ['1111', '0000', '1100', '0111', '0001'];

describe('gates', () => {
  it('tells nothing of fewer than 10 case summaries or 3 panels', () => {
    for (const small of [repeated(9, ...MIXED), repeated(20, '10', '11'), round('1'), round('1-', '-0')]) {
      const told = sameCase(small, { tier: 1, ownPanel: 'Ash' });
      expect(told.agreement).toMatchObject({ gate: 'hide', value: { agreement: null }, interval: null });
      expect(told).toMatchObject({ index: null, disagreement: null, grid: null });
    }
    expect(sameCase(repeated(9, ...MIXED), { tier: 2 }).agreement.sentence).toBe(
      'How far panels agree takes at least 10 case summaries and 3 panels; this round had 9 and 4.',
    );
    // A summary that one panel alone decided is none to agree on, and a panel that took no part is none.
    expect(sameCase(round(...repeatedRows(9), '1---'), { tier: 2 }).agreement.gate).toBe('hide');
    expect(sameCase(repeated(12, '11-', '10-'), { tier: 2 }).agreement.gate).toBe('hide');
  });
  it('tells the range, and that it is a first indication, from 10 to 14', () => {
    const told = (size: number) => sameCase(repeated(size, ...MIXED), { tier: 2 });
    for (const size of [10, 14]) {
      expect(told(size).agreement).toMatchObject({ gate: 'indicative', interval: { lower: expect.any(Number) } });
      expect(told(size).agreement.sentence).toMatch(/With fewer than 15 case summaries this is a first indication\.$/);
    }
    expect(told(15).agreement.gate).toBe('show');
    expect(told(15).agreement.sentence).not.toContain('first indication');
  });
});

const repeatedRows = (times: number) => Array.from({ length: times }, (_, i) => MIXED[i % MIXED.length] as string);

describe('what a round says', () => {
  const told = sameCase(repeated(20, ...MIXED), { tier: 2 });
  it('is agreement in words first, with its range and what it does not show', () => {
    expect(told.agreement).toMatchObject({
      value: { summaries: 20, panels: 4, agreement: 67 },
      interval: { lower: 53, upper: 80 },
      signal: 'none',
      sentence:
        'Given the same 20 case summaries, two of 4 panels picked at random would decide the same about 7 times in 10 (likely range 5 to 8). It does not say which decision was right.',
    });
  });
  it('then the index with its jackknife range', () => {
    expect(told.index).toMatchObject({ value: { alpha: 0.34, ac1: null }, interval: { lower: 0.07, upper: 0.61 } });
    expect(told.index?.sentence).toBe(
      'Panels agreed on 67% of paired judgements. Allowing for agreement by luck, the agreement index is 0.34 (likely range 0.07 to 0.61): too few cases yet to be sure.',
    );
  });
  it('with its companion where nearly all decisions went one way', () => {
    const alike = sameCase(repeated(20, '1111', '1111', '1111', '1111', '1101'), { tier: 2 });
    expect(alike.index?.value.ac1).toBe(0.89);
    expect(alike.index?.sentence).toMatch(/Nearly all decisions went one way, .* \(AC1\) is 0\.89\.$/);
  });
  it('and where the disagreement comes from', () => {
    expect(told.disagreement?.value.disagreement).toBe(33);
    expect(told.disagreement?.sentence).toMatch(
      /^Given the same 20 case summaries, two panels picked at random reached different decisions about 3 times in 10\. Most of that comes from panels reading particular cases differently/,
    );
    const strict = sameCase(repeated(16, '1110', '1110', '1111', '1110'), { tier: 2 });
    expect(strict.disagreement?.sentence).toContain(
      'Most of that comes from some panels supporting more than others overall, not from',
    );
  });
  it('is that all agreed, where they did: there is no index then', () => {
    const all = sameCase(repeated(15, '1111', '0000'), { tier: 2 });
    expect(all.agreement).toMatchObject({ value: { agreement: 100 }, interval: { lower: 100, upper: 100 } });
    expect(all.agreement.sentence).toMatch(/^All 4 panels agreed on every one of 15 case summaries\./);
    expect(all.disagreement?.sentence).toBe('Panels reached the same decision on every one of 15 case summaries.');
    expect(all.disagreement).toMatchObject({ value: { disagreement: 0, level: null }, interval: null });
    expect(sameCase(repeated(15, '1111'), { tier: 2 }).index).toBeNull();
  });
  it('leaves out level and pattern where panels were absent', () => {
    const gaps = sameCase(repeated(20, '11-1', '0000', '1-00'), { tier: 2 });
    expect(gaps.disagreement).toBeNull();
    expect(gaps.grid?.parts).toBeNull();
    expect(sameCaseSvg(gaps.grid as Grid, 'x')).toContain('took no part');
    expect(sameCaseSvg(gaps.grid as Grid, 'x')).not.toContain('Where the disagreement');
  });
});

describe('whose panel it is', () => {
  const some = repeated(15, ...MIXED);
  it('is told to its own team only, and nothing of a panel beyond the council', () => {
    expect(sameCase(some, { tier: 1, ownPanel: 'Beech' }).grid?.own?.panel).toBe('Beech');
    expect(sameCase(some, { tier: 2, ownPanel: 'Beech' }).grid?.own).toBeNull();
    expect(sameCase(some, { tier: 1 }).grid?.own).toBeNull();
    expect(sameCase(some, { tier: 3 }).grid).toBeNull();
    const outside = sameCase(some, { tier: 2 });
    for (const name of NAMES) expect(JSON.stringify(outside) + sameCaseSvg(outside.grid as Grid, 'x')).not.toContain(name); // prettier-ignore
  });
  it('cannot be told from the order of columns: named otherwise, the picture is the same', () => {
    const votes = fc.array(fc.array(fc.constantFrom('0', '1', '-'), { minLength: 5, maxLength: 5 }), { minLength: 10, maxLength: 16 }); // prettier-ignore
    fc.assert(
      fc.property(votes, fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5 }), (rows, order) => {
        const gridOf = (columns: readonly number[]) =>
          sameCase(round(...rows.map((row) => columns.map((c) => row[c]).join(''))), { tier: 2 }).grid;
        expect(gridOf(order)).toEqual(gridOf([0, 1, 2, 3, 4]));
      }),
    );
  });
});

it('the picture counts what the table and the words count', () => {
  const told = sameCase(repeated(20, ...MIXED), { tier: 2 });
  const grid = told.grid as Grid;
  expect(grid.rows.map(({ supported }) => supported).reduce((a, b) => a + b)).toBe(20 * 0.2 * (4 + 0 + 2 + 3 + 1));
  const drawn = sameCaseSvg(grid, told.agreement.sentence as string);
  expect(drawn.match(/width="14" height="14"/g)).toHaveLength(40 + 1);
  expect(drawn.match(/ r="7"/g)).toHaveLength(40 + 1);
  const pairs = grid.rows.map(({ supported: s, of }) => (s * (s - 1) + (of - s) * (of - s - 1)) / (of * (of - 1)));
  expect(Math.round((100 * pairs.reduce((a, b) => a + b)) / 20)).toBe(told.agreement.value.agreement);
  expect(told.disagreement?.value).toMatchObject(grid.parts as object);
  expect(drawn).toContain(`>${grid.parts?.level}%<`);
  // The most divided summaries come first.
  expect(grid.rows.map(({ supported }) => Math.min(supported, 4 - supported)).join('')).toBe('22221111111100000000');
});
it('refuses rows of unequal length', () =>
  expect(() => sameCase(round('111', '11'), { tier: 2 })).toThrow(/the length of ratings\[1\] is 2/));
