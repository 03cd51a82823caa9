/** What the list of cases answers: SQL straight to its table, with the reader's scope in the SQL. */
import type { CaseType, Provenance } from '@app/kernel';

export interface CaseListRow {
  readonly caseId: string;
  /** Like MM-2026-0003. */
  readonly reference: string;
  readonly pupilRef: string;
  readonly caseType: CaseType;
  readonly homeUrn: string;
  readonly requested: string;
  readonly status: 'referred' | 'accepted' | 'decided' | 'closed';
  readonly panelId: string | null;
  readonly meetingId: string | null;
  readonly meetingOn: string | null;
  /** A decision type, `deferred`, or nothing before a decision. */
  readonly outcome: string | null;
  readonly receivingUrn: string | null;
  /** Null when it is not recorded. */
  readonly referredOn: string | null;
  readonly lastEventOn: string;
  readonly provenance: Provenance;
  /** Of the case's stream: what a form sends as If-Match. */
  readonly revision: number;
  /** Null when the child is forgotten. */
  readonly ncYear: number | null;
}

/** Which rows somebody may see: `sql` over the columns of case_list, its parameters numbered from `$1`. */
export interface Scope {
  readonly sql: string;
  readonly params: readonly unknown[];
}

export interface CaseFilter {
  readonly panelId?: string;
  /** A decision type, `deferred`, or `none` before a decision. */
  readonly outcome?: string;
  readonly status?: CaseListRow['status'];
  /** Case references, whatever their case. */
  readonly reference?: string;
  /** The children that a search by name or UPN found. */
  readonly pupilRefs?: readonly string[];
  readonly meetingId?: string;
}

/** Where a page ended: the last row of it. */
export interface CasePage {
  readonly after?: { readonly lastEventOn: string; readonly caseId: string };
  /** At most this many rows. */
  readonly limit: number;
}

interface ReadPool {
  query(sql: string, params?: unknown[]): Promise<{ rows: object[] }>;
}

const COLUMNS = `case_id as "caseId", reference, pupil_ref as "pupilRef", case_type as "caseType", home_urn as "homeUrn",
  requested, status, panel_id as "panelId", meeting_id as "meetingId", meeting_on::text as "meetingOn", outcome,
  receiving_urn as "receivingUrn", referred_on::text as "referredOn", last_event_on::text as "lastEventOn", provenance,
  revision, nc_year as "ncYear"`;

function conditions(scope: Scope, filter: CaseFilter): { sql: string[]; params: unknown[] } {
  const params: unknown[] = [...scope.params];
  const sql = [`(${scope.sql})`];
  const also = (condition: (parameter: string) => string, value: unknown) =>
    sql.push(condition(`$${params.push(value)}`));
  const { panelId, outcome, status, reference, pupilRefs, meetingId } = filter;
  if (panelId !== undefined) also((p) => `panel_id = ${p}::uuid`, panelId);
  if (outcome === 'none') sql.push('outcome is null');
  else if (outcome !== undefined) also((p) => `outcome = ${p}`, outcome);
  if (status !== undefined) also((p) => `status = ${p}`, status);
  if (reference !== undefined) also((p) => `reference = upper(trim(${p}))`, reference);
  if (pupilRefs !== undefined) also((p) => `pupil_ref = any(${p}::uuid[])`, pupilRefs);
  if (meetingId !== undefined) also((p) => `meeting_id = ${p}::uuid`, meetingId);
  return { sql, params };
}

/** The cases that somebody may see, those with the newest event first. Pages by the last row, so old cases cost nothing. */
export async function findCases(
  pool: ReadPool,
  scope: Scope,
  filter: CaseFilter,
  page: CasePage,
): Promise<CaseListRow[]> {
  const { sql, params } = conditions(scope, filter);
  if (page.after) {
    const on = `$${params.push(page.after.lastEventOn)}::date`;
    const id = `$${params.push(page.after.caseId)}::uuid`;
    sql.push(`(last_event_on < ${on} or (last_event_on = ${on} and case_id > ${id}))`);
  }
  const { rows } = await pool.query(
    `select ${COLUMNS} from read.case_list where ${sql.join(' and ')}
     order by last_event_on desc, case_id limit $${params.push(page.limit)}`,
    params,
  );
  return rows as CaseListRow[];
}

/** Beyond this many, cases are not counted: a page must not cost more with every year. */
export const COUNTED_UP_TO = 2_000;

/** How many cases somebody may see; one more than COUNTED_UP_TO where there are more than that. */
export async function countCases(pool: ReadPool, scope: Scope, filter: CaseFilter): Promise<number> {
  const { sql, params } = conditions(scope, filter);
  const { rows } = await pool.query(
    `select count(*)::int as n from (select from read.case_list where ${sql.join(' and ')} limit ${COUNTED_UP_TO + 1}) counted`,
    params,
  );
  return (rows[0] as { n: number }).n;
}

/** One case, if somebody may see it. */
export async function caseById(pool: ReadPool, scope: Scope, caseId: string): Promise<CaseListRow | undefined> {
  const params = [...scope.params, caseId];
  const { rows } = await pool.query(
    `select ${COLUMNS} from read.case_list where (${scope.sql}) and case_id = $${params.length}::uuid`,
    params,
  );
  return (rows as CaseListRow[])[0];
}
