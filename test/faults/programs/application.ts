/**
 * Evenhand as it runs, for rows that harm what it stands on: the pages and the API, the read models and the policies, as
 * far as its settings say, on the stores that its environment names.
 */
import 'reflect-metadata';
import { openPlatform } from '../../../apps/composition/src/platform';
import { createWeb } from '../../../apps/web/src/main';
import { city } from '../../support/web';
import { onTold, say, settings } from '../processes';

export interface ApplicationSettings {
  /** Keeps the read models up to date as well. */
  readonly projections: boolean;
  /** Makes a panel and a school's people, for the first process on empty stores. */
  readonly people: boolean;
}

export interface ApplicationSaid {
  readonly url?: string;
  /** The reference of somebody who refers children of school 990001, when people were asked for. */
  readonly referrer?: string;
  /** When told to rebuild: the read models that were not what the log makes of them. */
  readonly different?: readonly string[];
  /** When asked: how many wait for a connection to the database. */
  readonly waiting?: number;
}

async function main(): Promise<void> {
  const { projections, people } = settings<ApplicationSettings>();
  const platform = await openPlatform();
  if (projections) await platform.runner.start();
  const web = await createWeb(platform, { port: 0 });
  const running = { platform, web, close: async () => undefined };
  const referrer = people ? (await city(running)).referrer : undefined;
  say({ url: web.url.replace('localhost', '127.0.0.1'), ...(referrer ? { referrer } : {}) } satisfies ApplicationSaid);
  onTold<{ rebuild: true } | { waiting: true }>((told) => {
    if ('waiting' in told)
      return say({ waiting: platform.database.application.waitingCount } satisfies ApplicationSaid);
    void platform.runner.rebuild().then((reports) => {
      const different = reports.filter(({ comparison }) => comparison === 'different');
      say({ different: different.map(({ projection }) => projection) } satisfies ApplicationSaid);
    });
  });
}

void main();
