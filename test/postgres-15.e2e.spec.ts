/**
 * F26 and F27: what Postgres' own tools bring back is the same log, with Debian's PostgreSQL 15: pg_dump to a fresh server,
 * point-in-time recovery, and the way to the major version that npm brings.
 */
import { ensureServer } from '@app/embedded-postgres';
import { readSchoolList } from '@app/directory';
import { hashOf } from '@app/projections';
import { stringify } from 'csv-stringify/sync';
import { randomBytes, randomInt } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { roleNames } from '@app/database';
import { forgettingOn } from '../apps/composition/src/forgetting';
import { operator } from '../apps/composition/src/operator';
import { openPlatform, type Platform } from '../apps/composition/src/platform';
import { registerImport } from '../apps/composition/src/register-import';
import { verifyOn } from '../apps/composition/src/safekeeping';
import { testDataFolder } from './support/database';
import { Postgres15, type Server15 } from './support/postgres-15';
import { describeWithPostgres15 } from './support/programs';
import { sampleRows } from './support/sample-city';

jest.setTimeout(240_000);

const MARK = `kanary${randomBytes(6).toString('hex')}`;

async function asked<Row extends object>(url: string, sql: string): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

describeWithPostgres15('PostgreSQL 15 of Debian', (programs) => {
  /** The same on every server: the roles carry it in their names. */
  const name = `t15_${process.pid}_${randomBytes(4).toString('hex')}`;
  const scratch = join(testDataFolder(), name);
  const data = join(scratch, 'evenhand');
  const postgres = new Postgres15(programs, scratch);
  let source: Server15;
  let archive: string;
  let platform: Platform;

  const importRows = async (from: number, to: number) => {
    const bytes = Buffer.from(
      stringify(
        sampleRows.slice(from, to).map((row) => ({ ...row, 'Pupil name': `${row['Pupil name']} ${MARK}` })),
        { header: true },
      ),
    );
    await registerImport(platform).run({
      bytes,
      fileName: `${MARK}.csv`,
      register: 'main',
      actor: operator(platform.tenant),
    });
    await platform.runner.catchUp();
  };

  interface State {
    readonly head: string | undefined;
    readonly hashes: readonly string[];
    readonly digest: string;
    readonly at: string;
  }
  const stateOf = async (of: Platform, url: string): Promise<State> => ({
    head: await of.store.head(),
    hashes: await Promise.all(of.projections.map((projection) => hashOf(of.database.projector, projection))),
    digest: (await verifyOn(of, { quick: true })).digest,
    at: (await asked<{ now: string }>(url, 'SELECT clock_timestamp()::text AS now'))[0]!.now,
  });

  /** Opens what came back and compares it; checkpoints must be as good as they were, and the log must go on. */
  async function expectToBe(url: string, folder: string, { head, hashes, digest }: State) {
    const warnings: string[] = [];
    const logger = {
      log: () => undefined,
      warn: (line: string) => warnings.push(line),
      error: (line: string) => warnings.push(line),
    };
    const back = await openPlatform({ DATABASE_URL: url, EVENHAND_DATA: folder }, { logger });
    try {
      expect(await back.store.head()).toBe(head);
      const found = await Promise.all(
        back.projections.map((projection) => hashOf(back.database.projector, projection)),
      );
      expect(found).toEqual(hashes);
      expect(await verifyOn(back)).toMatchObject({ intact: true, events: Number(head), digest });
      await back.runner.start();
      await back.runner.catchUp();
      expect(warnings).toEqual([]);
      const { rows } = await back.database.application.query('SELECT pupil_ref FROM vault.pupils LIMIT 1');
      await forgettingOn(back).forget(rows[0].pupil_ref, 'erasureUpheld');
      expect(await back.store.head()).toBe(String(Number(head) + 1));
      await back.runner.catchUp();
      expect(await verifyOn(back)).toMatchObject({ intact: true, events: Number(head) + 1 });
    } finally {
      await back.close();
    }
  }

  /** The data folder as it is now: each copy of the database goes on by itself. */
  const copyOfData = (label: string): string => {
    const folder = join(scratch, `data-${label}`);
    cpSync(data, folder, { recursive: true });
    return folder;
  };

  /** Roles and one database, as pg_dumpall and pg_dump write them. */
  const dump = () => ({
    roles: postgres.run('pg_dumpall', ['--roles-only', '--no-role-passwords', '-d', source.url('postgres')]).toString(),
    sql: postgres.run('pg_dump', ['-d', source.url(name)]).toString(),
  });
  const replay = ({ roles, sql }: ReturnType<typeof dump>, administrator: string, database: string) => {
    const ours = roles
      .split('\n')
      .filter((line) => line.includes(name))
      .join('\n');
    postgres.run(
      'psql',
      ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', administrator],
      `${ours}\nCREATE DATABASE ${name};\n`,
    );
    postgres.run('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', database], sql);
  };

  beforeAll(async () => {
    mkdirSync(scratch, { mode: 0o711 });
    archive = postgres.folder('archive');
    source = await postgres.start(postgres.initdb('source'), {
      wal_level: 'replica',
      archive_mode: 'on',
      archive_command: `cp %p ${archive}/%f`,
    });
    await asked(source.url('postgres'), `CREATE DATABASE ${name}`);
    platform = await openPlatform({ DATABASE_URL: source.url(name), EVENHAND_DATA: data });
    await platform.directory.loadSchools(readSchoolList(readFileSync(join(__dirname, '../samples/schools.csv'))));
    await importRows(0, 10);
  });
  afterAll(async () => {
    await platform?.close();
    source?.stop();
    rmSync(scratch, { recursive: true, force: true });
  });

  it('F26: pg_dump into a fresh server gives the same log and read models, and nothing of a child who was forgotten', async () => {
    const { rows } = await platform.database.application.query('SELECT pupil_ref FROM vault.pupils LIMIT 1');
    await forgettingOn(platform).forget(rows[0].pupil_ref, 'retentionEnded');
    await platform.runner.catchUp();
    const state = await stateOf(platform, source.url(name));
    const dumped = dump();
    expect(dumped.sql).toContain('log.events');
    expect(dumped.sql).not.toContain(MARK);
    expect(dumped.sql).not.toContain(Buffer.from(MARK).toString('hex'));
    const fresh = await postgres.start(postgres.initdb('fresh'));
    try {
      replay(dumped, fresh.url('postgres'), fresh.url(name));
      await expectToBe(fresh.url(name), copyOfData('dump'), state);
    } finally {
      fresh.stop();
    }
  });

  it('F27: pg_dump from 15 into the Postgres that npm brings gives the same', async () => {
    const state = await stateOf(platform, source.url(name));
    const { url } = await ensureServer(testDataFolder());
    const target = new URL(url);
    target.pathname = `/${name}`;
    const [server] = await asked<{ server_version: string }>(url, 'SHOW server_version');
    expect(Number.parseInt(server!.server_version, 10)).toBeGreaterThan(15);
    try {
      replay(dump(), url, target.toString());
      await expectToBe(target.toString(), copyOfData('upgrade'), state);
    } finally {
      await asked(url, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      for (const role of Object.values(roleNames(name))) await asked(url, `DROP ROLE IF EXISTS ${role}`);
    }
  });

  it('F26: point-in-time recovery gives the log as it was at that time, and verify says what came after is missing', async () => {
    const base = postgres.folder('base');
    postgres.run('pg_basebackup', [
      '-d',
      source.url('postgres'),
      '-D',
      base,
      '-X',
      'none',
      '-c',
      'fast',
      '--no-manifest',
    ]);
    const states: State[] = [];
    for (let at = 10; at < 25; at += 5) {
      await importRows(at, at + 5);
      states.push(await stateOf(platform, source.url(name)));
    }
    // What is kept of the head outside the database is newer than any but the last of these moments.
    const at = randomInt(states.length - 1);
    await asked(source.url('postgres'), 'SELECT pg_switch_wal()');
    await asked(source.url('postgres'), 'CHECKPOINT');
    await archived(source);

    writeFileSync(join(base, 'recovery.signal'), '');
    const recovered = await postgres.start(base, {
      restore_command: `cp ${archive}/%f %p`,
      recovery_target_time: states[at]!.at,
      recovery_target_action: 'promote',
      archive_mode: 'off',
    });
    try {
      const folder = copyOfData('recovered');
      await promoted(recovered);
      const back = await openPlatform({ DATABASE_URL: recovered.url(name), EVENHAND_DATA: folder });
      const report = await verifyOn(back, { quick: true });
      await back.close();
      expect(report).toMatchObject({ intact: false, events: Number(states[at]!.head), digest: states[at]!.digest });
      expect(report.findings[0]?.what).toMatch(/its end is missing/);
      expect(report.findings[0]?.remedy).toContain(join(folder, 'log-heads.jsonl'));
      renameSync(join(folder, 'log-heads.jsonl'), join(folder, 'log-heads.before'));
      await expectToBe(recovered.url(name), folder, states[at]!);
    } finally {
      recovered.stop();
    }
  });

  /** Everything up to the newest switch of the write-ahead log is in the archive. */
  async function archived(server: Server15): Promise<void> {
    for (;;) {
      const [row] = await asked<{ done: boolean }>(
        server.url('postgres'),
        `SELECT last_archived_wal >= pg_walfile_name(pg_current_wal_lsn() - 16777216) AS done FROM pg_stat_archiver`,
      );
      if (row?.done) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  async function promoted(server: Server15): Promise<void> {
    while ((await asked<{ on: boolean }>(server.url('postgres'), 'SELECT pg_is_in_recovery() AS on'))[0]?.on)
      await new Promise((resolve) => setTimeout(resolve, 50));
  }
});
