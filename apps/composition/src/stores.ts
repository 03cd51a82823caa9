/** Decides from the environment which stores Evenhand works on, and opens them: the one place that knows both kinds. */
import { openDatabase, type Database, type DatabaseSettings } from '@app/database';
import { defaultDataFolder, startEmbeddedPostgres } from '@app/embedded-postgres';
import { EventStoreDbStore, PostgresEventStore, type EventStore } from '@app/event-store';

export interface Stores {
  readonly database: Database;
  readonly eventStore: EventStore;
  /** Keys, uploads and refused files lie here; with the embedded Postgres the database does too. */
  readonly dataFolder: string;
  /** Where the embedded Postgres keeps its files; nothing with DATABASE_URL. */
  readonly clusterFolder: string | undefined;
  /** Closes both stores; the embedded Postgres stops when no other Evenhand process uses it. */
  close(): Promise<void>;
}

const ROLE_VARIABLES = {
  owner: 'DATABASE_URL_OWNER',
  application: 'DATABASE_URL_APPLICATION',
  projector: 'DATABASE_URL_PROJECTOR',
} as const;

/** All three or none. */
function roleUrlsFrom(env: NodeJS.ProcessEnv): DatabaseSettings['roleUrls'] {
  const names = Object.values(ROLE_VARIABLES);
  const missing = names.filter((name) => !env[name]);
  if (missing.length === names.length) return undefined;
  if (missing.length > 0) {
    throw new Error(`${missing.join(' and ')} must be set too: ${names.join(', ')} go together.`);
  }
  return {
    owner: env[ROLE_VARIABLES.owner]!,
    application: env[ROLE_VARIABLES.application]!,
    projector: env[ROLE_VARIABLES.projector]!,
  };
}

function checkedDatabaseUrl(url: string, name: string): string {
  if (!/^postgres(ql)?:\/\//.test(url) || !URL.canParse(url)) {
    throw new Error(`${name} must look like postgres://user:password@host:5432/database.`);
  }
  return url;
}

/**
 * DATABASE_URL (or the three role URLs) replaces the embedded Postgres; EVENTSTOREDB_URL replaces the log in Postgres.
 * @param migrations of every library the application is made of
 */
export async function openStores(env: NodeJS.ProcessEnv, migrations: DatabaseSettings['migrations']): Promise<Stores> {
  const dataFolder = defaultDataFolder(env);
  const roleUrls = roleUrlsFrom(env);
  for (const [role, name] of Object.entries(ROLE_VARIABLES)) {
    if (roleUrls) checkedDatabaseUrl(roleUrls[role as keyof typeof ROLE_VARIABLES], name);
  }
  const given = env['DATABASE_URL'] ? checkedDatabaseUrl(env['DATABASE_URL'], 'DATABASE_URL') : roleUrls?.owner;
  const embedded = given === undefined ? await startEmbeddedPostgres({ dataFolder }) : undefined;
  let database: Database | undefined;
  try {
    const opened = await openDatabase({
      url: given ?? embedded!.url,
      dataFolder,
      migrations,
      ...(roleUrls && { roleUrls }),
    });
    database = opened;
    const eventStore: EventStore = env['EVENTSTOREDB_URL']
      ? EventStoreDbStore.connect(env['EVENTSTOREDB_URL'])
      : new PostgresEventStore({ pool: opened.application });
    return {
      database: opened,
      eventStore,
      dataFolder,
      clusterFolder: embedded?.clusterFolder,
      async close() {
        await eventStore.close();
        await opened.close();
        await embedded?.stop();
      },
    };
  } catch (error) {
    await database?.close();
    await embedded?.stop();
    throw error;
  }
}
