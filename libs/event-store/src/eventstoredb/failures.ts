/** Tells an outage, after which the same call may succeed, from an answer that will not change. */
import {
  CancelledError,
  DeadlineExceededError,
  NotLeaderError,
  StreamDeletedError,
  AccessDeniedError,
  MaxAppendSizeExceededError,
  TimeoutError,
  UnavailableError,
} from '@eventstore/db-client';

/** The adapter's own deadline passed: the client has none for appends on the batch call, nor for reads. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

/** gRPC status codes that a dying, starting or overloaded server was seen to answer with. */
const OUTAGE_CODES: ReadonlySet<unknown> = new Set([
  1, // cancelled
  4, // deadline exceeded
  10, // aborted
  13, // internal: RST_STREAM of a server that stops politely
  14, // unavailable; while the server is down often a plain Error which isCommandError does not know
]);

/** A server that starts, is flooded or has no leader yet, and a client that found no node: these come without a code. */
const OUTAGE_WORDS = /Server Is Not Ready|Server Is Too Busy|leader info|Failed to discover/i;

export function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (
    error instanceof NoAnswer ||
    error instanceof DeadlineExceededError ||
    error instanceof UnavailableError ||
    error instanceof CancelledError ||
    error instanceof TimeoutError ||
    error instanceof NotLeaderError ||
    OUTAGE_CODES.has((error as { code?: unknown }).code) ||
    OUTAGE_WORDS.test(error.message)
  );
}

/** The server read the append and will never take it. The reason is a sentence; undefined for everything else. */
export function refusalOf(error: unknown): string | undefined {
  if (error instanceof MaxAppendSizeExceededError) {
    return `The server takes at most ${error.maxAppendSize} bytes in one append: send less.`;
  }
  if (error instanceof StreamDeletedError) return 'The stream was deleted for good: use another stream.';
  if (error instanceof AccessDeniedError)
    return 'The server refuses this user: check the name and password in EVENTSTOREDB_URL.';
  if (error instanceof Error && error.message === 'Could not recognize BadRequest') {
    return 'The server found the append malformed: check ids, type and stream name.';
  }
  return undefined;
}

/** What is safe to log: never the connection string. */
export const reasonOf = (error: unknown): string =>
  error instanceof Error ? `${error.constructor.name}: ${error.message}`.trim() : String(error);
