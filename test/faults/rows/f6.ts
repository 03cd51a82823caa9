import { eventStoreMigrations, PostgresEventStore, type StoredEvent } from '@app/event-store';
import { randomUUID } from 'node:crypto';
import { Client, Pool } from 'pg';
import { linkTo } from '../../../libs/event-store/src/postgres/testing/proxy';
import { createTestDatabase } from '../../support/database';
import { LogWitness, streamOf } from '../log-witness';
import type { Row } from '../row';

const MOST_APPENDS = 5;
const MOST_EVENTS = 4;
const APPENDS_A_STREAM = 20;
/** The key of the append lock (migrations.ts). */
const LOCK = '5005299560740908644';

/**
 * The answer is lost; or several, those of connecting and reading back among them; or the connection ends as soon as the
 * request is sent; or so, and the append waits for the lock until it has been sent again; or the answer is lost and
 * another writer has gone on in the stream before it is looked for.
 */
const CUTS = ['answer', 'several answers', 'request', 'request that waits', 'answer, then overtaken'] as const;

const event = (): StoredEvent => ({ id: randomUUID(), type: 'NoteTaken', data: {}, metadata: { schemaVersion: 1 } });

export const row: Row = {
  id: 'F6',
  title:
    'the connection is cut after an append was sent and before its answer: it is answered as appended, where it is, and is there once (I1–I5)',
  unit: 'cuts',
  goal: 10_000,
  bounded: 60,
  round: 500,
  plantedBugs: [
    {
      id: 'cut-answer-told-as-unknown',
      file: 'libs/event-store/src/postgres/appender.ts',
      find: '        await this.settleByReadingBack(lost);',
      replace: `        lost.forEach((append) => append.settle({ outcome: 'unknown', reason: 'The connection was cut.' }));`,
    },
    {
      id: 'cut-append-sent-again-is-a-conflict',
      file: 'libs/event-store/src/migrations.ts',
      find: '      if same = size then',
      replace: '      if false then',
    },
    {
      id: 'cut-append-sent-again-behind-its-own-event',
      file: 'libs/event-store/src/postgres/appender.ts',
      find: '        this.waiting.unshift(...lost.filter((append) => !append.settled));',
      replace: `        for (const append of lost.filter((one) => !one.settled)) {
          const [row] = await query<{ at: number }>(this.pool, 1000, { name: 'at', text: 'select coalesce(max(revision), -1) as at from log.events where stream = $1' }, [append.stream]);
          this.waiting.unshift(Object.assign(append, { expected: row!.at, events: append.events.map((one) => ({ ...one, id: crypto.randomUUID() })) }));
        }`,
    },
  ],

  async run({ count, random, signal, done, violation, counted, measured }) {
    const database = await createTestDatabase(eventStoreMigrations);
    const link = await linkTo(database.url);
    const pool = new Pool({ connectionString: link.url, max: 2 });
    pool.on('error', () => undefined);
    pool.on('connect', (client) => client.on('error', () => undefined));
    const linked = new PostgresEventStore({ pool });
    /** Beside the link: sees the truth, and is the other writer. */
    const direct = new PostgresEventStore({ pool: database.application });
    const operator = new Client({ connectionString: database.url });
    await operator.connect();
    const witness = new LogWitness();
    const streams = Array.from({ length: MOST_APPENDS }, () => ({
      name: `note-${randomUUID()}`,
      last: -1,
      appends: 0,
    }));

    const waiting = async (): Promise<number> => {
      const { rows } = await operator.query<{ count: number }>(
        `select count(*)::integer from pg_locks where locktype = 'advisory' and not granted
           and database = (select oid from pg_database where datname = current_database())`,
      );
      return rows[0]!.count;
    };

    try {
      for (let n = 0; n < count && !signal.aborted; n++) {
        const cut = random.pick(CUTS);
        const chosen = streams.slice(0, 1 + (random.below(2) === 0 ? 0 : random.below(MOST_APPENDS)));
        const waits = cut === 'request that waits';
        // What is cut is to be the append's connection, not one that is only being made.
        await linked.head();
        if (waits) await operator.query('select pg_advisory_lock($1)', [LOCK]);
        if (cut === 'request' || waits) link.set('atRequest');
        else link.set('atAnswer', cut === 'several answers' ? 2 + random.below(3) : 1);
        const begun = performance.now();
        const appends = chosen.map((stream) => {
          if (stream.appends++ === APPENDS_A_STREAM)
            Object.assign(stream, { name: `note-${randomUUID()}`, last: -1, appends: 1 });
          const { name, last } = stream;
          const batch = Array.from({ length: 1 + random.below(MOST_EVENTS) }, event);
          witness.proposed(
            name,
            batch.map(({ id }) => id),
          );
          return { stream, name, last, batch, outcome: linked.append(name, last < 0 ? 'no_stream' : last, batch) };
        });
        let settled = 0;
        appends.forEach(({ outcome }) => void outcome.finally(() => settled++));
        /** Or until there is nothing to wait for: then the outcomes are wrong. */
        const until = async (isTrue: () => Promise<boolean>): Promise<void> => {
          while (settled < appends.length && !(await isTrue())) await new Promise(setImmediate);
        };
        if (waits) {
          // The first one's connection is gone, and nobody has told its backend: the second is the one sent again.
          await until(async () => (await waiting()) > 1);
          await operator.query('select pg_advisory_unlock($1)', [LOCK]);
        }
        const overtaken = new Map<string, string>();
        if (cut === 'answer, then overtaken')
          for (const { name, last, batch } of appends) {
            const end = last + batch.length;
            await until(async () => (await streamOf(direct, name, end)).length > 0);
            const rival = event();
            witness.proposed(name, [rival.id]);
            const outcome = await direct.append(name, end, [rival]);
            if (outcome.outcome !== 'appended') continue;
            witness.acknowledged(rival.id, outcome.firstRevision, outcome.position);
            overtaken.set(name, rival.id);
          }
        let sound = true;
        for (const { stream, name, last, batch, outcome } of appends) {
          const told = await outcome;
          const there = await streamOf(direct, name, last + 1);
          const ids = [...batch.map(({ id }) => id), ...(overtaken.has(name) ? [overtaken.get(name)!] : [])];
          stream.last = last + there.length;
          if (told.outcome === 'appended') witness.acknowledged(ids[0]!, told.firstRevision, told.position);
          if (
            told.outcome === 'appended' &&
            told.firstRevision === last + 1 &&
            told.lastRevision === last + batch.length &&
            there.map(({ id }) => id).join() === ids.join()
          )
            continue;
          sound = false;
          violation(
            `${cut} cut: an append of ${batch.length} events at revision ${last} was answered ${JSON.stringify(told)}; ` +
              `${there.filter(({ id }) => ids.includes(id)).length} of its events and ${there.filter(({ id }) => !ids.includes(id)).length} others are there`,
          );
        }
        counted(`cut: ${cut}`, link.caught);
        if (link.caught === 0) counted('units whose appends were not cut');
        measured('append with its cut', Math.round(performance.now() - begun), 'ms');
        link.set('pass');
        if (sound) done();
      }
      (await witness.broken(direct)).forEach(violation);
      counted('appends acknowledged', witness.acknowledgements);
    } finally {
      await Promise.all([linked.close(), direct.close()]);
      await Promise.all([pool.end(), operator.end()]);
      await link.close();
      await database.drop();
    }
  },
};
