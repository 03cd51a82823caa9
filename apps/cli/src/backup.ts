/** `evenhand backup FOLDER [--keys FOLDER2]` */
import { openPlatform } from '../../composition/src/platform';
import { backUpOn } from '../../composition/src/safekeeping';
import { type Arguments, CommandRefused, type ExitCode } from './command';
import { progressBar } from './progress';
import { stoppable } from './stopping';

export const backupUsage = 'backup FOLDER [--keys FOLDER2]';

export async function backupCommand({ positionals, values }: Arguments): Promise<ExitCode> {
  const [folder, ...more] = positionals;
  if (folder === undefined || more.length > 0)
    throw new CommandRefused(`Name one folder for the backup: evenhand ${backupUsage}`);
  const platform = await openPlatform(process.env);
  const bar = progressBar('Backing up');
  try {
    const { manifest, keys } = await stoppable('The backup was stopped: nothing is left of it.', (signal) =>
      backUpOn(platform, folder, values.keys, { onProgress: (progress) => bar.update(progress), signal }),
    );
    bar.stop();
    const { log } = manifest;
    const lines = [
      log.included
        ? `The log is in it: ${log.events} events, digest ${log.digest}.`
        : `The log is NOT in it: it is in EventStoreDB, which has a backup of its own. This one goes with the log ${log.id} ` +
          `as it stood after ${log.events} events (position ${log.head ?? 'none'}, digest ${log.digest}), or later.`,
      'Read models are not in it (a restore builds them from the log), nor who is signed in, nor returned files.',
      keys === undefined
        ? 'The keys are NOT in it, and without them nothing in it can be read: back them up with --keys FOLDER2.'
        : `The keys of ${keys.children} children are in ${values.keys}. Keep them apart from it, and for a shorter time: an ` +
          'old copy of the keys would open again what has been forgotten since.',
      `The backup is in ${folder}.`,
    ];
    process.stdout.write(`${lines.join('\n')}\n`);
    return 0;
  } finally {
    bar.stop();
    await platform.close();
  }
}
