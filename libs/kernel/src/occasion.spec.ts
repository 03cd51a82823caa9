import { Refused } from './decider';
import { judge } from './findings';
import { happensWhenSaid } from './occasion';

describe('a step happens when it is said to', () => {
  it.each([
    ['live', '2026-01-04', ['enter-it-late']],
    ['live', '2026-01-05', []],
    ['lateEntry', '2026-01-04', []],
    ['lateEntry', '2026-01-06', ['not-yet-happened']],
    ['register', '2026-01-06', ['not-yet-happened']],
  ] as const)('%s on %s: %j', (provenance, on, codes) => {
    const judged = judge([happensWhenSaid], {}, {}, { provenance, on, today: '2026-01-05' });
    expect(judged instanceof Refused ? judged.reasons.map((reason) => reason.code) : []).toEqual(codes);
  });
});
