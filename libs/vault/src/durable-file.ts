/** File writes that are on the disk when they return, whole or not at all. */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { link, open, unlink, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Makes the folder and those above it, readable by this user only, on the disk. */
export function makeFolder(path: string): void {
  const first = mkdirSync(path, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let made = path; made.length >= first.length; made = dirname(made)) syncFolder(dirname(made));
}

/** So that a name made or removed in a folder survives a power cut. Windows has no such call and needs none. */
export function syncFolder(path: string): void {
  if (process.platform === 'win32') return;
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/**
 * Makes a file with this content, mode 0600, on the disk, in one step: no reader meets half of it. Answers false, and
 * changes nothing, when a file of the name is there already, also when another process made it at the same moment.
 */
export function createFile(path: string, content: string): boolean {
  const unfinished = unfinishedName(path);
  writeFileSync(unfinished, content, NEW_FILE);
  try {
    linkSync(unfinished, path);
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  } finally {
    unlinkSync(unfinished);
  }
  syncFolder(dirname(path));
  return true;
}

/** The same without holding up the process: many files can be on their way to the disk at once. */
export async function createFileMeanwhile(path: string, content: string): Promise<boolean> {
  const unfinished = unfinishedName(path);
  await writeFile(unfinished, content, NEW_FILE);
  const made = await link(unfinished, path).then(
    () => true,
    (error: unknown) => (hasCode(error, 'EEXIST') ? false : Promise.reject(error)),
  );
  await unlink(unfinished);
  if (made && process.platform !== 'win32') {
    const folder = await open(dirname(path), 'r');
    await folder.sync().finally(() => folder.close());
  }
  return made;
}

const NEW_FILE = { flag: 'wx', mode: 0o600, flush: true } as const;
const unfinishedName = (path: string): string => `${path}.${randomBytes(6).toString('hex')}.new`;

/** Appends lines in one write, on the disk when it returns; what a crash left of an unfinished line is ended first. */
export function appendLines(path: string, lines: readonly string[]): void {
  const isNew = !existsSync(path);
  const file = openSync(path, 'a+', 0o600);
  try {
    const { size } = fstatSync(file);
    const last = Buffer.alloc(1);
    if (size > 0) readSync(file, last, 0, 1, size - 1);
    const unfinished = size > 0 && last.toString() !== '\n';
    writeSync(file, `${unfinished ? '\n' : ''}${lines.join('\n')}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  if (isNew) syncFolder(dirname(path));
}

export const hasCode = (error: unknown, code: string): boolean =>
  (error as NodeJS.ErrnoException | undefined)?.code === code;
