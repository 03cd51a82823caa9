/** Verify, backup and restore on a platform. */
import type { RebuildOptions } from '@app/projections';
import {
  assertFree,
  backUp,
  beginFolder,
  checkFiles,
  finishRestore,
  KeptHeads,
  load,
  type Manifest,
  occupied,
  readManifest,
  SafekeepingRefused,
  signatureOf,
  unfinishedRestore,
  verify,
  type VerifyOptions,
  type VerifyReport,
  type WorkOptions,
} from '@app/safekeeping';
import {
  assertKeysBackup,
  backUpKeys,
  FileKeyStore,
  type KeyCount,
  keyCheckIn,
  restoreKeys,
  SUPPRESSION_LIST,
} from '@app/vault';
import { join, relative, resolve } from 'node:path';
import { codecs } from './codecs';
import { forgettingOn } from './forgetting';
import { migrations, openPlatform, type Platform } from './platform';
import { settingsFrom } from './settings';
import { openStores, type Stores } from './stores';

export const headsOn = ({ stores, keys }: Pick<Platform, 'stores' | 'keys'>): KeptHeads =>
  new KeptHeads(join(stores.dataFolder, 'log-heads.jsonl'), keys);

export const verifyOn = (platform: Platform, options: VerifyOptions = {}): Promise<VerifyReport> =>
  verify(
    {
      ...partsOfRebuild(platform),
      application: platform.database.application,
      projections: platform.projections,
      keys: platform.keys,
      words: platform.words,
      suppression: platform.suppression,
      heads: headsOn(platform),
      clock: platform.clock,
    },
    options,
  );

const partsOfRebuild = ({ store, database, journal }: Platform) => ({
  store,
  pool: database.projector,
  codecs,
  open: journal.open.bind(journal),
});

export interface BackedUp {
  readonly manifest: Manifest;
  readonly keys: KeyCount | undefined;
}

/** With `keys`, also the key store, after the database: the keys of all children of the one are in the other. */
export async function backUpOn(
  platform: Platform,
  folder: string,
  keys: string | undefined,
  options: WorkOptions = {},
): Promise<BackedUp> {
  const { dataFolder } = platform.stores;
  if (keys !== undefined) {
    assertApart(resolve(folder), resolve(keys));
    assertFree(resolve(keys));
  }
  const suppressionFile = join(dataFolder, SUPPRESSION_LIST);
  const manifest = await backUp(
    { ...platform, logIncluded: platform.settings.eventStoreDbUrl === undefined, suppressionFile },
    folder,
    options,
  );
  if (keys === undefined) return { manifest, keys: undefined };
  const target = resolve(keys);
  return { manifest, keys: await backUpKeys(dataFolder, beginFolder(target), target, options) };
}

function assertApart(folder: string, keys: string): void {
  const inside = (outer: string, inner: string) => !relative(outer, inner).startsWith('..');
  if (inside(folder, keys) || inside(keys, folder))
    throw new SafekeepingRefused(
      'Keys do not go into the backup of what they open: who has both can read children who were forgotten since. ' +
        'Name two folders, neither in the other.',
    );
}

export type RestoreStage = 'checking' | 'keys' | 'loading' | 'forgetting' | 'readModels' | 'log';

export interface RestoreOptions {
  readonly keys?: string;
  readonly dryRun?: boolean;
  readonly onProgress?: (stage: RestoreStage, progress: { readonly done: number; readonly total: number }) => void;
  readonly signal?: AbortSignal;
}

export interface Restored {
  readonly manifest: Manifest;
  /** Nothing after a dry run. */
  readonly done?: {
    readonly forgottenAgain: number;
    /** Of the list in the data folder, with what was merged into it. */
    readonly suppressed: number;
    readonly verified: VerifyReport;
  };
}

/**
 * Puts a backup into an empty database: everything is checked before anything is written, all rows come in one
 * transaction, and nobody else can open the database before whoever was forgotten is forgotten again, the read models are
 * built and all of it verifies. Stopped anywhere, it goes on when it is run again. Throws SafekeepingRefused and KeysWrong.
 */
export async function restore(env: NodeJS.ProcessEnv, folder: string, options: RestoreOptions = {}): Promise<Restored> {
  const { keys: keysBackup, dryRun = false, signal } = options;
  const work = (stage: RestoreStage) => ({
    onProgress: (progress: { readonly done: number; readonly total: number }) => options.onProgress?.(stage, progress),
    ...(signal ? { signal } : {}),
  });
  const manifest = readManifest(folder);
  const settings = settingsFrom(env);
  const { dataFolder } = settings;
  const keys = keysFor(manifest, folder, dataFolder, keysBackup);
  await checkFiles(folder, manifest, work('checking').onProgress);
  if (signatureOf(manifest, keys) !== manifest.signature)
    throw new SafekeepingRefused(
      `${folder} was changed after it was made: its signature does not fit. Use another one.`,
    );
  if ((settings.eventStoreDbUrl === undefined) !== manifest.log.included)
    throw new SafekeepingRefused(
      manifest.log.included
        ? 'The backup holds a log of its own, but EVENTSTOREDB_URL names another: unset it.'
        : 'The log of this backup is in EventStoreDB: restore that first, and set EVENTSTOREDB_URL.',
    );

  if (keysBackup !== undefined && !dryRun) await restoreKeys(keysBackup, dataFolder, work('keys'));
  // The tables as they were when the backup was made; what has come since runs when the platform opens, over the rows.
  const stores = await openStores(
    settings,
    migrations.filter(({ name }) => manifest.migrations.includes(name)),
  );
  try {
    await assertLogFits(stores, manifest);
    const begun = await unfinishedRestore(stores.database.application);
    if (begun && begun.backupId !== manifest.backupId)
      throw new SafekeepingRefused(
        `The backup of ${begun.madeAt} is being restored into this database: finish that, or name an empty database.`,
      );
    if (dryRun) {
      const found = begun ? [] : await occupied(stores.database.application);
      if (found.length > 0)
        throw new SafekeepingRefused(`The database is not empty: ${found.join(', ')}. Name an empty one.`);
      return { manifest };
    }
    if (!begun) await stores.database.alone(() => load(stores.database, folder, manifest, work('loading')));
  } finally {
    await stores.close();
  }

  const platform = await openPlatform(env, { whileRestoring: true });
  try {
    platform.suppression.merge(join(folder, SUPPRESSION_LIST));
    const forgottenAgain = await forgettingOn(platform).applySuppression();
    const rebuilding: RebuildOptions = work('readModels');
    await platform.runner.rebuild(rebuilding);
    noteIn(headsOn(platform), manifest, platform);
    const verified = await verifyOn(platform, {
      quick: true, // They were built from this very log a moment ago.
      onProgress: (_, progress) => options.onProgress?.('log', progress),
      ...(signal ? { signal } : {}),
    });
    if (verified.intact) await finishRestore(platform.database.application, manifest);
    return { manifest, done: { forgottenAgain, suppressed: platform.suppression.entries().length, verified } };
  } finally {
    await platform.close();
  }
}

/** The keys that the backup was made with: those to be restored, or those of the data folder. */
function keysFor(manifest: Manifest, folder: string, dataFolder: string, keysBackup: string | undefined): FileKeyStore {
  if (keysBackup !== undefined) assertKeysBackup(keysBackup);
  const from = keysBackup ?? dataFolder;
  const check = keyCheckIn(from);
  if (check === undefined)
    throw new SafekeepingRefused(
      `There are no keys in ${from}, and without them nothing in ${folder} can be read: add --keys FOLDER with the backup of the keys.`,
    );
  if (check !== manifest.keyCheck)
    throw new SafekeepingRefused(
      `The keys in ${from} are not those that ${folder} was made with, so nothing in it could be read: ` +
        (keysBackup === undefined
          ? 'add --keys FOLDER with the backup of its keys.'
          : 'name the backup of its own keys.'),
    );
  return new FileKeyStore(join(from, 'keys'));
}

async function assertLogFits({ eventStore }: Stores, { log }: Manifest): Promise<void> {
  if (log.included) return;
  const id = await eventStore.identity();
  if (id !== log.id)
    throw new SafekeepingRefused(`The backup goes with the log ${log.id}, but EVENTSTOREDB_URL names the log ${id}.`);
  const head = await eventStore.head();
  if (log.head !== null && (head === undefined || eventStore.compare(head, log.head) < 0))
    throw new SafekeepingRefused(
      `The log in EventStoreDB ends before the backup does (${log.events} events): restore a newer backup of the log first.`,
    );
}

/** Heads of what the restored log no longer has are void from now on; that of the backup itself stands. */
function noteIn(heads: KeptHeads, { log }: Manifest, { clock }: Platform): void {
  if (!log.included || log.lastEventId === null || log.day === null) return;
  const { day, events, lastEventId, digest } = log;
  if (heads.read(log.id).heads.some((head) => head.events > events))
    heads.noteRestore(log.id, { day, events, lastEventId, digest }, clock.now());
  else heads.keep(log.id, { day, events, lastEventId, digest }, clock.now());
}
