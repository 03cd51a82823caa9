/** Which row of a register became which case: reserved before the row's first append, so that a killed import goes on. */
import { createHmac } from 'node:crypto';
import { newId } from '@app/kernel';
import { encrypt, keyFor, type KeyStore } from '@app/vault';
import type { Pool } from 'pg';
import type { Column, RegisterRow } from './domain/row';

/** HMAC of each filled cell, by column. */
export type CellDigests = Readonly<Partial<Record<Column, string>>>;

export interface ImportRow {
  readonly rowId: string;
  readonly importId: string;
  readonly rowNumber: number;
  readonly pupilRef: string;
  readonly caseId: string;
  readonly moveId: string;
  /** How often the case was heard: 1, and one more each time it came back after a deferral. */
  readonly hearing: number;
  readonly meetingOn: string;
  readonly deferred: boolean;
  readonly plannedStart: string | undefined;
  readonly cells: CellDigests;
  /** The cells of hearings that were put off, the first first. */
  readonly earlier: readonly CellDigests[];
  readonly done: boolean;
}

/** What a row of the file says, for its reservation. */
export interface RowFacts {
  readonly row: RegisterRow;
  readonly rowNumber: number;
  readonly importId: string;
  readonly today: string;
}

const COLUMNS = `row_id, import_id, row_number, pupil_ref, case_id, move_id, hearing, meeting_on::text as meeting_on,
  deferred, planned_start::text as planned_start, cells, earlier, done`;

export class ImportRows {
  constructor(
    private readonly pool: Pick<Pool, 'query'>,
    private readonly keys: KeyStore,
  ) {}

  async begin(register: string, fileName: string): Promise<string> {
    const importId = newId();
    await this.pool.query('insert into app.imports (import_id, register, file_name) values ($1, $2, $3)', [
      importId,
      register,
      this.unreadable(importId, fileName),
    ]);
    return importId;
  }

  /** A file's name may name a child, and what is cleared stays in old pages of the database for a while: so it is encrypted. */
  private unreadable(importId: string, fileName: string): string {
    const { iv, ciphertext, tag } = encrypt(keyFor('vault', this.keys.tenantKey('text')), `file|${importId}`, fileName);
    return Buffer.concat([iv, tag, ciphertext]).toString('base64');
  }

  /** What stands for a case reference of a register, or nothing. */
  async find(register: string, caseRef: string): Promise<ImportRow | undefined> {
    const { rows } = await this.pool.query(`select ${COLUMNS} from app.import_rows where row_key = $1`, [
      this.rowKey(register, caseRef),
    ]);
    return rows.map(toImportRow)[0];
  }

  /** The children whose case has this reference in some register: a reference is only kept as what it hashes to. */
  async pupilsByReference(caseRef: string): Promise<string[]> {
    const { rows: registers } = await this.pool.query<{ register: string }>(
      'select distinct register from app.imports',
    );
    const { rows } = await this.pool.query<{ pupil_ref: string }>(
      'select distinct pupil_ref from app.import_rows where row_key = any($1)',
      [registers.map(({ register }) => this.rowKey(register, caseRef))],
    );
    return rows.map((row) => row.pupil_ref);
  }

  /** Reserves a row and all its random ids; answers what another import reserved meanwhile, if one did. */
  async reserve(
    register: string,
    ids: { readonly pupilRef: string; readonly caseId: string; readonly moveId: string },
    facts: RowFacts,
  ): Promise<ImportRow> {
    const { row, rowNumber, importId } = facts;
    const rowId = newId();
    await this.pool.query(
      `insert into app.import_rows (row_key, row_id, import_id, row_number, pupil_ref, case_id, move_id,
         meeting_on, deferred, planned_start, cells)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict (row_key) do nothing`,
      [
        this.rowKey(register, row.caseRef),
        rowId,
        importId,
        rowNumber,
        ids.pupilRef,
        ids.caseId,
        ids.moveId,
        row.meetingOn,
        row.outcome === 'deferred',
        plannedStartOf(facts),
        this.digests(rowId, row),
      ],
    );
    return (await this.find(register, row.caseRef)) as ImportRow;
  }

  /** Takes up what a later file adds to a row, or its next hearing; it is done again once `finish` was called. */
  async takeUp(reserved: ImportRow, facts: RowFacts, hearing: number): Promise<ImportRow> {
    const { row } = facts;
    const { rows } = await this.pool.query(
      `update app.import_rows set hearing = $2, meeting_on = $3, deferred = $4, planned_start = $5, cells = $6,
              earlier = case when hearing = $2 then earlier else earlier || jsonb_build_array(cells) end, done = false
        where row_id = $1 returning ${COLUMNS}`,
      [
        reserved.rowId,
        hearing,
        row.meetingOn,
        row.outcome === 'deferred',
        plannedStartOf(facts),
        this.digests(reserved.rowId, row),
      ],
    );
    return toImportRow(rows[0]);
  }

  async finish(rowId: string): Promise<void> {
    await this.pool.query('update app.import_rows set done = true where row_id = $1', [rowId]);
  }

  /** Which columns of a row differ from what was imported last: filled then or now, or both, but not the same. */
  changedColumns(reserved: ImportRow, row: RegisterRow): Column[] {
    return differences(reserved.cells, this.digests(reserved.rowId, row));
  }

  /** True for the row of a hearing that was put off and has been heard again since. */
  isEarlierHearing(reserved: ImportRow, row: RegisterRow): boolean {
    const now = this.digests(reserved.rowId, row);
    return reserved.earlier.some((cells) => differences(cells, now).length === 0);
  }

  /**
   * Forgets a child's rows: case references and what the cells said; and the names of all files so far, since which of
   * them held the child among its unchanged or refused rows is not kept.
   */
  async forget(pupilRef: string): Promise<void> {
    await this.pool.query(`update app.imports set file_name = 'forgotten' where file_name <> 'forgotten'`);
    await this.pool.query('delete from app.import_rows where pupil_ref = $1', [pupilRef]);
  }

  private hmac(...parts: readonly string[]): Buffer {
    return createHmac('sha256', this.keys.tenantKey('lookup'))
      .update(JSON.stringify(['register', ...parts]))
      .digest();
  }

  private rowKey(register: string, caseRef: string): Buffer {
    return this.hmac('row', register, caseRef.normalize('NFC'));
  }

  private digests(rowId: string, row: RegisterRow): CellDigests {
    return Object.fromEntries(
      Object.entries(row).map(([column, value]) => [
        column,
        this.hmac('cell', rowId, column, String(value)).toString('base64'),
      ]),
    );
  }
}

const differences = (before: CellDigests, now: CellDigests): Column[] =>
  ([...new Set([...Object.keys(before), ...Object.keys(now)])] as Column[]).filter(
    (column) => before[column] !== now[column],
  );

const plannedStartOf = ({ row, today }: RowFacts): string | null =>
  row.startedOn !== undefined && row.startedOn > today ? row.startedOn : null;

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a row as pg gives it
const toImportRow = (row: any): ImportRow => ({
  rowId: row.row_id,
  importId: row.import_id,
  rowNumber: row.row_number,
  pupilRef: row.pupil_ref,
  caseId: row.case_id,
  moveId: row.move_id,
  hearing: row.hearing,
  meetingOn: row.meeting_on,
  deferred: row.deferred,
  plannedStart: row.planned_start ?? undefined,
  cells: row.cells,
  earlier: row.earlier,
  done: row.done,
});
