/** `evenhand rebuild [NAME …]`: read models anew from the log, beside the live ones, swapped in at the end. */
import { openPlatform } from '../../composition/src/platform';
import { type Arguments, CommandRefused, type ExitCode } from './command';
import { progressBar } from './progress';
import { stoppable } from './stopping';

export const rebuildUsage = 'rebuild [READ_MODEL …]';

export async function rebuildCommand({ positionals }: Arguments): Promise<ExitCode> {
  const platform = await openPlatform(process.env);
  const bar = progressBar('Building');
  try {
    const names = platform.projections.map(({ name }) => name);
    const unknown = positionals.find((name) => !names.includes(name));
    if (unknown !== undefined)
      throw new CommandRefused(`There is no read model "${unknown}": it is one of ${names.join(', ')}.`);
    const reports = await stoppable('The rebuild was stopped; run it again and it goes on where it was.', (signal) =>
      platform.runner.rebuild({
        ...(positionals.length > 0 ? { projections: positionals } : {}),
        onProgress: (progress) => bar.update(progress),
        signal,
      }),
    );
    bar.stop();
    for (const { projection, events, comparison } of reports)
      process.stdout.write(`${projection}: ${events} events, ${COMPARED[comparison]}\n`);
    return 0;
  } finally {
    bar.stop();
    await platform.close();
  }
}

const COMPARED = {
  equal: 'as it was before',
  different: 'NOT as it was before: the one before was wrong, and is replaced',
  notCompared: 'there was nothing to compare it with',
} as const;
