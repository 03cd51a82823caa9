/** A case's timeline: every event of its case, decisions, moves, declared interests and child, as it reads now. */
import type { RecordedEvent } from '@app/event-store';
import { FORGOTTEN } from '@app/kernel';
import type { Projection } from '@app/projections';

interface Groups {
  readonly pupilRef?: string;
  readonly child?: object | typeof FORGOTTEN;
  readonly words?: object;
  readonly caseId?: string;
}

interface Entry {
  readonly caseId: string;
  readonly place: number;
  readonly pupilRef: string | undefined;
  readonly event: RecordedEvent;
}

/** `child` is null where the event has no such group, and where it is forgotten: then `pupil_ref` is there. */
const CREATE = `create table case_timeline (
  case_id uuid not null, event_id uuid not null, place integer not null, stream text not null, revision integer not null,
  type text not null, occurred_on date not null, recorded_at timestamptz not null, position text not null,
  actor_ref uuid not null, actor_role text not null, provenance text not null, pupil_ref uuid,
  clear jsonb not null, child jsonb, words jsonb, primary key (case_id, event_id), unique (case_id, place))`;

/** Where an event without a case id belongs, by its stream; the children's cases, by child. */
const OF_STREAM = 'create table case_timeline_streams (stream text primary key, case_id uuid not null)';
const OF_PUPIL = `create table case_timeline_pupils (
  pupil_ref uuid not null, case_id uuid not null, primary key (pupil_ref, case_id))`;
/** Who is forgotten: an event of theirs that was under way comes after PupilForgotten, and may still open. */
const FORGOTTEN_PUPILS = 'create table case_timeline_forgotten (pupil_ref uuid primary key)';

export const caseTimeline: Projection = {
  name: 'case_timeline',
  version: 2,
  types: [
    'PupilCaseOpened',
    'PupilCaseReleased',
    'PupilForgotten',
    'CaseReferred',
    'CaseReferralAbandoned',
    'CaseCorrected',
    'CaseAccepted',
    'ParentViewRecorded',
    'PupilViewRecorded',
    'ConsentRecorded',
    'ConsentWithdrawn',
    'CaseClosed',
    'CaseReopened',
    'InterestDeclared',
    'PanelDecisionRecorded',
    'DecisionDeferred',
    'DecisionCorrected',
    'DecisionWithdrawn',
    'ChairsActionTaken',
    'DecisionRatified',
    'DecisionNotRatified',
    'ManagedMoveProposed',
    'ManagedMoveConsented',
    'ManagedMoveConsentWithdrawn',
    'ConsultationRecorded',
    'InformationPackShared',
    'IntegrationPlanAgreed',
    'ManagedMoveAgreed',
    'ManagedMoveStarted',
    'LegacyTrialImported',
    'MoveEnded',
  ],
  tables: [
    {
      name: 'case_timeline',
      create: CREATE,
      indexes: ['create index case_timeline_stream on case_timeline (stream)'],
      uncompared: ['recorded_at', 'position'],
    },
    { name: 'case_timeline_streams', create: OF_STREAM, indexes: [] },
    { name: 'case_timeline_pupils', create: OF_PUPIL, indexes: [] },
    { name: 'case_timeline_forgotten', create: FORGOTTEN_PUPILS, indexes: [] },
  ],

  async apply(tx, events) {
    const caseOfStream = new Map<string, string>();
    const casesOfPupil = new Map<string, Set<string>>();
    const streams = [...new Set(events.map(({ stream }) => stream))];
    const pupils = [...new Set(events.filter(({ type }) => type === 'PupilForgotten').map(pupilOf))];
    const known = await tx.query<{ stream: string; case_id: string }>(
      'select stream, case_id from case_timeline_streams where stream = any($1::text[])',
      [streams],
    );
    for (const row of known.rows) caseOfStream.set(row.stream, row.case_id);
    if (pupils.length > 0) {
      const theirs = await tx.query<{ pupil_ref: string; case_id: string }>(
        'select pupil_ref, case_id from case_timeline_pupils where pupil_ref = any($1::uuid[]) order by case_id',
        [pupils],
      );
      for (const row of theirs.rows) addTo(casesOfPupil, row.pupil_ref, row.case_id);
    }

    const found: { readonly caseId: string; readonly event: RecordedEvent }[] = [];
    for (const event of events) {
      const { pupilRef, caseId } = event.data as Groups;
      if (event.type === 'PupilForgotten') {
        const theirs = [...(casesOfPupil.get(pupilOf(event)) ?? [])].sort();
        for (const of of theirs) found.push({ caseId: of, event });
        continue;
      }
      const of =
        caseId ??
        (event.stream.startsWith('case-') ? event.stream.slice('case-'.length) : caseOfStream.get(event.stream));
      if (of === undefined) continue;
      if (/^(decision|move)-/.test(event.stream)) caseOfStream.set(event.stream, of);
      if (pupilRef !== undefined) addTo(casesOfPupil, pupilRef, of);
      found.push({ caseId: of, event });
    }
    const entries = await placed(tx, found);

    await tx.query(
      `insert into case_timeline_streams select * from unnest($1::text[], $2::uuid[]) on conflict (stream) do nothing`,
      [[...caseOfStream.keys()], [...caseOfStream.values()]],
    );
    const pairs = [...casesOfPupil].flatMap(([pupilRef, cases]) =>
      [...cases].map((caseId) => [pupilRef, caseId] as const),
    );
    await tx.query(
      'insert into case_timeline_pupils select * from unnest($1::uuid[], $2::uuid[]) on conflict (pupil_ref, case_id) do nothing',
      [pairs.map(([pupilRef]) => pupilRef), pairs.map(([, caseId]) => caseId)],
    );
    await insert(tx, entries);
    if (pupils.length > 0)
      await tx.query(
        'insert into case_timeline_forgotten select * from unnest($1::uuid[]) on conflict (pupil_ref) do nothing',
        [pupils],
      );
    await tx.query(
      `update case_timeline t set child = null from case_timeline_forgotten f, case_timeline_pupils p
       where f.pupil_ref = any($1::uuid[]) and p.pupil_ref = f.pupil_ref
         and t.case_id = p.case_id and t.pupil_ref = p.pupil_ref and t.child is not null`,
      [[...new Set([...pupils, ...casesOfPupil.keys()])]],
    );
  },
};

type Transaction = Parameters<Projection['apply']>[0];

const pupilOf = ({ stream }: { readonly stream: string }): string => stream.slice('pupil-'.length);

const addTo = (sets: Map<string, Set<string>>, key: string, value: string): void => {
  const set = sets.get(key) ?? new Set<string>();
  set.add(value);
  sets.set(key, set);
};

/** Those that are not there yet, each with its place in its case: the order of the log, and the same in every rebuild. */
async function placed(
  tx: Transaction,
  found: readonly { readonly caseId: string; readonly event: RecordedEvent }[],
): Promise<Entry[]> {
  const cases = found.map(({ caseId }) => caseId);
  const there = await tx.query<{ case_id: string; event_id: string }>(
    `select case_id, event_id from case_timeline where (case_id, event_id) in (select * from unnest($1::uuid[], $2::uuid[]))`,
    [cases, found.map(({ event }) => event.id)],
  );
  const seen = new Set(there.rows.map((row) => `${row.case_id} ${row.event_id}`));
  const last = await tx.query<{ case_id: string; place: number }>(
    'select case_id, max(place) as place from case_timeline where case_id = any($1::uuid[]) group by case_id',
    [[...new Set(cases)]],
  );
  const places = new Map(last.rows.map((row) => [row.case_id, row.place]));
  return found.flatMap(({ caseId, event }) => {
    const key = `${caseId} ${event.id}`;
    if (seen.has(key)) return [];
    seen.add(key);
    const place = (places.get(caseId) ?? 0) + 1;
    places.set(caseId, place);
    return [{ caseId, place, pupilRef: (event.data as Groups).pupilRef, event }];
  });
}

async function insert(tx: Transaction, entries: readonly Entry[]): Promise<void> {
  const column = (of: (entry: Entry) => unknown) => entries.map(of);
  const json = (value: object | undefined) => (value === undefined ? null : JSON.stringify(value));
  const clearOf = ({ event }: Entry) => {
    const { pupilRef: _, child: __, words: ___, ...clear } = event.data as Groups;
    return JSON.stringify(clear);
  };
  const childOf = ({ event }: Entry) => {
    const { child } = event.data as Groups;
    return child === FORGOTTEN ? null : json(child);
  };
  await tx.query(
    `insert into case_timeline (case_id, event_id, place, stream, revision, type, occurred_on, recorded_at, position,
       actor_ref, actor_role, provenance, pupil_ref, clear, child, words)
     select * from unnest($1::uuid[], $2::uuid[], $3::integer[], $4::text[], $5::integer[], $6::text[], $7::date[],
       $8::timestamptz[], $9::text[], $10::uuid[], $11::text[], $12::text[], $13::uuid[], $14::jsonb[], $15::jsonb[],
       $16::jsonb[])`,
    [
      column(({ caseId }) => caseId),
      column(({ event }) => event.id),
      column(({ place }) => place),
      column(({ event }) => event.stream),
      column(({ event }) => event.revision),
      column(({ event }) => event.type),
      column(({ event }) => event.metadata.occurredOn),
      column(({ event }) => event.metadata.recordedAt),
      column(({ event }) => event.position),
      column(({ event }) => event.metadata.actor.ref),
      column(({ event }) => event.metadata.actor.role),
      column(({ event }) => event.metadata.provenance),
      column(({ pupilRef }) => pupilRef ?? null),
      column(clearOf),
      column(childOf),
      column(({ event }) => json((event.data as Groups).words)),
    ],
  );
}
