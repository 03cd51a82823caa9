import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSheet, type Sheet } from '../file/sheet';
import { matchHeader } from './header';
import { type Column, columnName, columns, readRow } from './row';

const samples = join(__dirname, '../../../../samples');
const schools = new Set(
  readFileSync(join(samples, 'schools.csv'), 'utf8')
    .split('\n')
    .slice(1)
    .map((line) => line.slice(0, 6)),
);
const context = { knownSchools: schools, today: '2026-11-22' };

const good: Partial<Record<Column, string>> = {
  panel: 'Central',
  meetingOn: '30/05/2025',
  caseRef: 'X1',
  upn: 'B801200005001',
  bornOn: '13-Dec-11',
  ncYear: 'Yr 8',
  homeUrn: '990034',
  mainReason: 'da',
  senProvision: 'K',
  requested: 'Managed move',
  outcome: 'Managed move supported',
};
const errorsOf = (changed: Partial<Record<Column, string>>) =>
  readRow({ ...good, ...changed }, context).errors.map(({ column }) => column);

describe('a row of the register', () => {
  it('reads what people write', () => {
    const { row, warnings } = readRow(
      {
        ...good,
        freeSchoolMeals: 'YES',
        lookedAfter: 'n',
        daysSuspended: '12.5',
        startedOn: '15-Jun-25',
        method: 'Vote',
      },
      context,
    );
    expect(row).toMatchObject({
      meetingOn: '2025-05-30',
      bornOn: '2011-12-13',
      ncYear: 8,
      mainReason: 'DA',
      freeSchoolMeals: true,
      lookedAfter: false,
      daysSuspended: 12.5,
      startedOn: '2025-06-15',
      method: 'vote',
      outcome: 'managedMoveSupported',
      requested: 'managedMoveSupported',
    });
    expect(warnings).toEqual([]);
  });
  it('leaves what is not recorded absent', () => {
    const { row } = readRow(good, context);
    expect(Object.keys(row ?? {}).sort()).toEqual(Object.keys(good).sort());
  });
  it.each([
    ['a wrong check letter', { upn: 'A801200005001' }, ['UPN']],
    ['a date that does not exist', { meetingOn: '31/02/2025' }, ['Meeting date']],
    ['an American date', { meetingOn: '2025-05-30' }, ['Meeting date']],
    ['an unknown decision', { outcome: 'MM supported?' }, ['Decision']],
    ['Deferred as a request', { requested: 'Deferred' }, ['Requested']],
    ['a formula in a coded column', { mainReason: '=DA' }, ['Main reason']],
    ['year 15', { ncYear: 'Year 15' }, ['Year group']],
    ['an unknown school', { homeUrn: '123456' }, ['Home school URN']],
    ['home = receiving', { receivingUrn: '990034' }, ['Receiving school URN']],
    ['a birth after the meeting', { bornOn: '01/06/2025' }, ['Date of birth']],
    ['a start before the meeting', { startedOn: '29/05/2025' }, ['Move started']],
    ['a start though not supported', { outcome: 'Deferred', startedOn: '10/06/2025' }, ['Move started']],
    ['a trial without a start', { trialWeeks: '6' }, ['Trial weeks']],
    [
      'a trial after 26 July 2026',
      { meetingOn: '26/07/2026', startedOn: '01/09/2026', trialWeeks: '6' },
      ['Trial weeks'],
    ],
    ['an end without a reason', { startedOn: '10/06/2025', endedOn: '12/06/2025' }, ['End reason']],
    [
      'an end on the day of the start',
      { startedOn: '10/06/2025', endedOn: '10/06/2025', endCause: 'Returned' },
      ['Move ended'],
    ],
    ['several at once', { panel: '', upn: 'x', ncYear: '0' }, ['Panel', 'UPN', 'Year group']],
  ])('refuses %s', (_, changed, expected) => expect(errorsOf(changed)).toEqual(expected));
  it('warns of an age that does not fit the year group by more than a year', () => {
    expect(readRow({ ...good, bornOn: '13/12/2008' }, context).warnings).toHaveLength(1);
    expect(readRow({ ...good, bornOn: '13/12/2010' }, context).warnings).toEqual([]);
  });
});

describe('the header', () => {
  const all = columns.map(([column]) => columnName(column));
  it('is matched by name, in any order and any case, and unknown columns are named', () => {
    const header = matchHeader(
      [...all]
        .reverse()
        .map((name, i) => (i % 2 ? ` ${name.toUpperCase()}` : name))
        .concat('Notes'),
    );
    expect(header).toMatchObject({ missing: [], twice: [], unknown: ['Notes'] });
    expect(header.at.get('panel')).toBe(all.length - 1);
  });
  it('says which required columns are missing and which stand there twice', () => {
    expect(matchHeader(['Panel', 'panel', 'Rationale'])).toMatchObject({ twice: ['panel'] });
    expect(matchHeader(all.filter((name) => name !== 'UPN' && name !== 'Sex')).missing).toEqual(['UPN']);
  });
});

describe('the sample register', () => {
  const truth = JSON.parse(readFileSync(join(samples, 'decision-register.truth.json'), 'utf8')) as {
    rows: number;
    errors: Record<string, number>;
  };
  const sheet: Sheet = readSheet(readFileSync(join(samples, 'decision-register.csv')));
  const header = matchHeader(sheet.header);
  const read = sheet.rows.map(({ cells }) =>
    readRow(Object.fromEntries([...header.at].map(([column, at]) => [column, cells[at] ?? ''])), context),
  );
  it('has the rows and the errors of its truth file', () => {
    expect(sheet.encoding).toBe('windows-1252');
    expect(sheet.rows).toHaveLength(truth.rows);
    const refused = read.filter(({ errors }) => errors.length > 0);
    expect(refused).toHaveLength(Object.values(truth.errors).reduce((a, b) => a + b));
    expect(refused.flatMap(({ errors }) => errors.map(({ column }) => column)).sort()).toEqual(
      [
        ...Array(3).fill('UPN'),
        ...Array(2).fill('Decision'),
        'Panel',
        'Home school URN',
        'Year group',
        'Receiving school URN',
        'Date of birth',
        ...Array(2).fill('Meeting date'),
      ].sort(),
    );
  });
});
