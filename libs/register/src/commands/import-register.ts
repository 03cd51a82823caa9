/**
 * Brings a panel's own register in (register.md): file checks before any row; each row whole or refused whole; a second
 * run adds nothing; a run that was killed is finished by the next one.
 */
import { pupilStream } from '@app/cases';
import { type Directory, isMainstream } from '@app/directory';
import { type Actor, type Journal, StoreUnavailable } from '@app/event-store';
import { type Clock, newId, type Refusal } from '@app/kernel';
import { keyForFirstCase, type KeyStore, type Pupils, type SuppressionList } from '@app/vault';
import { matchHeader } from '../domain/header';
import { type CellError, type Column, columnName, readRow, type RegisterRow } from '../domain/row';
import { returnedFile, type RefusedRow } from '../file/returned-file';
import { FileRefused, readSheet, type SheetRow } from '../file/sheet';
import type { ImportRow, ImportRows } from '../import-rows';
import type { ReturnedFiles } from '../returned-files';
import { type RowIds, type RowWorld, ownStreams, stepsOfRow } from './row-steps';
import { carryOut, type Plan, plan, RowOvertaken, SharedStreams } from './steps';

export interface ImportRequest {
  readonly bytes: Uint8Array;
  readonly fileName: string;
  /** The scope in which case references are unique. */
  readonly register: string;
  /** Who may send `register`: the operator who imports. */
  readonly actor: Actor;
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
  /** Stops before the next rows; what was begun is finished. The next run goes on. */
  readonly signal?: AbortSignal;
}

export interface ImportSummary {
  /** Rows of the file that are not blank. */
  readonly rows: number;
  readonly imported: number;
  readonly updated: number;
  readonly refused: number;
  readonly alreadyHere: number;
  /** Where the refused rows lie for 24 hours, or nothing when none was refused. */
  readonly refusedFile: string | null;
  /** Rows that are in, but worth a look. */
  readonly warnings: readonly { readonly row: number; readonly column: string; readonly remedy: string }[];
  readonly unknownColumns: readonly string[];
}

export class ImportInterrupted extends Error {
  override readonly name = 'ImportInterrupted';
  constructor(done: number, total: number) {
    super(`The import was stopped after ${done} of ${total} rows. Run it again: it goes on where it stopped.`);
  }
}

export interface RegisterImportParts {
  readonly tenant: string;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly directory: Directory;
  readonly keys: KeyStore;
  readonly pupils: Pupils;
  readonly suppression: SuppressionList;
  readonly rows: ImportRows;
  readonly returned: ReturnedFiles;
}

type Taken = 'imported' | 'updated' | 'alreadyHere';
interface NumberedRow {
  readonly source: SheetRow;
  readonly row: RegisterRow;
  /** What the sender wrote in a column. */
  seen(column: Column): string;
}
interface Run {
  readonly request: ImportRequest;
  readonly importId: string;
  readonly world: RowWorld;
  readonly shared: SharedStreams;
  /** Ids of panels and their meetings, by name and day. */
  readonly ids: Map<string, Promise<string>>;
}

/** Rows of different children that are under way at once. */
const LANES_AT_ONCE = 32;
/** How often a row is decided again because somebody else wrote to its case meanwhile, or the store was away. */
const ATTEMPTS = 6;
/** What a later file may fill in (register.md, "Next month's file"). */
const FILLED_LATER: readonly Column[] = ['startedOn', 'trialWeeks', 'endedOn', 'endCause'];

export class RegisterImport {
  constructor(private readonly parts: RegisterImportParts) {}

  /** Throws FileRefused before any row, ImportInterrupted, and StoreUnavailable; run it again after the last two. */
  async run(request: ImportRequest): Promise<ImportSummary> {
    const { clock, directory, rows, returned } = this.parts;
    await returned.sweep(clock.now());
    const sheet = readSheet(request.bytes);
    const header = matchHeader(sheet.header);
    if (header.missing.length > 0)
      throw new FileRefused(
        'column-missing',
        `The file has no column ${header.missing.map((name) => `"${name}"`).join(', ')}: the first row must hold the names of the columns.`,
      );
    if (header.twice.length > 0)
      throw new FileRefused(
        'column-twice',
        `The column ${header.twice.map((name) => `"${name}"`).join(', ')} stands twice in the first row: leave one of them out.`,
      );
    const schools = new Map((await directory.schools()).map((school) => [school.urn, school]));
    const world: RowWorld = {
      today: clock.today(),
      schoolOf: (urn) => {
        const school = schools.get(urn);
        if (!school) return undefined;
        const mainstream = isMainstream(school.type);
        return mainstream === undefined ? {} : { mainstream };
      },
    };
    const knownSchools = new Set(schools.keys());

    const good: NumberedRow[] = [];
    const refused: RefusedRow[] = [];
    const warnings: { row: number; column: string; remedy: string }[] = [];
    for (const source of sheet.rows) {
      const cells: Partial<Record<Column, string>> = Object.fromEntries(
        [...header.at].map(([column, at]) => [column, source.cells[at] ?? '']),
      );
      const read = readRow(cells, { knownSchools, today: world.today });
      const tooLong = source.cells.slice(sheet.header.length).find((cell) => cell.trim() !== '');
      const errors =
        tooLong === undefined
          ? read.errors
          : [...read.errors, { column: 'Row', value: tooLong, remedy: 'the row has more cells than the header' }];
      if (read.row && errors.length === 0) {
        good.push({ source, row: read.row, seen: (column) => cells[column]?.trim() ?? '' });
        warnings.push(...read.warnings.map(({ column, remedy }) => ({ row: source.number, column, remedy })));
      } else refused.push({ row: source, errors });
    }

    const importId = await rows.begin(request.register, request.fileName);
    const run: Run = { request, importId, world, shared: new SharedStreams(), ids: new Map() };
    const counts = { imported: 0, updated: 0, alreadyHere: 0 };
    const total = sheet.rows.length;
    let done = refused.length;
    request.onProgress?.({ done, total });
    const lanes = lanesOf(good);
    const next = lanes[Symbol.iterator]();
    const work = async () => {
      for (const lane of next) {
        for (const one of lane) {
          if (request.signal?.aborted) return;
          const taken = await this.take(one, run);
          if (typeof taken === 'string') counts[taken] += 1;
          else refused.push({ row: one.source, errors: taken });
          request.onProgress?.({ done: ++done, total });
        }
      }
    };
    await Promise.all(Array.from({ length: LANES_AT_ONCE }, work));
    if (request.signal?.aborted && done < total) throw new ImportInterrupted(done, total);

    refused.sort((a, b) => a.row.number - b.row.number);
    return {
      rows: total,
      ...counts,
      refused: refused.length,
      refusedFile: refused.length === 0 ? null : await returned.keep(run.importId, returnedFile(sheet, refused)),
      warnings,
      unknownColumns: header.unknown,
    };
  }

  private async take(one: NumberedRow, run: Run): Promise<Taken | CellError[]> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.takeOnce(one, run);
      } catch (error) {
        const again = error instanceof RowOvertaken || error instanceof StoreUnavailable;
        if (!again || attempt === ATTEMPTS) throw error;
        await new Promise((resolve) => setTimeout(resolve, 50 * 2 ** attempt));
      }
    }
  }

  private async takeOnce(one: NumberedRow, run: Run): Promise<Taken | CellError[]> {
    const { rows, suppression } = this.parts;
    const { source, row, seen } = one;
    const facts = { row, rowNumber: source.number, importId: run.importId, today: run.world.today };
    if (suppression.isSuppressed(row.upn, row.meetingOn))
      return [
        {
          column: columnName('upn'),
          value: seen('upn'),
          remedy: 'pupil-forgotten: this child was forgotten after this meeting, so the row is not taken in again',
        },
      ];
    const reserved = await rows.find(run.request.register, row.caseRef);
    if (!reserved) return this.takeNew(one, run);

    const changed = rows.changedColumns(reserved, row);
    if (!reserved.done) {
      if (changed.length > 0) return changedSince(changed, one);
      return (await this.bringIn(one, reserved, run)) ?? (reserved.hearing === 1 ? 'imported' : 'updated');
    }
    if (rows.isEarlierHearing(reserved, row)) return 'alreadyHere';
    const startHasCome = reserved.plannedStart !== undefined && reserved.plannedStart <= run.world.today;
    if (changed.length === 0 && !startHasCome) return 'alreadyHere';
    const onlyFilled = changed.every((column) => FILLED_LATER.includes(column) && reserved.cells[column] === undefined);
    if (onlyFilled) {
      const before = await this.decide(row, reserved, run, reserved.hearing);
      if (isRefused(before)) return asCellErrors(before, one);
      const taken = await rows.takeUp(reserved, facts, reserved.hearing);
      return (await this.bringIn(one, taken, run)) ?? 'updated';
    }
    const heardAgain = reserved.deferred && row.meetingOn > reserved.meetingOn && !changed.includes('upn');
    if (!heardAgain) return changedSince(changed, one);
    const before = await this.decide(row, reserved, run, reserved.hearing + 1);
    if (isRefused(before)) return asCellErrors(before, one);
    const taken = await rows.takeUp(reserved, facts, reserved.hearing + 1);
    return (await this.bringIn(one, taken, run)) ?? 'updated';
  }

  /** Decides the row in memory under ids that are not reserved yet; only a row that can be whole is reserved. */
  private async takeNew(one: NumberedRow, run: Run): Promise<Taken | CellError[]> {
    const { pupils, rows } = this.parts;
    const { source, row } = one;
    const known = await pupils.findByUpn(row.upn);
    const ids = { pupilRef: known ?? newId(), caseId: newId(), moveId: newId() };
    const before = await this.decide(row, { ...ids, rowId: newId() }, run, 1, ownStreams(ids, known === undefined));
    if (isRefused(before)) return asCellErrors(before, one);
    const { pupilRef, made } = known === undefined ? await pupils.reserve(row.upn) : { pupilRef: known, made: false };
    const facts = { row, rowNumber: source.number, importId: run.importId, today: run.world.today };
    const reserved = await rows.reserve(run.request.register, { ...ids, pupilRef }, facts);
    const changed = rows.changedColumns(reserved, row);
    if (changed.length > 0) return changedSince(changed, one);
    const untouched = reserved.caseId === ids.caseId ? ownStreams(reserved, made) : new Set<string>();
    return (await this.bringIn(one, reserved, run, untouched)) ?? 'imported';
  }

  /** Appends what is not in the log yet of a reserved row. Answers why it cannot, or nothing when it is whole. */
  private async bringIn(
    one: NumberedRow,
    reserved: ImportRow,
    run: Run,
    untouched: ReadonlySet<string> = new Set(),
  ): Promise<CellError[] | undefined> {
    const { journal, keys, pupils, rows, tenant } = this.parts;
    const { source, row } = one;
    const decided = await this.decide(row, reserved, run, reserved.hearing, untouched);
    if (isRefused(decided)) return asCellErrors(decided, one);
    const { pupilRef, rowId } = reserved;
    const pupilIsNew = decided.newStreams.has(pupilStream(pupilRef));
    await keyForFirstCase(keys, pupilRef, pupilIsNew);
    const kept = pupilIsNew ? {} : (await pupils.identities([pupilRef])).get(pupilRef);
    await pupils.remember(pupilRef, {
      ...kept,
      upn: row.upn,
      dateOfBirth: row.bornOn,
      ...(row.pupilName === undefined ? {} : { name: row.pupilName }),
    });
    await carryOut(decided, {
      journal,
      rowId,
      shared: run.shared,
      envelope: {
        tenant,
        actor: run.request.actor,
        provenance: 'register',
        source: { importId: run.importId, row: source.number },
      },
    });
    await rows.finish(rowId);
    return undefined;
  }

  /** `untouched`: streams of ids that were made just now. */
  private async decide(
    row: RegisterRow,
    known: Pick<RowIds, 'pupilRef' | 'caseId' | 'moveId'> & { readonly rowId: string },
    run: Run,
    hearing: number,
    untouched: ReadonlySet<string> = new Set(),
  ) {
    const { directory, journal } = this.parts;
    const remembered = (key: string, reserve: () => Promise<string>): Promise<string> => {
      const id = run.ids.get(key) ?? reserve();
      run.ids.set(key, id);
      return id;
    };
    const panelId = await remembered(row.panel, async () => (await directory.reservePanel(row.panel)).panelId);
    const meetingId = await remembered(
      `${panelId} ${row.meetingOn}`,
      async () => (await directory.reserveMeeting(panelId, row.meetingOn, 'ordinary')).meetingId,
    );
    const ids = { ...known, panelId, meetingId };
    return plan(stepsOfRow(row, ids, run.world, hearing), {
      journal,
      rowId: known.rowId,
      shared: run.shared,
      untouched,
    });
  }
}

const isRefused = (decided: Plan | readonly Refusal[]): decided is readonly Refusal[] => Array.isArray(decided);

/** Fields of commands, as the sender's columns. */
const COLUMN_OF: Readonly<Record<string, Column>> = {
  caseType: 'requested',
  homeUrn: 'homeUrn',
  fromUrn: 'homeUrn',
  receivingUrn: 'receivingUrn',
  toUrn: 'receivingUrn',
  occurredOn: 'meetingOn',
  startedOn: 'startedOn',
  on: 'endedOn',
};

const asCellErrors = (reasons: readonly Refusal[], { seen }: NumberedRow): CellError[] =>
  reasons.map(({ code, sentence, field }) => {
    const column = COLUMN_OF[field ?? ''] ?? 'caseRef';
    return { column: columnName(column), value: seen(column), remedy: `${code}: ${sentence}` };
  });

const changedSince = (changed: readonly Column[], { seen }: NumberedRow): CellError[] =>
  changed.map((column) => ({
    column: columnName(column),
    value: seen(column),
    remedy: 'changed since it was imported: correct it on the case instead',
  }));

/**
 * Rows that must come one after the other: those of one child and those of one case reference, in the order of their
 * meetings. Different lanes can run side by side.
 */
function lanesOf(rows: readonly NumberedRow[]): NumberedRow[][] {
  const laneOf = new Map<string, NumberedRow[]>();
  for (const one of rows) {
    const keys = [`case ${one.row.caseRef}`, `child ${one.row.upn}`];
    const [first, second] = keys.map((key) => laneOf.get(key));
    const lane = first ?? second ?? [];
    if (first && second && first !== second) {
      first.push(...second);
      for (const [key, other] of laneOf) if (other === second) laneOf.set(key, first);
    }
    lane.push(one);
    for (const key of keys) laneOf.set(key, lane);
  }
  return [...new Set(laneOf.values())].map((lane) =>
    lane.sort(
      (a, b) =>
        (a.row.meetingOn < b.row.meetingOn ? -1 : a.row.meetingOn > b.row.meetingOn ? 1 : 0) ||
        a.source.number - b.source.number,
    ),
  );
}
