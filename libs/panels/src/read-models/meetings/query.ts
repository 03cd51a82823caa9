/** Reads the meetings of panels; who may see them is part of the SQL. */
import type { AgendaItem, Attendee, Interest, Quorum } from '../../domain/meeting';

/** What a query needs of a pg pool or client. */
export interface Reader {
  query<Row extends object>(sql: string, params: unknown[]): Promise<{ rows: Row[] }>;
}

/** A condition on the columns of the table, with its parameters from $1. */
export interface Scope {
  readonly sql: string;
  readonly params: readonly unknown[];
}
const EVERYTHING: Scope = { sql: 'true', params: [] };

export interface MeetingRow {
  readonly meetingId: string;
  readonly panelId: string;
  readonly meetingOn: string;
  readonly kind: 'ordinary' | 'chairsAction';
  readonly agenda: readonly AgendaItem[] | null;
  readonly attendees: readonly Attendee[] | null;
  readonly quorum: Quorum | null;
  readonly interests: readonly Interest[];
  readonly revision: number;
}

const COLUMNS = `meeting_id as "meetingId", panel_id as "panelId", meeting_on::text as "meetingOn", kind, agenda, attendees,
  quorum, interests, revision`;

export async function meetingById(
  reader: Reader,
  meetingId: string,
  scope: Scope = EVERYTHING,
): Promise<MeetingRow | undefined> {
  const { rows } = await reader.query<MeetingRow>(
    `select ${COLUMNS} from read.meetings where (${scope.sql}) and meeting_id = $${scope.params.length + 1}`,
    [...scope.params, meetingId],
  );
  return rows[0];
}

/** The meetings of a panel from a day on, the earliest first. */
export async function meetingsFrom(
  reader: Reader,
  filter: { readonly panelId?: string; readonly from: string; readonly limit: number },
  scope: Scope = EVERYTHING,
): Promise<readonly MeetingRow[]> {
  const n = scope.params.length;
  const { rows } = await reader.query<MeetingRow>(
    `select ${COLUMNS} from read.meetings
     where (${scope.sql}) and meeting_on >= $${n + 1}::date and ($${n + 2}::uuid is null or panel_id = $${n + 2}::uuid)
     order by meeting_on, meeting_id limit $${n + 3}`,
    [...scope.params, filter.from, filter.panelId ?? null, filter.limit],
  );
  return rows;
}

/** How many full meetings of a panel could decide, after one day and before another. */
export async function fullMeetingsBetween(
  reader: Reader,
  panelId: string,
  after: string,
  before: string,
): Promise<number> {
  const { rows } = await reader.query<{ n: number }>(
    `select count(*)::integer as n from read.meetings
     where panel_id = $1 and kind = 'ordinary' and (quorum->>'met')::boolean and meeting_on > $2::date and meeting_on < $3::date`,
    [panelId, after, before],
  );
  return rows[0]?.n ?? 0;
}
