/** Reads a list of schools as GIAS gives it (domain.md B.7): headers by name, in any order, other columns ignored. */
import { isUrn } from '@app/kernel';
import { parse } from 'csv-parse/sync';

/** A row of the list. Closed schools stay: children were on their rolls. */
export interface School {
  readonly urn: string;
  readonly name: string;
  /** Establishment type in GIAS's own words. */
  readonly type?: string;
  /** "Open", "Closed", "Proposed to open" …, in GIAS's own words. */
  readonly status?: string;
  readonly phase?: string;
  readonly lowAge?: number;
  readonly highAge?: number;
  /** Places in the whole school; GIAS has none by year group. */
  readonly capacity?: number;
  /** Children on roll. */
  readonly roll?: number;
  readonly laCode?: string;
}

/** The list cannot be used; the message names line, value and remedy. */
export class SchoolListUnreadable extends Error {
  override readonly name = 'SchoolListUnreadable';
}

const REQUIRED = ['URN', 'EstablishmentName'];
const PROBLEMS_SHOWN = 5;

/** The schools of a GIAS extract, UTF-8 (with or without BOM) or else Windows-1252. Throws SchoolListUnreadable. */
export function readSchoolList(bytes: Uint8Array): School[] {
  const [header, ...lines] = linesOf(textOf(bytes));
  if (!header)
    throw new SchoolListUnreadable('The school list is empty: send a GIAS extract as CSV with its header row.');
  const columns = new Map(header.cells.map((cell, at) => [cell.trim().toLowerCase(), at]));
  const missing = REQUIRED.filter((name) => !columns.has(name.toLowerCase()));
  if (missing.length > 0) {
    throw new SchoolListUnreadable(
      `The school list has no column "${missing.join('", "')}" in its first row: send a GIAS extract as CSV.`,
    );
  }
  const problems: string[] = [];
  const schools = new Map<string, School>();
  for (const { line, cells } of lines) {
    const cell = (name: string): string | undefined => {
      const at = columns.get(name.toLowerCase());
      return at === undefined ? undefined : cells[at]?.trim() || undefined;
    };
    const wrong = (column: string, remedy: string) =>
      problems.push(`line ${line}: ${column} is "${(cell(column) ?? '').slice(0, 40)}": ${remedy}`);
    const number = (column: string): number | undefined => {
      const value = cell(column);
      if (value === undefined) return undefined;
      // Whatever else stands there is not recorded: a list is not refused for a number that nothing depends on.
      return /^\d{1,6}$/.test(value) ? Number(value) : undefined;
    };
    const urn = cell('URN') ?? '';
    const name = cell('EstablishmentName');
    if (!isUrn(urn)) wrong('URN', 'give the six digits of GIAS');
    else if (schools.has(urn) && schools.get(urn)?.name !== name) wrong('URN', 'list each school once');
    if (name === undefined) wrong('EstablishmentName', "give the school's name");
    schools.set(urn, {
      urn,
      name: name ?? '',
      ...given('type', cell('TypeOfEstablishment (name)')),
      ...given('status', cell('EstablishmentStatus (name)')),
      ...given('phase', cell('PhaseOfEducation (name)')),
      ...given('lowAge', number('StatutoryLowAge')),
      ...given('highAge', number('StatutoryHighAge')),
      ...given('capacity', number('SchoolCapacity')),
      ...given('roll', number('NumberOfPupils')),
      ...given('laCode', cell('LA (code)')),
    });
  }
  if (problems.length > 0) {
    const more = problems.length - PROBLEMS_SHOWN;
    throw new SchoolListUnreadable(
      `The school list was not taken: ${problems.slice(0, PROBLEMS_SHOWN).join('; ')}${more > 0 ? `; and ${more} more` : ''}.`,
    );
  }
  return [...schools.values()];
}

const given = <K extends string, T>(key: K, value: T | undefined): { [k in K]?: T } =>
  (value === undefined ? {} : { [key]: value }) as { [k in K]?: T };

function textOf(bytes: Uint8Array): string {
  if (bytes.includes(0)) {
    throw new SchoolListUnreadable('The school list is no text file (a workbook?): save it as CSV in UTF-8.');
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

/** The rows that say anything, each with its line in the file, from 1. */
function linesOf(text: string): { line: number; cells: string[] }[] {
  try {
    const rows = parse(text, { relax_column_count: true, info: true, bom: true }) as unknown as {
      record: string[];
      info: { lines: number };
    }[];
    return rows
      .map(({ record, info }) => ({ line: info.lines, cells: record }))
      .filter(({ cells }) => cells.some((cell) => cell.trim() !== ''));
  } catch (error) {
    throw new SchoolListUnreadable(`The school list is no CSV: ${(error as Error).message}. Save it as CSV in UTF-8.`);
  }
}
