/** `evenhand import FILE --schools FILE [--register NAME] [--json]` */
import { readSchoolList, SchoolListUnreadable } from '@app/directory';
import { FileRefused, ImportInterrupted, type ImportSummary } from '@app/register';
import { basename } from 'node:path';
import { readFile } from 'node:fs/promises';
import { openPlatform } from '../../composition/src/platform';
import { operator } from '../../composition/src/operator';
import { registerImport } from '../../composition/src/register-import';
import { progressBar } from './progress';
import { type Arguments, CommandRefused, type ExitCode } from './command';

export const importUsage = 'import FILE [--schools FILE] [--register NAME] [--json]';

/** 0 when nothing was refused, 2 when rows were, 1 when the file was. */
export async function importCommand({ positionals, values }: Arguments): Promise<ExitCode> {
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0) throw new CommandRefused(`Name one file: evenhand ${importUsage}`);
  const bytes = await bytesOf(file, 'register');
  const schools = values.schools === undefined ? undefined : await bytesOf(values.schools, 'school list');
  const platform = await openPlatform(process.env);
  const bar = progressBar('Importing');
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  process.on('SIGINT', stop).on('SIGTERM', stop);
  try {
    if (schools) await platform.directory.loadSchools(readSchoolList(schools));
    if ((await platform.directory.schools()).length === 0)
      throw new CommandRefused('No school list has been loaded yet: add --schools FILE with a GIAS extract.');
    const summary = await registerImport(platform).run({
      bytes,
      fileName: basename(file),
      register: values.register ?? 'main',
      actor: operator(platform.tenant),
      onProgress: (progress) => bar.update(progress),
      signal: stopping.signal,
    });
    bar.stop();
    await caughtUp(platform);
    process.stdout.write(values.json ? `${JSON.stringify(summary)}\n` : inWords(summary));
    return summary.refused === 0 ? 0 : 2;
  } catch (error) {
    bar.stop();
    if (error instanceof FileRefused || error instanceof SchoolListUnreadable || error instanceof ImportInterrupted) {
      const code = error instanceof FileRefused ? error.code : error.name;
      if (values.json) process.stdout.write(`${JSON.stringify({ error: { code, message: error.message } })}\n`);
      throw new CommandRefused(error.message);
    }
    throw error;
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    await platform.close();
  }
}

async function bytesOf(path: string, what: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch {
    throw new CommandRefused(`The ${what} ${path} cannot be read: check the path and that you may read it.`);
  }
}

/** Read models have everything that is in the log now, whoever's process brings them there. */
async function caughtUp(platform: Awaited<ReturnType<typeof openPlatform>>): Promise<void> {
  await platform.runner.start();
  await platform.runner.catchUp();
}

function inWords(summary: ImportSummary): string {
  const lines = [
    `${summary.rows} rows: ${summary.imported} imported, ${summary.updated} updated, ${summary.alreadyHere} already here, ${summary.refused} refused.`,
  ];
  if (summary.unknownColumns.length > 0) lines.push(`Columns that were ignored: ${summary.unknownColumns.join(', ')}.`);
  if (summary.warnings.length > 0) {
    lines.push(`${summary.warnings.length} rows are in but worth a look:`);
    for (const { row, column, remedy } of summary.warnings.slice(0, 20))
      lines.push(`  row ${row}: ${column} ${remedy}`);
    if (summary.warnings.length > 20) lines.push(`  and ${summary.warnings.length - 20} more`);
  }
  if (summary.refusedFile !== null)
    lines.push(
      `The refused rows, each with what to do, are in ${summary.refusedFile} for 24 hours.`,
      'Correct them there and import that file: rows that are here already are not imported twice.',
    );
  return `${lines.join('\n')}\n`;
}
