import { MalformedEvent, StoreUnavailable } from '@app/event-store';
import { describeFault, isOutage } from './faults';

/** As the driver makes them. */
const databaseError = (code: string, more: object = {}) =>
  Object.assign(new Error('invalid input syntax for type integer: "Kelly Smith"'), {
    code,
    severity: 'ERROR',
    ...more,
  });

describe('what is told of a fault', () => {
  it.each([
    [databaseError('22P02'), 'SQLSTATE 22P02'],
    [
      databaseError('23505', { table: 'notes', constraint: 'notes_pkey', detail: 'Key (name)=(Kelly)' }),
      'SQLSTATE 23505, table notes, constraint notes_pkey',
    ],
    [new MalformedEvent('case-1 at revision 2, CaseReferred: caseType is missing.'), /^MalformedEvent: case-1 at rev/],
    [new SyntaxError('Unexpected token K, "Kelly" is not valid JSON'), /^SyntaxError at faults\.spec\.ts:\d+$/],
    [new Error('no panel for Kelly\n    at Kelly (smith.ts:1)'), /^Error at faults\.spec\.ts:\d+$/],
    ['Kelly', 'something that is not an error was thrown'],
  ])('%#: quotes no value', (error, told) => {
    expect(describeFault(error)).toMatch(told);
    expect(describeFault(error)).not.toMatch(/Kelly|Smith|smith/);
  });
});

describe('an outage', () => {
  it.each([
    ['a lost connection', new Error('Connection terminated unexpectedly'), 1, true],
    ['a refused connection', Object.assign(new Error('x'), { code: 'ECONNREFUSED' }), 1, true],
    ['a server that goes down', databaseError('57P01'), 10, true],
    ['a deadlock', databaseError('40P01'), 10, true],
    ['a full disk', databaseError('53100'), 10, true],
    ['a store out of reach', new StoreUnavailable('x'), 1, true],
    ['one event that takes too long', databaseError('57014'), 1, true],
    ['a batch that takes too long', databaseError('57014'), 2, false],
    ['a value that does not fit', databaseError('22P02'), 10, false],
    ['a broken constraint', databaseError('23505'), 10, false],
    ['a missing table', databaseError('42P01'), 10, false],
    ['a parameter that cannot be sent', new TypeError('circular'), 10, false],
  ])('%s', (_, error, events, expected) => {
    expect(isOutage(error, events)).toBe(expected);
  });
});
