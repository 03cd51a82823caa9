/** What only the Postgres log promises: who may write, how calls are shared, and that the order of positions is that of commits. */
import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { createTestDatabase, type TestDatabase } from '../../../../test/support/database';
import {
  appended,
  event,
  events,
  follow,
  idsOf,
  logOf,
  newStream,
  settled,
  streamOf,
  TEST_MS,
  until,
} from '../contract/support';
import { eventStoreMigrations } from '../migrations';
import { PostgresEventStore } from './postgres-event-store';

jest.setTimeout(TEST_MS);

let database: TestDatabase;
let store: PostgresEventStore;
let owner: Client;

beforeAll(async () => {
  database = await createTestDatabase(eventStoreMigrations);
  store = new PostgresEventStore({ pool: database.application });
  owner = new Client({ connectionString: database.url });
  await owner.connect();
});

afterAll(async () => {
  await store.close();
  await owner.end();
  await database.drop();
});

const CALL = 'select * from log.append($1, $2, $3, $4, $5, $6, $7)';

/** The arguments of one call: [stream, expected (-1: none), event ids][]. */
function callOf(...appends: readonly (readonly [string, number, readonly string[]])[]): unknown[] {
  const of = appends.flatMap(([, , ids], n) => ids.map((id) => ({ id, owner: n + 1 })));
  return [
    appends.map(([stream]) => stream),
    appends.map(([, expected]) => expected),
    of.map((one) => one.owner),
    of.map((one) => one.id),
    of.map(() => 'LogTested'),
    of.map(() => '{}'),
    of.map(() => '{}'),
  ];
}

const DENIED = { code: '42501' };

describe('the log', () => {
  it.each([
    'update log.events set revision = 7',
    'delete from log.events',
    'truncate log.events',
    `insert into log.events values (1, 'a-1', 0, gen_random_uuid(), 'A', '{}', '{}')`,
    'update log.identity set id = gen_random_uuid()',
    'drop function log.append',
    'alter table log.events disable trigger all',
  ])('refuses both roles: %s', async (statement) => {
    await appended(store.append(newStream(), 'no_stream', events(1)));
    await expect(database.application.query(statement)).rejects.toMatchObject(DENIED);
    await expect(database.projector.query(statement)).rejects.toMatchObject(DENIED);
  });

  it('lets the projector read and not append', async () => {
    await expect(database.projector.query(CALL, callOf(['a-1', -1, [randomUUID()]]))).rejects.toMatchObject(DENIED);
    const reader = new PostgresEventStore({ pool: database.projector });
    expect(await reader.identity()).toBe(await store.identity());
    expect(await reader.readAll(undefined, 10)).toEqual(await store.readAll(undefined, 10));
  });

  it.each([
    'update log.events set revision = 7',
    'delete from log.events',
    'truncate log.events',
    'update log.identity set id = gen_random_uuid()',
    'insert into log.identity (id) values (gen_random_uuid())',
  ])('refuses even its owner: %s', async (statement) => {
    await expect(owner.query(statement)).rejects.toThrow(/append-only/);
  });

  it('has an append function that no search path can mislead', async () => {
    const { rows } = await owner.query(`select prosecdef, proconfig from pg_proc where oid = 'log.append'::regproc`);
    expect(rows).toHaveLength(1);
    expect(rows[0].prosecdef).toBe(true);
    expect(rows[0].proconfig).toContain('search_path=pg_catalog, pg_temp');
  });
});

describe('the table', () => {
  it('is the true guard: no revision of a stream and no event id is there twice, whoever writes', async () => {
    const insert = `insert into log.events (position, stream, revision, id, type, data, metadata)
      select position + 1000000, $1, $2, $3, type, data, metadata from log.events order by position desc limit 1`;
    const [stream, id] = [newStream(), randomUUID()];
    await owner.query('begin');
    try {
      await owner.query(insert, [stream, 0, id]);
      for (const twice of [
        [stream, 0, randomUUID()],
        [newStream(), 0, id],
      ]) {
        await owner.query('savepoint before');
        await expect(owner.query(insert, twice)).rejects.toMatchObject({ code: '23505' });
        await owner.query('rollback to before');
      }
    } finally {
      await owner.query('rollback');
    }
  });
});

describe('one call with several appends', () => {
  it('answers each as if they came one after the other', async () => {
    const [a, b, c] = [newStream(), newStream(), newStream()];
    const id = Array.from({ length: 12 }, () => randomUUID());
    await owner.query(CALL, callOf([c, -1, [id[0]!, id[1]!]]));
    const top = Number(await store.head());
    const { rows } = await owner.query(
      CALL,
      callOf(
        [a, -1, [id[2]!, id[3]!]],
        [a, 1, [id[4]!]],
        [a, 1, [id[5]!]],
        [b, 0, [id[6]!]],
        [c, -1, [id[0]!, id[1]!]],
        [a, -1, [id[2]!, id[3]!]],
        [b, -1, [id[0]!]],
        [c, 1, [id[7]!, id[0]!]],
        [b, -1, [id[8]!, id[9]!]],
      ),
    );
    expect(rows).toEqual([
      { outcome: 'appended', revision: 1, position: String(top + 2) },
      { outcome: 'appended', revision: 2, position: String(top + 3) },
      { outcome: 'conflict', revision: 2, position: null },
      { outcome: 'conflict', revision: -1, position: null },
      { outcome: 'appended', revision: 1, position: String(top) },
      { outcome: 'appended', revision: 1, position: String(top + 2) },
      { outcome: 'known_elsewhere', revision: -1, position: null },
      { outcome: 'known_elsewhere', revision: 1, position: null },
      { outcome: 'appended', revision: 1, position: String(top + 5) },
    ]);
    const log = await store.readAll(String(top), 100);
    expect(idsOf(log)).toEqual([2, 3, 4, 8, 9].map((n) => id[n]));
    expect(log.map((record) => record.revision)).toEqual([0, 1, 2, 0, 1]);
  });

  it('keeps the order of each append when all are as they should be', async () => {
    const streams = [newStream(), newStream(), newStream()];
    const ids = streams.map(() => Array.from({ length: 5 }, () => randomUUID()));
    const top = await store.head();
    await owner.query(CALL, callOf(...streams.map((stream, n) => [stream, -1, ids[n]!] as const)));
    expect(idsOf(await store.readAll(top, 100))).toEqual(ids.flat());
    for (const [n, stream] of streams.entries()) expect(idsOf(await streamOf(store, stream))).toEqual(ids[n]);
  });

  it('takes the same id once, also in appends to different streams', async () => {
    const id = randomUUID();
    const [a, b] = [newStream(), newStream()];
    const { rows } = await owner.query(CALL, callOf([a, -1, [id]], [b, -1, [id]]));
    expect(rows.map((row) => row.outcome)).toEqual(['appended', 'known_elsewhere']);
    expect(await streamOf(store, b)).toEqual([]);
  });

  it('refuses events that do not lie in the order of their appends', async () => {
    const call = callOf([newStream(), -1, [randomUUID()]], [newStream(), 5, [randomUUID()]]);
    call[2] = [2, 1];
    const top = await store.head();
    await expect(owner.query(CALL, call)).rejects.toMatchObject({ code: '22023' });
    expect(await store.head()).toBe(top);
  });
});

describe('the store', () => {
  it('rejects an id that is in the log at another place, and writes nothing', async () => {
    const [here, there] = [newStream(), newStream()];
    const known = event();
    await appended(store.append(here, 'no_stream', [known]));
    const [elsewhere, later] = [store.append(there, 'no_stream', [known]), store.append(here, 0, [known])];
    expect(await settled(elsewhere)).toMatchObject({ outcome: 'rejected', reason: expect.stringContaining('id') });
    expect(await settled(later)).toMatchObject({ outcome: 'rejected' });
    expect(await streamOf(store, there)).toEqual([]);
    expect(idsOf(await streamOf(store, here))).toEqual([known.id]);
  });

  it('rejects an id at another place also among appends that are in order, and takes those', async () => {
    const [known, other] = [event(), event()];
    await appended(store.append(newStream(), 'no_stream', [known]));
    const outcomes = await Promise.all(
      [known, other].map((one) => settled(store.append(newStream(), 'no_stream', [one]))),
    );
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['rejected', 'appended']);
  });

  it('sends a thousand appends of one tick in a few calls', async () => {
    let calls = 0;
    const count = (): number => calls++;
    database.application.on('acquire', count);
    const outcomes = await Promise.all(
      Array.from({ length: 1000 }, () => appended(store.append(newStream(), 'no_stream', events(1)))),
    );
    database.application.off('acquire', count);
    expect(calls).toBeLessThanOrEqual(8);
    expect(new Set(outcomes.map((outcome) => outcome.position)).size).toBe(1000);
  });

  it('gives positions without gaps under 32 writers, some of whom fail', async () => {
    const top = BigInt((await store.head())!);
    const clients = Array.from({ length: 4 }, () => new PostgresEventStore({ pool: database.application }));
    const contested = newStream();
    const write = async (client: PostgresEventStore): Promise<void> => {
      const own = newStream();
      for (let n = 0; n < 10; n++) {
        await appended(client.append(own, n === 0 ? 'no_stream' : 2 * n - 1, events(2)));
        await settled(client.append(contested, n === 0 ? 'no_stream' : n - 1, events(1)));
      }
    };
    const rollBack = async (): Promise<void> => {
      for (let n = 0; n < 20; n++) {
        await owner.query('begin');
        await owner.query(CALL, callOf([newStream(), -1, [randomUUID()]]));
        await owner.query('rollback');
      }
    };
    await Promise.all([...Array.from({ length: 32 }, (_, n) => write(clients[n % 4]!)), rollBack()]);
    const { rows } = await owner.query('select position from log.events where position > $1 order by position', [top]);
    expect(rows.length).toBeGreaterThan(640);
    expect(rows.map((row) => BigInt(row.position))).toEqual(rows.map((_, n) => top + BigInt(n + 1)));
    await Promise.all(clients.map((client) => client.close()));
  });
});

describe('a slow appender', () => {
  const somebodyWaits = async (): Promise<boolean> => {
    const { rows } = await owner.query(
      `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return rows.length > 0;
  };

  it.each(['commit', 'rollback'])('cannot make a reader skip, whether it ends in %s (I4)', async (end) => {
    const slow = new Client({ connectionString: database.url });
    await slow.connect();
    try {
      const head = await store.head();
      const [slowStream, fastStream] = [newStream(), newStream()];
      const slowId = randomUUID();
      await slow.query('begin');
      await slow.query(CALL, callOf([slowStream, -1, [slowId]]));
      const [fast] = events(1);
      let answered = false;
      const appending = settled(store.append(fastStream, 'no_stream', [fast!])).finally(() => (answered = true));
      await until(async () => answered || (await somebodyWaits()), 'the fast append waiting for the slow one');
      expect(answered).toBe(false);
      expect(await store.readAll(head, 10)).toEqual([]);

      await slow.query(end);
      expect(await appending).toMatchObject({ outcome: 'appended', firstRevision: 0 });
      const expected = end === 'commit' ? [slowId, fast!.id] : [fast!.id];
      const own = new Set([slowStream, fastStream]);
      expect(idsOf(await logOf(store, head, own))).toEqual(expected);
      expect(idsOf(await follow(store, head, own, (seen) => seen.length >= expected.length))).toEqual(expected);
    } finally {
      await slow.end();
    }
  });

  it('of anything else in the database delays neither writers nor readers', async () => {
    const foreign = new Client({ connectionString: database.url });
    await foreign.connect();
    try {
      await foreign.query('begin');
      await foreign.query('create table app.foreign_work (n int)');
      const head = await store.head();
      const stream = newStream();
      const [one] = events(1);
      await appended(store.append(stream, 'no_stream', [one!]));
      expect(idsOf(await store.readAll(head, 10))).toEqual([one!.id]);
      expect(idsOf(await follow(store, head, new Set([stream]), (seen) => seen.length > 0))).toEqual([one!.id]);
      await foreign.query('rollback');
    } finally {
      await foreign.end();
    }
  });
});
