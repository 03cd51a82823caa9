import type { Pool } from 'pg';
import { type PanelMonth } from '../../results/panels-side-by-side';
import { firstMonthOffered } from '../../windows';

export interface DecisionsByPanel {
  readonly months: readonly PanelMonth[];
  /** The day of the last recorded decision, yyyy-mm-dd; nothing before the first. */
  readonly dataTo: string | undefined;
}

/** Decisions and supported moves of every panel in the months that any window has. Sums only. */
export async function decisionsByPanel(pool: Pool): Promise<DecisionsByPanel> {
  const { rows: newest } = await pool.query<{ on: string | null }>(
    'select max(decided_on)::text as on from read.panel_decisions',
  );
  const dataTo = newest[0]?.on ?? undefined;
  if (dataTo === undefined) return { months: [], dataTo };
  const { rows } = await pool.query<{ panel: string; month: string; n: number; y: number }>(
    `select coalesce(p.name, 'Panel without a name') as panel, to_char(m.month, 'YYYY-MM') as month, n, y
       from (select panel_id, month, sum(n)::int as n,
                    coalesce(sum(n) filter (where outcome = 'managedMoveSupported'), 0)::int as y
               from read.panel_months where month >= $1::date group by panel_id, month) m
       left join app.panels p using (panel_id)`,
    [`${firstMonthOffered(dataTo.slice(0, 7))}-01`],
  );
  return { months: rows, dataTo };
}
