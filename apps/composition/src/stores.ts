/** Decides from the settings which stores Evenhand works on, and opens them: the one place that knows both kinds. */
import { openDatabase, type Database, type DatabaseSettings } from '@app/database';
import { startEmbeddedPostgres } from '@app/embedded-postgres';
import { EventStoreDbStore, PostgresEventStore, type EventStore } from '@app/event-store';
import type { Settings } from './settings';

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

/**
 * DATABASE_URL (or the three role URLs) replaces the embedded Postgres; EVENTSTOREDB_URL replaces the log in Postgres.
 * @param migrations of every library the application is made of
 */
export async function openStores(
  { dataFolder, databaseUrl, roleUrls, eventStoreDbUrl }: Settings,
  migrations: DatabaseSettings['migrations'],
): Promise<Stores> {
  const embedded = databaseUrl === undefined ? await startEmbeddedPostgres({ dataFolder }) : undefined;
  let database: Database | undefined;
  try {
    const opened = await openDatabase({
      url: databaseUrl ?? embedded!.url,
      dataFolder,
      migrations,
      ...(roleUrls && { roleUrls }),
    });
    database = opened;
    const eventStore: EventStore =
      eventStoreDbUrl === undefined
        ? new PostgresEventStore({ pool: opened.application })
        : EventStoreDbStore.connect(eventStoreDbUrl);
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
