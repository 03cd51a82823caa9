import { eventStoreMigrations, PostgresEventStore, type StoredEvent } from '@app/event-store';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Pool } from 'pg';
import { createTestDatabase } from '../../support/database';
import { LogWitness } from '../log-witness';
import type { Row } from '../row';

const WRITERS = 32;
const SLOW_WRITERS = 2;
/** Half of them leave and come back at their checkpoint. */
const READERS = 4;
/** In an append; fewer in a short run, so that many meet. */
const MOST_EVENTS = 300;
const APPENDS_A_STREAM = 50;
const MOST_HELD_MS = 15;
const LONGEST_STORM = 12;

const LOCK_TIMED_OUT = '55P03';

const CALL = 'select * from log.append($1, $2, $3, $4, $5, $6, $7)';
const CALL_ONE = 'select log.append_one($1, $2, $3, $4, $5, $6) as position';

const events = (count: number): StoredEvent[] =>
  Array.from({ length: count }, () => ({
    id: randomUUID(),
    type: 'NoteTaken',
    data: {},
    metadata: { schemaVersion: 1 },
  }));

/** A stream that one writer alone writes to, another after so many appends. */
class OwnStream {
  name = '';
  last = -1;
  #appends = APPENDS_A_STREAM;

  next(): void {
    if (this.#appends++ < APPENDS_A_STREAM) return;
    this.name = `note-${randomUUID()}`;
    this.last = -1;
    this.#appends = 1;
  }
}

export const row: Row = {
  id: 'F7',
  title:
    '32 writers, some who hold their transaction or roll it back after others have begun, and readers that follow: no reader is given less than the log or in another order (I1–I5)',
  unit: 'events',
  goal: 10_000_000,
  bounded: 10_000,
  round: 200_000,
  plantedBugs: [
    {
      id: 'follow-append-without-lock',
      file: 'libs/event-store/src/migrations.ts',
      find: '  perform pg_advisory_xact_lock(5005299560740908644);',
      replace: '  perform 1;',
    },
    {
      id: 'follow-append-one-without-lock',
      file: 'libs/event-store/src/append-one.ts',
      find: '  perform pg_advisory_xact_lock(5005299560740908644);',
      replace: '',
    },
    {
      id: 'follow-positions-of-a-sequence',
      file: 'libs/event-store/src/append-one.ts',
      find: 'await runner.query(APPEND_ONE);',
      replace: String.raw`
        const unordered = (sql: string) => sql
          .replace('perform pg_advisory_xact_lock(5005299560740908644);', '')
          .replace('coalesce((select max(e.position) from log.events e), 0) + 1', "1000 * nextval('log.places')")
          .replace('select coalesce(max(e.position), 0) into top from log.events e;', "top := 1000 * nextval('log.places');");
        await runner.query('create sequence log.places');
        await runner.query(unordered(APPEND_ONE));
        const [{ append }] = await runner.query("select pg_get_functiondef('log.append'::regproc) as append");
        await runner.query(unordered(append));`,
    },
  ],

  async run({ count, random, signal, done, violation, counted }) {
    const database = await createTestDatabase(eventStoreMigrations);
    const pool = new Pool({ connectionString: database.url, max: WRITERS + SLOW_WRITERS + READERS });
    // Whoever ends the database ends its idle connections.
    pool.on('error', () => undefined);
    const stores = Array.from({ length: WRITERS + READERS }, () => new PostgresEventStore({ pool }));
    const witness = new LogWitness();
    const mostEvents = Math.min(MOST_EVENTS, count / 500);
    let written = 0;
    let broken = false;
    const goOn = (): boolean => written < count && !broken && !signal.aborted;

    const write = async (store: PostgresEventStore): Promise<void> => {
      const own = new OwnStream();
      while (goOn()) {
        own.next();
        const batch = events(random.below(3) === 0 ? 1 : 1 + random.below(mostEvents));
        const ids = batch.map(({ id }) => id);
        witness.proposed(own.name, ids);
        const append = () => store.append(own.name, own.last < 0 ? 'no_stream' : own.last, batch);
        let outcome = await append();
        for (; outcome.outcome === 'unknown'; outcome = await append()) counted('outcomes unknown after five seconds');
        if (outcome.outcome !== 'appended') {
          broken = true;
          violation(`an append to a stream that nobody else writes to was answered ${JSON.stringify(outcome)}`);
          return;
        }
        witness.acknowledged(ids[0]!, outcome.firstRevision, outcome.position);
        own.last = outcome.lastRevision;
        written += batch.length;
      }
    };

    /** As a process that stops between its insert and its commit. */
    const writeSlowly = async (): Promise<void> => {
      const client = await pool.connect();
      const own = new OwnStream();
      let left = 0;
      try {
        while (goOn()) {
          own.next();
          const rollsBack = left-- > 0 || random.below(4) === 0;
          if (rollsBack && left < 0 && random.below(4) === 0) left = random.below(LONGEST_STORM);
          const ids = events(random.below(2) === 0 ? 1 : 1 + random.below(mostEvents)).map(({ id }) => id);
          const each = <T>(value: T): T[] => ids.map(() => value);
          await client.query('begin');
          let rows: readonly { position: string }[];
          try {
            ({ rows } = await (ids.length === 1
              ? client.query(CALL_ONE, [own.name, own.last, ids[0], 'NoteTaken', '{}', '{}'])
              : client.query(CALL, [
                  [own.name],
                  [own.last],
                  each(1),
                  ids,
                  each('NoteTaken'),
                  each('{}'),
                  each('{"schemaVersion":1}'),
                ])));
          } catch (error) {
            await client.query('rollback');
            if ((error as { code?: string }).code !== LOCK_TIMED_OUT) throw error;
            counted('lock not got within two seconds');
            continue;
          }
          await pause(random.below(MOST_HELD_MS));
          if (rollsBack) {
            await client.query('rollback');
            counted('rolled back');
            continue;
          }
          // What is rolled back is never proposed: were it in the log, nobody would have put it there (I2).
          witness.proposed(own.name, ids);
          await client.query('commit');
          witness.acknowledged(ids[0]!, own.last + 1, rows[0]!.position);
          own.last += ids.length;
          written += ids.length;
          counted('held and committed');
        }
      } finally {
        client.release();
      }
    };

    let end: string | undefined;
    const follow = async (store: PostgresEventStore, reader: number): Promise<void> => {
      const ids: string[] = [];
      let at: string | undefined;
      const leaves = reader % 2 === 0;
      const over = (): boolean => end !== undefined && (at === end || store.compare(at ?? '0', end) >= 0);
      while (!over() && !broken) {
        const subscription = store.subscribeAll(at);
        let batches = leaves ? 1 + random.below(20) : Infinity;
        for await (const batch of subscription) {
          ids.push(...batch.map(({ id }) => id));
          at = batch.at(-1)!.position;
          if (--batches <= 0 || over() || broken) break;
        }
      }
      witness.followed(`reader ${reader + 1}`, ids);
    };

    try {
      const readers = stores.slice(WRITERS).map(follow);
      const failed = (error: unknown): void => {
        if (broken) return;
        broken = true;
        violation(`an append failed: ${error instanceof Error ? error.message : String(error)}`);
      };
      await Promise.all([
        ...stores.slice(0, WRITERS).map((store) => write(store).catch(failed)),
        ...Array.from({ length: SLOW_WRITERS }, () => writeSlowly().catch(failed)),
      ]);
      if (broken) return;
      // One more wakes the readers who wait for it; they know before it comes that it is the last.
      const last = events(1);
      witness.proposed('note-last', [last[0]!.id]);
      end = String(BigInt((await stores[0]!.head()) ?? 0) + 1n);
      const outcome = await stores[0]!.append('note-last', 'no_stream', last);
      if (outcome.outcome === 'appended') witness.acknowledged(last[0]!.id, outcome.firstRevision, outcome.position);
      await Promise.all(readers);
      (await witness.broken(stores[0]!)).forEach(violation);
      counted('appends acknowledged', witness.acknowledgements);
      done(written);
    } finally {
      broken = true;
      await Promise.all(stores.map((store) => store.close()));
      await pool.end();
      await database.drop();
    }
  },
};
