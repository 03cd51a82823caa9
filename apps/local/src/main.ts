/** `npm start`: pages, read models and policies in one process, with the demo city unless `--empty` is given. */
import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { SingleBar } from 'cli-progress';
import { parseArgs } from 'node:util';
import { forgettingOn } from '../../composition/src/forgetting';
import { openPlatform, type Platform } from '../../composition/src/platform';
import { startPolicies } from '../../composition/src/policies';
import { createWeb } from '../../web/src/main';
import { loadDemo } from './demo';
import { keepPeople } from './people';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(words: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...words], options: { empty: { type: 'boolean' } } });
  const logger = new Logger('Evenhand');
  const platform = await openPlatform(process.env, { logger });
  try {
    // Whoever was forgotten stays forgotten, whatever a restore brought back.
    await forgettingOn(platform).applySuppression();
    await platform.runner.start();
    const web = await createWeb(platform, { port: portOf(process.env['PORT']) });
    const policies = startPolicies(web.app, platform, logger);
    let people: (() => void) | undefined;
    stopOnSignal(async () => {
      people?.();
      await policies.stop();
      await web.close();
      await platform.close();
    });
    if (values.empty) people = await keepPeople(platform.directory);
    else await demo(platform, web.app.get(CommandBus));
    await platform.runner.catchUp();
    say('');
    say(`Evenhand is ready: open ${web.url}`);
    say('Choose who to be:');
    for (const person of await platform.directory.persons()) if (person.demo) say(`  ${person.name}`);
    say('Sign-in with an identity provider is not there yet: do not enter real children.');
    say(`Its data is in ${platform.stores.dataFolder}. Stop it with Ctrl+C.`);
  } catch (error) {
    await platform.close();
    throw error;
  }
}

async function demo(platform: Platform, bus: CommandBus): Promise<void> {
  const bar = new SingleBar({
    format: 'Loading the demo city {bar} {percentage}%  {value} of {total} decisions  {eta_formatted} left',
    stream: process.stdout,
    noTTYOutput: true,
    notTTYSchedule: 5000,
    hideCursor: true,
  });
  let started = false;
  try {
    await loadDemo(platform, bus, ({ done, total }) => {
      if (!started) bar.start(total, done);
      started = true;
      bar.update(done);
    });
  } finally {
    if (started) bar.stop();
  }
}

function portOf(given: string | undefined): number {
  const port = Number(given ?? 3000);
  if (!Number.isInteger(port) || port < 0 || port > 65535)
    throw new Error(`PORT is "${given}": give a whole number from 0 (any free port) to 65535.`);
  return port;
}

function stopOnSignal(stop: () => Promise<void>): void {
  let stopping: Promise<void> | undefined;
  const once = (): void => {
    stopping ??= stop().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, once);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  const taken = (error as { code?: string }).code === 'EADDRINUSE';
  const message = taken
    ? `Port ${process.env['PORT'] ?? 3000} is in use: stop what uses it, or start with PORT=3001 npm start.`
    : error instanceof Error
      ? error.message
      : String(error);
  process.stderr.write(`Evenhand could not start: ${message}\n`);
  process.exit(1);
});
