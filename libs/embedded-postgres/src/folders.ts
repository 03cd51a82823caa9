/** Where the data lives, and how Postgres, which may run as `nobody`, gets to it. */
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { canEnter, isRoot, nobody } from './account';

/** For root, where `nobody` cannot reach the checkout or the data folder. */
export const SYSTEM_FOLDER = '/var/lib/evenhand';

/** The folder of our package.json: from the sources and from dist alike. */
export function checkoutFolder(): string {
  for (let folder = __dirname; dirname(folder) !== folder; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).name === 'evenhand') return folder;
  }
  return process.cwd();
}

/**
 * EVENHAND_DATA, else `.evenhand` in the checkout, else (root, and `nobody` cannot reach the checkout) /var/lib/evenhand.
 * A checkout that has data already keeps it: data is never left behind in silence.
 */
export function defaultDataFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env['EVENHAND_DATA']) return resolve(env['EVENHAND_DATA']);
  const checkout = checkoutFolder();
  const inCheckout = join(checkout, '.evenhand');
  if (!isRoot() || existsSync(join(inCheckout, 'postgres')) || canEnter(checkout, nobody())) return inCheckout;
  return SYSTEM_FOLDER;
}

/** Makes the folder and those above it that are missing, open for passing through (not for listing) so that `nobody` may. */
export function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  try {
    mkdirSync(folder);
    chmodSync(folder, isRoot() ? 0o711 : 0o700);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    throw new Error(
      `The folder ${folder} cannot be made (${code}). Set EVENHAND_DATA to a folder in which you may write.`,
      { cause: error },
    );
  }
}

/** Names the folder that holds the cluster when it cannot be in the data folder itself. */
const POINTER = 'postgres-folder';

function pointedTo(dataFolder: string): string {
  const pointer = join(dataFolder, POINTER);
  if (!existsSync(pointer)) {
    const draft = `${pointer}.${randomBytes(6).toString('hex')}`;
    writeFileSync(draft, join(SYSTEM_FOLDER, `data-${randomBytes(6).toString('hex')}`), { mode: 0o600 });
    try {
      // A link fails where the name exists: of two processes that start at once, one decides.
      linkSync(draft, pointer);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      rmSync(draft);
    }
  }
  const home = readFileSync(pointer, 'utf8').trim();
  makeFolder(home);
  return home;
}

/**
 * The folder that Postgres's cluster lies in: the data folder; or, for root, where `nobody` cannot reach that, one under
 * /var/lib/evenhand that a file in the data folder names. A folder given to us, empty or with our data, is opened for
 * passing through.
 * @throws Error when data is there and a folder above it is closed
 */
export function postgresHome(dataFolder: string): string {
  makeFolder(dataFolder);
  if (!isRoot() || canEnter(dataFolder, nobody())) return dataFolder;
  if (existsSync(join(dataFolder, POINTER))) return pointedTo(dataFolder);
  const holdsData = existsSync(join(dataFolder, 'postgres'));
  if (canEnter(dirname(dataFolder), nobody()) && (holdsData || readdirSync(dataFolder).length === 0)) {
    chmodSync(dataFolder, 0o711);
    return dataFolder;
  }
  if (holdsData) {
    throw new Error(
      `The account nobody, as which Postgres runs for root, cannot reach the data in ${dataFolder}: a folder above it is ` +
        `closed. Open it (chmod o+x), or move the data, say to ${SYSTEM_FOLDER}, and name its new place in EVENHAND_DATA.`,
    );
  }
  return pointedTo(dataFolder);
}
