import { ratiosOf, rotated, spreadOf } from './measure';
import { goalsOf, type Measured } from './report';

describe('what the benchmark makes of its rounds', () => {
  it('takes the middle of an odd and of an even number of rounds', () => {
    expect(spreadOf([5, 1, 9])).toEqual({ median: 5, min: 1, max: 9 });
    expect(spreadOf([5, 1, 9, 7])).toEqual({ median: 6, min: 1, max: 9 });
    expect(() => spreadOf([])).toThrow('at least one value');
  });

  it('compares round by round, so that a slow round slows both sides', () => {
    expect(ratiosOf([100, 10, 200], [50, 5, 100])).toEqual({ median: 2, min: 2, max: 2 });
  });

  it('gives every contender every place once', () => {
    const orders = [0, 1, 2, 3].map((round) => rotated(['a', 'b', 'c', 'd'], round));
    for (const place of [0, 1, 2, 3]) expect(new Set(orders.map((order) => order[place])).size).toBe(4);
  });

  it('says which goals are missed', () => {
    const rate: Record<string, number> = {
      evenhand: 100,
      'emmett-postgresql': 40,
      castore: 101,
      'message-db': 50,
      'plain insert': 90,
    };
    const appends: Measured[] = Object.entries(rate).map(([contender, value]) => ({
      callers: 32,
      contender,
      rates: [value],
    }));
    const overheads = [{ callers: 32, rounds: [{ bare: 1200, adapter: 1000 }] }];
    const missed = goalsOf(appends, overheads, [32]).filter(({ met }) => !met);
    expect(missed.map(({ goal }) => goal)).toEqual([
      '32 callers: ahead of castore',
      '32 callers: at least 3 times emmett-postgresql',
      '32 callers, on the double: EventStoreDB adapter at most 10 % over its bare client',
    ]);
  });
});
