/** How often each panel supported a managed move, by month: one row a decision, and its sums by panel and month. */
import type { DecisionEvent } from '@app/decisions';
import type { Projection } from '@app/projections';

/** Outcome of a decision that was put off; it counts in n (event-format.md 3). */
const DEFERRED = 'deferred';

interface Decided {
  readonly panel: string;
  readonly on: string;
  readonly outcome: string;
}

export const panelMonths: Projection = {
  name: 'panel_months',
  version: 2,
  types: ['PanelDecisionRecorded', 'DecisionDeferred', 'DecisionCorrected', 'DecisionWithdrawn'],
  tables: [
    {
      name: 'panel_decisions',
      create: `create table panel_decisions (
        decision_id uuid primary key, panel_id uuid not null, decided_on date not null, outcome text not null)`,
      indexes: ['create index panel_decisions_decided_on on panel_decisions (decided_on)'],
    },
    {
      name: 'panel_months',
      create: `create table panel_months (
        panel_id uuid not null, month date not null, outcome text not null, n integer not null,
        primary key (panel_id, month, outcome))`,
      indexes: ['create index panel_months_month on panel_months (month)'],
    },
  ],
  async apply(tx, events) {
    const decisionIdOf = (stream: string) => stream.slice('decision-'.length);
    const ids = [...new Set(events.map((event) => decisionIdOf(event.stream)))];
    const { rows } = await tx.query<{ decision_id: string; panel_id: string; decided_on: string; outcome: string }>(
      'select decision_id, panel_id, decided_on::text, outcome from panel_decisions where decision_id = any($1::uuid[])',
      [ids],
    );
    const before = new Map<string, Decided>(
      rows.map((row) => [row.decision_id, { panel: row.panel_id, on: row.decided_on, outcome: row.outcome }]),
    );
    const after = new Map(before);
    for (const recorded of events) {
      const event = recorded as unknown as DecisionEvent;
      const decisionId = decisionIdOf(recorded.stream);
      const standing = after.get(decisionId);
      switch (event.type) {
        case 'PanelDecisionRecorded':
        case 'DecisionDeferred': {
          const outcome = event.type === 'DecisionDeferred' ? DEFERRED : event.data.decisionType;
          after.set(decisionId, { panel: event.data.panelId, on: recorded.metadata.occurredOn, outcome });
          break;
        }
        case 'DecisionCorrected':
          if (standing) after.set(decisionId, { ...standing, outcome: event.data.decisionType ?? DEFERRED });
          break;
        case 'DecisionWithdrawn':
          after.delete(decisionId);
          break;
      }
    }

    const changes = new Map<string, { panel: string; month: string; outcome: string; n: number }>();
    const count = (decided: Decided | undefined, by: 1 | -1) => {
      if (!decided) return;
      const month = `${decided.on.slice(0, 7)}-01`;
      const key = `${decided.panel} ${month} ${decided.outcome}`;
      const change = changes.get(key) ?? { panel: decided.panel, month, outcome: decided.outcome, n: 0 };
      changes.set(key, { ...change, n: change.n + by });
    };
    for (const decisionId of ids) {
      count(before.get(decisionId), -1);
      count(after.get(decisionId), 1);
    }
    const kept = ids.flatMap((decisionId) => {
      const decided = after.get(decisionId);
      return decided ? [{ decisionId, ...decided }] : [];
    });
    await tx.query('delete from panel_decisions where decision_id = any($1::uuid[])', [
      ids.filter((decisionId) => !after.has(decisionId)),
    ]);
    await tx.query(
      `insert into panel_decisions select * from unnest($1::uuid[], $2::uuid[], $3::date[], $4::text[])
       on conflict (decision_id) do update set panel_id = excluded.panel_id, decided_on = excluded.decided_on, outcome = excluded.outcome`,
      [kept.map((d) => d.decisionId), kept.map((d) => d.panel), kept.map((d) => d.on), kept.map((d) => d.outcome)],
    );
    const moved = [...changes.values()].filter((change) => change.n !== 0);
    const keys = [moved.map((c) => c.panel), moved.map((c) => c.month), moved.map((c) => c.outcome)];
    await tx.query(
      `insert into panel_months select * from unnest($1::uuid[], $2::date[], $3::text[], $4::int[])
       on conflict (panel_id, month, outcome) do update set n = panel_months.n + excluded.n`,
      [...keys, moved.map((c) => c.n)],
    );
    await tx.query(
      `delete from panel_months where n = 0 and (panel_id, month, outcome) in
         (select * from unnest($1::uuid[], $2::date[], $3::text[]))`,
      keys,
    );
  },
};
