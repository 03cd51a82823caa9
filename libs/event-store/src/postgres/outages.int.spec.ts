/** The link and the server fail at chosen moments: every outcome must be true of the log (reliability-and-privacy.md 7.1, F5, F6, F14, F29). */
import { Client, Pool } from 'pg';
import { createTestDatabase, type TestDatabase } from '../../../../test/support/database';
import {
  appended,
  events,
  follow,
  idsOf,
  newStream,
  settled,
  streamOf,
  TEST_MS,
  until,
  within,
} from '../contract/support';
import { StoreUnavailable } from '../event-store';
import { eventStoreMigrations } from '../migrations';
import { PostgresEventStore } from './postgres-event-store';
import { linkTo, type Link } from './testing/proxy';

/** The key of the append lock (migrations.ts): "Evenhand" as a number. */
const LOCK = '5005299560740908644';

jest.setTimeout(TEST_MS);

let database: TestDatabase;
/** Beside the link: sees the truth. */
let direct: PostgresEventStore;
let operator: Client;
let link: Link;
let pool: Pool;
let linked: PostgresEventStore;

beforeAll(async () => {
  database = await createTestDatabase(eventStoreMigrations);
  direct = new PostgresEventStore({ pool: database.application });
  operator = new Client({ connectionString: database.url });
  await operator.connect();
});

afterAll(async () => {
  await direct.close();
  await operator.end();
  await database.drop();
});

beforeEach(async () => {
  link = await linkTo(database.url);
  pool = new Pool({ connectionString: link.url, max: 1, connectionTimeoutMillis: 300 });
  pool.on('error', () => undefined);
  linked = new PostgresEventStore({ pool });
});

afterEach(async () => {
  link.set('pass');
  await linked.close();
  await pool.end();
  await link.close();
});

/** A stream with one event, written over the link, which is warm then. */
async function begunStream(): Promise<string> {
  const stream = newStream();
  await appended(linked.append(stream, 'no_stream', events(1)));
  return stream;
}

const lengthOf = async (stream: string): Promise<number> => (await streamOf(direct, stream)).length;

const waitingForTheLock = async (): Promise<readonly number[]> => {
  const { rows } = await operator.query(
    `select pid from pg_stat_activity where datname = current_database() and wait_event = 'advisory'`,
  );
  return rows.map((row) => row.pid);
};

describe('an append whose answer is lost', () => {
  it('after it was written is answered as appended, where it is, and is there once', async () => {
    const stream = await begunStream();
    const batch = events(3);
    link.set('swallow');
    const append = settled(linked.append(stream, 0, batch));
    await until(async () => (await lengthOf(stream)) === 4 && link.caught > 0, 'the commit');
    link.set('pass');
    link.cut();
    expect(await append).toMatchObject({ outcome: 'appended', firstRevision: 1, lastRevision: 3 });
    const records = await streamOf(direct, stream);
    expect(idsOf(records).slice(1)).toEqual(idsOf(batch));
    expect(await append).toMatchObject({ position: records.at(-1)!.position });
  });

  it('after it was written is appended also when the stream has moved on since', async () => {
    const stream = await begunStream();
    const batch = events(2);
    link.set('swallow');
    const append = settled(linked.append(stream, 0, batch));
    await until(async () => (await lengthOf(stream)) === 3, 'the commit');
    await appended(direct.append(stream, 2, events(2)));
    link.set('pass');
    link.cut();
    expect(await append).toMatchObject({ outcome: 'appended', firstRevision: 1, lastRevision: 2 });
    expect(await lengthOf(stream)).toBe(5);
  });

  it('before it was written is sent again and written once', async () => {
    const stream = await begunStream();
    const batch = events(2);
    link.set('hold');
    const append = settled(linked.append(stream, 0, batch));
    await until(async () => link.caught > 0, 'the request');
    link.set('pass');
    link.cut();
    expect(await append).toMatchObject({ outcome: 'appended', firstRevision: 1, lastRevision: 2 });
    expect(idsOf(await streamOf(direct, stream)).slice(1)).toEqual(idsOf(batch));
  });

  it('before it was written is a conflict once another took its place: never success, never a later revision', async () => {
    const stream = await begunStream();
    link.set('hold');
    const append = settled(linked.append(stream, 0, events(1)));
    await until(async () => link.caught > 0, 'the request');
    const winner = events(1);
    await appended(direct.append(stream, 0, winner));
    link.set('pass');
    link.cut();
    expect(await append).toEqual({ outcome: 'conflict', actual: 1 });
    expect(idsOf(await streamOf(direct, stream)).slice(1)).toEqual(idsOf(winner));
  });

  it('is settled for each of those that shared the call', async () => {
    const streams = await Promise.all([begunStream(), begunStream(), begunStream()]);
    link.set('hold');
    const appends = streams.map((stream) => settled(linked.append(stream, 0, events(1))));
    await until(async () => link.caught > 0, 'the request');
    await appended(direct.append(streams[1]!, 0, events(1)));
    link.set('pass');
    link.cut();
    expect((await Promise.all(appends)).map(({ outcome }) => outcome)).toEqual(['appended', 'conflict', 'appended']);
    for (const stream of streams) expect(await lengthOf(stream)).toBe(2);
  });
});

describe('an append whose backend is terminated', () => {
  it('while it waits for the lock is sent again and written once', async () => {
    const stream = await begunStream();
    const batch = events(2);
    await operator.query('select pg_advisory_lock($1)', [LOCK]);
    const append = settled(linked.append(stream, 0, batch));
    await until(async () => (await waitingForTheLock()).length === 1, 'the append waiting');
    await operator.query('select pg_terminate_backend($1)', [(await waitingForTheLock())[0]]);
    await operator.query('select pg_advisory_unlock($1)', [LOCK]);
    expect(await append).toMatchObject({ outcome: 'appended', firstRevision: 1, lastRevision: 2 });
    expect(idsOf(await streamOf(direct, stream)).slice(1)).toEqual(idsOf(batch));
  });

  it('again and again under load loses and doubles nothing that was acknowledged', async () => {
    const streams = Array.from({ length: 8 }, newStream);
    const kept = new Map(streams.map((stream) => [stream, [] as string[]]));
    let writing = streams.length;
    const write = async (stream: string): Promise<void> => {
      for (let n = 0; n < 15; n++) {
        const [one] = events(1);
        expect(await settled(linked.append(stream, n === 0 ? 'no_stream' : n - 1, [one!]))).toMatchObject({
          outcome: 'appended',
          firstRevision: n,
        });
        kept.get(stream)!.push(one!.id);
      }
    };
    const terminate = async (): Promise<void> => {
      for (let n = 0; n < 10 && writing > 0; n++) {
        const before = await direct.head();
        await operator.query(
          `select pg_terminate_backend(pid) from pg_stat_activity
           where datname = current_database() and pid <> pg_backend_pid() and query like '%log.append%'`,
        );
        await until(async () => writing === 0 || (await direct.head()) !== before, 'the next append');
      }
    };
    await Promise.all([terminate(), ...streams.map((stream) => write(stream).finally(() => writing--))]);
    for (const stream of streams) expect(idsOf(await streamOf(direct, stream))).toEqual(kept.get(stream));
  });
});

describe('a store that does not answer', () => {
  it('leaves an append unknown after its deadline, and the same append sent again is written once', async () => {
    const impatient = new PostgresEventStore({ pool, deadlineMs: 300 });
    const stream = await begunStream();
    const batch = events(2);
    await operator.query('select pg_advisory_lock($1)', [LOCK]);
    try {
      const outcome = await settled(impatient.append(stream, 0, batch));
      expect(outcome).toEqual({ outcome: 'unknown', reason: expect.stringContaining('300 ms') });
    } finally {
      await operator.query('select pg_advisory_unlock($1)', [LOCK]);
    }
    expect(await settled(linked.append(stream, 0, batch))).toMatchObject({ outcome: 'appended', firstRevision: 1 });
    expect(idsOf(await streamOf(direct, stream)).slice(1)).toEqual(idsOf(batch));
    await impatient.close();
  });

  it('is asked again on a new connection: a client that fell silent does not go back to the pool', async () => {
    const impatient = new PostgresEventStore({ pool, deadlineMs: 2000 });
    const stream = await begunStream();
    link.set('swallow');
    const batch = events(1);
    const lost = settled(impatient.append(stream, 0, batch));
    await until(async () => (await lengthOf(stream)) === 2, 'the commit');
    expect(await lost).toMatchObject({ outcome: 'unknown' });
    link.set('pass');
    expect(await settled(impatient.append(stream, 0, batch))).toMatchObject({ outcome: 'appended', firstRevision: 1 });
    expect(await settled(impatient.append(stream, 1, events(1)))).toMatchObject({ outcome: 'appended' });
    expect(await lengthOf(stream)).toBe(3);
    await impatient.close();
  });

  it('is unavailable to readers, and available again afterwards', async () => {
    const stream = await begunStream();
    link.set('refuse');
    link.cut();
    await expect(linked.head()).rejects.toThrow(StoreUnavailable);
    await expect(linked.readAll(undefined, 1)).rejects.toThrow(StoreUnavailable);
    await expect(linked.readStream(stream).next()).rejects.toThrow(StoreUnavailable);
    link.set('pass');
    expect(await streamOf(linked, stream)).toHaveLength(1);
  });
});

describe('a subscription', () => {
  it('outlives an outage: it misses nothing and repeats nothing', async () => {
    const head = await direct.head();
    const stream = newStream();
    const all = events(9);
    await appended(direct.append(stream, 'no_stream', all.slice(0, 3)));
    let cut = false;
    const outage = async (): Promise<void> => {
      link.set('refuse');
      link.cut();
      await appended(direct.append(stream, 2, all.slice(3, 6)));
      await expect(linked.head()).rejects.toThrow(StoreUnavailable);
      link.set('pass');
      await appended(direct.append(stream, 5, all.slice(6)));
    };
    let outageOver: Promise<void> | undefined;
    const seen = await follow(linked, head, new Set([stream]), (records) => {
      if (!cut) outageOver = outage();
      cut = true;
      return records.length >= 9;
    });
    await within(outageOver!, 'the end of the outage');
    expect(idsOf(seen)).toEqual(idsOf(all));
  });
});
