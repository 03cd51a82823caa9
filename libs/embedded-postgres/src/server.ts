/**
 * Starts, takes over and stops the embedded Postgres of a data folder.
 *
 * Nothing here needs a lock of ours. A cluster is made under another name and renamed, so that half a cluster is never
 * met. Postgres itself lets one server run in a folder. Who uses the server holds a shared advisory lock in it, which
 * a kill -9 gives back; who wants to stop it must get that lock alone.
 */
import { spawn } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { once } from 'node:events';
import {
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createConnection } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { accountFor, type Account } from './account';
import { postgresHome } from './folders';
import { programFolder, programIn } from './program';

export interface EmbeddedPostgres {
  /** Of the administrator, to the database `evenhand`. */
  readonly url: string;
  readonly dataFolder: string;
  /** Where the cluster lies: not the data folder's own when root's data folder is closed to `nobody`. */
  readonly clusterFolder: string;
  /** Lets go of the server, and stops it when no other process uses it. */
  stop(): Promise<void>;
}

const ADMINISTRATOR = 'evenhand';
const DATABASE = 'evenhand';
const PASSWORD_FILE = 'evenhand-password';
/** The advisory lock, in the database `evenhand`, that says "in use". */
const IN_USE = [1163280974, 1];
/** Recovery after a crash is as long as the log since the last checkpoint. */
const START_SECONDS = 300;
const STOP_SECONDS = 60;

/**
 * Given on every start, so that a newer version of this list reaches an older cluster. Errors and details stay out of the
 * server's log because they quote values; the application gets them, and knows what it may write down.
 */
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  fsync: 'on',
  full_page_writes: 'on',
  synchronous_commit: 'on',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_parameter_max_length_on_error: '0',
  log_statement: 'none',
  log_min_duration_statement: '-1',
  log_min_duration_sample: '-1',
  log_parameter_max_length: '0',
  logging_collector: 'on',
  log_directory: 'log',
  log_filename: 'postgres-%a.log',
  log_truncate_on_rotation: 'on',
  log_rotation_age: '1d',
  log_rotation_size: '0',
};

interface Place {
  readonly home: string;
  readonly cluster: string;
  readonly account: Account | undefined;
}

function placeOf(dataFolder: string): Place {
  const home = realpathSync(postgresHome(dataFolder));
  const cluster = join(home, 'postgres');
  return { home, cluster, account: accountFor(cluster) };
}

async function run(place: Place, program: string, args: readonly string[]): Promise<{ ok: boolean; said: string }> {
  const child = spawn(program, args, {
    ...place.account,
    // A folder that the account can be in: our own working directory may be closed to it.
    cwd: place.home,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], TZ: 'UTC', LC_ALL: 'C', SystemRoot: process.env['SystemRoot'] },
    windowsHide: true,
  });
  let said = '';
  child.stdout.on('data', (part) => (said += String(part)));
  child.stderr.on('data', (part) => (said += String(part)));
  try {
    // 'exit', not 'close': a server that pg_ctl has started may hold the pipes.
    const [code] = (await once(child, 'exit')) as [number | null];
    return { ok: code === 0, said: said.trim() };
  } catch (error) {
    return { ok: false, said: String(error) };
  }
}

function assertOurs(place: Place): void {
  const owner = lstatSync(place.cluster).uid;
  const self = process.getuid?.();
  if (self !== undefined && self !== 0 && owner !== self) {
    throw new Error(
      `The Postgres data in ${place.cluster} belongs to another user (uid ${owner}), so Postgres cannot open it for you. ` +
        'Start Evenhand as the user who started it first (root, if owned by nobody), or set EVENHAND_DATA to another folder.',
    );
  }
}

/** Half-made clusters of processes that were killed are an hour old; those of processes at work are seconds old. */
function sweep(home: string): void {
  for (const name of readdirSync(home)) {
    if (!/^postgres\.[0-9a-f]{12}(\.password)?$/.test(name)) continue;
    const path = join(home, name);
    try {
      if (Date.now() - lstatSync(path).mtimeMs > 3_600_000) rmSync(path, { recursive: true, force: true });
    } catch {
      // Another process was faster.
    }
  }
}

async function makeCluster(place: Place): Promise<void> {
  if (existsSync(place.cluster)) return assertOurs(place);
  sweep(place.home);
  const draft = `${place.cluster}.${randomBytes(6).toString('hex')}`;
  const passwordFile = `${draft}.password`;
  const own = (path: string): void => {
    if (place.account) chownSync(path, place.account.uid, place.account.gid);
  };
  try {
    writeFileSync(passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 });
    own(passwordFile);
    mkdirSync(draft, { mode: 0o700 });
    own(draft);
    const made = await run(place, programIn(programFolder(place.home, place.account), 'initdb'), [
      `--pgdata=${draft}`,
      `--username=${ADMINISTRATOR}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--data-checksums',
    ]);
    if (!made.ok) throw new Error(`Postgres could not make its data folder ${place.cluster}: ${made.said}`);
    renameSync(passwordFile, join(draft, PASSWORD_FILE));
    try {
      renameSync(draft, place.cluster);
    } catch (error) {
      // Another process has made it in the meantime: theirs is the one.
      if (!existsSync(join(place.cluster, PASSWORD_FILE))) throw error;
    }
  } finally {
    rmSync(draft, { recursive: true, force: true });
    rmSync(passwordFile, { force: true });
  }
}

interface Running {
  readonly pid: number;
  readonly port: number;
}

/** What postmaster.pid says: line 1 the process, line 4 the port. Nothing when there is none, or not yet whole. */
function noted(cluster: string): Running | undefined {
  try {
    const lines = readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n');
    const pid = Number(lines[0]);
    return pid > 0 ? { pid, port: Number(lines[3] ?? 0) } : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * Process numbers come round again, quickly in containers, where also nobody may bury the dead. Where it cannot be told,
 * it is taken for a living Postgres.
 */
function isPostgres(pid: number): boolean {
  if (process.platform !== 'linux') return true;
  try {
    const [, name, state] = /^\d+ \((.*)\) (\S)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
    return name !== undefined && name.startsWith('postgres') && state !== 'Z';
  } catch {
    return false;
  }
}

const urlOf = (cluster: string, port: number, database = DATABASE): string => {
  const password = readFileSync(join(cluster, PASSWORD_FILE), 'utf8').trim();
  return `postgres://${ADMINISTRATOR}:${password}@127.0.0.1:${port}/${database}`;
};

async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url, keepAlive: true, connectionTimeoutMillis: 10_000 });
  // Without a listener a server that goes away would end our process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
}

/** Whether the server at that port answers, and serves this very folder. */
async function answers(cluster: string, port: number): Promise<boolean> {
  let client: Client;
  try {
    client = await connect(urlOf(cluster, port, 'postgres'));
  } catch {
    return false;
  }
  try {
    const { rows } = await client.query<{ folder: string }>(`SELECT current_setting('data_directory') AS folder`);
    return resolve(rows[0]?.folder ?? '') === resolve(cluster);
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/**
 * Below those that systems give to outgoing connections (Linux from 32,768, macOS and Windows from 49,152): one of these
 * would take the port while the server is started anew, and pools look for it where it was.
 */
const PORTS = { from: 20_000, count: 12_000 };

/** Postgres keeps the words of its last start there. */
function lastPort(cluster: string): number | undefined {
  try {
    const port = /"port=(\d+)"/.exec(readFileSync(join(cluster, 'postmaster.opts'), 'utf8'))?.[1];
    return port === undefined ? undefined : Number(port);
  } catch {
    return undefined;
  }
}

/** Asked by knocking: to listen there oneself would take it from another process that starts the same server now. */
async function isTaken(port: number): Promise<boolean> {
  const socket = createConnection({ port, host: '127.0.0.1' });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** The port it had, where nobody else has taken that since; else one that is free. */
async function portFor(cluster: string): Promise<number> {
  let port = lastPort(cluster) ?? PORTS.from + randomInt(PORTS.count);
  for (let tries = 20; tries > 0 && (await isTaken(port)); tries--) port = PORTS.from + randomInt(PORTS.count);
  return port;
}

function lastLines(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim().split('\n').slice(-5).join('\n');
  } catch {
    return '';
  }
}

/** Starts a server or fails with what it said; a server that another process has started meanwhile is no failure. */
async function launch(place: Place, port: number): Promise<{ ok: boolean; said: string }> {
  const startLog = join(place.cluster, 'start.log');
  const settings = Object.entries({ ...SETTINGS, port: String(port) });
  const result = await run(place, programIn(programFolder(place.home, place.account), 'pg_ctl'), [
    'start',
    '--wait',
    `--timeout=${START_SECONDS}`,
    '--silent',
    `--pgdata=${place.cluster}`,
    `--log=${startLog}`,
    `--options=${settings.map(([name, value]) => `-c ${name}=${value || `''`}`).join(' ')}`,
  ]);
  return { ok: result.ok, said: [result.said, lastLines(startLog)].filter(Boolean).join('\n') };
}

async function ensureDatabase(cluster: string, port: number): Promise<void> {
  const client = await connect(urlOf(cluster, port, 'postgres'));
  try {
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  } catch (error) {
    // 42P04 and 23505: another process that starts now has made it.
    if (!['42P04', '23505'].includes((error as { code?: string }).code ?? '')) throw error;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/**
 * Makes sure that the data folder's server runs, without claiming it: makes the cluster, takes over a server that a
 * killed process has left, or starts one: at the port given, where somebody looks for it there, else where it was if it
 * can. Answers the administrator's URL.
 */
export async function ensureServer(
  dataFolder: string,
  port?: number,
): Promise<{ url: string; port: number; clusterFolder: string }> {
  const place = placeOf(dataFolder);
  await makeCluster(place);
  const settled: Place = { ...place, account: accountFor(place.cluster) };
  let said = '';
  let failures = 0;
  const deadline = Date.now() + START_SECONDS * 1000;
  while (Date.now() < deadline) {
    const running = noted(place.cluster);
    if (running && isAlive(running.pid) && !isPostgres(running.pid)) {
      // Postgres would refuse to start over a process that has got its old number.
      if (noted(place.cluster)?.pid === running.pid) rmSync(join(place.cluster, 'postmaster.pid'), { force: true });
    } else if (running && isAlive(running.pid)) {
      if (running.port > 0 && (await answers(place.cluster, running.port))) {
        try {
          await ensureDatabase(place.cluster, running.port);
          return { url: urlOf(place.cluster, running.port), port: running.port, clusterFolder: place.cluster };
        } catch (error) {
          // The last user may be stopping it just now; then it is started again.
          said = error instanceof Error ? error.message : String(error);
          if (++failures >= 5) break;
        }
      }
      // It starts, recovers or stops: it says so itself, in time.
      await pause(50);
    } else {
      const launched = await launch(settled, port ?? (await portFor(place.cluster)));
      if (!launched.ok) {
        said = launched.said;
        if (++failures >= 5) break;
        await pause(200 * failures);
      }
    }
  }
  throw new Error(
    `Postgres did not start in ${place.cluster}. It said: ${said || 'nothing'}\n` +
      'Look at the log folder there, or set DATABASE_URL to a Postgres of your own.',
  );
}

/** Stops the server of a data folder, whoever uses it. */
export async function stopServer(dataFolder: string): Promise<void> {
  const place = placeOf(dataFolder);
  const running = existsSync(place.cluster) ? noted(place.cluster) : undefined;
  if (!running || !isAlive(running.pid)) return;
  const stopped = await run(place, programIn(programFolder(place.home, place.account), 'pg_ctl'), [
    'stop',
    '--no-wait',
    '--mode=fast',
    '--silent',
    `--pgdata=${place.cluster}`,
  ]);
  // pg_ctl would wait for no server at all, also for the one that another process starts in its place.
  const deadline = Date.now() + STOP_SECONDS * 1000;
  while (noted(place.cluster)?.pid === running.pid && isAlive(running.pid) && isPostgres(running.pid)) {
    if (Date.now() > deadline) throw new ServerDoesNotStop(place.cluster, stopped.said);
    await pause(25);
  }
}

class ServerDoesNotStop extends Error {
  override readonly name = 'ServerDoesNotStop';
  constructor(cluster: string, said: string) {
    super(`Postgres in ${cluster} did not stop within ${STOP_SECONDS} seconds. ${said}`.trim());
  }
}

/** Takes the "in use" lock; starts again from the top when the server stops under us while we ask for it. */
async function claim(
  dataFolder: string,
  port?: number,
): Promise<{ client: Client; port: number; clusterFolder: string }> {
  for (let attempt = 1; ; attempt++) {
    const server = await ensureServer(dataFolder, port);
    let client: Client | undefined;
    try {
      client = await connect(server.url);
      await client.query(`SET application_name = 'evenhand: in use'`);
      await client.query('SELECT pg_advisory_lock_shared($1, $2)', IN_USE);
      return { client, port: server.port, clusterFolder: server.clusterFolder };
    } catch (error) {
      await client?.end().catch(() => undefined);
      if (attempt >= 20) throw error;
    }
  }
}

/**
 * Starts the embedded Postgres of a data folder, or joins the one that runs, and uses it until `stop`. While it is used, a
 * server that dies is started again on the same port, so that pools find it again.
 */
export async function startEmbeddedPostgres(settings: { dataFolder: string }): Promise<EmbeddedPostgres> {
  const dataFolder = resolve(settings.dataFolder);
  let held = await claim(dataFolder);
  let stopping = false;
  let recovering: Promise<void> | undefined;

  const recover = async (): Promise<void> => {
    while (!stopping) {
      try {
        held = await claim(dataFolder, held.port);
        watch(held.client);
        return;
      } catch {
        await pause(1000);
      }
    }
  };
  const watch = (client: Client): void => {
    client.once('end', () => {
      if (!stopping) recovering = recover();
    });
  };
  watch(held.client);

  return {
    url: urlOf(held.clusterFolder, held.port),
    dataFolder,
    clusterFolder: held.clusterFolder,
    async stop() {
      if (stopping) return;
      stopping = true;
      await recovering;
      try {
        await held.client.query('SELECT pg_advisory_unlock_shared($1, $2)', IN_USE);
        const { rows } = await held.client.query<{ alone: boolean }>(
          'SELECT pg_try_advisory_lock($1, $2) AS alone',
          IN_USE,
        );
        // Whoever comes now waits for our lock, sees the server go, and starts it again.
        if (rows[0]?.alone) await stopServer(dataFolder);
      } catch (error) {
        // A server that is gone needs no stopping; one that will not stop is news.
        if (error instanceof ServerDoesNotStop) throw error;
      } finally {
        await held.client.end().catch(() => undefined);
      }
    },
  };
}
