/** `log.append_one` writes what is plainly in order and leaves the rest to `log.append`: both doors lead to the same log. */
import { randomUUID } from 'node:crypto';
import { Client, Pool } from 'pg';
import { createTestDatabase, type TestDatabase } from '../../../../test/support/database';
import { appended, events, newStream, streamOf, TEST_MS } from '../contract/support';
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

const CALL = `select log.append_one($1, $2, $3, 'LogTested', '{}', '{}') as position`;

async function positionOf(stream: string, expected: number, id: string = randomUUID()): Promise<string | null> {
  const { rows } = await database.application.query<{ position: string | null }>(CALL, [stream, expected, id]);
  return rows[0]!.position;
}

it('gives the next position, as the other door does', async () => {
  const stream = newStream();
  const { position } = await appended(store.append(newStream(), 'no_stream', events(2)));
  expect(await positionOf(stream, -1)).toBe(String(BigInt(position) + 1n));
  expect(await positionOf(stream, 0)).toBe(String(BigInt(position) + 2n));
  expect((await appended(store.append(stream, 1, events(2)))).position).toBe(String(BigInt(position) + 4n));
});

it('writes nothing, and says nothing, when the stream is elsewhere', async () => {
  const stream = newStream();
  await appended(store.append(stream, 'no_stream', events(2)));
  const head = await store.head();
  for (const expected of [-1, 0, 2]) await expect(positionOf(stream, expected)).resolves.toBeNull();
  await expect(positionOf(newStream(), 0)).resolves.toBeNull();
  expect(await store.head()).toBe(head);
});

it('writes nothing when the event id is in the log, and the store says where', async () => {
  const [stream, other] = [newStream(), newStream()];
  const [one] = events(1);
  await appended(store.append(stream, 'no_stream', [one!]));
  await expect(positionOf(other, -1, one!.id)).resolves.toBeNull();
  await expect(positionOf(stream, -1, one!.id)).resolves.toBeNull();
  expect(await store.append(other, 'no_stream', [one!])).toMatchObject({ outcome: 'rejected' });
  expect(await store.append(stream, 'no_stream', [one!])).toMatchObject({ outcome: 'appended', firstRevision: 0 });
  expect(await streamOf(store, stream)).toHaveLength(1);
  expect(await streamOf(store, other)).toHaveLength(0);
});

it('is closed to the projector, and to a search path that would mislead it', async () => {
  await expect(database.projector.query(CALL, [newStream(), -1, randomUUID()])).rejects.toMatchObject({
    code: '42501',
  });
  const { rows } = await owner.query(`select prosecdef, proconfig from pg_proc where oid = 'log.append_one'::regproc`);
  expect(rows).toEqual([
    { prosecdef: true, proconfig: expect.arrayContaining(['search_path=pg_catalog, pg_temp']) as unknown },
  ]);
});

it('does not keep the only connection from readers, however busy the writers are', async () => {
  const narrow = new Pool({ ...database.application.options, max: 1 });
  const one = new PostgresEventStore({ pool: narrow });
  try {
    let reading = true;
    const writer = (async (): Promise<void> => {
      while (reading) await appended(one.append(newStream(), 'no_stream', events(1)));
    })();
    for (let n = 0; n < 20; n++) await expect(one.head()).resolves.not.toBeNull();
    reading = false;
    await writer;
  } finally {
    await one.close();
    await narrow.end();
  }
});
