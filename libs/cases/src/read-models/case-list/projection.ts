/** The list of cases: one row a case, with where it stands, its panel, its meeting and what was decided. */
import type { RecordedEvent } from '@app/event-store';
import type { DecisionEvent } from '@app/decisions';
import type { MoveEvent } from '@app/managed-moves';
import type { MeetingEvent } from '@app/panels';
import { type CaseType, FORGOTTEN, type Provenance } from '@app/kernel';
import type { Projection, ProjectionTransaction } from '@app/projections';
import type { CaseEvent, PupilEvent } from '../../domain/events';

/** The letters that a case's reference begins with. */
export const REFERENCE_PREFIXES: Readonly<Record<CaseType, string>> = {
  ManagedMove: 'MM',
  OffSite: 'OS',
  FairAccess: 'FA',
  MultiAgency: 'MA',
  ExclusionReview: 'ER',
};

/** Outcome of a decision that was put off. */
const DEFERRED = 'deferred';

type Event = CaseEvent | PupilEvent | DecisionEvent | MoveEvent | MeetingEvent;

interface CaseRow {
  case_id: string;
  case_type: CaseType;
  year: number;
  number: number;
  pupil_ref: string;
  home_urn: string;
  requested: string;
  accepted_by: string | null;
  decided: boolean;
  closed: boolean;
  agenda_meeting_id: string | null;
  referred_on: string | null;
  last_event_on: string;
  provenance: Provenance;
  revision: number;
  nc_year: number | null;
}
interface DecisionRow {
  decision_id: string;
  case_id: string;
  panel_id: string;
  meeting_id: string;
  decided_on: string;
  outcome: string;
  receiving_urn: string | null;
  withdrawn: boolean;
  revision: number;
}
interface MoveRow {
  move_id: string;
  case_id: string;
  to_urn: string;
  proposed_on: string;
}
interface MeetingRow {
  meeting_id: string;
  panel_id: string;
  meeting_on: string;
  agenda_revision: number;
  agenda: readonly string[];
}
interface SeriesRow {
  series: string;
  last: number;
}

/** A table as plain columns, so that it is read and written in one statement each. */
interface TableShape<Row> {
  readonly name: string;
  readonly key: keyof Row & string;
  readonly columns: Readonly<Record<keyof Row & string, string>>;
  /** A constraint whose index is there during a rebuild too. */
  readonly unique?: string;
}
const CASES: TableShape<CaseRow> = {
  name: 'case_list_cases',
  key: 'case_id',
  columns: {
    case_id: 'uuid',
    case_type: 'text',
    year: 'integer',
    number: 'integer',
    pupil_ref: 'uuid',
    home_urn: 'text',
    requested: 'text',
    accepted_by: 'uuid',
    decided: 'boolean',
    closed: 'boolean',
    agenda_meeting_id: 'uuid',
    referred_on: 'date',
    last_event_on: 'date',
    provenance: 'text',
    revision: 'integer',
    nc_year: 'integer',
  },
};
const DECISIONS: TableShape<DecisionRow> = {
  name: 'case_list_decisions',
  key: 'decision_id',
  columns: {
    decision_id: 'uuid',
    case_id: 'uuid',
    panel_id: 'uuid',
    meeting_id: 'uuid',
    decided_on: 'date',
    outcome: 'text',
    receiving_urn: 'text',
    withdrawn: 'boolean',
    revision: 'integer',
  },
  unique: 'case_id, decision_id',
};
const MOVES: TableShape<MoveRow> = {
  name: 'case_list_moves',
  key: 'move_id',
  columns: { move_id: 'uuid', case_id: 'uuid', to_urn: 'text', proposed_on: 'date' },
  unique: 'case_id, move_id',
};
/** The last number given in a series: a case type and a year. */
const NUMBERS: TableShape<SeriesRow> = {
  name: 'case_list_numbers',
  key: 'series',
  columns: { series: 'text', last: 'integer' },
};
const MEETINGS: TableShape<MeetingRow> = {
  name: 'case_list_meetings',
  key: 'meeting_id',
  columns: { meeting_id: 'uuid', panel_id: 'uuid', meeting_on: 'date', agenda_revision: 'integer', agenda: 'jsonb' },
};

const createSql = <Row>({ name, key, columns, unique }: TableShape<Row>): string =>
  `create table ${name} (${Object.entries(columns)
    .map(([column, type]) => `${column} ${String(type)}${column === key ? ' primary key' : ''}`)
    .join(', ')}${unique === undefined ? '' : `, unique (${unique})`})`;

/** Who is forgotten: a correction that was under way comes after PupilForgotten, and may still open. */
const FORGOTTEN_PUPILS = 'create table case_list_forgotten (pupil_ref uuid primary key)';

/** The row that everybody reads, derived from the ones above. */
const CASE_LIST = `create table case_list (
  case_id uuid primary key, reference text not null, pupil_ref uuid not null, case_type text not null,
  home_urn text not null, requested text not null, status text not null, panel_id uuid, meeting_id uuid,
  meeting_on date, outcome text, receiving_urn text, referred_on date, last_event_on date not null,
  provenance text not null, revision integer not null, nc_year integer)`;

export const caseList: Projection = {
  name: 'case_list',
  version: 3,
  types: [
    'CaseReferred',
    'CaseCorrected',
    'CaseAccepted',
    'ParentViewRecorded',
    'PupilViewRecorded',
    'ConsentRecorded',
    'ConsentWithdrawn',
    'CaseClosed',
    'CaseReopened',
    'PupilForgotten',
    'PanelDecisionRecorded',
    'DecisionDeferred',
    'DecisionCorrected',
    'DecisionWithdrawn',
    'ManagedMoveProposed',
    'ManagedMoveStarted',
    'MoveEnded',
    'MeetingScheduled',
    'AgendaOrdered',
  ],
  tables: [
    {
      name: CASES.name,
      create: createSql(CASES),
      indexes: [`create index case_list_cases_pupil on ${CASES.name} (pupil_ref)`],
    },
    { name: NUMBERS.name, create: createSql(NUMBERS), indexes: [] },
    { name: DECISIONS.name, create: createSql(DECISIONS), indexes: [] },
    { name: MOVES.name, create: createSql(MOVES), indexes: [] },
    { name: MEETINGS.name, create: createSql(MEETINGS), indexes: [] },
    { name: 'case_list_forgotten', create: FORGOTTEN_PUPILS, indexes: [] },
    {
      name: 'case_list',
      create: CASE_LIST,
      indexes: [
        'create index case_list_newest on case_list (last_event_on desc, case_id)',
        'create index case_list_panel on case_list (panel_id, last_event_on desc, case_id)',
        'create index case_list_pupil on case_list (pupil_ref)',
        // Who waits for a panel: closed cases, of which there are ever more, are not in it.
        "create index case_list_open on case_list (status, last_event_on desc, case_id) where status <> 'closed'",
        'create unique index case_list_reference on case_list (reference)',
      ],
    },
  ],

  async apply(tx, events) {
    const touched = touchedBy(events);
    const meetings = await loaded(tx, MEETINGS, 'meeting_id = any($1::uuid[])', [touched.meetings]);
    const decisions = await loaded(tx, DECISIONS, 'decision_id = any($1::uuid[])', [touched.decisions]);
    const moves = await loaded(tx, MOVES, 'move_id = any($1::uuid[])', [touched.moves]);
    for (const { case_id } of [...decisions.values(), ...moves.values()]) touched.cases.push(case_id);
    for (const { agenda } of meetings.values()) touched.cases.push(...agenda);
    const cases = await loaded(tx, CASES, 'case_id = any($1::uuid[])', [touched.cases]);
    if (touched.pupils.length > 0) {
      const theirs = await loaded(tx, CASES, 'pupil_ref = any($1::uuid[])', [touched.pupils]);
      for (const [caseId, row] of theirs) cases.set(caseId, row);
    }
    const numbers = await loaded(tx, NUMBERS, 'series = any($1::text[])', [touched.series]);

    for (const recorded of events) {
      const event = recorded as unknown as Event;
      const on = recorded.metadata.occurredOn;
      const id = recorded.stream.slice(recorded.stream.indexOf('-') + 1);
      switch (event.type) {
        case 'CaseReferred': {
          if (cases.has(id)) break;
          const { pupilRef, caseType, homeUrn, requested, child } = event.data;
          const series = `${caseType} ${on.slice(0, 4)}`;
          const number = (numbers.get(series)?.last ?? 0) + 1;
          numbers.set(series, { series, last: number });
          cases.set(id, {
            case_id: id,
            case_type: caseType,
            year: Number(on.slice(0, 4)),
            number,
            pupil_ref: pupilRef,
            home_urn: homeUrn,
            requested,
            accepted_by: null,
            decided: false,
            closed: false,
            agenda_meeting_id: null,
            // A register does not say when the child was referred.
            referred_on: recorded.metadata.provenance === 'register' ? null : on,
            last_event_on: on,
            provenance: recorded.metadata.provenance,
            revision: recorded.revision,
            nc_year: child === FORGOTTEN ? null : child.ncYear,
          });
          break;
        }
        case 'CaseCorrected':
        case 'CaseAccepted':
        case 'ParentViewRecorded':
        case 'PupilViewRecorded':
        case 'ConsentRecorded':
        case 'ConsentWithdrawn':
        case 'CaseClosed':
        case 'CaseReopened': {
          const row = cases.get(id);
          if (!row || row.revision >= recorded.revision) break;
          row.revision = recorded.revision;
          row.last_event_on = later(row.last_event_on, on);
          if (event.type === 'CaseCorrected') {
            row.home_urn = event.data.homeUrn;
            row.requested = event.data.requested;
            row.nc_year = event.data.child === FORGOTTEN ? null : event.data.child.ncYear;
          }
          if (event.type === 'CaseAccepted') row.accepted_by = event.data.panelId;
          if (event.type === 'CaseClosed') row.closed = true;
          if (event.type === 'CaseReopened') {
            row.closed = false;
            row.decided = false;
          }
          break;
        }
        case 'PupilForgotten':
          for (const row of cases.values()) if (row.pupil_ref === id) row.nc_year = null;
          break;
        case 'PanelDecisionRecorded':
        case 'DecisionDeferred':
        case 'DecisionCorrected': {
          const before = decisions.get(id);
          if (before && before.revision >= recorded.revision) break;
          const { caseId, panelId, meetingId, receivingUrn } = event.data;
          decisions.set(id, {
            decision_id: id,
            case_id: caseId,
            panel_id: panelId,
            meeting_id: meetingId,
            // A correction does not change the day of a decision.
            decided_on: before?.decided_on ?? on,
            outcome: event.type === 'DecisionDeferred' ? DEFERRED : (event.data.decisionType ?? DEFERRED),
            receiving_urn: receivingUrn ?? null,
            withdrawn: before?.withdrawn ?? false,
            revision: recorded.revision,
          });
          const row = cases.get(caseId);
          if (!row) break;
          row.last_event_on = later(row.last_event_on, on);
          if (event.type !== 'DecisionCorrected') row.decided = true;
          break;
        }
        case 'DecisionWithdrawn': {
          const before = decisions.get(id);
          if (!before || before.revision >= recorded.revision) break;
          decisions.set(id, { ...before, withdrawn: true, revision: recorded.revision });
          const row = cases.get(before.case_id);
          if (row) row.last_event_on = later(row.last_event_on, on);
          break;
        }
        case 'ManagedMoveProposed': {
          const { caseId, toUrn } = event.data;
          moves.set(id, { move_id: id, case_id: caseId, to_urn: toUrn, proposed_on: on });
          const row = cases.get(caseId);
          if (row) row.last_event_on = later(row.last_event_on, on);
          break;
        }
        case 'ManagedMoveStarted':
        case 'MoveEnded': {
          const row = cases.get(event.data.caseId);
          if (row) row.last_event_on = later(row.last_event_on, on);
          break;
        }
        case 'MeetingScheduled': {
          const { panelId, meetingOn } = event.data;
          const before = meetings.get(id);
          meetings.set(id, {
            meeting_id: id,
            panel_id: panelId,
            meeting_on: meetingOn,
            agenda_revision: before?.agenda_revision ?? -1,
            agenda: before?.agenda ?? [],
          });
          break;
        }
        case 'AgendaOrdered': {
          const meeting = meetings.get(id);
          if (!meeting || meeting.agenda_revision >= recorded.revision) break;
          const agenda = event.data.items.map(({ caseId }) => caseId);
          meetings.set(id, { ...meeting, agenda_revision: recorded.revision, agenda });
          for (const caseId of meeting.agenda) {
            const row = cases.get(caseId);
            if (row?.agenda_meeting_id === id) row.agenda_meeting_id = null;
          }
          for (const caseId of agenda) {
            const row = cases.get(caseId);
            if (row) row.agenda_meeting_id = id;
          }
          break;
        }
      }
    }
    await keep(tx, MEETINGS, meetings);
    await keep(tx, DECISIONS, decisions);
    await keep(tx, MOVES, moves);
    await keep(tx, CASES, cases);
    await keep(tx, NUMBERS, numbers);
    if (touched.pupils.length > 0)
      await tx.query(
        'insert into case_list_forgotten select * from unnest($1::uuid[]) on conflict (pupil_ref) do nothing',
        [touched.pupils],
      );
    // Asked first: hardly any batch has a forgotten child, and the update would look at all its cases.
    const forgotten = await tx.query<{ pupil_ref: string }>(
      'select pupil_ref from case_list_forgotten where pupil_ref = any($1::uuid[])',
      [[...new Set([...cases.values()].map((row) => row.pupil_ref))]],
    );
    if (forgotten.rows.length > 0)
      await tx.query(
        `update case_list_cases set nc_year = null
         where case_id = any($1::uuid[]) and pupil_ref = any($2::uuid[]) and nc_year is not null`,
        [[...cases.keys()], forgotten.rows.map((row) => row.pupil_ref)],
      );
    await tx.query(DERIVE, [[...cases.keys()], Object.keys(REFERENCE_PREFIXES), Object.values(REFERENCE_PREFIXES)]);
  },
};

const later = (a: string, b: string): string => (a > b ? a : b);

/** The ids of what a batch is about. */
function touchedBy(events: readonly RecordedEvent[]) {
  const touched = {
    cases: [] as string[],
    decisions: [] as string[],
    moves: [] as string[],
    meetings: [] as string[],
    pupils: [] as string[],
    series: [] as string[],
  };
  for (const { stream, type, data, metadata } of events) {
    const at = stream.indexOf('-');
    const id = stream.slice(at + 1);
    const { caseId, caseType, items } = data as Partial<Record<string, string>> & {
      readonly items?: readonly { readonly caseId: string }[];
    };
    if (caseId !== undefined) touched.cases.push(caseId);
    for (const item of items ?? []) touched.cases.push(item.caseId);
    if (type === 'CaseReferred') touched.series.push(`${caseType} ${metadata.occurredOn.slice(0, 4)}`);
    const list = { case: 'cases', decision: 'decisions', move: 'moves', meeting: 'meetings', pupil: 'pupils' } as const;
    const of = list[stream.slice(0, at) as keyof typeof list];
    touched[of].push(id);
  }
  return touched;
}

async function loaded<Row>(
  tx: ProjectionTransaction,
  { name, key, columns }: TableShape<Row>,
  where: string,
  params: readonly (readonly string[])[],
): Promise<Map<string, Row>> {
  const selected = Object.entries(columns).map(([column, type]) => (type === 'date' ? `${column}::text` : column));
  const { rows } = await tx.query(`select ${selected.join(', ')} from ${name} where ${where}`, params);
  return new Map(rows.map((row) => [String((row as Record<string, unknown>)[key]), row as Row]));
}

async function keep<Row>(
  tx: ProjectionTransaction,
  { name, key, columns }: TableShape<Row>,
  rows: ReadonlyMap<string, Row>,
): Promise<void> {
  if (rows.size === 0) return;
  const names = Object.keys(columns) as (keyof Row & string)[];
  const others = names.filter((column) => column !== key);
  await tx.query(
    `insert into ${name} (${names.join(', ')})
     select * from unnest(${names.map((column, at) => `$${at + 1}::${columns[column]}[]`).join(', ')})
     on conflict (${key}) do update set ${others.map((column) => `${column} = excluded.${column}`).join(', ')}`,
    names.map((column) =>
      [...rows.values()].map((row) => (columns[column] === 'jsonb' ? JSON.stringify(row[column]) : row[column])),
    ),
  );
}

/** The latest decision that stands says panel, meeting, outcome and school; ties by id, since positions say nothing. */
const DERIVE = `
insert into case_list
select c.case_id,
  p.prefix || '-' || c.year || '-' || lpad(c.number::text, greatest(4, length(c.number::text)), '0'),
  c.pupil_ref, c.case_type, c.home_urn, c.requested,
  case when c.closed then 'closed' when c.decided and d.decision_id is not null then 'decided'
    when c.accepted_by is not null then 'accepted' else 'referred' end,
  case when c.decided or c.closed then coalesce(d.panel_id, c.accepted_by, a.panel_id)
    else coalesce(a.panel_id, c.accepted_by, d.panel_id) end,
  case when c.decided or c.closed then coalesce(d.meeting_id, c.agenda_meeting_id)
    else coalesce(c.agenda_meeting_id, d.meeting_id) end,
  case when c.decided or c.closed then coalesce(dm.meeting_on, d.decided_on, a.meeting_on)
    else coalesce(a.meeting_on, dm.meeting_on, d.decided_on) end,
  d.outcome, coalesce(d.receiving_urn, m.to_urn), c.referred_on, c.last_event_on, c.provenance, c.revision, c.nc_year
from case_list_cases c
join unnest($2::text[], $3::text[]) p (case_type, prefix) on p.case_type = c.case_type
left join lateral (
  select * from case_list_decisions d where d.case_id = c.case_id and not d.withdrawn
  order by d.decided_on desc, d.decision_id desc limit 1
) d on true
left join case_list_meetings dm on dm.meeting_id = d.meeting_id
left join case_list_meetings a on a.meeting_id = c.agenda_meeting_id
left join lateral (
  select * from case_list_moves m where m.case_id = c.case_id order by m.proposed_on desc, m.move_id desc limit 1
) m on true
where c.case_id = any($1::uuid[])
on conflict (case_id) do update set
  (home_urn, requested, status, panel_id, meeting_id, meeting_on, outcome, receiving_urn, last_event_on, revision, nc_year) =
  (excluded.home_urn, excluded.requested, excluded.status, excluded.panel_id, excluded.meeting_id, excluded.meeting_on,
   excluded.outcome, excluded.receiving_urn, excluded.last_event_on, excluded.revision, excluded.nc_year)
`;
