/**
 * The suppression list: children who were forgotten, outside everything that a restore of the database overwrites.
 * Appended to and merged, never replaced. It holds no UPN, only its HMAC under a key of its own.
 */
import { createHmac } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { normalisedUpn } from '@app/kernel';
import { appendLines, makeFolder } from './durable-file';
import type { KeyStore } from './vault';

/** Its file's name, in the data folder and in every backup. */
export const SUPPRESSION_LIST = 'suppression.jsonl';

export interface SuppressionEntry {
  readonly pupilRef: string;
  /** HMAC of the UPN, hexadecimal; null where no UPN was known. */
  readonly upn: string | null;
  /** Europe/London date of the forgetting. Rows dated up to it are refused. */
  readonly on: string;
}

/** The HMAC under which a UPN stands in the suppression list. */
export const suppressionHmac = (keys: KeyStore, upn: string): string =>
  createHmac('sha256', keys.tenantKey('suppression')).update(normalisedUpn(upn)).digest('hex');

export class SuppressionList {
  private read = {
    size: -1,
    modified: -1,
    entries: [] as readonly SuppressionEntry[],
    until: new Map<string, string>(),
  };

  /** @param path `SUPPRESSION_LIST` in the data folder */
  constructor(
    private readonly path: string,
    private readonly keys: KeyStore,
  ) {
    makeFolder(dirname(path));
  }

  /** On the disk when it returns; an entry that is there already is not written twice. */
  add(entries: readonly SuppressionEntry[]): void {
    const known = new Set(this.current().entries.map(identity));
    const fresh = entries.filter((entry) => !known.has(identity(entry)));
    if (fresh.length > 0) {
      appendLines(
        this.path,
        fresh.map(({ pupilRef, upn, on }) => JSON.stringify({ pupilRef, upn, on })),
      );
    }
  }

  /** Adds what another copy of the list (a restored one) has and this one has not. */
  merge(path: string): void {
    this.add(parse(readFileSync(path, 'utf8'), path));
  }

  /** True when the child is in the list. */
  has(pupilRef: string): boolean {
    return this.current().entries.some((entry) => entry.pupilRef === pupilRef);
  }

  entries(): readonly SuppressionEntry[] {
    return this.current().entries;
  }

  /** True when what happened to the child with this UPN on that date (yyyy-mm-dd) is not to be taken in again. */
  isSuppressed(upn: string, onDate: string): boolean {
    const until = this.current().until.get(suppressionHmac(this.keys, upn));
    return until !== undefined && onDate <= until;
  }

  private current() {
    const stat = statSync(this.path, { throwIfNoEntry: false });
    const [size, modified] = [stat?.size ?? 0, stat?.mtimeMs ?? 0];
    if (this.read.size !== size || this.read.modified !== modified) {
      const entries = size === 0 ? [] : parse(readFileSync(this.path, 'utf8'), this.path);
      const until = new Map<string, string>();
      for (const { upn, on } of entries) {
        if (upn !== null && (until.get(upn) ?? '') < on) until.set(upn, on);
      }
      this.read = { size, modified, entries, until };
    }
    return this.read;
  }
}

/** A child's entry is the same whatever day it is added again on: the first day stands. */
const identity = ({ pupilRef, upn }: SuppressionEntry): string => `${pupilRef} ${upn}`;

/** Only a line that a crash cut off is passed over: its forgetting is still pending, and adds it again. */
function parse(text: string, path: string): SuppressionEntry[] {
  return text.split('\n').flatMap((line, at) => {
    if (line === '') return [];
    try {
      return [JSON.parse(line) as SuppressionEntry];
    } catch {
      if (!line.endsWith('}')) return [];
      throw new Error(`${path}, line ${at + 1} is not a suppression entry. Restore the file from its backup.`);
    }
  });
}
