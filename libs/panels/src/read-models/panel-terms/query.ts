/** Reads what kind of panel it is and its latest terms; a decision reads those in force on its day from the stream. */
import type { PANEL_TYPES } from '../../domain/events';
import type { Terms } from '../../domain/terms';
import type { Reader } from '../meetings';

export interface PanelTermsRow {
  readonly panelId: string;
  readonly panelType: (typeof PANEL_TYPES)[number] | null;
  readonly networkUrns: readonly string[];
  readonly terms: Terms | null;
  readonly termsFrom: string | null;
  readonly revision: number;
}

export async function panelTermsOf(reader: Reader, panelId: string): Promise<PanelTermsRow | undefined> {
  const { rows } = await reader.query<PanelTermsRow>(
    `select panel_id as "panelId", panel_type as "panelType", network_urns as "networkUrns", terms,
            terms_from::text as "termsFrom", revision
     from read.panel_terms where panel_id = $1`,
    [panelId],
  );
  return rows[0];
}
