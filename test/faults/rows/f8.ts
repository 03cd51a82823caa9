import { eventStoreMigrations, PostgresEventStore, type StoredEvent } from '@app/event-store';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { createEmptyDatabase, createTestDatabase } from '../../support/database';
import { LogWitness } from '../log-witness';
import type { Row } from '../row';

const WRITERS = 4;
/** The key of the append lock (migrations.ts): another database may use it for what it likes. */
const LOCK = '5005299560740908644';
/** Nothing new for so long while writers write is a standstill. */
const STANDSTILL_MS = 5_000;

const event = (): StoredEvent => ({ id: randomUUID(), type: 'NoteTaken', data: {}, metadata: { schemaVersion: 1 } });

export const row: Row = {
  id: 'F8',
  title:
    'a transaction of another database of the server that writes, and stays open for the whole round: what is appended meanwhile is read at once all the same',
  unit: 'seconds',
  goal: 600,
  bounded: 4,
  round: 600,
  plantedBugs: [
    {
      id: 'read-up-to-the-oldest-transaction',
      file: 'libs/event-store/src/postgres/postgres-event-store.ts',
      find: 'select max(position) as head from log.events',
      replace:
        'select max(position) as head from log.events where xmin::text::bigint < pg_snapshot_xmin(pg_current_snapshot())::text::bigint',
    },
  ],

  async run({ count, signal, random, done, violation, measured, counted }) {
    const database = await createTestDatabase(eventStoreMigrations);
    const foreign = await createEmptyDatabase();
    const other = new Client({ connectionString: foreign.url });
    const [writing, reading] = [database.application, database.application].map(
      (pool) => new PostgresEventStore({ pool }),
    ) as [PostgresEventStore, PostgresEventStore];
    const witness = new LogWitness();
    const ids: string[] = [];
    /** When the append of an event was acknowledged that no reader has shown yet; or when it was read, if that came first. */
    const awaited = new Map<string, number>();
    let lag = 'lag before';
    let over = false;
    let lastRead = performance.now();

    const follow = async (): Promise<void> => {
      for await (const batch of reading.subscribeAll(undefined)) {
        lastRead = performance.now();
        for (const { id } of batch) {
          ids.push(id);
          const acknowledged = awaited.get(id);
          if (acknowledged === undefined) awaited.set(id, lastRead);
          else {
            awaited.delete(id);
            measured(lag, Math.round(lastRead - acknowledged), 'ms');
          }
        }
      }
    };
    const write = async (): Promise<void> => {
      while (!over) {
        const one = event();
        const stream = `note-${randomUUID()}`;
        witness.proposed(stream, [one.id]);
        const outcome = await writing.append(stream, 'no_stream', [one]);
        if (outcome.outcome !== 'appended') throw new Error(JSON.stringify(outcome));
        witness.acknowledged(one.id, outcome.firstRevision, outcome.position);
        if (awaited.delete(one.id)) measured(lag, 0, 'ms');
        else awaited.set(one.id, performance.now());
        counted('appends');
        await pause(5 + random.below(30));
      }
    };

    let following: Promise<void> | undefined;
    let writers: Promise<unknown> | undefined;
    /** False at the first standstill. */
    const second = async (): Promise<boolean> => {
      await pause(1_000, undefined, { signal }).catch(() => undefined);
      const still = performance.now() - lastRead;
      if (still < STANDSTILL_MS) return true;
      violation(
        `nothing was read for ${Math.round(still / 1_000)} s; ${awaited.size} events are acknowledged and not read`,
      );
      return false;
    };
    try {
      await other.connect();
      following = follow();
      writers = Promise.all(Array.from({ length: WRITERS }, write));
      await second();
      lag = 'lag while the other transaction is open';
      await other.query('begin');
      await other.query('create table ledger (entry integer)');
      await other.query('select pg_advisory_xact_lock($1)', [LOCK]);
      for (let n = 0; n < count && !signal.aborted; n++) {
        await other.query('insert into ledger values ($1)', [n]);
        const before = new Set(awaited.keys());
        // A second is done when what was acknowledged before it has been read.
        do if (!(await second())) return;
        while (!signal.aborted && [...before].some((id) => awaited.has(id)));
        done();
      }
      over = true;
      await writers;
      while (awaited.size > 0) if (!(await second())) return;
      await other.query('commit');
      witness.followed('the reader', ids);
      (await witness.broken(writing)).forEach(violation);
    } finally {
      over = true;
      await writers;
      await Promise.all([writing.close(), reading.close()]);
      await following;
      await other.end();
      await foreign.drop();
      await database.drop();
    }
  },
};
