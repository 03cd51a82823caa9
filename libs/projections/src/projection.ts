import type { RecordedEvent } from '@app/event-store';

/** What a projection writes with: one transaction, whose search path is the schema that its tables are in. */
export interface ProjectionTransaction {
  query<Row extends object = Record<string, unknown>>(
    sql: string,
    params?: readonly unknown[],
  ): Promise<{ readonly rows: Row[]; readonly rowCount: number | null }>;
  /** Adds rows by COPY, for tables that only grow: a key that is there already is an error. */
  copy(table: string, columns: readonly string[], rows: readonly (readonly CopiedValue[])[]): Promise<void>;
}

/** As Postgres reads it in text: JSON as its text, a date as yyyy-mm-dd. */
export type CopiedValue = string | number | boolean | null;

/** A table of a read model. Everything is unqualified: the runner says in which schema it is made. */
export interface ProjectionTable {
  readonly name: string;
  /** `CREATE TABLE name (…)`, with its primary key: a rebuild relies on it for upserts. */
  readonly create: string;
  /** `CREATE INDEX name_x ON name (…)`: made after a rebuild has caught up. */
  readonly indexes: readonly string[];
  /** Columns left out of equality: positions and recording times (event-format.md 6). */
  readonly uncompared?: readonly string[];
}

/**
 * A read model: which events it reads, its tables, and what a batch of events does to them (architecture.md 4).
 *
 * `apply` gets a batch in the order of the log, of the named types only, and writes with set-based SQL. The same events
 * applied again must change nothing (`deliveredTwice` tests it), and how a run of events is cut into batches must not
 * matter. It accepts `data.child === 'forgotten'`, and on PupilForgotten blanks what it took from that child's facts, so
 * that live equals rebuilt. It neither asks a clock nor reads another projection's tables.
 */
export interface Projection {
  /** snake_case, at most 40 letters: it names the checkpoint and the schema of a rebuild. */
  readonly name: string;
  /** A rise means that the tables are built anew at the next start. */
  readonly version: number;
  /** Current event names; aliases of older ones are resolved before. */
  readonly types: readonly string[];
  readonly tables: readonly ProjectionTable[];
  apply(tx: ProjectionTransaction, events: readonly RecordedEvent[]): Promise<void>;
}

/** Where the live tables are. */
export const LIVE = 'read';

/** Where a rebuild makes its tables, beside the live ones. */
export const rebuildSchemaOf = (projection: Projection): string => `rebuild_${projection.name}`;

/** Throws with a sentence for whoever wrote the projection: names go into SQL as they are. */
export function checkProjection(projection: Projection): void {
  const names = [projection.name, ...projection.tables.map((table) => table.name)];
  const wrong = names.find((name) => !/^[a-z][a-z0-9_]{0,39}$/.test(name));
  if (wrong !== undefined)
    throw new Error(`The projection name or table "${wrong}" is not snake_case of at most 40 letters: rename it.`);
  if (!Number.isInteger(projection.version) || projection.version < 1)
    throw new Error(`${projection.name}: version ${projection.version} is not a whole number from 1: correct it.`);
  if (projection.tables.length === 0) throw new Error(`${projection.name}: it has no table: declare one.`);
}
