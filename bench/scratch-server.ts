/** The run's own Postgres, in a folder that goes with it: fsync on and every other setting as the application has it. */
import { startEmbeddedPostgres, stopServer } from '@app/embedded-postgres';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, escapeIdentifier } from 'pg';

export interface ScratchServer {
  readonly folder: string;
  /** Makes an empty database; answers the administrator's URL to it. */
  database(name: string): Promise<string>;
  /** Quiet where there is no such database. */
  drop(name: string): Promise<void>;
  urlOf(database: string): string;
  /** As the server says them. */
  settings(names: readonly string[]): Promise<Record<string, string>>;
  /** Stops the server, and removes its folder unless that is kept. */
  remove(): Promise<void>;
}

const PREFIX = 'evenhand-bench-';
const OWNER_FILE = 'bench.pid';

/** What a run left that was killed. */
async function sweep(): Promise<void> {
  for (const name of readdirSync(tmpdir())) {
    const folder = join(tmpdir(), name);
    const owner = join(folder, OWNER_FILE);
    if (!name.startsWith(PREFIX) || !existsSync(owner)) continue;
    if (isAlive(Number(readFileSync(owner, 'utf8')))) continue;
    await stopServer(folder).catch(() => undefined);
    rmSync(folder, { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** In a temporary folder of its own, or in the folder `keptIn`, whose databases a later run finds again. */
export async function startScratchServer(keptIn?: string): Promise<ScratchServer> {
  await sweep();
  const folder = keptIn ?? mkdtempSync(join(tmpdir(), PREFIX));
  mkdirSync(folder, { recursive: true });
  // Passable: as root, the server runs as nobody.
  chmodSync(folder, 0o711);
  const owner = join(folder, OWNER_FILE);
  if (existsSync(owner) && isAlive(Number(readFileSync(owner, 'utf8'))))
    throw new Error(`Another benchmark works in ${folder}: wait until it has ended.`);
  writeFileSync(owner, String(process.pid));
  const removeFolder = (): void => {
    rmSync(owner, { force: true });
    if (keptIn === undefined) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  let server: Awaited<ReturnType<typeof startEmbeddedPostgres>>;
  try {
    server = await startEmbeddedPostgres({ dataFolder: folder });
  } catch (error) {
    await stopServer(folder).catch(() => undefined);
    removeFolder();
    throw error;
  }
  const asAdministrator = async <T>(work: (client: Client) => Promise<T>): Promise<T> => {
    const client = new Client({ connectionString: server.url });
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  };
  const urlOf = (database: string): string => {
    const url = new URL(server.url);
    url.pathname = `/${database}`;
    return url.toString();
  };
  return {
    folder,
    urlOf,
    async database(name) {
      await asAdministrator((client) => client.query(`create database ${escapeIdentifier(name)}`));
      return urlOf(name);
    },
    async drop(name) {
      await asAdministrator((client) => client.query(`drop database if exists ${escapeIdentifier(name)} with (force)`));
    },
    settings: (names) =>
      asAdministrator(async (client) => {
        const { rows } = await client.query<{ name: string; value: string }>(
          'select name, current_setting(name) as value from unnest($1::text[]) name',
          [names],
        );
        return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
      }),
    async remove() {
      await server.stop();
      await stopServer(folder);
      removeFolder();
    },
  };
}
