/** Reads decisions as they stand; who may see them is part of the SQL. */
import type { ChairsActionColumn } from './projection';

/** What a query needs of a pg pool or client. */
interface Reader {
  query<Row extends object>(sql: string, params: unknown[]): Promise<{ rows: Row[] }>;
}

/** A condition on the columns of the table, with its parameters from $1. */
interface Scope {
  readonly sql: string;
  readonly params: readonly unknown[];
}
const EVERYTHING: Scope = { sql: 'true', params: [] };

export interface DecisionRow {
  readonly decisionId: string;
  readonly caseId: string;
  readonly meetingId: string;
  readonly panelId: string;
  readonly decidedOn: string;
  /** Null when the case was put off. */
  readonly decisionType: string | null;
  readonly deferred: boolean;
  readonly withdrawn: boolean;
  readonly corrected: boolean;
  readonly chairsAction: (ChairsActionColumn & { readonly lapsed: boolean }) | null;
  /** Event id of the record that stands: what a correction or withdrawal names. */
  readonly recordId: string;
  readonly homeUrn: string;
  readonly receivingUrn: string | null;
  readonly requested: string;
  readonly provenance: string;
  readonly revision: number;
}

/** Chair's action lapses, without an event, once a later full meeting could decide and did not confirm it (domain.md G.2). */
const LAPSED = `chairs_action->>'ratification' = 'awaited' and exists (
  select from read.meetings full_meeting
  where full_meeting.panel_id = decisions.panel_id and full_meeting.kind = 'ordinary'
    and (full_meeting.quorum->>'met')::boolean and full_meeting.meeting_on > decisions.decided_on
    and full_meeting.meeting_on < current_day.today)`;

const COLUMNS = `decision_id as "decisionId", case_id as "caseId", meeting_id as "meetingId", panel_id as "panelId",
  decided_on::text as "decidedOn", decision_type as "decisionType", deferred, withdrawn, corrected,
  chairs_action || jsonb_build_object('lapsed', ${LAPSED}) as "chairsAction", record_id as "recordId",
  home_urn as "homeUrn", receiving_urn as "receivingUrn", requested, provenance, revision`;

async function select(
  reader: Reader,
  condition: (n: number) => string,
  params: readonly unknown[],
  today: string,
  scope: Scope,
): Promise<readonly DecisionRow[]> {
  const n = scope.params.length;
  const { rows } = await reader.query<DecisionRow>(
    `select ${COLUMNS} from read.decisions cross join (select $${n + 1}::date as today) current_day
     where (${scope.sql}) and record_id is not null and ${condition(n + 2)} order by decided_on desc, decision_id`,
    [...scope.params, today, ...params],
  );
  return rows;
}

/** One decision. `today` is the calendar date by which chair's action may have lapsed. */
export const decisionById = async (
  reader: Reader,
  decisionId: string,
  today: string,
  scope: Scope = EVERYTHING,
): Promise<DecisionRow | undefined> =>
  (await select(reader, (n) => `decision_id = $${n}::uuid`, [decisionId], today, scope))[0];

/** The decisions of a case, the latest first; withdrawn ones too. */
export const decisionsOfCase = (
  reader: Reader,
  caseId: string,
  today: string,
  scope: Scope = EVERYTHING,
): Promise<readonly DecisionRow[]> => select(reader, (n) => `case_id = $${n}::uuid`, [caseId], today, scope);

/** The decisions of a meeting; withdrawn ones too. */
export const decisionsOfMeeting = (
  reader: Reader,
  meetingId: string,
  today: string,
  scope: Scope = EVERYTHING,
): Promise<readonly DecisionRow[]> => select(reader, (n) => `meeting_id = $${n}::uuid`, [meetingId], today, scope);

/** A panel's chair's actions that no full meeting has answered yet, lapsed ones too. */
export const awaitingRatification = (
  reader: Reader,
  panelId: string,
  today: string,
  scope: Scope = EVERYTHING,
): Promise<readonly DecisionRow[]> =>
  select(
    reader,
    (n) => `panel_id = $${n}::uuid and not withdrawn and chairs_action->>'ratification' = 'awaited'`,
    [panelId],
    today,
    scope,
  );
