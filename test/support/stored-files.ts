/** The files below a folder, and their bytes, for whoever looks for what must not be in them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const filesUnder = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

/** Files come and go under a running Postgres: one that has gone is empty. */
export function bytesOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    return Buffer.alloc(0);
  }
}
