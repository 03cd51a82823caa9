/**
 * `evenhand forget ID … | --list FILE [--because CODE] [--dry-run]`. An id is that of a case, as in the address of its page,
 * and stands for its child, or the child's own reference.
 */
import { FORGOTTEN_BECAUSE } from '@app/cases';
import { isId } from '@app/kernel';
import { readFile } from 'node:fs/promises';
import { type Disposal, disposalOf, forgettingOn } from '../../composition/src/forgetting';
import { openPlatform, type Platform } from '../../composition/src/platform';
import { type Arguments, CommandRefused, type ExitCode } from './command';
import { progressBar } from './progress';
import { stoppable } from './stopping';

export const forgetUsage = `forget ID … | --list FILE [--because ${FORGOTTEN_BECAUSE.join('|')}] [--dry-run]`;

/** Repeatable: who is forgotten already is passed over, so that a list that was stopped is simply given again. */
export async function forgetCommand({ positionals, values }: Arguments): Promise<ExitCode> {
  const ids = await idsFrom(positionals, values.list);
  const because = values.because ?? 'erasureUpheld';
  if (!FORGOTTEN_BECAUSE.some((code) => code === because))
    throw new CommandRefused(`--because is "${because}": write one of ${FORGOTTEN_BECAUSE.join(', ')}.`);
  const platform = await openPlatform(process.env);
  const bar = progressBar('Forgetting');
  try {
    await platform.runner.start();
    await platform.runner.catchUp();
    const pupilRefs = await childrenOf(platform, ids);
    const disposal = await disposalOf(platform, pupilRefs);
    if (disposal.unknown.length > 0)
      throw new CommandRefused(
        `${disposal.unknown.length} of ${ids.length} ids are of no case or child here, so nothing was done. The first: ` +
          `${disposal.unknown[0]}. Check the list.`,
      );
    process.stdout.write(`${inWords(disposal, pupilRefs.length)}\n`);
    if (values['dry-run']) {
      process.stdout.write('Nothing was changed: run it without --dry-run to forget them for good.\n');
      return 0;
    }
    const forgotten = await stoppable(
      'Forgetting was stopped between two children. Run the same command again: it goes on with those that are left.',
      (signal) =>
        forgetAll(platform, pupilRefs, because, signal, (done) => bar.update({ done, total: pupilRefs.length })),
    );
    bar.stop();
    await platform.runner.catchUp();
    process.stdout.write(
      `Forgotten: ${forgotten}; forgotten before: ${pupilRefs.length - forgotten}. No page shows anything of them any more.\n` +
        'Backups of the database cannot be read without their keys. Delete backups of the keys that are older than today:\n' +
        'one of those together with an old backup would still open what was forgotten.\n',
    );
    return 0;
  } finally {
    bar.stop();
    await platform.close();
  }
}

async function idsFrom(positionals: readonly string[], list: string | undefined): Promise<string[]> {
  if ((positionals.length === 0) === (list === undefined))
    throw new CommandRefused(`Name children, or a list of them, but not both: evenhand ${forgetUsage}`);
  const lines = list === undefined ? [...positionals] : (await textOf(list)).split(/\r?\n/);
  const named = lines
    .map((line, at) => ({ ref: line.trim().toLowerCase(), at: at + 1 }))
    .filter(({ ref }) => ref !== '');
  const wrong = named.find(({ ref }) => !isId(ref));
  if (wrong)
    throw new CommandRefused(
      `${list === undefined ? `"${wrong.ref}"` : `${list}, line ${wrong.at},`} is not the id of a case or a child: ` +
        'it looks like 3f2b8a52-9f0e-4c1d-8a6b-1c2d3e4f5a6b, and the address of a case page ends in one. Nothing was done.',
    );
  if (named.length === 0) throw new CommandRefused(`${list} names no child: write one id a line.`);
  return [...new Set(named.map(({ ref }) => ref))];
}

async function childrenOf({ database }: Platform, ids: readonly string[]): Promise<string[]> {
  const { rows } = await database.application.query<{ case_id: string; pupil_ref: string }>(
    'SELECT case_id, pupil_ref FROM read.case_list WHERE case_id = ANY ($1)',
    [ids],
  );
  const byCase = new Map(rows.map((row) => [row.case_id, row.pupil_ref]));
  return [...new Set(ids.map((id) => byCase.get(id) ?? id))];
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    throw new CommandRefused(`The list ${path} cannot be read: check the path and that you may read it.`);
  }
}

/** Answers how many were forgotten now. */
async function forgetAll(
  platform: Platform,
  pupilRefs: readonly string[],
  because: string,
  signal: AbortSignal,
  tell: (done: number) => void,
): Promise<number> {
  const { rows } = await platform.database.application.query<{ pupil_ref: string }>(
    'SELECT pupil_ref FROM vault.forgettings WHERE done_at IS NOT NULL AND pupil_ref = ANY ($1)',
    [pupilRefs],
  );
  const before = new Set(rows.map(({ pupil_ref }) => pupil_ref));
  const forgetting = forgettingOn(platform);
  let done = 0;
  for (const pupilRef of pupilRefs) {
    signal.throwIfAborted();
    if (!before.has(pupilRef)) await forgetting.forget(pupilRef, because);
    tell((done += 1));
  }
  return pupilRefs.length - before.size;
}

const inWords = (
  { children, forgottenAlready, events, words, identities, importRows }: Disposal,
  asked: number,
): string =>
  `Of ${asked} children asked for, ${forgottenAlready} are forgotten already and ${children} have a key, which goes for good: ` +
  `${events} events lose what they say of the child; ${identities} names with date of birth and UPN, ${words} texts and ` +
  `${importRows} rows of imports are deleted, and so is every file of refused rows.`;
