import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pupilStream } from '@app/cases';
import { readSchoolList } from '@app/directory';
import { derivedId, newId, systemClock } from '@app/kernel';
import { operator } from '../../../apps/composition/src/operator';
import { openPlatform, type Platform } from '../../../apps/composition/src/platform';
import { registerImport, returnedFiles } from '../../../apps/composition/src/register-import';
import { parse } from 'csv-parse/sync';
import { createEmptyDatabase } from '../../support/database';
import { newUpn } from '../../../libs/cases/src/testing/referral';
import { streamOf } from '../log-witness';
import { deskOn, tickOnce } from '../policies';
import { type Program, spawnProgram } from '../processes';
import type { PoliciesSettings, PoliciesTold } from '../programs/policies';
import type { Edit, Row } from '../row';

/** Beside the one at work; starting costs more than what is done. */
const STARTED_AHEAD = 1;

interface CrashPoint {
  readonly name: string;
  readonly of: 'policies' | 'import';
  readonly edit: Edit;
}

const point = (
  of: CrashPoint['of'],
  name: string,
  file: string,
  find: string,
  where: 'before' | 'after' = 'before',
) => ({
  of,
  name,
  edit: { file, find, replace: where === 'before' ? `crash('${name}'); ${find}` : `${find} crash('${name}');` },
});
const FORGETTING = 'libs/vault/src/forgetting.ts';
const KEYS = 'libs/vault/src/file-key-store.ts';
const ABANDONING = 'libs/cases/src/policies/abandon-stale-referrals.ts';
const JOURNAL = 'libs/event-store/src/journal.ts';
const IMPORT = 'libs/register/src/commands/import-register.ts';
const STEPS = 'libs/register/src/commands/steps.ts';
const RETURNED = 'libs/register/src/returned-files.ts';
const DONE = `await pool.query('UPDATE vault.forgettings SET done_at = now() WHERE pupil_ref = $1', [pupilRef]);`;
const LISTED = 'suppression.add(upns.map((upn) => ({ pupilRef, upn, on })));';
const APPENDED = 'const outcome = await this.parts.store.append(stream, expected, events);';
const LINES = "writeSync(file, `${unfinished ? '\\n' : ''}${lines.join('\\n')}\\n`);";
const FILE = 'await writeFile(path, bytes, { mode: 0o600 });';

const POINTS: readonly CrashPoint[] = [
  point('policies', 'before the suppression list', FORGETTING, LISTED),
  {
    of: 'policies',
    name: 'within a line of the suppression list',
    edit: {
      file: 'libs/vault/src/durable-file.ts',
      find: LINES,
      replace: `writeSync(file, lines[0].slice(0, 20)); crash('within a line of the suppression list');`,
    },
  },
  point('policies', 'after the suppression list', FORGETTING, LISTED, 'after'),
  point('policies', 'before the first append of a policy', JOURNAL, APPENDED),
  point('policies', 'after the first append of a policy', JOURNAL, APPENDED, 'after'),
  point(
    'policies',
    'before the rows of other libraries',
    FORGETTING,
    'for (const forgetter of [...forgetters, this.clearVault])',
  ),
  point(
    'policies',
    'between the rows of the vault',
    FORGETTING,
    `await this.parts.pool.query('DELETE FROM vault.pupils`,
  ),
  point('policies', 'before the key goes', FORGETTING, 'await keys.destroy(pupilRef);'),
  point('policies', 'when the key is renamed, not wiped', KEYS, `const gone = openSync(`),
  point('policies', 'when the key is wiped, not emptied', KEYS, 'ftruncateSync(file, 0);'),
  point('policies', 'after the key went', FORGETTING, 'await keys.destroy(pupilRef);', 'after'),
  point('policies', 'before a forgetting is done', FORGETTING, DONE),
  point('policies', 'after a forgetting is done', FORGETTING, DONE, 'after'),
  point('policies', 'before a referral is abandoned', ABANDONING, 'const abandoned: Executed = await desk.onCase('),
  point('policies', 'before its place is released', ABANDONING, `if (abandoned.kind === 'refused')`),
  point('policies', 'after its place is released', ABANDONING, `  return 'abandoned';`),
  point('import', 'before a row is carried out', IMPORT, 'await carryOut(decided, {'),
  point('import', 'after the first append of a row', STEPS, `if (appended.outcome === 'conflict')`),
  point('import', 'before a row is finished', IMPORT, 'await rows.finish(rowId);'),
  point('import', 'after a row is finished', IMPORT, 'await rows.finish(rowId);', 'after'),
  point('import', 'before the returned file', RETURNED, FILE),
  {
    of: 'import',
    name: 'within the returned file',
    edit: {
      file: RETURNED,
      find: FILE,
      replace: `await writeFile(path, bytes.subarray(0, 10), { mode: 0o600 }); crash('within the returned file');`,
    },
  },
  point('import', 'after the returned file', RETURNED, FILE, 'after'),
];

export const row: Row = {
  id: 'F33',
  title:
    "the worker is killed around each effect that outlives it; Evenhand sends no mail, its effects are a forgetting (suppression list, event, rows, key), the end of a stale referral (two events) and a register's import (its events, the returned file): once finished, each has happened exactly once",
  unit: 'kills',
  goal: 10_000,
  bounded: 6,
  round: 100,
  plantedBugs: [
    {
      id: 'suppression-entry-written-each-time',
      file: 'libs/vault/src/suppression.ts',
      find: 'const fresh = entries.filter((entry) => !known.has(identity(entry)));',
      replace: 'const fresh = entries;',
    },
    {
      id: 'forgetting-done-before-it-is',
      file: FORGETTING,
      find: `    const commandId = derivedId(pupilRef, 'forgotten');`,
      replace: `    const commandId = derivedId(pupilRef, 'forgotten');
    await pool.query('UPDATE vault.forgettings SET done_at = current_timestamp WHERE pupil_ref = $1', [pupilRef]);`,
    },
  ],

  async run({ count, folder, random, signal, done, violation, counted }) {
    // A bounded run meets few of them, and is to say when one has gone.
    for (const { edit } of POINTS)
      if (readFileSync(join(__dirname, '../../..', edit.file), 'utf8').split(edit.find).length !== 2)
        throw new Error(`"${edit.find}" is not once in ${edit.file}: bring the crash point up to date.`);
    const database = await createEmptyDatabase();
    const env = { DATABASE_URL: database.url, EVENHAND_DATA: join(folder, 'data') };
    mkdirSync(env.EVENHAND_DATA);
    const platform = await openPlatform(env);
    const start = (at: CrashPoint): { at: CrashPoint; program: Program<object> } => ({
      at,
      program: spawnProgram('test/faults/programs/policies.ts', { crashAt: at.name } satisfies PoliciesSettings, {
        env,
        edits: [at.edit],
      }),
    });
    // A bounded run meets the dearest of them first: the list, and what lies between two steps of a forgetting.
    const order = [2, 11, 14, 5, 21, 7];
    let begun = 0;
    const nextPoint = (): CrashPoint => POINTS[order[begun++] ?? random.below(POINTS.length)]!;
    const ahead = Array.from({ length: Math.min(count, 1 + STARTED_AHEAD) }, () => start(nextPoint()));
    try {
      await platform.runner.start();
      await platform.directory.loadSchools(
        readSchoolList(readFileSync(join(__dirname, '../../../samples/schools.csv'))),
      );
      // The first one also makes the panel and its meeting.
      await bringIn(platform, newRegister(folder));
      const typesOfARegister = (await bringIn(platform, newRegister(folder))).types.join();
      for (let n = 0; n < count && !signal.aborted; n++) {
        const { at, program } = ahead.shift()!;
        const child = await aChildToForget(platform);
        const referral = await aStaleReferral(platform);
        const register = at.of === 'import' ? newRegister(folder) : undefined;
        const before = await platform.store.head();
        await program.says(() => true);
        program.tell((register ? { register } : {}) satisfies PoliciesTold);
        const ended = await program.ended;
        if (ended !== 'SIGKILL') throw new Error(`The worker was to die ${at.name}, and ended with ${ended}.`);
        counted(`killed ${at.name}`);
        if (n + ahead.length + 1 < count) ahead.push(start(nextPoint()));

        if (register) {
          const { types, refused } = await bringIn(platform, register, before);
          if (types.join() !== typesOfARegister)
            violation(
              `killed ${at.name}, a register made the events ${types.join()}; ${typesOfARegister} was expected`,
            );
          if (refused.length !== 1 || refused[0]!['UPN'] !== 'X1')
            violation(
              `killed ${at.name}, the returned file is ${JSON.stringify(refused)}; one refused row was expected`,
            );
        }
        await tickOnce(platform);
        for (const wrong of [
          ...(await wrongWithForgetting(platform, child)),
          ...(await wrongWithAbandoning(platform, referral)),
        ])
          violation(`killed ${at.name}, ${wrong}`);
        done();
      }
    } finally {
      ahead.forEach(({ program }) => program.kill('SIGKILL'));
      await platform.close();
      await database.drop();
    }
  },
};

const envelopeOn = ({ tenant, clock }: Platform) => {
  const commandId = newId();
  return {
    commandId,
    correlationId: commandId,
    causationId: commandId,
    tenant,
    actor: operator(tenant),
    occurredOn: clock.today(),
    provenance: 'live' as const,
  };
};

/** A child's place that is held, and the referral that never comes; answers once the read model shows it. */
async function aStaleReferral(platform: Platform): Promise<{ pupilRef: string; caseId: string }> {
  const [pupilRef, caseId] = [newId(), newId()];
  const desk = deskOn(platform, systemClock);
  await desk.keyFor(pupilRef);
  const opened = await desk.onPupil(
    pupilRef,
    { type: 'OpenPupilCase', pupilRef, caseId, caseType: 'ManagedMove' },
    envelopeOn(platform),
  );
  if (opened.kind !== 'recorded' || !(await platform.runner.waitFor(opened.position, { timeoutMs: 30_000 })))
    throw new Error('A stale referral could not be made.');
  return { pupilRef, caseId };
}

/** Of whom there are records, an identity, words and a returned file, and whose forgetting has been asked for. */
async function aChildToForget(platform: Platform): Promise<string> {
  const upn = newUpn();
  const { pupilRef } = await platform.pupils.reserve(upn);
  const desk = deskOn(platform, systemClock);
  await desk.keyFor(pupilRef);
  const envelope = envelopeOn(platform);
  await desk.onPupil(pupilRef, { type: 'OpenPupilCase', pupilRef, caseId: newId(), caseType: 'OffSite' }, envelope);
  await platform.pupils.remember(pupilRef, { name: 'Ada Canary', upn, dateOfBirth: '2013-03-01' });
  await platform.words.keep([
    {
      ref: newId(),
      owner: { pupilRef },
      about: pupilRef,
      stream: pupilStream(pupilRef),
      commandId: envelope.commandId,
      text: 'Kind to younger children',
    },
  ]);
  await returnedFiles(platform.stores.dataFolder).keep(newId(), Buffer.from('Ada Canary'));
  await platform.database.application.query(
    `INSERT INTO vault.forgettings (pupil_ref, on_date, because) VALUES ($1, $2, 'erasureUpheld')`,
    [pupilRef, platform.clock.today()],
  );
  return pupilRef;
}

async function wrongWithForgetting(platform: Platform, pupilRef: string): Promise<string[]> {
  const wrong: string[] = [];
  const listed = platform.suppression.entries().filter((entry) => entry.pupilRef === pupilRef).length;
  if (listed !== 1) wrong.push(`the forgotten child is in the suppression list ${listed} times`);
  const forgotten = (await streamOf(platform.store, pupilStream(pupilRef))).filter(
    ({ type }) => type === 'PupilForgotten',
  );
  if (forgotten.length !== 1 || forgotten[0]!.metadata['commandId'] !== derivedId(pupilRef, 'forgotten'))
    wrong.push(
      `PupilForgotten is in the log ${forgotten.length} times, under ${String(forgotten[0]?.metadata['commandId'])}`,
    );
  if (platform.keys.state(pupilRef) !== 'destroyed') wrong.push(`the key is ${platform.keys.state(pupilRef)}`);
  const key = readdirSync(join(platform.stores.dataFolder, 'keys'), { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.includes(pupilRef),
  );
  const left = key.filter((name) => statSync(join(platform.stores.dataFolder, 'keys', name)).size > 0);
  if (key.length !== 1 || left.length > 0)
    wrong.push(`of the key there is ${key.join()}, with bytes in ${left.join()}`);
  const { rows } = await platform.database.application.query<{ left: number; done: boolean }>(
    `SELECT (SELECT count(*) FROM vault.words WHERE about = $1)::int + (SELECT count(*) FROM vault.pupils WHERE pupil_ref = $1)::int
          + (SELECT count(*) FROM vault.lookup WHERE pupil_ref = $1)::int AS left,
       EXISTS (SELECT FROM vault.forgettings WHERE pupil_ref = $1 AND done_at IS NOT NULL) AS done`,
    [pupilRef],
  );
  if (rows[0]?.left !== 0 || !rows[0].done) wrong.push(`of the forgotten child is left: ${JSON.stringify(rows[0])}`);
  return wrong;
}

async function wrongWithAbandoning(
  platform: Platform,
  { pupilRef, caseId }: { pupilRef: string; caseId: string },
): Promise<string[]> {
  const types = async (stream: string) => (await streamOf(platform.store, stream)).map(({ type }) => type).join();
  const there = `${await types(`case-${caseId}`)}; ${await types(pupilStream(pupilRef))}`;
  const wanted = 'CaseReferralAbandoned; PupilCaseOpened,PupilCaseReleased';
  return there === wanted ? [] : [`a stale referral ended as ${there}; ${wanted} was expected`];
}

/** Two good rows of children who are new, and one that is refused. */
function newRegister(folder: string): string {
  const [header = '', ...rows] = new TextDecoder('windows-1252')
    .decode(readFileSync(join(__dirname, '../../../samples/decision-register.csv')))
    .split('\r\n')
    .flatMap((part) => part.split('\n'));
  const good = rows.filter((line) => /,Managed move,Managed move supported,/.test(line)).slice(0, 2);
  const lines = [...good, good[0]!].map((line, n) => {
    const cells = line.split(',');
    cells[2] = `F${randomUUID().slice(0, 8)}`;
    cells[3] = n < 2 ? newUpn() : 'X1';
    return cells.join(',');
  });
  const path = join(folder, `${randomUUID()}.csv`);
  writeFileSync(path, [header, ...lines, ''].join('\n'));
  return path;
}

/** Brings a register in, or finishes it, and says which events the log has got since then, and what was returned. */
async function bringIn(
  platform: Platform,
  register: string,
  since?: string,
): Promise<{ types: string[]; refused: readonly Readonly<Record<string, string>>[] }> {
  const after = since ?? (await platform.store.head());
  const summary = await registerImport(platform).run({
    bytes: readFileSync(register),
    fileName: 'register.csv',
    register: 'main',
    actor: operator(platform.tenant),
  });
  const types = (await platform.store.readAll(after, 1_000)).map(({ type }) => type).sort();
  const returned = summary.refusedFile === null ? '' : readFileSync(summary.refusedFile, 'utf8');
  const refused = parse(returned, { columns: true, bom: true }) as Readonly<Record<string, string>>[];
  rmSync(register);
  return { types, refused };
}
