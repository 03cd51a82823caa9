/** A panel's meetings as they stand: agenda, who was there, quorum and interests. Nothing here is about a child. */
import { fold } from '@app/kernel';
import type { Projection } from '@app/projections';
import type { MeetingEvent } from '../../domain/events';
import { type MeetingState, meetingDecider } from '../../domain/meeting';

interface Row {
  readonly meeting_id: string;
  readonly panel_id: string;
  readonly meeting_on: string;
  readonly kind: 'ordinary' | 'chairsAction';
  readonly agenda: unknown;
  readonly attendees: unknown;
  readonly quorum: unknown;
  readonly interests: unknown;
  readonly revision: number;
}

export const meetings: Projection = {
  name: 'meetings',
  version: 2,
  types: [
    'MeetingScheduled',
    'AttendanceRecorded',
    'QuorumConfirmed',
    'QuorumNotMet',
    'InterestDeclared',
    'AgendaOrdered',
  ],
  tables: [
    {
      name: 'meetings',
      create: `create table meetings (
        meeting_id uuid primary key, panel_id uuid not null, meeting_on date not null, kind text not null,
        agenda jsonb, attendees jsonb, quorum jsonb, interests jsonb not null, revision integer not null)`,
      indexes: [
        'create index meetings_panel_on on meetings (panel_id, meeting_on)',
        'create index meetings_newest on meetings (meeting_on desc, panel_id, kind)',
        'create index meetings_interests on meetings using gin (interests jsonb_path_ops)',
      ],
    },
  ],
  async apply(tx, events) {
    const idOf = (stream: string) => stream.slice('meeting-'.length);
    const ids = [...new Set(events.map((event) => idOf(event.stream)))];
    const { rows } = await tx.query<Row>(
      `select meeting_id, panel_id, meeting_on::text, kind, agenda, attendees, quorum, interests, revision
       from meetings where meeting_id = any($1::uuid[])`,
      [ids],
    );
    const known = new Map(rows.map((row) => [row.meeting_id, { state: stateOf(row), revision: row.revision }]));
    for (const event of events) {
      const before = known.get(idOf(event.stream));
      // An event that the row has taken in already changes nothing.
      if (before && event.revision <= before.revision) continue;
      const state = fold(meetingDecider, [event as unknown as MeetingEvent], before?.state);
      known.set(idOf(event.stream), { state, revision: event.revision });
    }
    const changed = [...known].flatMap(([meetingId, { state, revision }]) =>
      state.status === 'scheduled' ? [{ meetingId, state, revision }] : [],
    );
    const column = (of: (row: (typeof changed)[number]) => unknown) => changed.map((row) => of(row));
    const json = (value: unknown) => (value === undefined ? null : JSON.stringify(value));
    await tx.query(
      `insert into meetings (meeting_id, panel_id, meeting_on, kind, agenda, attendees, quorum, interests, revision)
       select * from unnest($1::uuid[], $2::uuid[], $3::date[], $4::text[], $5::jsonb[], $6::jsonb[], $7::jsonb[],
                            $8::jsonb[], $9::integer[])
       on conflict (meeting_id) do update set (agenda, attendees, quorum, interests, revision) =
         (excluded.agenda, excluded.attendees, excluded.quorum, excluded.interests, excluded.revision)`,
      [
        column((row) => row.meetingId),
        column((row) => row.state.panelId),
        column((row) => row.state.meetingOn),
        column((row) => row.state.kind),
        column((row) => json(row.state.agenda)),
        column((row) => json(row.state.attendees)),
        column((row) => json(row.state.quorum)),
        column((row) => json(row.state.interests)),
        column((row) => row.revision),
      ],
    );
  },
};

/** A row says all that the events before it said, so that the next one folds onto it. */
const stateOf = (row: Row): MeetingState =>
  ({
    status: 'scheduled',
    panelId: row.panel_id,
    meetingOn: row.meeting_on,
    kind: row.kind,
    interests: row.interests,
    ...(row.agenda === null ? {} : { agenda: row.agenda }),
    ...(row.attendees === null ? {} : { attendees: row.attendees }),
    ...(row.quorum === null ? {} : { quorum: row.quorum }),
  }) as MeetingState;
