/** Web and worker as two applications on one database: what one writes, the other's read models show. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { openPlatform, type Platform } from '../apps/composition/src/platform';
import { createWeb, type Web } from '../apps/web/src/main';
import { startWorker, type Worker } from '../apps/worker/src/main';
import { createEmptyDatabase, testDataFolder } from './support/database';
import { city, referral, Script } from './support/web';

describe('web and worker', () => {
  let platform: Platform;
  let web: Web;
  let worker: Worker;
  let clear: () => Promise<void>;
  beforeAll(async () => {
    const empty = await createEmptyDatabase();
    const folder = join(testDataFolder(), empty.name);
    const env = { DATABASE_URL: empty.url, EVENHAND_DATA: folder, PORT: '0' };
    worker = await startWorker(env);
    platform = await openPlatform(env);
    web = await createWeb(platform, { port: 0 });
    clear = async () => {
      await empty.drop();
      rmSync(folder, { recursive: true, force: true });
    };
  });
  afterAll(async () => {
    await web?.close();
    await platform?.close();
    await worker?.close();
    await clear?.();
  });

  it('show a referral at once, and say how they are', async () => {
    const here = await city({ platform, web, close: async () => undefined });
    const referrer = await Script.as(web.url, here.referrer);
    const { caseId } = (await referrer.post('/api/cases', referral())).body;
    expect(await referrer.get(`/api/cases/${caseId}`)).toMatchObject({ status: 200, body: { status: 'referred' } });
    for (const { url } of [web, worker]) {
      const ready = await fetch(`${url}/health/ready`);
      expect([ready.status, (await ready.json()) as unknown]).toMatchObject([200, { status: 'ok' }]);
    }
    expect((await fetch(`${worker.url}/sign-in`)).status).toBe(404);
    await worker.close();
    const after = await fetch(`${web.url}/health/ready`);
    expect([after.status, (await after.json()) as unknown]).toMatchObject([503, { status: 'notReady' }]);
    const late = await referrer.post('/api/cases', referral());
    expect(late.status).toBe(201);
  });
});
