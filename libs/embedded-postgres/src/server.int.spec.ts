import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { startEmbeddedPostgres, stopServer } from './server';

const ask = async (url: string, sql: string): Promise<Record<string, unknown>[]> => {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query(sql)).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
};

/** Until the condition holds; what never holds is cut short by the spec's own time limit. */
const until = async (holds: () => Promise<boolean>): Promise<void> => {
  while (!(await holds())) await pause(50);
};

const reached = (url: string): Promise<boolean> =>
  ask(url, 'SELECT 1').then(
    () => true,
    () => false,
  );

jest.setTimeout(120_000);

describe('the embedded Postgres', () => {
  let folder: string;
  const cluster = (): string => join(folder, 'postgres');
  const postmaster = (): number => Number(readFileSync(join(cluster(), 'postmaster.pid'), 'utf8').split('\n')[0]);

  beforeEach(() => {
    // 0700 and empty, as mktemp -d makes it.
    folder = mkdtempSync(join(tmpdir(), 'evenhand-launcher-'));
  });
  afterEach(async () => {
    await stopServer(folder);
    rmSync(folder, { recursive: true, force: true });
  });

  it('is safe by its settings, speaks on the loopback only, and lets nobody in without the password', async () => {
    const postgres = await startEmbeddedPostgres({ dataFolder: folder });
    const [settings] = await ask(
      postgres.url,
      `SELECT current_setting('fsync') AS fsync, current_setting('data_checksums') AS checksums,
              current_setting('listen_addresses') AS listen, current_setting('server_encoding') AS encoding,
              current_setting('lc_collate', true) AS collation, current_setting('password_encryption') AS passwords`,
    );
    expect(settings).toMatchObject({
      fsync: 'on',
      checksums: 'on',
      listen: '127.0.0.1',
      encoding: 'UTF8',
      passwords: 'scram-sha-256',
    });
    const wrong = new URL(postgres.url);
    wrong.password = 'guess';
    await expect(ask(wrong.toString(), 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
    expect(statSync(cluster()).mode & 0o077).toBe(0);
    await postgres.stop();
  });

  it('is one server for those who start at once, and stops with the last of them', async () => {
    const three = await Promise.all([1, 2, 3].map(() => startEmbeddedPostgres({ dataFolder: folder })));
    expect(new Set(three.map(({ url }) => url)).size).toBe(1);
    const url = three[0]!.url;
    await three[0]!.stop();
    await three[1]!.stop();
    expect(await reached(url)).toBe(true);
    await three[2]!.stop();
    expect(await reached(url)).toBe(false);
    expect(existsSync(join(cluster(), 'postmaster.pid'))).toBe(false);
    expect(readdirSync(folder)).toEqual(['postgres']);
  });

  it('stops with the last when all stop at once, and whoever starts meanwhile has a server', async () => {
    const first = await Promise.all([1, 2].map(() => startEmbeddedPostgres({ dataFolder: folder })));
    const [late] = await Promise.all([
      startEmbeddedPostgres({ dataFolder: folder }),
      ...first.map((postgres) => postgres.stop()),
    ]);
    await until(() => reached(late.url));
    await late.stop();
    expect(existsSync(join(cluster(), 'postmaster.pid'))).toBe(false);
  });

  it('comes back at the same address, with its data, when it is killed under those who use it', async () => {
    const postgres = await startEmbeddedPostgres({ dataFolder: folder });
    await ask(postgres.url, 'CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)');
    process.kill(postmaster(), 'SIGKILL');
    await until(() => reached(postgres.url));
    expect(await ask(postgres.url, 'SELECT n FROM kept')).toEqual([{ n: 1 }]);
    await postgres.stop();
    expect(existsSync(join(cluster(), 'postmaster.pid'))).toBe(false);
  });

  it('comes back at the same address however many start it again at once, and when it was stopped in good order', async () => {
    const users = await Promise.all([1, 2, 3].map(() => startEmbeddedPostgres({ dataFolder: folder })));
    for (let restart = 0; restart < 5; restart++) {
      await stopServer(folder);
      await until(() => reached(users[0]!.url));
    }
    for (const postgres of users) await postgres.stop();
    const again = await startEmbeddedPostgres({ dataFolder: folder });
    expect(again.url).toBe(users[0]!.url);
    await again.stop();
  });

  it('starts over a note of a dead server whose number another process has got', async () => {
    await (await startEmbeddedPostgres({ dataFolder: folder })).stop();
    writeFileSync(join(cluster(), 'postmaster.pid'), `${process.pid}\n${cluster()}\n0\n5\n`);
    const postgres = await startEmbeddedPostgres({ dataFolder: folder });
    expect(await reached(postgres.url)).toBe(true);
    await postgres.stop();
  });

  it('writes no value of a failing statement into its log', async () => {
    const postgres = await startEmbeddedPostgres({ dataFolder: folder });
    await expect(ask(postgres.url, `SELECT 'canary-7391'::int`)).rejects.toMatchObject({ code: '22P02' });
    await postgres.stop();
    const logs = readdirSync(join(cluster(), 'log')).map((name) => readFileSync(join(cluster(), 'log', name), 'utf8'));
    expect(logs.join()).toContain('ready to accept connections');
    expect(logs.join()).not.toContain('canary');
  });

  // Nobody else's data folder is closed to the account that Postgres runs as.
  const asRoot: typeof it | undefined = process.getuid?.() === 0 ? it : undefined;
  asRoot?.('finds a place that nobody can reach when the data folder is closed, and finds it again', async () => {
    chmodSync(folder, 0o700);
    const inside = join(folder, 'below', 'data');
    const first = await startEmbeddedPostgres({ dataFolder: inside });
    await ask(first.url, 'CREATE TABLE kept (n int)');
    await first.stop();
    const again = await startEmbeddedPostgres({ dataFolder: inside });
    expect(again.clusterFolder).toBe(first.clusterFolder);
    expect(again.clusterFolder.startsWith(folder)).toBe(false);
    await ask(again.url, 'SELECT * FROM kept');
    await again.stop();
    rmSync(join(first.clusterFolder, '..'), { recursive: true, force: true });
    rmSync(folder, { recursive: true });
  });

  asRoot?.(
    'says which folder to open when data has got into a closed place, instead of starting without it',
    async () => {
      const inside = join(folder, 'data');
      chmodSync(folder, 0o711);
      await (await startEmbeddedPostgres({ dataFolder: inside })).stop();
      chmodSync(folder, 0o700);
      await expect(startEmbeddedPostgres({ dataFolder: inside })).rejects.toThrow(`cannot reach the data in ${inside}`);
      chmodSync(inside, 0o700);
      chmodSync(folder, 0o711);
      await (await startEmbeddedPostgres({ dataFolder: inside })).stop();
      rmSync(folder, { recursive: true });
    },
  );
});
