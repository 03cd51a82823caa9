/**
 * A child is forgotten in the whole application (event-format.md 8): markers are put wherever a person can write or name
 * something of a child, and after it none is left in any table, statistic, log or file, while everybody else's records
 * and every count stay as they were.
 *
 * What only backups, the write-ahead log and unvacuumed pages can hold is covered too: names, dates of birth, UPNs, words,
 * case references and names of files never reach the database readable.
 */
import { Logger } from '@nestjs/common';
import { stringify } from 'csv-stringify/sync';
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { caseCodec, caseStream } from '@app/cases';
import { decisionCodec } from '@app/decisions';
import { exclusionCodec, exclusionStream } from '@app/exclusions';
import type { CommandEnvelope } from '@app/event-store';
import { type Codec, newId } from '@app/kernel';
import { moveCodec, moveStream } from '@app/managed-moves';
import { hashOf } from '@app/projections';
import { codecs } from '../apps/composition/src/codecs';
import { forgettingOn } from '../apps/composition/src/forgetting';
import { operator } from '../apps/composition/src/operator';
import { openPlatform, type Platform } from '../apps/composition/src/platform';
import { registerImport } from '../apps/composition/src/register-import';
import { createWeb, type Web } from '../apps/web/src/main';
import { fullestData } from './support/arbitrary-events';
import { createEmptyDatabase, testDataFolder } from './support/database';
import { sampleRows, wholeLog } from './support/sample-city';
import { city, type City, newUpn, referral, Script } from './support/web';
import { bytesOf, filesUnder } from './support/stored-files';

jest.setTimeout(120_000);

/** In every word, name and reason; unique to this run, so that a hit in a shared file is ours. */
const MARK = `quokka${randomBytes(6).toString('hex')}`;
/** In the case reference and in the names of files. */
const REGISTER_MARK = `wombat${randomBytes(6).toString('hex')}`;
const marked = (what: string): string => `${what} ${MARK} was said`;

interface Child {
  readonly upn: string;
  readonly name: string;
  readonly born: string;
  readonly caseRef: string;
}
const child: Child = { upn: newUpn(), name: `Quill ${MARK}`, born: '13/12/2011', caseRef: `${REGISTER_MARK}-1` };
const neighbour: Child = { upn: newUpn(), name: 'Nora Neighbour', born: '14/11/2012', caseRef: 'NB-1' };

const rowOf = ({ upn, name, born, caseRef }: Child, over: Readonly<Record<string, string>> = {}) => ({
  ...Object.fromEntries(Object.keys(sampleRows[0]!).map((column) => [column, ''])),
  Panel: 'Elm',
  'Meeting date': '12/01/2026',
  'Case ref': caseRef,
  UPN: upn,
  'Pupil name': name,
  'Date of birth': born,
  'Year group': '9',
  'Home school URN': '990034',
  'Receiving school URN': '990015',
  'Main reason': 'DA',
  'SEN provision': 'N',
  Requested: 'Managed move',
  Decision: 'Managed move supported',
  Rationale: marked(`Rationale of ${caseRef === child.caseRef ? 'the child' : 'somebody else'}`).replace(
    caseRef === child.caseRef ? '' : MARK,
    '',
  ),
  'Decided by': 'vote',
  'Move started': '15/02/2026',
  ...over,
});
const fileOf = (...rows: readonly object[]): Buffer => Buffer.from(stringify([...rows], { header: true }));

/** What the process writes while the application runs: Nest's logger goes there too. */
function heard(): { text(): string; stop(): void } {
  const written: string[] = [];
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    jest.spyOn(process[name], 'write').mockImplementation((chunk) => {
      written.push(String(chunk));
      return true;
    }),
  );
  return { text: () => written.join('\n'), stop: () => spies.forEach((spy) => spy.mockRestore()) };
}

describe('forgetting a child', () => {
  let database: Awaited<ReturnType<typeof createEmptyDatabase>>;
  let platform: Platform;
  let web: Web;
  let here: City;
  let output: ReturnType<typeof heard>;
  let administrator: Client;
  let pupilRef: string;
  let other: string;
  let caseId: string;

  beforeAll(async () => {
    output = heard();
    database = await createEmptyDatabase();
    administrator = new Client({ connectionString: database.url });
    await administrator.connect();
    platform = await openPlatform(
      { DATABASE_URL: database.url, EVENHAND_DATA: join(testDataFolder(), database.name) },
      { logger: new Logger('Evenhand') },
    );
    await platform.runner.start();
    web = await createWeb(platform, { port: 0 });
    here = await city({ platform, web, close: async () => undefined });
    await theRegister();
    await thePages();
    await everyOtherEvent();
    await platform.runner.catchUp();
  });
  afterAll(async () => {
    await web?.close();
    await platform?.close();
    output?.stop();
    await administrator?.end();
    await database?.drop();
    rmSync(join(testDataFolder(), database.name), { recursive: true, force: true });
  });

  const importFile = (bytes: Buffer, fileName: string) =>
    registerImport(platform).run({ bytes, fileName, register: 'main', actor: operator(platform.tenant) });

  /** Three files with names of their own: taken in, filled in later, refused. */
  async function theRegister(): Promise<void> {
    const refused = rowOf(child, { 'Case ref': `${REGISTER_MARK}-2`, Decision: marked('No such decision') });
    const first = await importFile(fileOf(rowOf(child), rowOf(neighbour), refused), `${REGISTER_MARK} first.csv`);
    expect(first).toMatchObject({ imported: 2, refused: 1 });
    const ended = { 'Move ended': '20/03/2026', 'End reason': 'Returned' };
    const second = await importFile(fileOf(rowOf(child, ended)), `${REGISTER_MARK} second.csv`);
    expect(second).toMatchObject({ updated: 1, refused: 0 });
    const third = await importFile(fileOf(refused), `${REGISTER_MARK} third.csv`);
    expect(third).toMatchObject({ imported: 0, refused: 1 });
    pupilRef = (await platform.pupils.findByUpn(child.upn))!;
    other = (await platform.pupils.findByUpn(neighbour.upn))!;
  }

  /** Requests that are taken, refused and malformed; pages; a search. */
  async function thePages(): Promise<void> {
    const [referrer, clerk] = [await Script.as(web.url, here.referrer), await Script.as(web.url, here.clerk)];
    const of = ({ upn, name, born }: Child, words: object) =>
      referral({
        child: { name, dateOfBirth: born.split('/').reverse().join('-'), upn },
        caseType: 'OffSite',
        requested: 'offSiteDirection',
        words,
      });
    const words = Object.fromEntries(
      ['strengths', 'whatHelps', 'circumstances', 'preferredTerms'].map((name) => [name, marked(name)]),
    );
    const referred = await referrer.post('/api/cases', of(child, words), {
      // A client may make its keys of what it knows.
      'Idempotency-Key': `${child.upn}-${MARK}`,
    });
    expect(referred).toMatchObject({ status: 201 });
    ({ caseId } = referred.body);
    expect(await referrer.post('/api/cases', of(neighbour, { strengths: 'Sings' }))).toMatchObject({ status: 201 });
    expect(await referrer.post('/api/cases', of(child, words))).toMatchObject({ status: 422 });
    expect(await referrer.post('/api/cases', { ...of(child, words), [MARK]: MARK })).toMatchObject({ status: 400 });
    const late = {
      stance: 'supportsMove',
      capturedOn: here.today,
      method: 'phone',
      view: marked('view'),
      occurredOn: here.today,
      lateEntryReason: marked('late'),
    };
    expect(await referrer.post(`/api/cases/${caseId}/parent-view`, late)).toMatchObject({ status: 200 });
    expect(await clerk.post(`/api/cases/${caseId}/acceptance`, { panelId: here.panelId })).toMatchObject({
      status: 200,
    });
    const page = await clerk.get(`/cases/${caseId}`);
    expect(page).toMatchObject({ status: 200 });
    expect(String(page.body)).toContain(MARK);
    expect(await clerk.get(`/cases/${MARK}`)).toMatchObject({ status: 404 });
    const [, token] = /name="_csrf" value="([^"]+)"/.exec(String((await clerk.get('/cases')).body)) ?? [];
    const form = new URLSearchParams({ _csrf: token ?? '', sought: MARK }).toString();
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    expect(await clerk.send('POST', '/cases/search', form, headers)).toMatchObject({ status: 303 });
  }

  /** With every field and all their words, straight into the journal. */
  async function append(
    codec: Codec,
    stream: string,
    names: readonly string[],
    expected?: number,
    lateEntryReason?: string,
  ): Promise<void> {
    const events = names.map((name) => {
      const type = codec.types[name]!;
      const full = fullestData(type, pupilRef) as { words?: object };
      const words = Object.fromEntries(Object.keys(full.words ?? {}).map((field) => [field, marked(field)]));
      const about = Object.hasOwn(type.clear, 'caseId') ? { caseId } : {};
      return { type: name, data: { ...full, ...about, ...(full.words ? { words } : {}) } };
    });
    const envelope: CommandEnvelope = {
      commandId: newId(),
      correlationId: newId(),
      causationId: newId(),
      tenant: platform.tenant,
      actor: { ref: here.clerk, role: 'clerk' },
      occurredOn: here.today,
      ...(lateEntryReason === undefined ? { provenance: 'live' } : { provenance: 'lateEntry', lateEntryReason }),
    };
    const appended = await platform.journal.append(codec, stream, expected ?? 'no_stream', events, envelope);
    expect(appended).toMatchObject({ outcome: 'appended' });
  }

  const typesOf = (codec: Codec) => Object.keys(codec.types);
  const revisionOfCase = async () => (await platform.journal.load(caseCodec, caseStream(caseId))).revision as number;

  /** Every event type that is about a child. */
  async function everyOtherEvent(): Promise<void> {
    const later = typesOf(caseCodec as Codec).filter((name) => !name.startsWith('CaseReferr'));
    await append(caseCodec as Codec, caseStream(caseId), later, await revisionOfCase());
    await append(moveCodec as Codec, moveStream(newId()), typesOf(moveCodec as Codec));
    await append(exclusionCodec as Codec, exclusionStream(newId()), typesOf(exclusionCodec as Codec));
    for (const name of typesOf(decisionCodec as Codec)) {
      const first = /^(PanelDecisionRecorded|DecisionDeferred)$/.test(name) ? [] : ['PanelDecisionRecorded'];
      await append(decisionCodec as Codec, `decision-${newId()}`, [...first, name]);
    }
  }

  const correctLate = async () =>
    append(caseCodec as Codec, caseStream(caseId), ['CaseCorrected'], await revisionOfCase(), marked('too late'));

  /** Which texts of these are in a text, also inside what is shown as hexadecimal. */
  const secrets = [MARK, REGISTER_MARK, child.upn, '13/12/2011', '2011-12-13'];
  const hitsIn = (text: string): string[] => {
    const bytes = [...text.matchAll(/\\x([0-9a-f]{16,})/g)].map(([, hex]) =>
      Buffer.from(hex!, 'hex').toString('latin1'),
    );
    const all = [text, ...bytes].join('\n').toLowerCase();
    return secrets.filter((secret) => all.includes(secret.toLowerCase()));
  };

  /** Where in the database the secrets are: every table of every schema of ours, what the planner keeps, running statements. */
  async function hitsInDatabase(): Promise<Record<string, string[]>> {
    const { rows: tables } = await administrator.query<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
        WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
    );
    const sources = [
      ...tables.map(({ name }) => ({ name, sql: `SELECT t::text AS line FROM ${name} t` })),
      { name: 'pg_stats', sql: 'SELECT s::text AS line FROM pg_stats s' },
      { name: 'pg_stat_activity', sql: `SELECT query AS line FROM pg_stat_activity WHERE pid <> pg_backend_pid()` },
    ];
    const found: Record<string, string[]> = {};
    for (const { name, sql } of sources) {
      const { rows } = await administrator.query<{ line: string | null }>(sql);
      const hits = hitsIn(rows.map(({ line }) => line ?? '').join('\n'));
      if (hits.length > 0) found[name] = hits;
    }
    return found;
  }

  const hitsInFiles = (): string[] =>
    filesUnder(platform.stores.dataFolder).filter(
      (path) => hitsIn(path).length + hitsIn(bytesOf(path).toString('latin1')).length > 0,
    );

  const neighbourNow = async () => {
    const rows = async (table: string) =>
      (await administrator.query(`SELECT * FROM read.${table} WHERE pupil_ref = $1 ORDER BY 1, 2`, [other])).rows;
    const timeline = await rows('case_timeline');
    const refs = timeline.flatMap(({ words }) => Object.values(words ?? {}) as { ref: string }[]).map(({ ref }) => ref);
    return {
      who: (await platform.pupils.identities([other])).get(other),
      found: await platform.pupils.findByUpn(neighbour.upn),
      timeline,
      cases: await rows('case_list'),
      words: [...(await platform.words.read(refs))],
    };
  };

  it('had a marker in every word that an event can have, and in the register', async () => {
    const declared = codecs.flatMap(({ types }) =>
      Object.values(types).flatMap(({ name, words }) => Object.keys(words).map((field) => `${name} ${field}`)),
    );
    const refs = new Map<string, string>();
    for (const record of await wholeLog(platform.store)) {
      const words = (record.data['words'] ?? {}) as Record<string, { ref: string }>;
      for (const [field, { ref }] of Object.entries(words)) refs.set(ref, `${record.type} ${field}`);
      const reason = record.metadata['lateEntryReason'] as { ref: string } | undefined;
      if (reason) refs.set(reason.ref, 'lateEntryReason');
    }
    const texts = await platform.words.read([...refs.keys()]);
    const kept = new Set([...texts].filter(([, text]) => text.includes(MARK)).map(([ref]) => refs.get(ref)));
    expect([...declared, 'lateEntryReason'].filter((name) => !kept.has(name))).toEqual([]);
    expect(Object.keys(await hitsInDatabase())).toEqual([]);
    expect(hitsInFiles()).toHaveLength(2);
  });

  it('leaves nothing of the child, and everybody else as they were', async () => {
    await administrator.query('ANALYZE');
    const before = await neighbourNow();
    expect(before.cases).toHaveLength(2);
    const projection = platform.projections.find(({ name }) => name === 'panel_months')!;
    const counted = await hashOf(platform.database.projector, projection);

    // Somebody corrects the case, late, after the log says that the child is forgotten and while the key is still there.
    const destroy = platform.keys.destroy.bind(platform.keys);
    jest.spyOn(platform.keys, 'destroy').mockImplementationOnce(async (ref) => {
      await correctLate();
      await platform.runner.catchUp();
      await destroy(ref);
    });
    await forgettingOn(platform).forget(pupilRef, 'erasureUpheld');
    await platform.runner.catchUp();
    expect(await administrator.query('SELECT FROM vault.words WHERE about = $1', [pupilRef])).toMatchObject({
      rowCount: 0,
    });

    expect(await hitsInDatabase()).toEqual({});
    expect(hitsInFiles()).toEqual([]);
    new Logger('Evenhand').warn('This is heard.');
    expect(output.text()).toContain('This is heard.');
    expect(hitsIn(output.text())).toEqual([]);
    expect(await platform.pupils.findByUpn(child.upn)).toBeUndefined();
    expect(await neighbourNow()).toEqual(before);

    expect(await hashOf(platform.database.projector, projection)).toBe(counted);
    const { rows } = await administrator.query(
      `SELECT sum(n)::int AS n FROM read.panel_months m JOIN app.panels p USING (panel_id) WHERE p.name = 'Elm'`,
    );
    expect(rows).toEqual([{ n: 2 }]);
    const left = await administrator.query(
      'SELECT child, (SELECT max(nc_year) FROM read.case_list l WHERE l.pupil_ref = t.pupil_ref) AS year FROM read.case_timeline t WHERE pupil_ref = $1',
      [pupilRef],
    );
    expect(left.rows.length).toBeGreaterThan(20);
    expect(left.rows.filter((row) => row.child !== null || row.year !== null)).toEqual([]);
  });

  it('leaves read models that a rebuild from the log gives again', async () => {
    const reports = await platform.runner.rebuild();
    expect(reports.map(({ comparison }) => comparison)).toEqual(platform.projections.map(() => 'equal'));
    expect(await hitsInDatabase()).toEqual({});
  });

  it('leaves nothing in the files of Postgres that the child or a person wrote, its log and write-ahead log included', async () => {
    // Statements that fail with a marker in them, as a parameter, in their own text and in a key.
    const failing: [string, string[]][] = [
      [`SELECT '${MARK}'::uuid`, []],
      ['SELECT $1::text::uuid', [MARK]],
      [`SELEKT ${MARK}`, []],
      ['SELECT 1 / (length($1) - length($1))', [MARK]],
    ];
    for (const [sql, values] of failing)
      await expect(platform.database.application.query(sql, values)).rejects.toThrow();
    const unique = `INSERT INTO app.panels (panel_id, name, name_key) VALUES (gen_random_uuid(), 'x', $1), (gen_random_uuid(), 'x', $1)`;
    await expect(platform.database.application.query(unique, ['Elm'])).rejects.toMatchObject({ code: '23505' });

    await administrator.query('CHECKPOINT');
    const cluster = join(testDataFolder(), 'postgres');
    const files = filesUnder(cluster);
    expect(files.filter((path) => path.includes('pg_wal')).length).toBeGreaterThan(0);
    const logs = files.filter((path) => path.endsWith('.log'));
    expect(logs.length).toBeGreaterThan(0);
    for (const path of logs) expect([path, hitsIn(bytesOf(path).toString())]).toEqual([path, []]);
    const holding = files.filter((path) => {
      const bytes = bytesOf(path);
      return bytes.includes(MARK) || bytes.includes(child.upn);
    });
    expect(holding).toEqual([]);
  });
});
