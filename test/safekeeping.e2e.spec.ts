/** Verify, backup and restore on the whole application (event-format.md 6; F21, F26, F31 of reliability-and-privacy.md). */
import { readHeads } from '@app/event-store';
import { hashOf } from '@app/projections';
import type { VerifyReport } from '@app/safekeeping';
import { stringify } from 'csv-stringify/sync';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { forgettingOn } from '../apps/composition/src/forgetting';
import { openPlatform, type Platform } from '../apps/composition/src/platform';
import { backUpOn, restore, verifyOn } from '../apps/composition/src/safekeeping';
import { EventStoreDbDouble } from '../libs/event-store/src/eventstoredb/testing/event-store-db-double';
import { createEmptyDatabase } from './support/database';
import { CLOCK, openCity, sampleRows, type TestCity } from './support/sample-city';
import { mend, rememberLog, tamper, TAMPERINGS } from './support/tampering';

jest.setTimeout(600_000);

/** Enough for every kind of event that the register has. */
const rows = sampleRows.slice(0, 12);

const where = ({ findings }: VerifyReport) => [...new Set(findings.map((finding) => finding.where))];

describe('safekeeping', () => {
  let city: TestCity;
  let platform: Platform;
  let admin: Client;
  let scratch: string;
  let backup: string;
  let keys: string;
  beforeAll(async () => {
    city = await openCity();
    ({ platform } = city);
    await city.importFile(Buffer.from(stringify([...rows], { header: true })));
    await platform.runner.catchUp();
    admin = new Client({ connectionString: city.url });
    await admin.connect();
    await rememberLog(admin);
    scratch = mkdtempSync(join(tmpdir(), 'evenhand-safekeeping-'));
    [backup, keys] = [join(scratch, 'backup'), join(scratch, 'keys')];
    await backUpOn(platform, backup, keys);
    // Keeps the head outside the database that the changes below are seen by.
    expect(await verifyOn(platform, { quick: true })).toMatchObject({ intact: true });
  });
  afterAll(async () => {
    await admin?.end();
    await city?.close();
    rmSync(scratch, { recursive: true, force: true });
  });

  describe('verify', () => {
    it('finds log, read models, checkpoints, vault and keys in agreement, as the head outside the database has it', async () => {
      const report = await verifyOn(platform);
      expect(report).toMatchObject({
        intact: true,
        findings: [],
        readModels: platform.projections.length,
        headsInDatabase: 1,
      });
      expect(report.words).toBeGreaterThan(rows.length - 2);
      expect((await verifyOn(platform, { quick: true })).eventsCoveredOutside).toBe(report.events);
      expect(await admin.query(`SELECT FROM pg_namespace WHERE nspname LIKE 'rebuild%'`)).toMatchObject({
        rowCount: 0,
      });
    });

    it.each(Object.keys(TAMPERINGS))(
      'sees tampering with %s, also when the heads in the database were made to fit',
      async (how) => {
        await admin.query('CREATE TABLE public.heads AS TABLE read.log_digest');
        try {
          await tamper(admin, how, 30);
          expect(where(await verifyOn(platform, { quick: true }))).toContain('log');
          await admin.query('TRUNCATE read.log_digest');
          const report = await verifyOn(platform, { quick: true });
          expect(report.findings.filter(({ what }) => /outside the database/.test(what))).toHaveLength(1);
        } finally {
          await mend(admin);
          await admin.query('TRUNCATE read.log_digest');
          await admin.query('INSERT INTO read.log_digest TABLE public.heads');
          await admin.query('DROP TABLE public.heads');
        }
        expect(await verifyOn(platform, { quick: true })).toMatchObject({ intact: true });
      },
    );

    const elsewhere: [string, string, string, string][] = [
      ['a read model', 'readModels', `UPDATE read.case_list SET nc_year = 14`, ''],
      [
        'a row of a read model taken out',
        'readModels',
        `DELETE FROM read.case_timeline WHERE ctid = (SELECT min(ctid) FROM read.case_timeline)`,
        '',
      ],
      [
        'a checkpoint put forward',
        'checkpoints',
        `UPDATE read.checkpoints SET position = position::int + 5 WHERE projection = 'decisions'`,
        '',
      ],
      [
        'a checkpoint put back',
        'checkpoints',
        `UPDATE read.checkpoints SET position = position::int - 5 WHERE projection = 'decisions'`,
        '',
      ],
      [
        'a checkpoint of another log',
        'checkpoints',
        `UPDATE read.checkpoints SET store_id = gen_random_uuid() WHERE projection = 'meetings'`,
        '',
      ],
      ['a checkpoint deleted', 'checkpoints', `DELETE FROM read.checkpoints WHERE projection = 'meetings'`, ''],
      [
        'words deleted',
        'vault',
        `DELETE FROM vault.words WHERE ref = (SELECT min(ref::text)::uuid FROM vault.words)`,
        '',
      ],
      [
        'words swapped',
        'vault',
        `UPDATE vault.words w SET ciphertext = o.ciphertext, iv = o.iv, tag = o.tag FROM vault.words o
          WHERE w.ref = (SELECT min(ref::text)::uuid FROM vault.words) AND o.ref = (SELECT max(ref::text)::uuid FROM vault.words)`,
        '',
      ],
    ];
    it.each(elsewhere)('sees %s', async (_, expected, sql) => {
      const names = ['read.case_list', 'read.case_timeline', 'read.checkpoints', 'vault.words'];
      for (const [at, name] of names.entries()) await admin.query(`CREATE TABLE public.kept_${at} AS TABLE ${name}`);
      try {
        expect(await admin.query(sql)).not.toMatchObject({ rowCount: 0 });
        const report = await verifyOn(platform);
        expect(where(report)).toContain(expected);
        for (const { what, remedy } of report.findings) expect(`${what} ${remedy}`).toMatch(/^\S.+\. \S.+\.$/s);
      } finally {
        for (const [at, name] of names.entries()) {
          await admin.query(`DELETE FROM ${name}`);
          await admin.query(`INSERT INTO ${name} TABLE public.kept_${at}`);
          await admin.query(`DROP TABLE public.kept_${at}`);
        }
      }
      expect(await verifyOn(platform, { quick: true })).toMatchObject({ intact: true });
    });

    it('sees a key that is missing, one that does not open, and a head that somebody else wrote', async () => {
      const children = join(platform.stores.dataFolder, 'keys', 'children');
      const file = readdirSync(children, { recursive: true, encoding: 'utf8' }).find((name) => name.endsWith('.key'))!;
      const kept = readFileSync(join(children, file));
      rmSync(join(children, file));
      expect(where(await verifyOn(platform, { quick: true }))).toContain('keys');
      writeFileSync(join(children, file), kept.toString().replace(/"tag":"..../, '"tag":"AAAA'));
      expect(where(await verifyOn(platform, { quick: true }))).toContain('keys');
      writeFileSync(join(children, file), kept);
      const heads = join(platform.stores.dataFolder, 'log-heads.jsonl');
      const lines = readFileSync(heads);
      // What it says is true, but it was not we who said it.
      appendFileSync(
        heads,
        `${lines
          .toString()
          .split('\n')[0]!
          .replace(/"keptAt":"..../, '"keptAt":"2020')}\n`,
      );
      expect(where(await verifyOn(platform, { quick: true }))).toEqual(['log']);
      writeFileSync(heads, lines);
      expect(await verifyOn(platform, { quick: true })).toMatchObject({ intact: true });
    });
  });

  it('a rebuild that the database cuts off says that it can be run again, and then goes on', async () => {
    const command = (): ChildProcess =>
      spawn(
        process.execPath,
        [
          '--require',
          join(__dirname, 'support/register.cjs'),
          join(__dirname, '../apps/cli/src/main.ts'),
          'rebuild',
          'case_list',
        ],
        {
          stdio: ['ignore', 'ignore', 'pipe'],
          env: { ...process.env, DATABASE_URL: city.url, EVENHAND_DATA: platform.stores.dataFolder },
        },
      );
    const reader = new Client({ connectionString: city.url });
    await reader.connect();
    await reader.query('BEGIN; LOCK TABLE read.case_list');
    const cutOff = command();
    let said = '';
    cutOff.stderr!.on('data', (part) => (said += String(part)));
    const ended = once(cutOff, 'close');
    const swap = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    while ((await admin.query(swap)).rowCount === 0) await pause(20);
    await reader.end();
    expect(await ended).toEqual([1, null]);
    expect(said).toContain('Nothing is half done: run the same command again.');
    expect(await once(command(), 'close')).toEqual([0, null]);
  });

  describe('restore', () => {
    /** A database and a data folder that nobody has used. */
    async function elsewhere() {
      const database = await createEmptyDatabase();
      const folder = join(scratch, database.name);
      return { env: { DATABASE_URL: database.url, EVENHAND_DATA: folder }, drop: database.drop, folder };
    }
    const inElsewhere = async (work: (there: Awaited<ReturnType<typeof elsewhere>>) => Promise<void>) => {
      const there = await elsewhere();
      try {
        await work(there);
      } finally {
        await there.drop();
      }
    };
    /** Something that cannot be restored: a copy of the backup with one change. */
    const spoilt = (change: (folder: string) => void): string => {
      const folder = mkdtempSync(join(scratch, 'spoilt-'));
      cpSync(backup, folder, { recursive: true });
      change(folder);
      return folder;
    };

    it('gives the same read models and digest, positions that go on, and everything readable', () =>
      inElsewhere(async ({ env }) => {
        const { done } = await restore(env, backup, { keys });
        expect(done?.verified).toMatchObject({ intact: true, headsOutside: 1 });
        const copy = await openPlatform(env, { clock: CLOCK });
        try {
          for (const projection of platform.projections)
            expect(await hashOf(copy.database.projector, projection)).toBe(
              await hashOf(platform.database.projector, projection),
            );
          expect(await readHeads(copy.database.application)).toEqual(await readHeads(platform.database.application));
          expect(await copy.store.identity()).toBe(await platform.store.identity());
          const head = Number(await copy.store.head());
          await forgettingOn(copy).forget(
            (await copy.database.application.query('SELECT pupil_ref FROM vault.pupils')).rows[0].pupil_ref,
            'erasureUpheld',
          );
          expect(Number(await copy.store.head())).toBe(head + 1);
          await copy.runner.catchUp();
          expect(await verifyOn(copy)).toMatchObject({ intact: true, forgotten: 1 });
        } finally {
          await copy.close();
        }
        await expect(restore(env, backup, { keys })).rejects.toThrow(/is not empty: .*log\.events \(\d+\)/);
      }));

    it('refuses what is damaged, unfinished or forged, and other keys, and leaves the database empty', () =>
      inElsewhere(async ({ env, folder }) => {
        const of = (spoiltFolder: string, options = {}) => restore(env, spoiltFolder, { keys, ...options });
        const damage = (name: string) => (in_: string) =>
          writeFileSync(
            join(in_, name),
            Buffer.concat([readFileSync(join(in_, name)).subarray(0, -1), Buffer.from('x')]),
          );
        await expect(of(spoilt(damage('log.events.copy.gz')))).rejects.toThrow(/is not what was written/);
        await expect(of(spoilt((in_) => rmSync(join(in_, 'vault.words.copy.gz'))))).rejects.toThrow(/is missing/);
        await expect(of(spoilt((in_) => rmSync(join(in_, 'manifest.json'))))).rejects.toThrow(
          /is not a finished backup/,
        );
        const forge = (in_: string) => {
          const manifest = join(in_, 'manifest.json');
          writeFileSync(manifest, readFileSync(manifest, 'utf8').replace(/"digest": "./, '"digest": "x'));
        };
        await expect(of(spoilt(forge))).rejects.toThrow(/was changed after it was made/);
        await expect(restore(env, backup)).rejects.toThrow(/There are no keys in .*--keys/);
        expect(existsSync(join(folder, 'keys'))).toBe(false);
        const others = await openCity();
        await expect(restore({ ...env, EVENHAND_DATA: others.platform.stores.dataFolder }, backup)).rejects.toThrow(
          /are not those/,
        );
        await others.close();
        expect((await of(backup, { dryRun: true })).done).toBeUndefined();
        expect((await restore(env, backup, { keys })).done?.verified.intact).toBe(true);
      }));

    it('is refused while somebody has the database open', () =>
      inElsewhere(async ({ env }) => {
        const open = await openPlatform({ ...env, EVENHAND_DATA: platform.stores.dataFolder });
        try {
          await expect(restore(env, backup, { keys })).rejects.toThrow(/stop its pages and its worker/);
        } finally {
          await open.close();
        }
      }));

    it('of a database whose log is in EventStoreDB wants that log, as far as the backup goes', () =>
      inElsewhere(async ({ env }) => {
        const double = await EventStoreDbDouble.start();
        const there = await openCity({ eventStoreUrl: double.url });
        const [folder, keysOf] = [join(scratch, 'without-log'), join(scratch, 'without-log-keys')];
        await there.importFile(Buffer.from(stringify(rows.slice(0, 3), { header: true })));
        await there.platform.runner.catchUp();
        const { manifest } = await backUpOn(there.platform, folder, keysOf);
        const id = await there.platform.store.identity();
        await there.close();
        expect(manifest.log).toMatchObject({ included: false, id });
        expect(readdirSync(folder).filter((name) => name.startsWith('log.'))).toEqual([]);
        await expect(restore(env, folder, { keys: keysOf })).rejects.toThrow(/set EVENTSTOREDB_URL/);
        const other = await EventStoreDbDouble.start();
        const withLog = (url: string) => ({ ...env, EVENTSTOREDB_URL: url });
        await expect(restore(withLog(other.url), folder, { keys: keysOf })).rejects.toThrow(
          `goes with the log ${id}, but EVENTSTOREDB_URL names`,
        );
        const { done } = await restore(withLog(double.url), folder, { keys: keysOf });
        expect(done?.verified).toMatchObject({ intact: true, events: manifest.log.events });
        await Promise.all([double.stop(), other.stop()]);
      }));

    it.each(['loading', 'readModels'])('killed while %s, opens for nobody and goes on when run again', (stage) =>
      inElsewhere(async ({ env }) => {
        const program = [
          '--no-warnings',
          '--require',
          join(__dirname, 'support/register.cjs'),
          join(__dirname, 'support/restore-worker.ts'),
        ];
        const worker = spawn(process.execPath, [...program, JSON.stringify({ env, backup, keys, stage })], {
          stdio: ['pipe', 'pipe', 'inherit'],
        });
        const ended = once(worker, 'exit');
        await once(worker.stdout, 'data');
        worker.kill('SIGKILL');
        await ended;
        if (stage === 'loading') {
          const empty = await openPlatform({ ...env, EVENHAND_DATA: join(scratch, 'looking') });
          expect(await empty.store.head()).toBeUndefined();
          await empty.database.application.query('DELETE FROM vault.tenant_key');
          await empty.close();
        } else {
          await expect(openPlatform(env)).rejects.toThrow(/has not finished/);
        }
        expect((await restore(env, backup, { keys })).done?.verified.intact).toBe(true);
        await (await openPlatform(env)).close();
      }),
    );
  });
});
