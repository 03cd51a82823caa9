import type { Provenance, VaultRef } from '@app/kernel';

/** Who did it. `ref` is an opaque person of the directory. */
export interface Actor {
  readonly ref: string;
  readonly role: string;
  readonly onBehalfOf?: string;
}

/** The metadata of every event, as stored (event-format.md 2). Platform code sets it; no handler does. */
export interface Envelope {
  readonly $correlationId: string;
  readonly $causationId: string;
  readonly commandId: string;
  readonly index: number;
  readonly tenant: string;
  readonly actor: Actor;
  /** Europe/London calendar date. */
  readonly occurredOn: string;
  /** UTC instant, only where the time matters. */
  readonly occurredAt?: string;
  /** UTC instant, from the application's clock. */
  readonly recordedAt: string;
  readonly provenance: Provenance;
  /** Why it is entered late, in the vault under the tenant's text key. Only with `lateEntry`. */
  readonly lateEntryReason?: VaultRef;
  /** Only with `register`. */
  readonly source?: { readonly importId: string; readonly row: number };
  /** The edition in force on `occurredOn`. */
  readonly ruleSet: string;
  readonly schemaVersion: number;
}

/** What whoever sends a command knows; the journal makes the envelopes of its events from it. */
export interface CommandEnvelope {
  /** Random, made when the request or row was reserved. */
  readonly commandId: string;
  readonly correlationId: string;
  readonly causationId: string;
  readonly tenant: string;
  readonly actor: Actor;
  readonly occurredOn: string;
  readonly occurredAt?: string;
  readonly provenance: Provenance;
  /** Required with `lateEntry`; plain words, which go to the vault. */
  readonly lateEntryReason?: string;
  readonly source?: { readonly importId: string; readonly row: number };
}
