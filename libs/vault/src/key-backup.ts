/**
 * The backup of the key store: a plain copy of its files and of the suppression list. It is kept apart from backups of the
 * database, which it opens, and for a shorter time: restored, it would bring back keys that were destroyed since.
 */
import { copyFileSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createFileMeanwhile, hasCode, makeFolder, syncFolder } from './durable-file';
import { FileKeyStore, KeysWrong } from './file-key-store';
import { SUPPRESSION_LIST, SuppressionList } from './suppression';

export interface KeyCount {
  /** Keys of children. */
  readonly children: number;
  /** Children whose keys were destroyed. */
  readonly forgotten: number;
}

interface Options {
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
  readonly signal?: AbortSignal;
}

const KEYS = 'keys';
/** Written last: a copy without it is not whole. */
const COUNT = 'keys.json';
const AT_ONCE = 32;

/** What tells the tenant key in a data folder (or a backup of keys) from another; nothing where there are no keys. */
export function keyCheckIn(folder: string): string | undefined {
  return existsSync(join(folder, KEYS, 'tenant.key')) ? new FileKeyStore(join(folder, KEYS)).check : undefined;
}

/** Copies to `partial`, an empty folder, and then calls it `target`. */
export async function backUpKeys(
  dataFolder: string,
  partial: string,
  target: string,
  options: Options = {},
): Promise<KeyCount> {
  try {
    for (const name of ['tenant.key', 'tenant.check']) {
      makeFolder(join(partial, KEYS));
      copyFileSync(join(dataFolder, KEYS, name), join(partial, KEYS, name));
    }
    const names = childFiles(dataFolder);
    let kept = 0;
    await each(names, options, async (name) => {
      const content = await contentOf(join(dataFolder, KEYS, 'children', name));
      // Destroyed since the folder was read: nothing is copied of it.
      if (content === undefined) return;
      makeFolder(dirname(join(partial, KEYS, 'children', name)));
      await createFileMeanwhile(join(partial, KEYS, 'children', name), content);
      if (name.endsWith('.key')) kept += 1;
    });
    const list = join(dataFolder, SUPPRESSION_LIST);
    writeFileSync(join(partial, SUPPRESSION_LIST), existsSync(list) ? readFileSync(list) : '', {
      mode: 0o600,
      flush: true,
    });
    const count: KeyCount = { children: kept, forgotten: names.filter((name) => name.endsWith('.gone')).length };
    writeFileSync(join(partial, COUNT), `${JSON.stringify(count)}\n`, { mode: 0o600, flush: true });
    renameSync(partial, target);
    syncFolder(dirname(target));
    return count;
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    throw error;
  }
}

/**
 * Puts back what is missing of the keys, over nothing that is there, and never the key of a child who was forgotten, here or
 * there; merges the suppression lists first. Answers how many keys came back. Throws KeysWrong.
 */
export async function restoreKeys(source: string, dataFolder: string, options: Options = {}): Promise<number> {
  assertKeysBackup(source);
  const [theirs, ours] = [keyCheckIn(source), keyCheckIn(dataFolder)];
  if (ours !== undefined && ours !== theirs)
    throw new KeysWrong(
      `${join(dataFolder, KEYS)} holds another tenant's keys than ${source}: name the data folder (EVENHAND_DATA) that they belong to, or an empty one.`,
    );
  for (const name of ['tenant.key', 'tenant.check']) {
    makeFolder(join(dataFolder, KEYS));
    await createFileMeanwhile(join(dataFolder, KEYS, name), readFileSync(join(source, KEYS, name), 'utf8'));
  }
  const keys = new FileKeyStore(join(dataFolder, KEYS));
  const suppression = new SuppressionList(join(dataFolder, SUPPRESSION_LIST), keys);
  suppression.merge(join(source, SUPPRESSION_LIST));
  const forgotten = new Set(suppression.entries().map(({ pupilRef }) => pupilRef));
  let restored = 0;
  await each(childFiles(source), options, async (name) => {
    const [, pupilRef, kind] = /([0-9a-f-]{36})\.(key|gone)$/.exec(name) ?? [];
    if (pupilRef === undefined) return;
    const destroyed = kind === 'gone' || forgotten.has(pupilRef);
    if (destroyed) {
      if (keys.state(pupilRef) !== 'destroyed') await keys.destroy(pupilRef);
      return;
    }
    const path = join(dataFolder, KEYS, 'children', name);
    if (keys.state(pupilRef) !== 'absent') return;
    makeFolder(dirname(path));
    if (await createFileMeanwhile(path, await readFile(join(source, KEYS, 'children', name), 'utf8'))) restored += 1;
  });
  return restored;
}

/** Throws KeysWrong. */
export function assertKeysBackup(source: string): void {
  if (!existsSync(join(source, COUNT)))
    throw new KeysWrong(
      `${source} is not a finished backup of keys: it has no ${COUNT}. Name the folder that --keys made.`,
    );
  const { children } = JSON.parse(readFileSync(join(source, COUNT), 'utf8')) as KeyCount;
  const there = childFiles(source).filter((name) => name.endsWith('.key')).length;
  if (there !== children)
    throw new KeysWrong(
      `${source} had the keys of ${children} children and has ${there}: it is damaged. Use another one.`,
    );
}

/** `ab/<ref>.key` and `ab/<ref>.gone` */
function childFiles(folder: string): string[] {
  const children = join(folder, KEYS, 'children');
  if (!existsSync(children)) return [];
  return readdirSync(children).flatMap((part) =>
    readdirSync(join(children, part))
      .filter((name) => /\.(key|gone)$/.test(name))
      .map((name) => join(part, name)),
  );
}

async function contentOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Several at once: each waits for the disk. */
async function each(names: readonly string[], { onProgress, signal }: Options, work: (name: string) => Promise<void>) {
  for (let at = 0; at < names.length; at += AT_ONCE) {
    signal?.throwIfAborted();
    await Promise.all(names.slice(at, at + AT_ONCE).map(work));
    onProgress?.({ done: Math.min(at + AT_ONCE, names.length), total: names.length });
  }
}
