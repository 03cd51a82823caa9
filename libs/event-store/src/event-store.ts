/**
 * The port that both stores keep (reliability-and-privacy.md 2, adapter rules). It knows nothing of children, codecs or
 * Nest: bytes in, bytes out. What it stores is already sealed.
 */

/** Plain JSON: no Date, Map, bigint, undefined or NaN. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** Opaque outside its store; compared only by its store. */
export type Position = string;

/** The revision of the last event that the caller has seen in the stream. */
export type ExpectedRevision = number | 'no_stream';

export interface StoredEvent {
  /** Lower-case UUID. */
  readonly id: string;
  /** The stored name. */
  readonly type: string;
  readonly data: JsonObject;
  readonly metadata: JsonObject;
}

export interface StoredRecord extends StoredEvent {
  readonly stream: string;
  /** From 0, gapless. */
  readonly revision: number;
  readonly position: Position;
}

/**
 * - `appended`: in the log, once, at these revisions.
 * - `conflict`: the stream is elsewhere, and none of these events is in it.
 * - `unknown`: the store did not say, and reading back could not settle it within the deadline; ask again with the same ids.
 * - `rejected`: the store will never take it (too large, not JSON, a malformed id); nothing was written.
 */
export type AppendOutcome =
  | {
      readonly outcome: 'appended';
      readonly firstRevision: number;
      readonly lastRevision: number;
      /** Of the last event. */
      readonly position: Position;
    }
  | { readonly outcome: 'conflict'; readonly actual: number | 'no_stream' }
  | { readonly outcome: 'unknown'; readonly reason: string }
  | { readonly outcome: 'rejected'; readonly reason: string };

/** One append carries at most this many bytes of data and metadata, as JSON, on both stores. */
export const MAX_APPEND_BYTES = 256 * 1024;

export interface Subscription extends AsyncIterable<readonly StoredRecord[]> {
  /** Ends the iteration quietly. */
  stop(): Promise<void>;
}

export interface EventStore {
  /** The log's own id, written when the log was made: every checkpoint names it (event-format.md 6). */
  identity(): Promise<string>;
  append(stream: string, expected: ExpectedRevision, events: readonly StoredEvent[]): Promise<AppendOutcome>;
  /** In order, from a revision (inclusive); a missing stream is empty. Pages itself: memory does not grow with the stream. */
  readStream(stream: string, from?: number): AsyncIterable<StoredRecord>;
  /** At most `limit` events after a position (exclusive; from the start when undefined), in the order of the log. */
  readAll(after: Position | undefined, limit: number): Promise<readonly StoredRecord[]>;
  /** Everything after a position, then what comes, in batches; survives the store's outages; ends only by `stop`. */
  subscribeAll(after: Position | undefined, types?: readonly string[]): Subscription;
  /** The position of the newest event, or nothing in an empty log. */
  head(): Promise<Position | undefined>;
  /** How many events lie after a position; nothing where only reading them would tell. */
  behind(position: Position | undefined): Promise<number | undefined>;
  /** Below, at, or above: negative, zero, positive. */
  compare(a: Position, b: Position): number;
  close(): Promise<void>;
}

/** The store cannot be reached or is not ready: 503 with Retry-After over HTTP, never a wrong answer. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}
