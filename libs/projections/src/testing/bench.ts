/** What the specs with Postgres start from: a database with a log, its store, and runners that are stopped at the end. */
import { eventStoreMigrations, PostgresEventStore } from '@app/event-store';
import { createTestDatabase, type TestDatabase } from '../../../../test/support/database';
import { projectionsMigrations } from '../migrations';
import type { Projection } from '../projection';
import { type ProjectionParts, ProjectionRunner } from '../runner';
import { codecs, open } from './notes';

export interface Bench {
  readonly database: TestDatabase;
  /** Writes and reads as the application. */
  readonly store: PostgresEventStore;
  /** What the loggers of the runners were told. */
  readonly said: { readonly level: 'log' | 'warn' | 'error'; readonly message: string }[];
  runner(projections: readonly Projection[], settings?: Partial<ProjectionParts>): ProjectionRunner;
  parts(): Omit<ProjectionParts, 'projections'>;
  rows<Row extends object>(sql: string, params?: unknown[]): Promise<Row[]>;
  /** Asks until the answer is true. */
  until(sql: string, params?: unknown[]): Promise<void>;
  end(): Promise<void>;
}

export async function startBench(): Promise<Bench> {
  const database = await createTestDatabase([...eventStoreMigrations, ...projectionsMigrations]);
  const store = new PostgresEventStore({ pool: database.application });
  const said: Bench['said'][number][] = [];
  const runners: ProjectionRunner[] = [];
  const hear = (level: 'log' | 'warn' | 'error') => (message: string) => void said.push({ level, message });
  const logger = { log: hear('log'), warn: hear('warn'), error: hear('error') };
  const parts = () => ({
    store: new PostgresEventStore({ pool: database.projector }),
    pool: database.projector,
    codecs,
    open,
    logger,
    leaseMs: 2_000,
  });
  const rows = async <Row extends object>(sql: string, params: unknown[] = []): Promise<Row[]> =>
    (await database.application.query(sql, params)).rows as Row[];
  return {
    database,
    store,
    said,
    parts,
    rows,
    runner(projections, settings = {}) {
      const runner = new ProjectionRunner({ ...parts(), projections, ...settings });
      runners.push(runner);
      return runner;
    },
    async until(sql, params) {
      for (;;) {
        const [row] = await rows<{ done: boolean }>(
          `SELECT coalesce(bool_or(done), false) AS done FROM (${sql}) AS d`,
          params,
        );
        if (row?.done) return;
      }
    },
    async end() {
      await Promise.allSettled(runners.map((runner) => runner.stop()));
      await store.close();
      await database.drop();
    },
  };
}
