/** Who takes part: our store and its peers, each set up as its documentation says, in a database of its own. */
import { openDatabase } from '@app/database';
import { eventStoreMigrations, PostgresEventStore } from '@app/event-store';
import { Client, Pool } from 'pg';
import type { Append } from './measure';
import { peer, peerFile, versionOf } from './peers';
import type { ScratchServer } from './scratch-server';

export interface Contender {
  readonly name: string;
  /** What is called, and how. */
  readonly how: string;
  readonly append: Append;
  /** Reads a stream from its first event as its documentation says; answers how many events it has. */
  load?(stream: string): Promise<number>;
  /** How it loads. */
  readonly loads?: string;
  /** Events in the log: what was answered must be there. */
  count(): Promise<number>;
  close(): Promise<void>;
}

/** Everybody may use as many connections as there are callers; ours uses one for its appends. */
const CONNECTIONS = 32;

export const OURS = 'evenhand';
export const EMMETT = 'emmett-postgresql';
export const CASTORE = 'castore';
export const MESSAGE_DB = 'message-db';
export const PLAIN = 'plain insert';

const poolOf = (url: string): Pool => new Pool({ connectionString: url, max: CONNECTIONS, keepAlive: true });

async function counted(pool: Pool, table: string): Promise<number> {
  const { rows } = await pool.query<{ n: string }>(`select count(*) as n from ${table}`);
  return Number(rows[0]!.n);
}

async function ours(server: ScratchServer): Promise<Contender> {
  const database = await openDatabase({
    url: await server.database('bench_evenhand'),
    dataFolder: server.folder,
    migrations: eventStoreMigrations,
    connections: CONNECTIONS,
  });
  const store = new PostgresEventStore({ pool: database.application });
  return {
    name: OURS,
    how: 'PostgresEventStore.append with the expected revision, as the application calls it',
    append: async (stream, revision, event) => {
      const outcome = await store.append(stream, revision === 0 ? 'no_stream' : revision - 1, [event]);
      if (outcome.outcome !== 'appended') throw new Error(`${OURS} did not append: ${JSON.stringify(outcome)}`);
    },
    count: () => counted(database.application, 'log.events'),
    close: async () => {
      await store.close();
      await database.close();
    },
  };
}

interface EmmettStore {
  appendToStream(stream: string, events: readonly object[], options: { expectedStreamVersion: bigint }): Promise<void>;
  aggregateStream(
    stream: string,
    options: { initialState: () => number; evolve: (state: number) => number },
  ): Promise<{ state: number }>;
  schema: { migrate(): Promise<unknown> };
  close(): Promise<void>;
}
interface Emmett {
  getPostgreSQLEventStore(url: string, options: { connectionOptions: { pool: Pool } }): EmmettStore;
}

async function emmett(server: ScratchServer): Promise<Contender> {
  const pool = poolOf(await server.database('bench_emmett'));
  const { getPostgreSQLEventStore } = peer<Emmett>('@event-driven-io/emmett-postgresql');
  const store = getPostgreSQLEventStore(server.urlOf('bench_emmett'), { connectionOptions: { pool } });
  await store.schema.migrate();
  return {
    name: EMMETT,
    how: `@event-driven-io/emmett-postgresql ${versionOf('@event-driven-io/emmett-postgresql')}, appendToStream with expectedStreamVersion`,
    append: async (stream, revision, { type, data, metadata }) => {
      await store.appendToStream(stream, [{ type, data, metadata }], { expectedStreamVersion: BigInt(revision) });
    },
    loads: 'aggregateStream, with an evolve that counts',
    load: async (stream) => {
      const { state } = await store.aggregateStream(stream, { initialState: () => 0, evolve: (count) => count + 1 });
      return state;
    },
    count: () => counted(pool, 'emt_messages'),
    close: async () => {
      await store.close();
      await pool.end().catch(() => undefined);
    },
  };
}

interface CastoreAdapter {
  pushEvent(event: object, options: { eventStoreId: string }): Promise<unknown>;
  getEvents(aggregateId: string, context: { eventStoreId: string }): Promise<{ events: readonly object[] }>;
  readonly _sql: { end(): Promise<void> };
}
interface Castore {
  PostgresEventStorageAdapter: {
    new (options: { connectionString: string }): CastoreAdapter;
    createEventTable(options: { connectionString: string; aggregateId: object }): Promise<unknown>;
  };
}

async function castore(server: ScratchServer): Promise<Contender> {
  const url = new URL(await server.database('bench_castore'));
  const pool = new Pool({ connectionString: url.toString(), max: 1 });
  // Its client, postgres.js, takes the number of connections from the URL.
  url.searchParams.set('max', String(CONNECTIONS));
  const { PostgresEventStorageAdapter } = peer<Castore>('@castore/event-storage-adapter-postgres');
  await PostgresEventStorageAdapter.createEventTable({
    connectionString: url.toString(),
    aggregateId: { type: 'UUID' },
  });
  const adapter = new PostgresEventStorageAdapter({ connectionString: url.toString() });
  return {
    name: CASTORE,
    how: `@castore/event-storage-adapter-postgres ${versionOf('@castore/event-storage-adapter-postgres')}, the adapter's pushEvent with the version, without castore's own layers above it`,
    append: async (stream, revision, { type, data, metadata }) => {
      const [eventStoreId, ...id] = stream.split('-');
      const event = { aggregateId: id.join('-'), version: revision + 1, type, payload: data, metadata };
      await adapter.pushEvent(event, { eventStoreId: eventStoreId! });
    },
    loads: "the adapter's getEvents",
    load: async (stream) => {
      const [eventStoreId, ...id] = stream.split('-');
      return (await adapter.getEvents(id.join('-'), { eventStoreId: eventStoreId! })).events.length;
    },
    count: () => counted(pool, 'event'),
    close: async () => {
      await adapter._sql.end();
      await pool.end();
    },
  };
}

/** The order of its install.sh and install-functions.sh, without views and roles, which appends do not touch. */
const MESSAGE_DB_FILES = [
  'schema/message-store',
  'tables/messages',
  'types/message',
  ...['message-store-version', 'hash-64', 'acquire-lock', 'category', 'is-category', 'id', 'cardinal-id'].map(
    (name) => `functions/${name}`,
  ),
  'functions/stream-version',
  'functions/write-message',
  'functions/get-stream-messages',
  ...['messages-id', 'messages-stream', 'messages-category'].map((name) => `indexes/${name}`),
];

async function messageDb(server: ScratchServer): Promise<Contender> {
  const url = await server.database('bench_message_db');
  const installer = new Client({ connectionString: url });
  await installer.connect();
  try {
    await installer.query('alter database bench_message_db set search_path = message_store, public');
    await installer.query('set search_path = message_store, public');
    for (const name of MESSAGE_DB_FILES) {
      await installer.query(peerFile('@eventide', 'message-db', 'database', ...`${name}.sql`.split('/')));
    }
  } finally {
    await installer.end();
  }
  const pool = poolOf(url);
  return {
    name: MESSAGE_DB,
    how: `@eventide/message-db ${versionOf('@eventide/message-db')} (its SQL; it has no Node client), write_message with expected_version as a prepared statement through pg`,
    append: async (stream, revision, { id, type, data, metadata }) => {
      await pool.query({
        name: 'write_message',
        text: 'select write_message($1, $2, $3, $4::jsonb, $5::jsonb, $6)',
        values: [id, stream, type, JSON.stringify(data), JSON.stringify(metadata), revision - 1],
      });
    },
    loads: 'get_stream_messages as a prepared statement through pg, data and metadata parsed',
    load: async (stream) => {
      const { rows } = await pool.query<{ data: string; metadata: string }>({
        name: 'get_stream_messages',
        text: 'select * from get_stream_messages($1, 0, -1)',
        values: [stream],
      });
      return rows.filter(({ data, metadata }) => Boolean(JSON.parse(data)) && Boolean(JSON.parse(metadata))).length;
    },
    count: () => counted(pool, 'messages'),
    close: () => pool.end(),
  };
}

async function plain(server: ScratchServer): Promise<Contender> {
  const pool = poolOf(await server.database('bench_plain'));
  await pool.query(`
    create table events (
      position bigint generated always as identity primary key,
      stream text collate "C" not null,
      revision integer not null,
      id uuid not null unique,
      type text collate "C" not null,
      data json not null,
      metadata json not null,
      unique (stream, revision)
    )`);
  return {
    name: PLAIN,
    how: 'one autocommit INSERT an append, a prepared statement through pg, into the columns and indexes of our log; positions from a sequence, so without any promise about their order',
    append: async (stream, revision, { id, type, data, metadata }) => {
      await pool.query({
        name: 'plain_insert',
        text: 'insert into events (stream, revision, id, type, data, metadata) values ($1, $2, $3, $4, $5, $6)',
        values: [stream, revision, id, type, JSON.stringify(data), JSON.stringify(metadata)],
      });
    },
    count: () => counted(pool, 'events'),
    close: () => pool.end(),
  };
}

export type OpenContender = (server: ScratchServer) => Promise<Contender>;

/** Those who can load. */
export const PEERS: readonly OpenContender[] = [emmett, castore, messageDb];

/** Ours first. */
export const CONTENDERS: readonly OpenContender[] = [ours, ...PEERS, plain];
