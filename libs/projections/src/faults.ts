import { StoreUnavailable } from '@app/event-store';

/** The event that stopped a projection. Names and places only: nothing of what the event says. */
export interface Poison {
  readonly id: string;
  readonly type: string;
  readonly position: string;
  readonly error: string;
}

/** The checkpoint is another owner's now: nothing of the batch was written. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
  constructor(projection: string) {
    super(`Another runner has taken over ${projection}: this one writes nothing more to it.`);
  }
}

/** A checkpoint that belongs to another log: reading on would mix two logs in one table. */
export class ForeignCheckpoint extends Error {
  override readonly name = 'ForeignCheckpoint';
  constructor(projection: string, checkpointOf: string, log: string) {
    super(
      `The read model ${projection} was built from the log ${checkpointOf}, but this log is ${log}: ` +
        'connect the log it was built from, or rebuild it from this one.',
    );
  }
}

/** The tables were made by a newer Evenhand. */
export class NewerCheckpoint extends Error {
  override readonly name = 'NewerCheckpoint';
  constructor(projection: string, stored: number, known: number) {
    super(
      `The read model ${projection} has version ${stored}, and this Evenhand knows version ${known}: ` +
        'start the newer Evenhand, or rebuild it with this one.',
    );
  }
}

/** One or more projections stand at an event that they cannot apply. */
export class ProjectionStopped extends Error {
  override readonly name = 'ProjectionStopped';
  constructor(projection: string, poison: Poison) {
    super(
      `The read model ${projection} has stopped at the event ${poison.id} (${poison.type}, position ${poison.position}): ` +
        `${poison.error}. Correct the cause and start again; nothing was skipped.`,
    );
  }
}

const SQLSTATE = /^[0-9A-Z]{5}$/;
/** Connection, resources, operator, system and concurrency: the same batch may well succeed later. */
const PASSING = /^(08|40|53|55|57|58|25P0[34]|XX)/;
const STATEMENT_TIMEOUT = '57014';

const sqlStateOf = (error: unknown): string | undefined => {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' && SQLSTATE.test(code) && (error as { severity?: unknown }).severity !== undefined
    ? code
    : undefined;
};

/** True when a statement failed because of the database's health, not because of what it was asked. */
export function isOutage(error: unknown, events: number): boolean {
  if (error instanceof StoreUnavailable) return true;
  if (error instanceof TypeError || error instanceof RangeError) return false;
  const state = sqlStateOf(error);
  if (state === undefined) return true; // The driver speaks without a SQLSTATE only of its connection.
  if (state === STATEMENT_TIMEOUT) return events <= 1; // A smaller batch may be quick enough.
  return PASSING.test(state);
}

/** A lock that somebody else keeps: a rebuild is swapping the tables. */
export const isLockTimeout = (error: unknown): boolean => sqlStateOf(error) === '55P03';

/** No such table: the read model's own may be gone. */
export const isTableMissing = (error: unknown): boolean => sqlStateOf(error) === '42P01';

const BUILT_IN = new Set([
  'Error',
  'TypeError',
  'RangeError',
  'SyntaxError',
  'ReferenceError',
  'URIError',
  'EvalError',
]);

/**
 * What went wrong, for logs, health and the checkpoint. Messages of the database and of JavaScript may quote a value, so
 * they are left out: a SQLSTATE with the names around it, or the error's name and place. Our own errors keep theirs.
 */
export function describeFault(error: unknown): string {
  if (!(error instanceof Error)) return 'something that is not an error was thrown';
  const state = sqlStateOf(error);
  if (state !== undefined) {
    const { table, column, constraint } = error as { table?: string; column?: string; constraint?: string };
    const around = Object.entries({ table, column, constraint }).flatMap(([what, name]) =>
      name ? `${what} ${name}` : [],
    );
    return [`SQLSTATE ${state}`, ...around].join(', ');
  }
  if (!BUILT_IN.has(error.name)) return `${error.name}: ${error.message}`;
  const place = placeOf(error);
  return place === undefined ? error.name : `${error.name} at ${place}`;
}

function placeOf(error: Error): string | undefined {
  const stack = error.stack ?? '';
  const frames = stack.slice(stack.indexOf(error.message) + error.message.length);
  const frame = frames.split('\n').find((line) => /^\s+at .*\.[cm]?[jt]s:\d+/.test(line));
  return frame === undefined ? undefined : /([^/\\(\s]+\.[cm]?[jt]s:\d+)/.exec(frame)?.[1];
}
