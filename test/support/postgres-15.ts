/** Servers of Debian's PostgreSQL 15 in folders of their own, and its clients: another major version than the one npm brings. */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { isRoot, nobody } from '../../libs/embedded-postgres/src/account';

export interface Server15 {
  readonly folder: string;
  /** Of the superuser, to a database. */
  url(database: string): string;
  stop(): void;
}

export class Postgres15 {
  /** @param programs the folder with initdb, pg_ctl, pg_dump and the others */
  constructor(
    private readonly programs: string,
    /** Passable for `nobody`, as whom a server runs for root. */
    private readonly scratch: string,
  ) {}

  /** Runs a program; answers what it wrote. Throws with what it said when it fails. */
  run(program: string, args: readonly string[], input?: string | Buffer): Buffer {
    const ran = spawnSync(join(this.programs, program), args, {
      ...(isRoot() ? nobody() : {}),
      cwd: this.scratch,
      env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' },
      maxBuffer: 1024 * 1024 * 1024,
      // A server that pg_ctl starts would keep a pipe open for as long as it runs.
      stdio: program === 'pg_ctl' ? 'ignore' : 'pipe',
      ...(input === undefined ? {} : { input }),
    });
    if (ran.status !== 0) throw new Error(`${program} ${args.join(' ')}: ${ran.stderr?.toString() ?? ran.status}`);
    return ran.stdout ?? Buffer.alloc(0);
  }

  /** A folder that a server may write in. */
  folder(name: string): string {
    const path = join(this.scratch, name);
    mkdirSync(path, { mode: 0o700 });
    if (isRoot()) chownSync(path, nobody().uid, nobody().gid);
    return path;
  }

  initdb(name: string): string {
    const folder = this.folder(name);
    this.run('initdb', [
      '--pgdata',
      folder,
      '--username=postgres',
      '--auth=trust',
      '--encoding=UTF8',
      '--locale=C',
      '--data-checksums',
    ]);
    return folder;
  }

  /** @param settings name and value, as in postgresql.conf */
  async start(folder: string, settings: Readonly<Record<string, string>> = {}): Promise<Server15> {
    const port = await freePort();
    const all = { ...settings, port: String(port), listen_addresses: '127.0.0.1', unix_socket_directories: '' };
    const conf = Object.entries(all).map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'\n`);
    writeFileSync(join(folder, 'postgresql.auto.conf'), conf.join(''));
    this.run('pg_ctl', ['start', '--wait', '--pgdata', folder, '--log', join(folder, 'start.log')]);
    return {
      folder,
      url: (database) => `postgres://postgres@127.0.0.1:${port}/${database}`,
      stop: () => void this.run('pg_ctl', ['stop', '--wait', '--mode=fast', '--pgdata', folder]),
    };
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
