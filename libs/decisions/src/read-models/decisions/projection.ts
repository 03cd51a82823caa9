/**
 * Every decision and deferral as it now stands, by case, meeting and panel. Only what stands in clear is kept, so that a
 * forgotten child changes nothing here, live or rebuilt.
 */
import type { Projection } from '@app/projections';
import type { DecisionEvent } from '../../domain/events';

interface Row {
  readonly decision_id: string;
  readonly case_id: string;
  readonly meeting_id: string;
  readonly panel_id: string;
  readonly decided_on: string;
  readonly decision_type: string | null;
  readonly deferred: boolean;
  readonly withdrawn: boolean;
  readonly corrected: boolean;
  readonly chairs_action: ChairsActionColumn | null;
  /** Event id of the record that stands; null between the two events of chair's action. */
  readonly record_id: string | null;
  readonly home_urn: string | null;
  readonly receiving_urn: string | null;
  readonly requested: string | null;
  readonly provenance: string;
  readonly revision: number;
}

export interface ChairsActionColumn {
  readonly ratification: 'awaited' | 'ratified' | 'declined';
  readonly ratifiedAt?: string;
}

const COLUMNS = {
  decision_id: 'uuid',
  case_id: 'uuid',
  meeting_id: 'uuid',
  panel_id: 'uuid',
  decided_on: 'date',
  decision_type: 'text',
  deferred: 'boolean',
  withdrawn: 'boolean',
  corrected: 'boolean',
  chairs_action: 'jsonb',
  record_id: 'uuid',
  home_urn: 'text',
  receiving_urn: 'text',
  requested: 'text',
  provenance: 'text',
  revision: 'integer',
} as const satisfies Record<keyof Row, string>;
const NAMES = Object.keys(COLUMNS) as (keyof Row)[];
const NULLABLE: readonly (keyof Row)[] = [
  'decision_type',
  'chairs_action',
  'record_id',
  'home_urn',
  'receiving_urn',
  'requested',
];

const UPSERT = `insert into decisions (${NAMES.join(', ')})
  select * from unnest(${NAMES.map((name, at) => `$${at + 1}::${COLUMNS[name]}[]`).join(', ')})
  on conflict (decision_id) do update set (${NAMES.join(', ')}) = (${NAMES.map((name) => `excluded.${name}`).join(', ')})`;

export const decisions: Projection = {
  name: 'decisions',
  version: 2,
  types: [
    'ChairsActionTaken',
    'PanelDecisionRecorded',
    'DecisionDeferred',
    'DecisionCorrected',
    'DecisionWithdrawn',
    'DecisionRatified',
    'DecisionNotRatified',
  ],
  tables: [
    {
      name: 'decisions',
      create: `create table decisions (${NAMES.map(
        (name) =>
          `${name} ${COLUMNS[name]}${name === 'decision_id' ? ' primary key' : NULLABLE.includes(name) ? '' : ' not null'}`,
      ).join(', ')})`,
      indexes: [
        'create index decisions_case on decisions (case_id)',
        'create index decisions_meeting on decisions (meeting_id)',
        'create index decisions_panel_on on decisions (panel_id, decided_on)',
      ],
    },
  ],
  async apply(tx, events) {
    const idOf = (stream: string) => stream.slice('decision-'.length);
    const ids = [...new Set(events.map((event) => idOf(event.stream)))];
    const { rows } = await tx.query<Row>(
      `select ${NAMES.map((name) => (COLUMNS[name] === 'date' ? `${name}::text` : name)).join(', ')}
       from decisions where decision_id = any($1::uuid[])`,
      [ids],
    );
    const known = new Map(rows.map((row) => [row.decision_id, row]));
    const set = (row: Row) => known.set(row.decision_id, row);
    for (const recorded of events) {
      const decisionId = idOf(recorded.stream);
      const { id, revision, metadata } = recorded;
      const before = known.get(decisionId);
      // An event that the row has taken in already changes nothing.
      if (before && revision <= before.revision) continue;
      const event = recorded as unknown as DecisionEvent;
      switch (event.type) {
        case 'PanelDecisionRecorded':
        case 'DecisionDeferred': {
          const { caseId, meetingId, panelId, homeUrn, receivingUrn = null, requested } = event.data;
          set({
            decision_id: decisionId,
            case_id: caseId,
            meeting_id: meetingId,
            panel_id: panelId,
            decided_on: metadata.occurredOn,
            decision_type: event.type === 'PanelDecisionRecorded' ? event.data.decisionType : null,
            deferred: event.type === 'DecisionDeferred',
            withdrawn: false,
            corrected: false,
            chairs_action: before?.chairs_action ?? null,
            record_id: id,
            home_urn: homeUrn,
            receiving_urn: receivingUrn,
            requested,
            provenance: metadata.provenance,
            revision,
          });
          break;
        }
        case 'ChairsActionTaken':
          // The decision itself is the next event, in the same append but maybe not in the same batch.
          set({
            decision_id: decisionId,
            case_id: event.data.caseId,
            meeting_id: event.data.meetingId,
            panel_id: event.data.panelId,
            decided_on: metadata.occurredOn,
            decision_type: null,
            deferred: false,
            withdrawn: false,
            corrected: false,
            chairs_action: { ratification: 'awaited' },
            record_id: null,
            home_urn: null,
            receiving_urn: null,
            requested: null,
            provenance: metadata.provenance,
            revision,
          });
          break;
        case 'DecisionCorrected': {
          const { decisionType = null, receivingUrn = null } = event.data;
          if (before)
            set({
              ...before,
              decision_type: decisionType,
              deferred: decisionType === null,
              corrected: true,
              record_id: id,
              receiving_urn: receivingUrn,
              revision,
            });
          break;
        }
        case 'DecisionWithdrawn':
          if (before) set({ ...before, withdrawn: true, revision });
          break;
        case 'DecisionRatified':
        case 'DecisionNotRatified':
          if (before?.chairs_action)
            set({
              ...before,
              chairs_action: {
                ...before.chairs_action,
                ratification: event.type === 'DecisionRatified' ? 'ratified' : 'declined',
                ratifiedAt: event.data.meetingId,
              },
              revision,
            });
          break;
      }
    }
    const changed = [...known.values()];
    await tx.query(
      UPSERT,
      NAMES.map((name) =>
        changed.map((row) => (name === 'chairs_action' && row[name] ? JSON.stringify(row[name]) : row[name])),
      ),
    );
  },
};
