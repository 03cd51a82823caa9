/** `evenhand verify [--quick] [--json]`: 0 when everything agrees, 2 when something is wrong, 1 when it could not be found out. */
import type { VerifyReport, VerifyStage } from '@app/safekeeping';
import { openPlatform } from '../../composition/src/platform';
import { verifyOn } from '../../composition/src/safekeeping';
import { type Arguments, CommandRefused, type ExitCode } from './command';
import { stagedBars } from './progress';
import { stoppable } from './stopping';

export const verifyUsage = 'verify [--quick] [--json]';

const STAGES: Readonly<Record<VerifyStage, string>> = {
  log: 'Reading the log',
  readModels: 'Building the read models beside',
};

export async function verifyCommand({ positionals, values }: Arguments): Promise<ExitCode> {
  if (positionals.length > 0) throw new CommandRefused(`evenhand ${verifyUsage}`);
  const platform = await openPlatform(process.env);
  const bars = stagedBars(STAGES);
  try {
    const report = await stoppable('Verifying was stopped: nothing is known yet.', (signal) =>
      verifyOn(platform, { quick: values.quick ?? false, onProgress: bars.update, signal }),
    );
    bars.stop();
    process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : inWords(report, values.quick ?? false));
    return report.intact ? 0 : 2;
  } finally {
    bars.stop();
    await platform.close();
  }
}

export function inWords(report: VerifyReport, quick: boolean): string {
  const { events, digest, findings, headsInDatabase, headsOutside, eventsCoveredOutside } = report;
  if (!report.intact) {
    const n = findings.length;
    return [
      ...findings.flatMap(({ what, remedy }) => [what, `  What to do: ${remedy}`]),
      `NOT INTACT: ${n} ${n === 1 ? 'thing is' : 'things are'} wrong in ${events} events (digest ${digest}).`,
      '',
    ].join('\n');
  }
  const compared = [
    `${headsInDatabase} daily heads in the database`,
    `${headsOutside} signed outside it${headsOutside === 0 ? '' : `, the newest after event ${eventsCoveredOutside}`}`,
  ].join(' and ');
  return [
    `Compared with ${compared}. ${report.words} texts and the keys of ${report.children} children, ${report.forgotten} of them forgotten.`,
    quick
      ? `The log and the vault agree (read models were not compared): ${events} events, digest ${digest}.`
      : `The log, its read models and the vault agree: ${events} events, digest ${digest}.`,
    '',
  ].join('\n');
}
