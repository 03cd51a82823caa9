/** A panel's terms of reference: what they say, and which of them are in force on a day. */
import type { EventOf } from '@app/kernel';
import type { PanelEvent, termsOfReferenceAdopted } from './events';

type Adopted = EventOf<typeof termsOfReferenceAdopted>['data'];

/** Quorum, required roles, criteria with versions, permitted decisions, chair's action (domain.md C.3, G.2). */
export type Terms = Omit<Adopted, 'breaches' | 'notRecorded'>;

/** What a panel's stream says of its terms, for one day. */
export interface TermsOnADay {
  readonly established: boolean;
  /** Those adopted last, on or before the day. */
  readonly terms?: Terms;
  /** The panel has adopted terms, if only later: so it had none in force on a day without `terms`. */
  readonly everAdopted: boolean;
}

export const termsOf = ({ breaches: _breaches, notRecorded: _notRecorded, ...terms }: Adopted): Terms => terms;

/** The terms in force on a calendar date. Rules are effective-dated by the day of adoption (event-format.md 2). */
export function termsOnADay(
  history: readonly { readonly event: PanelEvent; readonly occurredOn: string }[],
  day: string,
): TermsOnADay {
  let established = false;
  let everAdopted = false;
  let inForce: { terms: Terms; since: string } | undefined;
  for (const { event, occurredOn } of history) {
    if (event.type === 'PanelEstablished') established = true;
    if (event.type !== 'TermsOfReferenceAdopted') continue;
    everAdopted = true;
    if (occurredOn <= day && (!inForce || inForce.since <= occurredOn))
      inForce = { terms: termsOf(event.data), since: occurredOn };
  }
  return { established, everAdopted, ...(inForce ? { terms: inForce.terms } : {}) };
}
