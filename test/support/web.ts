/** The whole application on a database of its own, and people to be: what an end-to-end spec starts from. */
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { openPlatform, type Platform } from '../../apps/composition/src/platform';
import { createWeb, type Web } from '../../apps/web/src/main';
import { createEmptyDatabase, testDataFolder } from './database';

export interface RunningWeb {
  readonly platform: Platform;
  readonly web: Web;
  close(): Promise<void>;
}

export async function startWeb(): Promise<RunningWeb> {
  const empty = await createEmptyDatabase();
  const folder = join(testDataFolder(), empty.name);
  const platform = await openPlatform({ DATABASE_URL: empty.url, EVENHAND_DATA: folder });
  await platform.runner.start();
  const web = await createWeb(platform, { port: 0 });
  return {
    platform,
    web,
    async close() {
      await web.close();
      await platform.close();
      await empty.drop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A person of the demonstration; answers the reference. */
export async function person(
  platform: Platform,
  role: string,
  over: { name?: string; panelIds?: readonly string[]; urns?: readonly string[] } = {},
): Promise<string> {
  const personRef = randomUUID();
  await platform.directory.savePerson({
    personRef,
    name: over.name ?? `A ${role}`,
    role,
    panelIds: over.panelIds ?? [],
    urns: over.urns ?? [],
    demo: true,
  });
  return personRef;
}
