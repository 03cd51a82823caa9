import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { caseCodec, pupilCodec } from '@app/cases';
import { Directory, directoryMigrations, readSchoolList } from '@app/directory';
import { decisionCodec } from '@app/decisions';
import { eventStoreMigrations, Journal, PostgresEventStore, type StoredRecord } from '@app/event-store';
import { fixedClock, ruleSetOn } from '@app/kernel';
import { moveCodec } from '@app/managed-moves';
import { meetingCodec, panelCodec } from '@app/panels';
import {
  createSealer,
  memoryKeyStore,
  PostgresWords,
  Pupils,
  SUPPRESSION_LIST,
  SuppressionList,
  vaultMigrations,
} from '@app/vault';
import { createTestDatabase } from '../../../../test/support/database';
import { ImportRows } from '../import-rows';
import { registerMigrations } from '../migrations';
import { ReturnedFiles } from '../returned-files';
import { ImportInterrupted, type ImportSummary, RegisterImport } from './import-register';

const samples = join(__dirname, '../../../../samples');
const register = readFileSync(join(samples, 'decision-register.csv'));
const truth = JSON.parse(readFileSync(join(samples, 'decision-register.truth.json'), 'utf8')) as {
  rows: number;
  good: number;
  alreadyHere: number;
  errors: Record<string, number>;
  panels: Record<string, { n: number; supported: number }>;
};
const refusedRows = Object.values(truth.errors).reduce((a, b) => a + b);
const actor = { ref: randomUUID(), role: 'operator' };

async function city(today = '2026-11-22T10:00:00Z') {
  const database = await createTestDatabase([
    ...eventStoreMigrations,
    ...vaultMigrations,
    ...directoryMigrations,
    ...registerMigrations,
  ]);
  const pool = database.application;
  const keys = memoryKeyStore();
  const store = new PostgresEventStore({ pool });
  const folder = mkdtempSync(join(tmpdir(), 'evenhand-import-'));
  const directory = new Directory(pool);
  await directory.loadSchools(readSchoolList(readFileSync(join(samples, 'schools.csv'))));
  const suppression = new SuppressionList(join(folder, SUPPRESSION_LIST), keys);
  const rows = new ImportRows(pool, keys);
  const pupils = new Pupils(pool, keys);
  const on = (instant: string) => {
    const clock = fixedClock(instant);
    const words = new PostgresWords(pool, keys);
    const codecs = [pupilCodec, caseCodec, panelCodec, meetingCodec, decisionCodec, moveCodec] as never;
    const journal = new Journal({ store, codecs, sealer: createSealer(keys), words, clock, ruleSetOn });
    const parts = { tenant: 'default', clock, journal, directory, keys, pupils, suppression, rows };
    return new RegisterImport({ ...parts, returned: new ReturnedFiles(join(folder, 'returned')) });
  };
  const log = async (): Promise<StoredRecord[]> => {
    const all: StoredRecord[] = [];
    for (;;) {
      const page = await store.readAll(all.at(-1)?.position, 5000);
      if (page.length === 0) return all;
      all.push(...page);
    }
  };
  const run = (bytes: Uint8Array, instant = today, extra: object = {}): Promise<ImportSummary> =>
    on(instant).run({ bytes, fileName: 'register.csv', register: 'main', actor, ...extra });
  return {
    database,
    pupils,
    suppression,
    rows,
    log,
    run,
    async close() {
      await store.close();
      await database.drop();
    },
  };
}
const ofType = (log: readonly StoredRecord[], type: string) => log.filter((event) => event.type === type);

const HEADER =
  'Panel,Meeting date,Case ref,UPN,Pupil name,Date of birth,Year group,Home school URN,Receiving school URN,Main reason,SEN provision,Support cycles,Parent view,Requested,Decision,Rationale,Move started,Trial weeks,Move ended,End reason';
const cells = {
  panel: 'Elm',
  on: '05/01/2026',
  ref: 'E1',
  upn: 'B801200005001',
  receiving: '990002',
  view: 'Supports move',
  decision: 'Managed move supported',
  started: '',
  weeks: '',
  ended: '',
  reason: '',
};
const file = (...rows: Partial<typeof cells>[]): Buffer =>
  Buffer.from(
    [
      HEADER,
      ...rows.map((row) => {
        const c = { ...cells, ...row };
        return `${c.panel},${c.on},${c.ref},${c.upn},Zoë O'Neill,13/12/2013,7,990001,${c.receiving},DB,K,1,${c.view},Managed move,${c.decision},"Said, in words",${c.started},${c.weeks},${c.ended},${c.reason}`;
      }),
    ].join('\r\n'),
  );

describe('the sample register', () => {
  let it1: Awaited<ReturnType<typeof city>>;
  let first: ImportSummary;
  beforeAll(async () => {
    it1 = await city();
    first = await it1.run(register);
  }, 120_000);
  afterAll(() => it1.close());

  it('goes in with the counts of its truth file', async () => {
    expect(first).toMatchObject({
      rows: truth.rows,
      imported: truth.good,
      updated: 0,
      refused: refusedRows,
      alreadyHere: truth.alreadyHere,
    });
    const { rows: panels } = await it1.database.application.query<{ panel_id: string; name: string }>(
      'select panel_id, name from app.panels',
    );
    const nameOf = new Map(panels.map((row) => [row.panel_id, row.name]));
    const counted: Record<string, { n: number; supported: number }> = {};
    for (const event of await it1.log()) {
      if (event.type !== 'PanelDecisionRecorded' && event.type !== 'DecisionDeferred') continue;
      const panel = (counted[nameOf.get(event.data.panelId as string) as string] ??= { n: 0, supported: 0 });
      panel.n += 1;
      if (event.data.decisionType === 'managedMoveSupported') panel.supported += 1;
    }
    expect(counted).toEqual(truth.panels);
  });

  it('closes every case, releases every child, and dates facts by the day they happened', async () => {
    const log = await it1.log();
    expect(ofType(log, 'CaseReferred')).toHaveLength(truth.good);
    expect(ofType(log, 'CaseClosed')).toHaveLength(truth.good);
    expect(ofType(log, 'PupilCaseReleased')).toHaveLength(truth.good);
    expect(log.every((event) => event.metadata.provenance === 'register')).toBe(true);
    expect(new Set(log.map((event) => event.metadata.commandId + event.stream)).size).toBeLessThanOrEqual(log.length);
  });

  it('has no word, name, UPN or case reference of the file in the log', async () => {
    const bytes = JSON.stringify(await it1.log());
    for (const trace of [
      'Núñez',
      'Grace Rahman',
      'W999403416002',
      'CE01266',
      'decision-register',
      'HYPERLINK',
      'Fresh start',
    ])
      expect(bytes).not.toContain(trace);
  });

  it('sends refused rows back in the encoding of the sender, each with all its errors', () => {
    const back = readFileSync(first.refusedFile as string).toString('latin1');
    expect(back.split('\r\n').filter((line) => /errors? found/.test(line))).toHaveLength(refusedRows);
    expect(back).toMatch(/^Panel,.*,Validation results,Errors\r\n/);
  });

  it('adds nothing when it runs again', async () => {
    const before = (await it1.log()).length;
    expect(await it1.run(register)).toMatchObject({
      imported: 0,
      updated: 0,
      refused: refusedRows,
      alreadyHere: truth.good + truth.alreadyHere,
    });
    expect(await it1.log()).toHaveLength(before);
  }, 60_000);
});

describe('a row', () => {
  let one: Awaited<ReturnType<typeof city>>;
  beforeEach(async () => void (one = await city()));
  afterEach(() => one.close());
  const typesOf = async () => (await one.log()).map((event) => event.type);

  it('is brought to the same end when the run stops after any of its appends', async () => {
    const whole = await city();
    const bytes = file({ started: '12/01/2026', weeks: '6', ended: '01/03/2026', reason: 'Returned' });
    await whole.run(bytes);
    const expected = (await whole.log()).map((event) => event.type).sort();
    await whole.close();
    for (let appends = 1; appends < expected.length; appends += 1) {
      const database = one.database.application;
      const query = database.query.bind(database) as (...args: unknown[]) => Promise<unknown>;
      let left = appends;
      const spy = jest.spyOn(database, 'query').mockImplementation(((...args: unknown[]) => {
        const text = typeof args[0] === 'string' ? args[0] : String((args[0] as { text?: string })?.text ?? '');
        if (/log\.append/.test(text) && left-- <= 0) throw new Error('killed');
        return query(...args);
      }) as never);
      await one.run(file({ ref: `K${appends}`, upn: cells.upn, started: '12/01/2026' })).catch(() => undefined);
      spy.mockRestore();
      await one.run(file({ ref: `K${appends}`, upn: cells.upn, started: '12/01/2026' }));
    }
    const log = await one.log();
    const cases = ofType(log, 'CaseReferred').length;
    for (const type of [
      'CaseClosed',
      'PanelDecisionRecorded',
      'ManagedMoveProposed',
      'ManagedMoveStarted',
      'PupilCaseReleased',
    ])
      expect([type, ofType(log, type).length]).toEqual([type, cases]);
    expect(new Set(log.map((event) => event.id)).size).toBe(log.length);
  }, 60_000);

  it('takes up what next month fills in, and nothing else', async () => {
    await one.run(file({}));
    expect(await one.run(file({ started: '12/01/2026', weeks: '6' }))).toMatchObject({ updated: 1, imported: 0 });
    expect(
      await one.run(file({ started: '12/01/2026', weeks: '6', ended: '01/06/2026', reason: 'Left area' })),
    ).toMatchObject({
      updated: 1,
    });
    expect((await typesOf()).slice(-3)).toEqual(['ManagedMoveStarted', 'LegacyTrialImported', 'MoveEnded']);
    const before = (await one.log()).length;
    const changed = await one.run(
      file({ view: 'Opposes move', started: '12/01/2026', weeks: '6', ended: '01/06/2026', reason: 'Left area' }),
    );
    expect(changed).toMatchObject({ refused: 1, updated: 0 });
    expect(readFileSync(changed.refusedFile as string, 'utf8')).toContain('changed since it was imported');
    expect(await one.log()).toHaveLength(before);
  });

  it('starts a planned move on the day it comes', async () => {
    const planned = file({ on: '20/11/2026', started: '30/11/2026' });
    await one.run(planned);
    expect(await typesOf()).not.toContain('ManagedMoveStarted');
    expect(await one.run(planned)).toMatchObject({ alreadyHere: 1 });
    expect(await one.run(planned, '2026-11-30T09:00:00Z')).toMatchObject({ updated: 1 });
    expect((await one.log()).at(-1)).toMatchObject({
      type: 'ManagedMoveStarted',
      metadata: { occurredOn: '2026-11-30' },
    });
    expect(await one.run(planned, '2026-11-30T09:00:00Z')).toMatchObject({ alreadyHere: 1, updated: 0 });
  });

  it('hears a deferred case again, in one file or in two, and knows both rows afterwards', async () => {
    const deferred = { decision: 'Deferred', receiving: '' };
    const heard = { on: '09/02/2026' };
    expect(await one.run(file(heard, deferred))).toMatchObject({ imported: 1, updated: 1, refused: 0 });
    expect(await one.run(file(deferred, heard))).toMatchObject({ alreadyHere: 2, refused: 0 });
    const types = await typesOf();
    expect(types.filter((type) => type === 'CaseReopened')).toHaveLength(1);
    expect(types.filter((type) => type === 'PanelDecisionRecorded' || type === 'DecisionDeferred')).toHaveLength(2);
    expect(types.filter((type) => type === 'CaseReferred')).toHaveLength(1);
  });

  it('of a child who was forgotten is refused up to the day of forgetting, and taken in after it', async () => {
    await one.run(file({}));
    const pupilRef = (await one.pupils.findByUpn(cells.upn)) as string;
    expect(await one.rows.pupilsByReference(cells.ref)).toEqual([pupilRef]);
    const { rows } = await one.database.application.query<{ suppression_hmac: string }>(
      'select suppression_hmac from vault.lookup',
    );
    one.suppression.add([{ pupilRef, upn: rows[0]?.suppression_hmac as string, on: '2026-06-01' }]);
    await one.rows.forget(pupilRef);
    const again = await one.run(file({}));
    expect(again).toMatchObject({ refused: 1, imported: 0 });
    expect(readFileSync(again.refusedFile as string, 'utf8')).toContain('pupil-forgotten');
    expect(await one.rows.pupilsByReference(cells.ref)).toEqual([]);
    expect(await one.run(file({ ref: 'E2', on: '02/06/2026' }))).toMatchObject({ imported: 1 });
  });

  it('that breaks a rule comes in with the breach, sealed', async () => {
    await one.run(file({ view: 'Opposes move', started: '12/01/2026' }));
    const started = ofType(await one.log(), 'ManagedMoveStarted')[0];
    expect(JSON.stringify(started?.data)).not.toContain('against-parent-view');
    expect(started?.data).toHaveProperty('sealed');
  });

  it('stops between rows when asked, and says that it can go on', async () => {
    const stopping = new AbortController();
    const rows = ['E1', 'E2', 'E3'].map((ref) => ({ ref }));
    const stopped = one.run(file(...rows), undefined, {
      signal: stopping.signal,
      onProgress: ({ done }: { done: number }) => {
        if (done === 1) stopping.abort();
      },
    });
    await expect(stopped).rejects.toBeInstanceOf(ImportInterrupted);
    expect(await one.run(file(...rows))).toMatchObject({ imported: 2, alreadyHere: 1 });
  });
});
