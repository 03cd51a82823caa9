/** What kind of panel it is, and its latest terms of reference. */
import type { Projection } from '@app/projections';
import type { PanelEvent } from '../../domain/events';
import { type Terms, termsOf } from '../../domain/terms';

interface Row {
  readonly panel_id: string;
  readonly panel_type: string | null;
  readonly network_urns: readonly string[];
  readonly terms: Terms | null;
  readonly terms_from: string | null;
  readonly revision: number;
}

export const panelTerms: Projection = {
  name: 'panel_terms',
  version: 1,
  types: ['PanelEstablished', 'TermsOfReferenceAdopted'],
  tables: [
    {
      name: 'panel_terms',
      create: `create table panel_terms (
        panel_id uuid primary key, panel_type text, network_urns text[] not null, terms jsonb, terms_from date,
        revision integer not null)`,
      indexes: [],
    },
  ],
  async apply(tx, events) {
    const idOf = (stream: string) => stream.slice('panel-'.length);
    const ids = [...new Set(events.map((event) => idOf(event.stream)))];
    const { rows } = await tx.query<Row>(
      `select panel_id, panel_type, network_urns, terms, terms_from::text, revision
       from panel_terms where panel_id = any($1::uuid[])`,
      [ids],
    );
    const known = new Map(rows.map((row) => [row.panel_id, row]));
    for (const recorded of events) {
      const panelId = idOf(recorded.stream);
      const { revision } = recorded;
      const before = known.get(panelId);
      // An event that the row has taken in already changes nothing.
      if (before && revision <= before.revision) continue;
      const event = recorded as unknown as PanelEvent;
      if (event.type === 'PanelEstablished') {
        const { panelType = null, networkUrns = [] } = event.data;
        known.set(panelId, {
          panel_id: panelId,
          panel_type: panelType,
          network_urns: networkUrns,
          terms: null,
          terms_from: null,
          revision,
        });
      } else if (before) {
        const from = recorded.metadata.occurredOn;
        // Terms entered late do not replace those adopted after them.
        const latest = before.terms_from === null || before.terms_from <= from;
        known.set(panelId, {
          ...before,
          ...(latest ? { terms: termsOf(event.data), terms_from: from } : {}),
          revision,
        });
      }
    }
    const changed = [...known.values()];
    // Lists of different lengths do not unnest: the schools of a network travel as JSON.
    await tx.query(
      `insert into panel_terms (panel_id, panel_type, network_urns, terms, terms_from, revision)
       select panel_id, panel_type, array(select jsonb_array_elements_text(urns)), terms, terms_from, revision
       from unnest($1::uuid[], $2::text[], $3::jsonb[], $4::jsonb[], $5::date[], $6::integer[])
         as changed (panel_id, panel_type, urns, terms, terms_from, revision)
       on conflict (panel_id) do update set (panel_type, network_urns, terms, terms_from, revision) =
         (excluded.panel_type, excluded.network_urns, excluded.terms, excluded.terms_from, excluded.revision)`,
      [
        changed.map((row) => row.panel_id),
        changed.map((row) => row.panel_type),
        changed.map((row) => JSON.stringify(row.network_urns)),
        changed.map((row) => (row.terms === null ? null : JSON.stringify(row.terms))),
        changed.map((row) => row.terms_from),
        changed.map((row) => row.revision),
      ],
    );
  },
};
