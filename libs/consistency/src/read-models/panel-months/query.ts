import type { Pool } from 'pg';
import { type PanelMonth } from '../../panels-side-by-side';

export interface DecisionsByPanel {
  readonly months: readonly PanelMonth[];
  /** The day of the last recorded decision, yyyy-mm-dd; nothing before the first. */
  readonly dataTo: string | undefined;
}

/** Decisions and supported moves of every panel by month. Sums only: its cost grows with panels and months. */
export async function decisionsByPanel(pool: Pool): Promise<DecisionsByPanel> {
  const { rows } = await pool.query<{ panel: string; month: string; n: number; y: number }>(
    `select coalesce(p.name, 'Panel without a name') as panel, to_char(m.month, 'YYYY-MM') as month,
            sum(m.n)::int as n, coalesce(sum(m.n) filter (where m.outcome = 'managedMoveSupported'), 0)::int as y
       from read.panel_months m left join app.panels p using (panel_id)
      group by 1, 2`,
  );
  const { rows: last } = await pool.query<{ on: string | null }>(
    'select max(decided_on)::text as on from read.panel_decisions',
  );
  return { months: rows, dataTo: last[0]?.on ?? undefined };
}
