/**
 * A row of a panel's register: which columns there are, what a cell may say, and what must fit together (register.md).
 * Pure. All errors of a row are found at once, each with the column, the value seen and the remedy.
 */
import {
  type CaseType,
  CASE_TYPES,
  type DecisionType,
  DECISION_TYPES,
  ETHNICITY_CODES,
  isUpn,
  MAIN_REASON_CODES,
  NO_TRIALS_FROM,
  normalisedUpn,
  PRIMARY_NEED_CODES,
  SEN_PROVISION_CODES,
  SEX_CODES,
  STANCES,
  upnCheckLetter,
} from '@app/kernel';
import {
  answer,
  calendarDate,
  type CellReader,
  codeOf,
  halfDays,
  text,
  wholeNumber,
  yearGroup,
  yesOrNo,
} from './cells';

export interface CellError {
  readonly column: string;
  /** As the sender wrote it. */
  readonly value: string;
  readonly remedy: string;
}

const labelled = <C extends string>(set: readonly { code: C; label: string }[]): [string, C][] =>
  set.map(({ code, label }) => [label.toLowerCase(), code]);

const DECIDED = [
  'managedMoveSupported',
  'supportInSchool',
  'offSiteDirection',
  'alternativeProvision',
  'referToMultiAgency',
] as const satisfies readonly DecisionType[];
const decisions = labelled(DECISION_TYPES).filter(([, code]) => (DECIDED as readonly string[]).includes(code));
const requests: [string, DecisionType][] = [['managed move', 'managedMoveSupported'], ...decisions];
const listed = (answers: readonly (readonly [string, unknown])[]): string =>
  answers.map(([label]) => `"${label.charAt(0).toUpperCase()}${label.slice(1)}"`).join(', ');

const END_CAUSES = [
  ['returned', 'returned'],
  ['excluded', 'excluded'],
  ['moved again', 'movedAgain'],
  ['left area', 'leftArea'],
] as const;
const METHODS = ['consensus', 'vote', 'chair'] as const;
const deferred = ['deferred', 'deferred'] as const;
type Outcome = (typeof DECIDED)[number] | 'deferred';

const urn: CellReader<string> = (cell) =>
  /^\d{6}$/.test(cell) ? { value: cell } : { remedy: 'write the six digits of the school as GIAS has them' };

const upn: CellReader<string> = (cell) => {
  const given = normalisedUpn(cell);
  if (isUpn(given)) return { value: given };
  const right = given.length === 13 ? upnCheckLetter(given.slice(1)) : undefined;
  return {
    remedy: right
      ? 'the first letter does not fit the other characters: copy the UPN again from the school'
      : 'write the 13 characters of the UPN',
  };
};

/** Column names as the register has them, each with how its cell is read. */
const COLUMNS = {
  panel: { name: 'Panel', required: true, read: text },
  meetingOn: { name: 'Meeting date', required: true, read: calendarDate },
  caseRef: { name: 'Case ref', required: true, read: text },
  upn: { name: 'UPN', required: true, read: upn },
  pupilName: { name: 'Pupil name', required: false, read: text },
  bornOn: { name: 'Date of birth', required: true, read: calendarDate },
  ncYear: { name: 'Year group', required: true, read: yearGroup },
  homeUrn: { name: 'Home school URN', required: true, read: urn },
  receivingUrn: { name: 'Receiving school URN', required: false, read: urn },
  mainReason: {
    name: 'Main reason',
    required: true,
    read: codeOf(MAIN_REASON_CODES, 'write the two letters of an exclusion reason, such as DB'),
  },
  senProvision: { name: 'SEN provision', required: true, read: codeOf(SEN_PROVISION_CODES, 'write N, K or E') },
  primaryNeed: {
    name: 'Primary need',
    required: false,
    read: codeOf(PRIMARY_NEED_CODES, `write one of ${PRIMARY_NEED_CODES.join(', ')}, or leave it blank`),
  },
  freeSchoolMeals: { name: 'FSM', required: false, read: yesOrNo },
  lookedAfter: { name: 'Looked after', required: false, read: yesOrNo },
  ethnicity: {
    name: 'Ethnicity',
    required: false,
    read: codeOf(ETHNICITY_CODES, 'write a four-letter ethnicity code, such as WBRI, or leave it blank'),
  },
  sex: { name: 'Sex', required: false, read: codeOf(SEX_CODES, 'write M, F or U, or leave it blank') },
  supportCycles: { name: 'Support cycles', required: false, read: wholeNumber(0, 99) },
  daysSuspended: { name: 'Days suspended', required: false, read: halfDays },
  previousMoves: { name: 'Previous moves', required: false, read: wholeNumber(0, 99) },
  parentView: {
    name: 'Parent view',
    required: false,
    read: answer(
      new Map([
        ['supports move', 'supportsMove'],
        ['unsure', 'unsure'],
        ['opposes move', 'opposesMove'],
      ] as const satisfies [string, (typeof STANCES.parent)[number]['code']][]),
      'write "Supports move", "Unsure" or "Opposes move", or leave it blank',
    ),
  },
  pupilView: {
    name: 'Pupil view',
    required: false,
    read: answer(
      new Map([
        ['wants to move', 'wantsToMove'],
        ['unsure', 'unsure'],
        ['wants to stay', 'wantsToStay'],
      ] as const satisfies [string, (typeof STANCES.pupil)[number]['code']][]),
      'write "Wants to move", "Unsure" or "Wants to stay", or leave it blank',
    ),
  },
  requested: {
    name: 'Requested',
    required: true,
    read: answer(new Map<string, DecisionType>(requests), `write one of ${listed(requests)}`),
  },
  outcome: {
    name: 'Decision',
    required: true,
    read: answer(
      new Map<string, Outcome>([...(decisions as [string, Outcome][]), deferred]),
      `write one of ${listed([...decisions, deferred])}`,
    ),
  },
  rationale: { name: 'Rationale', required: false, read: text },
  method: {
    name: 'Decided by',
    required: false,
    read: codeOf(METHODS, 'write consensus, vote or chair, or leave it blank'),
  },
  startedOn: { name: 'Move started', required: false, read: calendarDate },
  trialWeeks: { name: 'Trial weeks', required: false, read: wholeNumber(1, 200) },
  endedOn: { name: 'Move ended', required: false, read: calendarDate },
  endCause: {
    name: 'End reason',
    required: false,
    read: answer(new Map(END_CAUSES), `write one of ${listed(END_CAUSES)}`),
  },
} as const satisfies Record<string, { name: string; required: boolean; read: CellReader<unknown> }>;

export type Column = keyof typeof COLUMNS;
type ValueOf<C extends Column> = (typeof COLUMNS)[C]['read'] extends CellReader<infer T> ? T : never;
type RequiredColumn = { [C in Column]: (typeof COLUMNS)[C]['required'] extends true ? C : never }[Column];
export type RegisterRow = { readonly [C in RequiredColumn]: ValueOf<C> } & {
  readonly [C in Exclude<Column, RequiredColumn>]?: ValueOf<C>;
};

export const columns = Object.entries(COLUMNS) as [Column, (typeof COLUMNS)[Column]][];
export const columnName = (column: Column): string => COLUMNS[column].name;

/** Which case type a request belongs to (register.md, column Requested). */
export const caseTypeOf = (requested: DecisionType): CaseType =>
  requested === 'offSiteDirection' || requested === 'alternativeProvision'
    ? 'OffSite'
    : requested === 'referToMultiAgency'
      ? 'MultiAgency'
      : (CASE_TYPES[0].code as CaseType);

export interface ReadRow {
  readonly row?: RegisterRow;
  readonly errors: readonly CellError[];
  /** Worth a look, but no reason to refuse. */
  readonly warnings: readonly CellError[];
}

/** Reads the cells of one row, trimmed, by column. `knownSchools` are the URNs of the school list. */
export function readRow(
  cells: Readonly<Partial<Record<Column, string>>>,
  { knownSchools, today }: { knownSchools: ReadonlySet<string>; today: string },
): ReadRow {
  const errors: CellError[] = [];
  const read: Partial<Record<Column, unknown>> = {};
  for (const [column, { name, required, read: reader }] of columns) {
    const cell = (cells[column] ?? '').trim();
    if (cell === '') {
      if (required) errors.push({ column: name, value: '', remedy: 'fill it in' });
      continue;
    }
    const found = reader(cell);
    if ('value' in found) read[column] = found.value;
    else errors.push({ column: name, value: cell, remedy: found.remedy });
  }
  const row = read as RegisterRow;
  const wrong = (column: Column, remedy: string) =>
    errors.push({ column: columnName(column), value: (cells[column] ?? '').trim(), remedy });

  for (const column of ['homeUrn', 'receivingUrn'] as const)
    if (row[column] !== undefined && !knownSchools.has(row[column]))
      wrong(column, 'this school is not in the school list: correct the URN or import a newer list');
  if (row.homeUrn !== undefined && row.receivingUrn === row.homeUrn)
    wrong('receivingUrn', 'a child cannot move to the school they are at: correct it or leave it blank');
  if (row.bornOn !== undefined && row.meetingOn !== undefined && row.bornOn >= row.meetingOn)
    wrong('bornOn', 'the child must be born before the meeting');
  if (row.startedOn !== undefined) {
    if (row.outcome !== undefined && row.outcome !== 'managedMoveSupported')
      wrong('startedOn', 'only a move that was supported can start: leave it blank or correct the decision');
    if (row.meetingOn !== undefined && row.startedOn < row.meetingOn)
      wrong('startedOn', 'a move cannot start before the meeting that decided it');
  }
  const startIsBlank = (cells.startedOn ?? '').trim() === '';
  if (row.trialWeeks !== undefined) {
    if (startIsBlank) wrong('trialWeeks', 'a trial needs the date on which the move started');
    if (row.meetingOn !== undefined && row.meetingOn >= NO_TRIALS_FROM)
      wrong('trialWeeks', 'decisions from 26/07/2026 on may not set a trial period: leave it blank');
  }
  const endIsBlank = (cells.endedOn ?? '').trim() === '';
  const causeIsBlank = (cells.endCause ?? '').trim() === '';
  if (endIsBlank !== causeIsBlank)
    wrong(endIsBlank ? 'endedOn' : 'endCause', 'fill in both the day a move ended and its reason, or neither');
  if (row.endedOn !== undefined) {
    if (startIsBlank) wrong('endedOn', 'a move that ended needs the date on which it started');
    else if (row.startedOn !== undefined && row.endedOn <= row.startedOn)
      wrong('endedOn', 'a move must end after the day it started');
    if (row.endedOn > today) wrong('endedOn', 'this day has not come yet: leave it blank until the move has ended');
  }
  if (errors.length > 0) return { errors, warnings: [] };
  return { row, errors, warnings: ageWarnings(row) };
}

/** A date of birth that does not fit the year group by more than a year is worth a look. */
function ageWarnings(row: RegisterRow): CellError[] {
  const schoolYear = Number(row.meetingOn.slice(0, 4)) - (row.meetingOn.slice(5) < '09-01' ? 1 : 0);
  const bornInYear = Number(row.bornOn.slice(0, 4)) - (row.bornOn.slice(5) < '09-01' ? 1 : 0);
  const expected = schoolYear - bornInYear - 5;
  return Math.abs(expected - row.ncYear) > 1
    ? [{ column: columnName('bornOn'), value: '', remedy: `does not fit year ${row.ncYear} by more than a year` }]
    : [];
}
