/** `npm start`: pages, read models and policies in one process, with the demo city unless `--empty` is given. */
import 'reflect-metadata';
import { CommandBus } from '@nestjs/cqrs';
import { SingleBar } from 'cli-progress';
import { parseArgs } from 'node:util';
import { forgettingOn } from '../../composition/src/forgetting';
import { serveMetrics } from '../../composition/src/metrics';
import { openPlatform, type Platform } from '../../composition/src/platform';
import { startPolicies } from '../../composition/src/policies';
import { serve, type Serving } from '../../composition/src/serve';
import { createWeb } from '../../web/src/main';
import { loadDemo } from './demo';
import { keepPeople } from './people';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(words: readonly string[], { logger, onStop }: Serving): Promise<void> {
  const { values } = parseArgs({ args: [...words], options: { empty: { type: 'boolean' } } });
  const platform = await openPlatform(process.env, { logger });
  try {
    const { port = 3000 } = platform.settings;
    // Whoever was forgotten stays forgotten, whatever a restore brought back.
    await forgettingOn(platform).applySuppression();
    await platform.runner.start();
    const web = await createWeb(platform, { port });
    const metrics = await serveMetrics({ ...platform, say: (line) => logger.log(line) });
    const policies = startPolicies(web.app, platform, logger);
    let people: (() => void) | undefined;
    onStop({
      'requests under way, and what runs every minute': async () => {
        people?.();
        await Promise.all([web.close(), policies.stop()]);
      },
      'read models': () => platform.runner.stop(),
      stores: () => platform.close(),
      metrics: () => metrics.close(),
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

serve('Evenhand', (serving) => main(process.argv.slice(2), serving));
