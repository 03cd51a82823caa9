/** The operator's commands: `npm run -s evenhand -- COMMAND …`. Answers go to standard output, all else to standard error. */
import { isDatabaseAway } from '@app/database';
import { parseArgs } from 'node:util';
import { type Arguments, CommandRefused, type ExitCode } from './command';
import { backupCommand, backupUsage } from './backup';
import { consistencyCommand, consistencyUsage } from './consistency';
import { forgetCommand, forgetUsage } from './forget';
import { importCommand, importUsage } from './import';
import { rebuildCommand, rebuildUsage } from './rebuild';
import { restoreCommand, restoreUsage } from './restore';
import { verifyCommand, verifyUsage } from './verify';

const COMMANDS: Readonly<Record<string, { usage: string; run(args: Arguments): Promise<ExitCode> }>> = {
  import: { usage: importUsage, run: importCommand },
  consistency: { usage: consistencyUsage, run: consistencyCommand },
  verify: { usage: verifyUsage, run: verifyCommand },
  rebuild: { usage: rebuildUsage, run: rebuildCommand },
  backup: { usage: backupUsage, run: backupCommand },
  restore: { usage: restoreUsage, run: restoreCommand },
  forget: { usage: forgetUsage, run: forgetCommand },
};

async function main(words: readonly string[]): Promise<ExitCode> {
  const usage = `Commands:\n${Object.values(COMMANDS)
    .map((command) => `  npm run -s evenhand -- ${command.usage}`)
    .join('\n')}`;
  const [name, ...rest] = words;
  if (name === undefined || name === 'help' || name === '--help') {
    process.stdout.write(`${usage}\n`);
    return name === undefined ? 1 : 0;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) throw new CommandRefused(`There is no command "${name}".\n${usage}`);
  let args: Arguments;
  try {
    args = parseArgs({
      args: [...rest],
      allowPositionals: true,
      options: {
        json: { type: 'boolean' },
        csv: { type: 'boolean' },
        schools: { type: 'string' },
        register: { type: 'string' },
        window: { type: 'string' },
        tier: { type: 'string' },
        keys: { type: 'string' },
        list: { type: 'string' },
        because: { type: 'string' },
        quick: { type: 'boolean' },
        'dry-run': { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new CommandRefused(`${(error as Error).message}\nevenhand ${command.usage}`);
  }
  return command.run(args);
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    const said = error instanceof Error ? error.message : String(error);
    const advice = isDatabaseAway(error)
      ? ': the database could not be reached, or has ended the connection. Nothing is half done: run the same command again.'
      : '';
    process.stderr.write(`${said}${advice}\n`);
    process.exit(1);
  },
);
