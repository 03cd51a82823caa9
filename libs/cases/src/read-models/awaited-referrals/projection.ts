/** Places reserved for referrals, and whether each has arrived or been given up: what abandon-stale-referrals looks at. */
import type { Projection } from '@app/projections';
import type { CaseEvent, PupilEvent } from '../../domain/events';

export const awaitedReferrals: Projection = {
  name: 'awaited_referrals',
  version: 1,
  types: ['PupilCaseOpened', 'PupilCaseReleased', 'CaseReferred'],
  tables: [
    {
      name: 'awaited_referrals',
      create: `create table awaited_referrals (
        case_id uuid primary key, pupil_ref uuid, case_type text, opened_at timestamptz, settled boolean not null)`,
      indexes: ['create index awaited_referrals_open on awaited_referrals (opened_at) where not settled'],
      uncompared: ['opened_at'],
    },
  ],
  async apply(tx, events) {
    const opened = new Map<string, { pupilRef: string; caseType: string; at: string }>();
    const settled = new Set<string>();
    for (const recorded of events) {
      const event = recorded as unknown as PupilEvent | CaseEvent;
      switch (event.type) {
        case 'PupilCaseOpened': {
          const { caseId, caseType } = event.data;
          // A case that is reopened was referred long ago: its first opening stands.
          if (!opened.has(caseId)) {
            const pupilRef = recorded.stream.slice('pupil-'.length);
            opened.set(caseId, { pupilRef, caseType, at: recorded.metadata.recordedAt });
          }
          break;
        }
        case 'PupilCaseReleased':
          settled.add(event.data.caseId);
          break;
        case 'CaseReferred':
          settled.add(recorded.stream.slice('case-'.length));
          break;
      }
    }
    const places = [...opened];
    await tx.query(
      `insert into awaited_referrals (case_id, pupil_ref, case_type, opened_at, settled)
       select *, false from unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[])
       on conflict (case_id) do nothing`,
      [
        places.map(([caseId]) => caseId),
        places.map(([, place]) => place.pupilRef),
        places.map(([, place]) => place.caseType),
        places.map(([, place]) => place.at),
      ],
    );
    await tx.query('update awaited_referrals set settled = true where case_id = any($1::uuid[]) and not settled', [
      [...settled],
    ]);
  },
};
