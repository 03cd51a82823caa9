/** Of the system or the driver: the connection, not the statement. */
const CODES: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/**
 * Connection, sign-in, no such database (a restore), concurrency, resources, lock, operator, system, read-only, cut off:
 * the same call may pass later. 42P01 is a read model whose tables are gone until it is built anew.
 */
const STATES = /^(08|28|3D000|40|53|55P03|57|58|25006|25P0[34]|42P01)/;

const WORDS =
  /Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect|Query read timeout|no database connection within|Cannot use a pool after calling end/;

/** True when the database could not be asked, which says nothing of what was asked. */
export function isDatabaseAway(error: unknown): boolean {
  const { code, severity, message } = (error ?? {}) as { code?: unknown; severity?: unknown; message?: unknown };
  if (CODES.has(code)) return true;
  if (typeof code === 'string' && severity !== undefined) return STATES.test(code);
  return typeof message === 'string' && WORDS.test(message);
}
