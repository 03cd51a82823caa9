/**
 * Privacy drills P1–P4 and P6 (reliability-and-privacy.md 7.4): children with a marker in every word and name, a tenth of
 * whom are forgotten. 120 in CI; `DRILL_CHILDREN=10000 npm run -s jest -- test/privacy` is the size of the matrix.
 */
import type { PupilIdentity } from '@app/vault';
import { stringify } from 'csv-stringify/sync';
import { createHash, randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { gunzipSync } from 'node:zlib';
import { forgettingOn } from '../apps/composition/src/forgetting';
import { openPlatform, type Platform } from '../apps/composition/src/platform';
import { backUpOn, restore, verifyOn } from '../apps/composition/src/safekeeping';
import { createEmptyDatabase, testDataFolder } from './support/database';
import { openCity, sampleRows, type TestCity, wholeLog } from './support/sample-city';
import { newUpn } from './support/web';
import { bytesOf, filesUnder } from './support/stored-files';

const CHILDREN = Number(process.env['DRILL_CHILDREN'] ?? 120);
jest.setTimeout(CHILDREN > 1000 ? 3_600_000 : 240_000);

const MARK = /kanary[0-9a-f]{12}/g;
const UPN = /[A-Z][0-9]{12}/g;
/** The same as hexadecimal and base64 have it. */
const HIDDEN = new RegExp(
  [
    Buffer.from('kanary').toString('hex'),
    ...[0, 1, 2].map((shift) =>
      Buffer.from(`${'x'.repeat(shift)}kanary`)
        .toString('base64')
        .slice(shift === 0 ? 0 : shift + 1, shift === 1 ? -2 : undefined)
        .replace(/=+$/, ''),
    ),
  ].join('|'),
);

interface Child {
  readonly mark: string;
  readonly upn: string;
  readonly file: number;
}
/** A file holds so many children, and its name the mark of one who is forgotten. */
const A_FILE = Math.max(20, CHILDREN / 20);
const children: Child[] = Array.from({ length: CHILDREN }, (_, at) => ({
  mark: `kanary${randomBytes(6).toString('hex')}`,
  upn: newUpn(),
  file: Math.floor(at / A_FILE),
}));
/** Every tenth: brothers and sisters of meetings and files stay. */
const disposed = children.filter((_, at) => at % 10 === 3);
const kept = children.filter((child) => !disposed.includes(child));

const BLANK = Object.fromEntries(Object.keys(sampleRows[0]!).map((column) => [column, '']));
const dayOf = (at: number) => new Date(Date.UTC(2025, 0, 6 + (Math.floor(at / 10) % 250)));
const british = (day: Date) => day.toISOString().slice(0, 10).split('-').reverse().join('/');
const rowOf = ({ mark, upn }: Child, at: number) => ({
  ...BLANK,
  Panel: ['Elm', 'Oak', 'Ash', 'Fir'][Math.floor(at / 2500) % 4]!,
  'Meeting date': british(dayOf(at)),
  'Case ref': `${mark}-1`,
  UPN: upn,
  'Pupil name': `Robin ${mark}`,
  'Date of birth': '13/12/2011',
  'Year group': '8',
  'Home school URN': '990034',
  'Receiving school URN': '990015',
  'Main reason': 'DA',
  'SEN provision': 'N',
  Requested: 'Managed move',
  Decision: 'Managed move supported',
  Rationale: `It was said that ${mark} draws well`,
  'Decided by': 'vote',
});

/** What of these children is in a text: marks and UPNs, also where it is hexadecimal or base64. */
function found(text: string, of: readonly Child[]): string[] {
  const sought = new Set(of.flatMap(({ mark, upn }) => [mark, upn]));
  const hits = [...(text.match(MARK) ?? []), ...(text.match(UPN) ?? [])].filter((hit) => sought.has(hit));
  return [...new Set(hits), ...(HIDDEN.exec(text)?.slice(0, 1) ?? [])];
}

interface Seen {
  readonly identities: ReadonlyMap<string, PupilIdentity>;
  /** Everything that can be opened with the keys that are there: names, texts and the facts in the log. */
  readonly opened: string;
  /** One hash a child over all that is known of it, by pupilRef. */
  readonly known: ReadonlyMap<string, string>;
}

/** All that whoever has database and data folder can see. */
async function seenOn(platform: Platform, admin: Client, pupilRefs: readonly string[]): Promise<Seen> {
  const identities = await platform.pupils.identities(pupilRefs);
  const { rows } = await admin.query<{ ref: string; about: string }>('SELECT ref, about FROM vault.words ORDER BY ref');
  const texts = await platform.words.read(rows.map(({ ref }) => ref));
  const parts = new Map<string, unknown[]>(pupilRefs.map((pupilRef) => [pupilRef, [identities.get(pupilRef)]]));
  for (const { ref, about } of rows) parts.get(about)?.push([ref, texts.get(ref)]);
  const facts: string[] = [];
  for (const record of await wholeLog(platform.store)) {
    const { data } = platform.journal.open(record) as { data: { pupilRef?: string; child?: unknown } };
    if (data.pupilRef === undefined) continue;
    parts.get(data.pupilRef)?.push([record.id, data.child]);
    if (data.child !== 'forgotten') facts.push(data.pupilRef);
  }
  for (const table of ['case_list', 'case_timeline']) {
    const timeline = await admin.query(`SELECT pupil_ref, t::text AS line FROM read.${table} t ORDER BY 2`);
    for (const { pupil_ref, line } of timeline.rows) parts.get(pupil_ref)?.push(line);
  }
  return {
    identities,
    opened: JSON.stringify([[...identities.values()], [...texts.values()], [...new Set(facts)]]),
    known: new Map(
      [...parts].map(([ref, all]) => [ref, createHash('sha256').update(JSON.stringify(all)).digest('hex')]),
    ),
  };
}

describe(`with ${disposed.length} of ${CHILDREN} children forgotten`, () => {
  let city: TestCity;
  let platform: Platform;
  let admin: Client;
  let scratch: string;
  let dataFolder: string;
  const refOf = new Map<Child, string>();
  /** Base64 of the wrapped keys of those who are forgotten. */
  let keysThatWere: string[];
  let before: Seen;
  const refs = (of: readonly Child[]) => of.map((child) => refOf.get(child)!);
  const [oldBackup, oldKeys] = ['old-backup', 'old-keys'];
  const figures: Record<string, number> = {};
  const timed = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    const started = performance.now();
    const result = await work();
    figures[`${what}, s`] = Math.round((performance.now() - started) / 100) / 10;
    return result;
  };

  beforeAll(async () => {
    city = await openCity();
    ({ platform } = city);
    ({ dataFolder } = platform.stores);
    admin = new Client({ connectionString: city.url });
    await admin.connect();
    scratch = mkdtempSync(join(tmpdir(), 'evenhand-privacy-'));
    const register = children.map(rowOf);
    await timed('import', async () => {
      for (let at = 0; at < CHILDREN; at += A_FILE) {
        const bytes = Buffer.from(stringify(register.slice(at, at + A_FILE), { header: true }));
        const { imported } = await city.importFile(bytes, `${children[at + 3]!.mark} register.csv`);
        expect(imported).toBe(Math.min(A_FILE, CHILDREN - at));
      }
    });
    await platform.runner.catchUp();
    for (const child of children) refOf.set(child, (await platform.pupils.findByUpn(child.upn))!);
    keysThatWere = refs(disposed).map((ref) => {
      const file = readFileSync(join(dataFolder, 'keys', 'children', ref.slice(0, 2), `${ref}.key`), 'utf8');
      return (JSON.parse(file) as { key: string }[])[0]!.key;
    });
    await timed('backup', () => backUpOn(platform, join(scratch, oldBackup), join(scratch, oldKeys)));
    before = await seenOn(platform, admin, refs(children));
    expect(found(before.opened, children)).toHaveLength(2 * CHILDREN);

    await timed('forgetting', async () => {
      const forgetting = forgettingOn(platform);
      for (const pupilRef of refs(disposed)) await forgetting.forget(pupilRef, 'retentionEnded');
      await platform.runner.catchUp();
    });
  });
  afterAll(async () => {
    if (process.env['DRILL_CHILDREN']) process.stdout.write(`${JSON.stringify(figures)}\n`);
    await admin?.end();
    await city?.close();
    rmSync(scratch, { recursive: true, force: true });
  });

  it('P1: nothing of them is in any table, backup, file or log, nor can be opened with what is left', async () => {
    const { rows: tables } = await admin.query<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
        WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
    );
    for (const { name } of [...tables, { name: 'pg_stats' }]) {
      const { rows } = await admin.query<{ line: string }>(`SELECT t::text AS line FROM ${name} t`);
      expect([name, found(rows.map(({ line }) => line).join('\n'), disposed)]).toEqual([name, []]);
    }
    for (const [table, column] of [
      ['vault.words', 'about'],
      ['vault.pupils', 'pupil_ref'],
      ['vault.lookup', 'pupil_ref'],
      ['app.import_rows', 'pupil_ref'],
    ])
      expect([
        table,
        (await admin.query(`SELECT FROM ${table} WHERE ${column} = ANY ($1)`, [refs(disposed)])).rowCount,
      ]).toEqual([table, 0]);

    await backUpOn(platform, join(scratch, 'new-backup'), join(scratch, 'new-keys'));
    await admin.query('VACUUM');
    await admin.query('CHECKPOINT');
    const cluster = join(testDataFolder(), 'postgres');
    const { rows } = await admin.query<{ oid: number }>(
      'SELECT oid FROM pg_database WHERE datname = current_database()',
    );
    const everywhere = [
      ...filesUnder(join(cluster, 'base', String(rows[0]!.oid))),
      ...filesUnder(cluster).filter((path) => path.endsWith('.log')),
      ...filesUnder(dataFolder),
      ...filesUnder(join(scratch, 'new-backup')),
      ...filesUnder(join(scratch, 'new-keys')),
    ];
    figures['files scanned'] = everywhere.length;
    figures['MB scanned'] = 0;
    for (const path of everywhere) {
      const bytes = path.endsWith('.gz') ? gunzipSync(bytesOf(path)) : bytesOf(path);
      figures['MB scanned'] += bytes.length / 1e6;
      const text = bytes.toString('latin1');
      expect([path, found(text, disposed)]).toEqual([path, []]);
      // A key is in the keys folder or in a backup of it, a sealed block is not: only small files can hold one.
      if (/keys/.test(path)) expect([path, keysThatWere.filter((key) => text.includes(key))]).toEqual([path, []]);
    }

    const now = await seenOn(platform, admin, refs(children));
    expect(refs(disposed).filter((ref) => now.identities.has(ref) || now.opened.includes(ref))).toEqual([]);
    expect(found(now.opened, disposed)).toEqual([]);
    expect(found(now.opened, kept)).toHaveLength(2 * kept.length);
  });

  it('P2: read models built from the log are what they are', async () => {
    const reports = await timed('rebuild', () => platform.runner.rebuild());
    expect(reports.map(({ comparison }) => comparison)).toEqual(platform.projections.map(() => 'equal'));
    expect(await timed('verify', () => verifyOn(platform))).toMatchObject({ intact: true, forgotten: disposed.length });
  });

  it('P3: whoever was heard in the same meeting or stood in the same file is as before', async () => {
    const now = await seenOn(platform, admin, refs(children));
    expect(refs(kept).filter((ref) => now.known.get(ref) !== before.known.get(ref))).toEqual([]);
    expect(refs(disposed).filter((ref) => now.known.get(ref) === before.known.get(ref))).toEqual([]);
    const { rows } = await admin.query<{ n: number }>('SELECT sum(n)::int AS n FROM read.panel_months');
    expect(rows[0]!.n).toBe(CHILDREN);
  });

  it('P4: without its keys, with another’s or with another version nothing opens; with their backup everything does', async () => {
    const keys = join(dataFolder, 'keys');
    const env = { DATABASE_URL: city.url, EVENHAND_DATA: dataFolder };
    const [gone, other] = [join(scratch, 'keys-away'), join(scratch, 'other')];
    renameSync(keys, gone);
    await expect(openPlatform(env)).rejects.toThrow(
      /The keys are missing: .* Put back the keys folder from its backup\./,
    );
    expect(readdirSync(dataFolder)).not.toContain('keys');
    const stranger = await openCity({ dataFolder: other });
    await stranger.close();
    cpSync(join(other, 'keys'), keys, { recursive: true });
    await expect(openPlatform(env)).rejects.toThrow(/The tenant's key is not the one .* Put back the keys folder/);
    rmSync(keys, { recursive: true });

    cpSync(join(scratch, oldKeys, 'keys'), keys, { recursive: true });
    const child = refOf.get(kept[0]!)!;
    const file = join(keys, 'children', child.slice(0, 2), `${child}.key`);
    const right = readFileSync(file, 'utf8');
    writeFileSync(file, right.replace('"version":1', '"version":2'));
    const reopened = await openPlatform(env);
    try {
      await expect(reopened.pupils.identities([child])).rejects.toThrow(
        /does not open. Restore the keys folder from its backup/,
      );
      writeFileSync(file, right);
      // What every start does before it opens; the keys of the forgotten came back with the old backup.
      expect(await forgettingOn(reopened).applySuppression()).toBe(disposed.length);
      await reopened.runner.catchUp();
      const now = await seenOn(reopened, admin, refs(children));
      expect(found(now.opened, children)).toHaveLength(2 * kept.length);
      expect(found(now.opened, disposed)).toEqual([]);
      expect(await verifyOn(reopened, { quick: true })).toMatchObject({ intact: true });
    } finally {
      await reopened.close();
    }
  });

  it('P6: an old backup with its old keys brings none of them back, and nothing opens before they are forgotten again', async () => {
    const database = await createEmptyDatabase();
    const folder = join(scratch, 'restored');
    const env = { DATABASE_URL: database.url, EVENHAND_DATA: folder };
    // The list lies outside whatever a restore overwrites: here it has been brought to the new machine.
    cpSync(join(dataFolder, 'suppression.jsonl'), join(folder, 'suppression.jsonl'));
    let [opened, refused, restoring] = [0, 0, true];
    let trying: Promise<void> | undefined;
    const knock = async () => {
      while (restoring)
        await openPlatform(env).then(
          async (early) => {
            if (restoring) opened += 1;
            await early.close();
          },
          (error: unknown) => {
            expect(String(error)).toMatch(/has not finished/);
            refused += 1;
          },
        );
    };
    try {
      const { done } = await timed('restore', () =>
        restore(env, join(scratch, oldBackup), {
          keys: join(scratch, oldKeys),
          onProgress: (stage) => {
            if (stage === 'loading') trying ??= knock();
          },
        }),
      );
      restoring = false;
      await trying;
      expect([opened, refused > 0]).toEqual([0, true]);
      expect(done).toMatchObject({
        forgottenAgain: disposed.length,
        verified: { intact: true, forgotten: disposed.length },
      });
      const restored = await openPlatform(env);
      const there = new Client({ connectionString: database.url });
      await there.connect();
      try {
        const now = await seenOn(restored, there, refs(children));
        expect(found(now.opened, disposed)).toEqual([]);
        expect(found(now.opened, kept)).toHaveLength(2 * kept.length);
        expect(refs(disposed).filter((ref) => now.opened.includes(ref))).toEqual([]);
        expect(await verifyOn(restored)).toMatchObject({ intact: true });
      } finally {
        await there.end();
        await restored.close();
      }
    } finally {
      restoring = false;
      await database.drop();
    }
  });
});
