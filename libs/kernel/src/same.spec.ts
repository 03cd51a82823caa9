import { same } from './same';

describe('the same facts', () => {
  it.each([
    [
      { a: 1, b: [{ c: 2, d: 3 }] },
      { b: [{ d: 3, c: 2 }], a: 1 },
    ],
    [{ a: 1, b: undefined }, { a: 1 }],
    [undefined, undefined],
  ])('%j is %j', (a, b) => expect(same(a, b)).toBe(true));
  it.each([
    [{ a: 1 }, { a: 2 }],
    [{ a: [1, 2] }, { a: [2, 1] }],
    [{ a: [1] }, { a: [1, 2] }],
    [{ a: {} }, { a: null }],
    [{ a: [] }, { a: {} }],
    ['1', 1],
  ])('%j is not %j', (a, b) => expect(same(a, b)).toBe(false));
});
