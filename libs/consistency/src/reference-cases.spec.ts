/** The published and constructed cases with known answers (consistency.md 3.1); nothing is tuned to ids or names. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { casesIn, runCase } from './testing/reference-cases';

const cases = casesIn(readFileSync(join(__dirname, '../../../test/fixtures/reference-cases.json'), 'utf8'));

it.each(cases.map((one, i) => [String(one.id), one, i] as const))('%s', (_id, one, i) =>
  expect(runCase(one, i).failure).toBeUndefined(),
);

it('binds by like, else by id, whatever a case is called', () => {
  const renamed = cases.map((one, i) => ({ ...one, id: `X${i}`, like: one.like ?? one.id }));
  expect(renamed.map(runCase).filter(({ failure }) => failure !== undefined)).toEqual([]);
});

it('reads what is expected only after it has computed', () => {
  const order: string[] = [];
  const [first] = cases as [Record<string, unknown>];
  const watched = new Proxy(
    { ...first, like: first.id },
    {
      get: (target, key) => {
        order.push(String(key));
        return Reflect.get(target, key) as unknown;
      },
    },
  );
  expect(runCase(watched, 0).failure).toBeUndefined();
  expect(order.lastIndexOf('inputs')).toBeLessThan(
    Math.min(...['id', 'title', 'expected'].map((k) => order.indexOf(k))),
  );
});

it('fails on a figure that is off, and says where', () => {
  const funnel = cases.find((one) => one.id === 'P02') as { expected: { theta: number } };
  const off = { ...funnel, expected: { theta: funnel.expected.theta * 1.00001 } };
  expect(runCase(off, 0).failure).toMatch(/^theta: expected 0\.88\d+, got 0\.88\d+$/);
  expect(runCase({ ...funnel, expected: { rows: [] } }, 0).failure).toBe('rows: expected 0 items, got 12');
  expect(runCase({ ...funnel, expected: { nothing: null } }, 0).failure).toBe('nothing: expected null, got nothing');
});

it.each([
  [{ id: 'P99', inputs: {}, expected: {} }, /the kind "P99" is not known/],
  [{ id: 'constructor', inputs: {}, expected: {} }, /the kind "constructor" is not known/],
  [{ inputs: {}, expected: {} }, /names no kind/],
  [{ id: 'P28', expected: {} }, /has no inputs/],
  [
    {
      id: 'P28',
      inputs: {
        table: [
          [0, 3],
          [6, 8],
        ],
      },
    },
    /expects nothing/,
  ],
  [{ id: 'P32', inputs: {}, expected: {} }, /not the form of P32/],
  [
    {
      id: 'P28',
      inputs: {
        table: [
          [-1, 3],
          [6, 8],
        ],
      },
      expected: {},
    },
    /table cell a is -1: give a whole number from 0/,
  ],
])('says of a malformed case what to mend: %j', (one, why) => expect(runCase(one, 0).failure).toMatch(why));

it.each([
  ['{', /not JSON/],
  ['[]', /holds no cases/],
  ['{"cases": {}}', /holds no cases/],
  ['{"cases": [1]}', /cases\[0\] is not an object/],
])('says of a malformed file what to mend: %s', (text, why) => expect(() => casesIn(text)).toThrow(why));
