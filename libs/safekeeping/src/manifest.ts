/** What a backup holds, signed with the tenant's key: written last, so that a folder without it is no backup. */
import { type FileKeyStore, SUPPRESSION_LIST } from '@app/vault';
import { createHash, createHmac } from 'node:crypto';
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

export interface BackupTable {
  /** `schema.table` */
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: number;
  /** Of COPY's text format, gzipped. */
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface Manifest {
  readonly format: 1;
  readonly backupId: string;
  /** UTC instant. */
  readonly madeAt: string;
  readonly tenant: string;
  readonly log: {
    readonly id: string;
    /** False: it is in EventStoreDB, which has a backup of its own; these are then its id and how far it went. */
    readonly included: boolean;
    readonly head: string | null;
    readonly events: number;
    /** Of the last event; null in an empty log. */
    readonly lastEventId: string | null;
    /** Europe/London date of the newest head. */
    readonly day: string | null;
    readonly digest: string;
  };
  /** Names of those that had made the tables. */
  readonly migrations: readonly string[];
  /** Tells the tenant's key from another. */
  readonly keyCheck: string;
  /** In an order in which they can be filled. */
  readonly tables: readonly BackupTable[];
  /** sha256 of the suppression list as it was. */
  readonly suppression: string;
  readonly signature: string;
}

/** A backup that cannot be used, or a restore that may not be done. The message says what to do. */
export class SafekeepingRefused extends Error {
  override readonly name = 'SafekeepingRefused';
}

export const MANIFEST = 'manifest.json';

export const signatureOf = ({ signature: _, ...manifest }: Manifest, keys: FileKeyStore): string =>
  createHmac('sha256', keys.tenantKey('evidence'))
    .update(JSON.stringify(['backup', manifest]))
    .digest('hex');

export function readManifest(folder: string): Manifest {
  const file = join(folder, MANIFEST);
  if (!existsSync(file)) {
    throw new SafekeepingRefused(
      `${folder} is not a finished backup: it has no ${MANIFEST}. Name the folder that "backup" has made.`,
    );
  }
  let manifest: Manifest;
  try {
    manifest = JSON.parse(readFileSync(file, 'utf8')) as Manifest;
  } catch {
    throw new SafekeepingRefused(`${file} cannot be read: the backup is damaged. Use another one.`);
  }
  if (manifest.format !== 1) {
    throw new SafekeepingRefused(
      `${folder} has the format ${String(manifest.format)}, and this Evenhand knows format 1: restore it with the Evenhand that made it.`,
    );
  }
  return manifest;
}

/** Every file is there and is what was written. Throws SafekeepingRefused. */
export async function checkFiles(
  folder: string,
  manifest: Manifest,
  onProgress: (progress: { done: number; total: number }) => void = () => {},
): Promise<void> {
  const total = manifest.tables.reduce((sum, { bytes }) => sum + bytes, 0);
  let done = 0;
  for (const { file, sha256 } of [...manifest.tables, { file: SUPPRESSION_LIST, sha256: manifest.suppression }]) {
    const path = join(folder, file);
    const hash = createHash('sha256');
    if (!existsSync(path)) throw new SafekeepingRefused(`${path} is missing: the backup is damaged. Use another one.`);
    await pipeline(createReadStream(path), async (chunks) => {
      for await (const chunk of chunks as AsyncIterable<Buffer>) {
        hash.update(chunk);
        onProgress({ done: (done += chunk.length), total: Math.max(total, done) });
      }
    });
    if (hash.digest('hex') !== sha256)
      throw new SafekeepingRefused(`${path} is not what was written: the backup is damaged. Use another one.`);
  }
}
