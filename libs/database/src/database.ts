/** Opens Evenhand's database: its roles, its schemas, its migrations, and a pool for each of the two who work in it. */
import { setTimeout as pause } from 'node:timers/promises';
import { Client, escapeIdentifier, Pool } from 'pg';
import { DataSource, type MigrationInterface } from 'typeorm';
import { databaseMigrations } from './migrations';
import { makeRoles, ROLES, type Role } from './roles';

export interface Database {
  readonly name: string;
  /** Appends to the log, reads everything, writes the mutable rows of `app` and `vault`. */
  readonly application: Pool;
  /** Reads the log, owns the schema `read`. */
  readonly projector: Pool;
  /**
   * A connection of its own without time limits, for backup and restore; the caller ends it. Nothing else logs in as the
   * owner once the migrations have run.
   */
  connectAsOwner(): Promise<Client>;
  /**
   * Does work while no other process has the database open, and none can open it: a restore. Throws DatabaseInUse.
   */
  alone<T>(work: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export class DatabaseInUse extends Error {
  override readonly name = 'DatabaseInUse';
  constructor(database: string) {
    super(`Evenhand is running on the database ${database}: stop its pages and its worker first, then try again.`);
  }
}

export type RoleUrls = Readonly<Record<Role, string>>;

export interface DatabaseSettings {
  /** Of a user who may make roles and schemas in the database. Not used when `roleUrls` are given. */
  readonly url: string;
  /** Keeps the passwords of the roles. */
  readonly dataFolder: string;
  /** Of the other libraries; this library's own come first by themselves. */
  readonly migrations: readonly (new () => MigrationInterface)[];
  /** Roles that somebody else has made: DATABASE_URL_OWNER, DATABASE_URL_APPLICATION, DATABASE_URL_PROJECTOR. */
  readonly roleUrls?: RoleUrls;
  /** Connections of the application's pool; the projector has half as many. */
  readonly connections?: number;
}

/** Any number, the same in every version: two processes that start at once make the schema one after the other. */
const MIGRATION_LOCK = 4728190;

const SECOND = 1000;

/** How long the caller waits for a connection, and for the answer to a statement on a link that may be dead. */
const CONNECTION_MS = 5 * SECOND;
const ANSWER_MS = 20 * SECOND;

/** @param statementTimeout of the server: longer than ANSWER_MS only for statements that are asked with a longer one */
function poolOf(url: string, name: string, max: number, statementTimeout: number): Pool {
  const pool = new Pool({
    connectionString: url,
    application_name: name,
    max,
    keepAlive: true,
    connectionTimeoutMillis: CONNECTION_MS,
    statement_timeout: statementTimeout,
    query_timeout: ANSWER_MS,
    idle_in_transaction_session_timeout: statementTimeout,
  });
  // An idle connection that breaks is dropped by the pool and must not end the process; the next query tells.
  pool.on('error', () => undefined);
  // One that is cut while it is checked out and asked nothing says so by an event of its own, which must not either.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url, keepAlive: true, connectionTimeoutMillis: 15 * SECOND });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    const { host, pathname } = new URL(url);
    throw new Error(
      `The database ${pathname.slice(1)} at ${host || 'this machine'} does not let us in: ` +
        `${error instanceof Error ? error.message : String(error)}. Check that it runs, and check DATABASE_URL.`,
      { cause: error },
    );
  }
}

/** What a decision's safety rests on (reliability-and-privacy.md 2, durability settings; READ COMMITTED, ADR of the log). */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  fsync: ['on'],
  full_page_writes: ['on'],
  synchronous_commit: ['on', 'remote_apply'],
  default_transaction_isolation: ['read committed'],
};

async function wrongSettings(pool: Pool): Promise<string[]> {
  const wrong: string[] = [];
  for (const [name, allowed] of Object.entries(REQUIRED)) {
    const { rows } = await pool.query<{ value: string }>('SELECT current_setting($1) AS value', [name]);
    const value = rows[0]?.value ?? '';
    if (allowed.includes(value)) continue;
    wrong.push(
      `The database is set to ${name} = ${value}, which can lose a decision that Evenhand has confirmed. ` +
        `Set ${name} = ${allowed[0]} and start again.`,
    );
  }
  return wrong;
}

/** A role that may do everything would make the barriers inside the database worth nothing (A17, A18). */
async function wrongRole(pool: Pool, role: Role): Promise<string[]> {
  const { rows } = await pool.query<{ name: string; all: boolean; log: boolean }>(
    `SELECT current_user AS name, rolsuper OR rolbypassrls AS all,
            coalesce(has_table_privilege(to_regclass('log.events'), 'UPDATE, DELETE, TRUNCATE'), false) AS log
       FROM pg_roles WHERE rolname = current_user`,
  );
  const found = rows[0];
  if (!found?.all && !found?.log) return [];
  return [
    `The database user ${found.name}, which works as the ${role}, ${found.all ? 'is a superuser or passes row security' : 'may change the log'}. ` +
      `Give DATABASE_URL_${role.toUpperCase()} a user of its own, made with NOSUPERUSER NOBYPASSRLS, that owns nothing of the log.`,
  ];
}

async function assertSafe(application: Pool, projector: Pool): Promise<void> {
  const wrong = [
    ...(await wrongSettings(application)),
    ...(await wrongRole(application, 'application')),
    ...(await wrongRole(projector, 'projector')),
  ];
  if (wrong.length > 0) throw new Error(wrong.join('\n'));
}

async function makeSchemas(roles: RoleUrls, names: RoleUrls): Promise<void> {
  const owner = await connect(roles.owner);
  const projector = await connect(roles.projector);
  try {
    // The list of migrations lies in `app`, so that comes before the first of them.
    await owner.query('CREATE SCHEMA IF NOT EXISTS app');
    await projector.query('CREATE SCHEMA IF NOT EXISTS read');
    await projector.query(`GRANT USAGE ON SCHEMA read TO ${escapeIdentifier(names.application)}`);
    await projector.query(`GRANT USAGE, CREATE ON SCHEMA read TO ${escapeIdentifier(names.owner)}`);
    await projector.query(
      `ALTER DEFAULT PRIVILEGES IN SCHEMA read GRANT SELECT ON TABLES TO ${escapeIdentifier(names.application)}`,
    );
  } finally {
    await Promise.all([owner.end(), projector.end()]);
  }
}

async function migrate(url: string, names: RoleUrls, migrations: DatabaseSettings['migrations']): Promise<void> {
  const source = new DataSource({
    type: 'postgres',
    schema: 'app',
    migrations: [...databaseMigrations, ...migrations],
    migrationsTableName: 'schema_migrations',
    migrationsTransactionMode: 'each',
    extra: {
      connectionString: url,
      max: 1,
      application_name: 'evenhand: migrations',
      options: `-c evenhand.application=${names.application} -c evenhand.projector=${names.projector}`,
    },
  });
  await source.initialize();
  try {
    await source.runMigrations();
  } finally {
    await source.destroy();
  }
}

async function userOf(url: string): Promise<{ user: string; database: string }> {
  const client = await connect(url);
  try {
    const { rows } = await client.query('SELECT current_user AS user, current_database() AS database');
    return rows[0];
  } finally {
    await client.end();
  }
}

/** The pools' own names for themselves: how others are told from us. */
const APPLICATION = 'evenhand: application';
const PROJECTOR = 'evenhand: projector';

/** Whoever opens the database waits for this lock first, and is therefore kept out while it is held. */
async function doAlone<T>(work: () => Promise<T>, owner: string, name: string, own: readonly Pool[]): Promise<T> {
  const lock = await connect(owner);
  try {
    await lock.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const othersThere = async (): Promise<boolean> => {
      const { rows } = await lock.query<{ connections: number }>(
        `SELECT count(*)::int AS connections FROM pg_stat_activity
          WHERE datname = current_database() AND application_name = ANY ($1)`,
        [[APPLICATION, PROJECTOR]],
      );
      return rows[0]!.connections > own.reduce((sum, pool) => sum + pool.totalCount, 0);
    };
    // The server takes a moment to notice that a process was killed.
    for (let left = 20; await othersThere(); left -= 1) {
      if (left === 0) throw new DatabaseInUse(name);
      await pause(100);
    }
    return await work();
  } finally {
    await lock.end().catch(() => undefined);
  }
}

/**
 * Opens the database, made ready: roles, schemas and every migration.
 * @throws RolesNotAllowed with what to do; Error when the server is set to lose writes, or a role may do too much
 */
export async function openDatabase(settings: DatabaseSettings): Promise<Database> {
  const lock = await connect(settings.roleUrls?.owner ?? settings.url);
  let urls: RoleUrls;
  let name: string;
  try {
    await lock.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const { rows } = await lock.query<{ name: string }>('SELECT current_database() AS name');
    name = rows[0]!.name;
    urls = settings.roleUrls ?? (await makeRoles(lock, settings.url, name, settings.dataFolder));
    const users = await Promise.all(ROLES.map(async (role) => [role, await userOf(urls[role])] as const));
    const elsewhere = users.find(([, { database }]) => database !== name);
    if (elsewhere) {
      throw new Error(
        `DATABASE_URL_${elsewhere[0].toUpperCase()} names the database ${elsewhere[1].database}, the owner's is ${name}. ` +
          'The three URLs must name one database.',
      );
    }
    const names = Object.fromEntries(users.map(([role, { user }]) => [role, user])) as RoleUrls;
    await makeSchemas(urls, names);
    await migrate(urls.owner, names, settings.migrations);
  } finally {
    await lock.end().catch(() => undefined);
  }
  const connections = settings.connections ?? 10;
  const application = poolOf(urls.application, APPLICATION, connections, 30 * SECOND);
  const projector = poolOf(urls.projector, PROJECTOR, Math.max(4, Math.ceil(connections / 2)), 30 * 60 * SECOND);
  const close = async (): Promise<void> => {
    await Promise.all([application.end(), projector.end()]);
  };
  try {
    await assertSafe(application, projector);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    name,
    application,
    projector,
    connectAsOwner: () => connect(urls.owner),
    alone: (work) => doAlone(work, urls.owner, name, [application, projector]),
    close,
  };
}
