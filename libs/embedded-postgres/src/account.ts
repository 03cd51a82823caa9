/** Whose rights Postgres runs with: our own, or, since Postgres refuses root, those of `nobody`, who exists everywhere. */
import { execFileSync, spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';

export interface Account {
  readonly uid: number;
  readonly gid: number;
}

export const isRoot = (): boolean => process.getuid?.() === 0;

const lookUp = (flag: '-u' | '-g'): number => {
  try {
    return Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  } catch {
    return 65534;
  }
};

let nobodyOnce: Account | undefined;
export const nobody = (): Account => (nobodyOnce ??= { uid: lookUp('-u'), gid: lookUp('-g') });

/**
 * The account to change to, or nothing when we may stay who we are. A cluster that an ordinary user has made keeps
 * belonging to that user when root starts it.
 */
export function accountFor(cluster: string): Account | undefined {
  if (!isRoot()) return undefined;
  try {
    const { uid, gid } = statSync(cluster);
    return uid === 0 ? nobody() : { uid, gid };
  } catch {
    return nobody();
  }
}

/** Asked of the kernel, not worked out from mode bits, so that groups and access lists count. */
export const canEnter = (folder: string, account: Account): boolean =>
  spawnSync('/bin/sh', ['-c', '[ -x "$0" ]', folder], { ...account, cwd: '/', stdio: 'ignore' }).status === 0;
