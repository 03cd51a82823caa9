/** Everything an application works with, opened once in one place: stores, keys, vault, journal, directory, read models. */
import { accessMigrations } from '@app/access';
import type { Database } from '@app/database';
import { Directory, directoryMigrations } from '@app/directory';
import { type EventStore, eventStoreMigrations, Journal } from '@app/event-store';
import { type Clock, ruleSetOn, systemClock } from '@app/kernel';
import { type Projection, type ProjectionParts, ProjectionRunner, projectionsMigrations } from '@app/projections';
import { registerMigrations } from '@app/register';
import { assertRestoreFinished, safekeepingMigrations } from '@app/safekeeping';
import {
  assertKeysNotLost,
  assertTenantKey,
  createSealer,
  FileKeyStore,
  PostgresWords,
  Pupils,
  SUPPRESSION_LIST,
  SuppressionList,
  vaultMigrations,
} from '@app/vault';
import { join } from 'node:path';
import { codecs } from './codecs';
import { Metrics } from './metrics';
import { projections } from './projections';
import { type Settings, settingsFrom } from './settings';
import { openStores, type Stores } from './stores';

export interface Platform {
  readonly settings: Settings;
  /** Opaque id of the data controller. */
  readonly tenant: string;
  readonly clock: Clock;
  readonly stores: Stores;
  readonly database: Database;
  readonly store: EventStore;
  readonly keys: FileKeyStore;
  readonly pupils: Pupils;
  readonly words: PostgresWords;
  readonly suppression: SuppressionList;
  readonly journal: Journal;
  readonly directory: Directory;
  readonly projections: readonly Projection[];
  readonly runner: ProjectionRunner;
  readonly metrics: Metrics;
  /** Stops the read models, then closes the stores. Quiet the second time. */
  close(): Promise<void>;
}

export const PLATFORM = Symbol('Platform');

/** Every library's, in any order: their stamps say which is first. */
export const migrations = [
  ...eventStoreMigrations,
  ...vaultMigrations,
  ...projectionsMigrations,
  ...directoryMigrations,
  ...registerMigrations,
  ...accessMigrations,
  ...safekeepingMigrations,
];

type ProjectionLogger = ProjectionParts['logger'];

const silent: ProjectionLogger = { log: () => undefined, warn: () => undefined, error: () => undefined };

export interface PlatformOptions {
  readonly clock?: Clock;
  readonly logger?: ProjectionLogger;
  /** Only the restore itself opens a database whose restore has not finished. */
  readonly whileRestoring?: boolean;
}

/** Opens the stores that the environment names and all that rests on them; the read models are not started. Throws SettingsRefused. */
export async function openPlatform(
  env: NodeJS.ProcessEnv = process.env,
  { clock = systemClock, logger = silent, whileRestoring = false }: PlatformOptions = {},
): Promise<Platform> {
  const settings = settingsFrom(env);
  const { tenant } = settings;
  const stores = await openStores(settings, migrations);
  try {
    const { database, eventStore: store, dataFolder } = stores;
    if (!whileRestoring) await assertRestoreFinished(database.application);
    await assertKeysNotLost(database.application, join(dataFolder, 'keys'));
    const keys = new FileKeyStore(join(dataFolder, 'keys'));
    await assertTenantKey(database.application, keys.check);
    const words = new PostgresWords(database.application, keys);
    const journal = new Journal({
      store,
      codecs,
      sealer: createSealer(keys),
      words,
      clock,
      ruleSetOn,
      onAppend: (outcome, seconds) => metrics.append(outcome, seconds),
    });
    const runner = new ProjectionRunner({
      store,
      pool: database.projector,
      projections,
      codecs,
      open: (record) => journal.open(record),
      logger,
    });
    const { application, projector } = database;
    const metrics = new Metrics({
      runner,
      pools: { application, projector },
      stores: { database: () => application.query('SELECT 1'), log: () => store.head() },
    });
    let closing: Promise<void> | undefined;
    return {
      settings,
      tenant,
      clock,
      stores,
      database,
      store,
      keys,
      words,
      pupils: new Pupils(database.application, keys),
      suppression: new SuppressionList(join(dataFolder, SUPPRESSION_LIST), keys),
      journal,
      directory: new Directory(database.application),
      projections,
      runner,
      metrics,
      close: () => (closing ??= runner.stop().finally(() => stores.close())),
    };
  } catch (error) {
    await stores.close();
    throw error;
  }
}
