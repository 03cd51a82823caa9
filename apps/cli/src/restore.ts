/** `evenhand restore FOLDER [--keys FOLDER2] [--dry-run]`: 0 when it verifies, 2 when it does not, 1 when nothing was done. */
import { SUPPRESSION_LIST } from '@app/vault';
import { restore, type RestoreStage } from '../../composition/src/safekeeping';
import { type Arguments, CommandRefused, type ExitCode } from './command';
import { stagedBars } from './progress';
import { stoppable } from './stopping';
import { inWords } from './verify';

export const restoreUsage = 'restore FOLDER [--keys FOLDER2] [--dry-run]';

const STAGES: Readonly<Record<RestoreStage, string>> = {
  checking: 'Checking the backup',
  keys: 'Putting back keys',
  loading: 'Restoring',
  forgetting: 'Forgetting again',
  readModels: 'Building the read models',
  log: 'Verifying',
};

export async function restoreCommand({ positionals, values }: Arguments): Promise<ExitCode> {
  const [folder, ...more] = positionals;
  if (folder === undefined || more.length > 0)
    throw new CommandRefused(`Name the folder of one backup: evenhand ${restoreUsage}`);
  const bars = stagedBars(STAGES);
  const dryRun = values['dry-run'] ?? false;
  try {
    const { manifest, done } = await stoppable(
      'The restore was stopped. Nothing opens this database until the same command has been run again to its end.',
      (signal) =>
        restore(process.env, folder, {
          dryRun,
          onProgress: bars.update,
          signal,
          ...(values.keys === undefined ? {} : { keys: values.keys }),
        }),
    );
    bars.stop();
    const { log, madeAt, tables } = manifest;
    const rows = tables.reduce((sum, table) => sum + table.rows, 0);
    if (!done) {
      process.stdout.write(
        `The backup of ${madeAt} is whole, its keys fit and the database is empty: ${rows} rows would come, ${log.events} events ` +
          'in the log. Nothing was changed.\n',
      );
      return 0;
    }
    process.stdout.write(
      `${rows} rows are back, as of ${madeAt}. Forgotten again: ${done.forgottenAgain}, by the suppression list of ` +
        `${done.suppressed} (${SUPPRESSION_LIST} in the data folder: who is not on it is not forgotten).\n` +
        inWords(done.verified, true) +
        (done.verified.intact
          ? 'The restore has finished: start Evenhand.\n'
          : 'The restore has NOT finished, and nothing opens this database until it does.\n'),
    );
    return done.verified.intact ? 0 : 2;
  } finally {
    bars.stop();
  }
}
