/**
 * What the rows about projectors share: the moments at which one is harmed, projectors that are started before they are
 * needed, and a log of notes with what the read models of it must hold at every position, folded in memory.
 */
import { type EventStore, eventStoreMigrations, type JsonObject, PostgresEventStore } from '@app/event-store';
import { type Projection, projectionsMigrations } from '@app/projections';
import { randomUUID } from 'node:crypto';
import { codecs, GROUPS, noteStream, open } from '../../libs/projections/src/testing/notes';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { type Program, spawnProgram } from './processes';
import type { ProjectorSaid, ProjectorSettings } from './programs/projector';
import type { Edit, Random } from './row';

/** Every point at which a projector may be harmed, in the order of a batch; and two of its lease. */
export const MOMENTS: readonly Edit[] = [
  at('afterLease', 'lane.ts', '    this.#epoch = row.epoch;', 'after'),
  at('afterRenewal', 'lane.ts', '    else this.#stand(row.position, row.events);', 'after'),
  at('afterTables', 'checkpoints.ts', '      await grantReading(client, projection);', 'after'),
  at('afterRead', 'runner.ts', '      const working = lanes.filter((lane) => lane.owned);', 'before'),
  at('afterBegin', 'transaction.ts', '    const result = await work(client);', 'before'),
  at(
    'betweenCheckpointAndWrites',
    'lane.ts',
    '          await applyWithin(client, this.projection, events, fault);',
    'before',
  ),
  {
    file: 'libs/projections/src/testing/notes.ts',
    find: "    await tx.query('UPDATE notes SET struck = true WHERE stream = ANY ($1)', [",
    // The statement is on its way when the immediate comes.
    replace: `(globalThis as any).moment('betweenWrites');
    setImmediate(() => (globalThis as any).moment('whileWriting'));
    await tx.query('UPDATE notes SET struck = true WHERE stream = ANY ($1)', [`,
  },
  {
    file: 'libs/projections/src/transaction.ts',
    find: `    await client.query('COMMIT');`,
    replace: `(globalThis as any).moment('beforeCommit');
    const committed = client.query('COMMIT');
    (globalThis as any).moment('whileCommitting');
    await committed;
    (globalThis as any).moment('afterCommit');`,
  },
  at('afterBatch', 'lane.ts', '    this.events = count;', 'after'),
];

export const NAMES_OF_MOMENTS = MOMENTS.flatMap(({ replace }) =>
  [...replace.matchAll(/moment\('(\w+)'\)/g)].map(([, name]) => name!),
);

function at(name: string, file: string, find: string, where: 'before' | 'after'): Edit {
  const moment = `(globalThis as any).moment('${name}');`;
  const replace = where === 'before' ? `${moment}\n${find}` : `${find}\n${moment}`;
  return { file: `libs/projections/src/${file}`, find, replace };
}

export type Projector = Program<ProjectorSaid>;

export function startProjector(settings: ProjectorSettings): Projector {
  return spawnProgram<ProjectorSaid>('test/faults/programs/projector.ts', settings, { edits: MOMENTS });
}

export const urlOfProjector = ({ projector }: TestDatabase): string =>
  (projector.options as { connectionString?: string }).connectionString!;

interface Note {
  readonly id: string;
  readonly stream: string;
  readonly type: 'NoteTaken' | 'NoteStruck' | 'NoteRead';
  readonly colour?: string;
  readonly amount?: number;
}

/** A log that only this process writes, so that it knows what is at every position: the nth event is at position n. */
export class NoteLog {
  readonly #log: Note[] = [];
  readonly #streams: { readonly name: string; next: number }[] = [];

  private constructor(
    readonly database: TestDatabase,
    readonly store: EventStore,
    private readonly random: Random,
  ) {}

  static async create(random: Random): Promise<NoteLog> {
    const database = await createTestDatabase([...eventStoreMigrations, ...projectionsMigrations]);
    return new NoteLog(database, new PostgresEventStore({ pool: database.application }), random);
  }

  get length(): number {
    return this.#log.length;
  }

  /** For a runner or a rebuild in this process. */
  parts() {
    const { projector: pool } = this.database;
    const logger = { log: () => undefined, warn: () => undefined, error: () => undefined };
    return { store: new PostgresEventStore({ pool }), pool, codecs, open, logger };
  }

  /** Notes are taken, struck out and read. */
  async write(events: number): Promise<void> {
    for (let left = events; left > 0;) {
      const { pick, below } = this.random;
      const before = this.#streams.length > 0 && below(3) === 0 ? pick(this.#streams) : undefined;
      const stream = before ?? { name: noteStream(), next: 0 };
      const notes = Array.from({ length: Math.min(left, 1 + below(3)) }, (_, n): Note => {
        const note = { id: randomUUID(), stream: stream.name };
        if (stream.next + n === 0) return { ...note, type: 'NoteTaken', colour: pick(GROUPS), amount: below(1_000) };
        return { ...note, type: pick(['NoteStruck', 'NoteRead']) };
      });
      const outcome = await this.store.append(
        stream.name,
        stream.next === 0 ? 'no_stream' : stream.next - 1,
        notes.map(({ id, type, colour, amount }) => ({
          id,
          type,
          data: (type === 'NoteTaken' ? { group: colour!, amount: amount! } : {}) as JsonObject,
          metadata: { schemaVersion: 1, recordedAt: new Date().toISOString() },
        })),
      );
      if (outcome.outcome !== 'appended') throw new Error(`A note could not be appended: ${JSON.stringify(outcome)}`);
      if (stream.next === 0) this.#streams.push(stream);
      stream.next += notes.length;
      this.#log.push(...notes);
      left -= notes.length;
    }
  }

  /** What is wrong with the read models as they stand, whatever they have read up to now. */
  async wrong(): Promise<string[]> {
    const client = await this.database.application.connect();
    try {
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      const { rows: checkpoints } = await client.query<{ projection: string; position: string | null; events: string }>(
        `SELECT projection, position, events FROM read.checkpoints WHERE schema = 'read'`,
      );
      const wrong: string[] = [];
      for (const { projection, position, events } of checkpoints) {
        const at = Number(position ?? 0);
        if (Number(events) !== at) wrong.push(`${projection} counts ${events} events behind its checkpoint ${at}`);
        const table = projection === 'notes' ? 'stream, colour, amount, struck' : 'event_id';
        const { rows } = await client.query<Record<string, unknown>>(`SELECT ${table} FROM read.${projection}`);
        const found = rows.map((row) => Object.values(row).join(' ')).sort();
        const expected = (projection === 'notes' ? this.#notesAt(at) : this.#eventsAt(at)).sort();
        const differs = expected.findIndex((row, n) => row !== found[n]);
        if (differs >= 0 || found.length !== expected.length)
          wrong.push(
            `${projection} at ${at} has ${found.length} rows where ${expected.length} belong; the first that differs is ` +
              `${found[differs < 0 ? expected.length : differs]}, not ${expected[differs]}`,
          );
      }
      return wrong;
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
  }

  /** The fold that I6 asks for beside the live read model and the rebuild. */
  #notesAt(position: number): string[] {
    const rows = new Map<string, { colour: string; amount: number; struck: boolean }>();
    for (const { stream, type, colour, amount } of this.#log.slice(0, position)) {
      if (type === 'NoteTaken') rows.set(stream, { colour: colour!, amount: amount!, struck: false });
      if (type === 'NoteStruck') rows.get(stream)!.struck = true;
    }
    return [...rows].map(([stream, { colour, amount, struck }]) => `${stream} ${colour} ${amount} ${struck}`);
  }

  #eventsAt(position: number): string[] {
    return this.#log.slice(0, position).flatMap(({ id, type }) => (type === 'NoteRead' ? [] : [id]));
  }

  /** Resolves when no projector is connected any more: what the killed had sent is settled. */
  async settled(): Promise<void> {
    await this.until(
      `SELECT count(*) = 0 AS done FROM pg_stat_activity
        WHERE datname = current_database() AND usename LIKE 'evenhand_projector%'`,
    );
  }

  /** Asks until the answer is true. */
  async until(sql: string, params: unknown[] = []): Promise<void> {
    for (;;) {
      const { rows } = await this.database.application.query<{ done: boolean | null }>(sql, params);
      if (rows[0]?.done) return;
    }
  }

  /** Resolves when every read model has passed what is written. */
  caughtUp(projections: readonly Projection[]): Promise<void> {
    return this.until(
      `SELECT count(*) = $1 AS done FROM read.checkpoints WHERE schema = 'read' AND position::bigint >= $2`,
      [projections.length, this.#log.length],
    );
  }

  close(): Promise<void> {
    return this.store.close().then(() => this.database.drop());
  }
}
