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
    await tx.copy('case_timeline', COLUMNS, entries.map(rowOf));
    if (pupils.length > 0)
      await tx.query(
        'insert into case_timeline_forgotten select * from unnest($1::uuid[]) on conflict (pupil_ref) do nothing',
        [pupils],
      );
    // Asked first: hardly any batch has a forgotten child, and the update would look at all its cases.
    const forgotten = await tx.query<{ pupil_ref: string }>(
      'select pupil_ref from case_timeline_forgotten where pupil_ref = any($1::uuid[])',
      [[...casesOfPupil.keys(), ...pupils]],
    );
    if (forgotten.rows.length > 0)
      await tx.query(
        `update case_timeline t set child = null from case_timeline_pupils p
         where p.pupil_ref = any($1::uuid[]) and t.case_id = p.case_id and t.pupil_ref = p.pupil_ref
           and t.child is not null`,
        [forgotten.rows.map((row) => row.pupil_ref)],
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

/**
 * Those that are not there yet, each with its place in its case: the order of the log, and the same in every rebuild. An
 * event is there when its case has one of its stream that is as new.
 */
async function placed(
  tx: Transaction,
  found: readonly { readonly caseId: string; readonly event: RecordedEvent }[],
): Promise<Entry[]> {
  const { rows } = await tx.query<{ case_id: string; stream: string; revision: number; place: number }>(
    `select case_id, stream, max(revision) as revision, max(place) as place
     from case_timeline where case_id = any($1::uuid[]) group by case_id, stream`,
    [[...new Set(found.map(({ caseId }) => caseId))]],
  );
  const revisions = new Map<string, number>();
  const places = new Map<string, number>();
  for (const row of rows) {
    revisions.set(`${row.case_id} ${row.stream}`, row.revision);
    places.set(row.case_id, Math.max(places.get(row.case_id) ?? 0, row.place));
  }
  return found.flatMap(({ caseId, event }) => {
    const key = `${caseId} ${event.stream}`;
    if (event.revision <= (revisions.get(key) ?? -1)) return [];
    revisions.set(key, event.revision);
    const place = (places.get(caseId) ?? 0) + 1;
    places.set(caseId, place);
    return [{ caseId, place, pupilRef: (event.data as Groups).pupilRef, event }];
  });
}

const COLUMNS = [
  'case_id',
  'event_id',
  'place',
  'stream',
  'revision',
  'type',
  'occurred_on',
  'recorded_at',
  'position',
  'actor_ref',
  'actor_role',
  'provenance',
  'pupil_ref',
  'clear',
  'child',
  'words',
];

const json = (value: object | undefined) => (value === undefined ? null : JSON.stringify(value));

const rowOf = ({ caseId, place, pupilRef, event }: Entry) => {
  const { pupilRef: _, child, words, ...clear } = event.data as Groups;
  const { metadata } = event;
  return [
    caseId,
    event.id,
    place,
    event.stream,
    event.revision,
    event.type,
    metadata.occurredOn,
    metadata.recordedAt,
    event.position,
    metadata.actor.ref,
    metadata.actor.role,
    metadata.provenance,
    pupilRef ?? null,
    JSON.stringify(clear),
    child === FORGOTTEN ? null : json(child),
    json(words),
  ];
};
