/** The servers themselves go away and come back under the application: Postgres, and EventStoreDB as it was seen to fail. */
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureServer, stopServer } from '@app/embedded-postgres';
import { EventStoreDbDouble } from '../libs/event-store/src/eventstoredb/testing/event-store-db-double';
import { createWeb, type Web } from '../apps/web/src/main';
import { startWorker, type Worker } from '../apps/worker/src/main';
import { testDataFolder } from './support/database';
import { city, type City, referral, type RunningWeb, Script, startWeb } from './support/web';

/** Of a second web on the same platform, for what says nothing at all. */
const ANSWER_MS = 4_000;

// On a machine that does much else.
jest.setTimeout(600_000);

const well = async (url: string): Promise<void> => {
  while ((await fetch(`${url}/health/ready`)).status !== 200) await new Promise((go) => setTimeout(go, 50));
};
const unwell = async (url: string): Promise<void> => {
  while ((await fetch(`${url}/health/ready`)).status === 200) await new Promise((go) => setTimeout(go, 50));
};
const consent = (here: City) => ({ party: 'parent', conversationOn: here.today, pressureChecked: true });

async function eventsOf({ platform }: RunningWeb, caseId: string): Promise<string[]> {
  const types: string[] = [];
  for await (const { type } of platform.store.readStream(`case-${caseId}`)) types.push(type);
  return types;
}

describe('a Postgres that is stopped and started', () => {
  const folder = join(testDataFolder(), `own-${randomUUID()}`);
  let running: RunningWeb;
  let worker: Worker;
  let port: number;
  beforeAll(async () => {
    const server = await ensureServer(folder);
    port = server.port;
    running = await startWeb({ through: async () => server.url });
    worker = await startWorker({
      DATABASE_URL: server.url,
      EVENHAND_DATA: running.platform.stores.dataFolder,
      PORT: '0',
    });
  });
  afterAll(async () => {
    await worker?.close();
    await running?.close();
    await stopServer(folder);
    rmSync(folder, { recursive: true, force: true });
  });

  it('is told as 503 by pages, API and worker, and found again without a restart, by those who were signed in', async () => {
    const here = await city(running);
    const clerk = await Script.as(running.web.url, here.clerk);
    const { caseId } = (await clerk.post('/api/cases', referral())).body;
    const key = { 'Idempotency-Key': randomUUID() };
    await stopServer(folder);
    const answers = [
      await clerk.get('/cases'),
      await clerk.get(`/api/cases/${caseId}`),
      await clerk.post(`/api/cases/${caseId}/consents`, consent(here), key),
    ];
    expect(answers.map(({ status, headers }) => [status, headers.get('retry-after')])).toEqual([
      [503, '5'],
      [503, '5'],
      [503, '5'],
    ]);
    expect((await fetch(`${worker.url}/health/ready`)).status).toBe(503);
    expect((await fetch(`${worker.url}/health/live`)).status).toBe(200);
    await ensureServer(folder, port);
    await Promise.all([well(running.web.url), well(worker.url)]);
    const again = await clerk.post(`/api/cases/${caseId}/consents`, consent(here), key);
    expect(again).toMatchObject({ status: 200, body: { recorded: true } });
    expect(await eventsOf(running, caseId)).toEqual(['CaseReferred', 'ConsentRecorded']);
    expect((await clerk.get(`/api/cases/${caseId}`)).body.timeline[0]).toMatchObject({ type: 'ConsentRecorded' });
  });
});

describe('an EventStoreDB', () => {
  let nodes: EventStoreDbDouble[];
  let running: RunningWeb;
  let impatient: Web;
  let hasty: Script;
  let here: City;
  let clerk: Script;
  beforeAll(async () => {
    nodes = await EventStoreDbDouble.cluster(3);
    const hosts = nodes.map(({ port }) => `127.0.0.1:${port}`).join(',');
    running = await startWeb({
      env: { EVENTSTOREDB_URL: `esdb://${hosts}?tls=false&nodePreference=leader&discoveryInterval=10` },
    });
    impatient = await createWeb(running.platform, { port: 0, answerMs: ANSWER_MS });
    here = await city(running);
    clerk = await Script.as(running.web.url, here.clerk);
    hasty = await Script.as(impatient.url, here.clerk);
  });
  afterAll(async () => {
    await impatient?.close();
    await running?.close();
    for (const node of nodes) node.stop();
  });

  const leader = (): EventStoreDbDouble => nodes[0]!.leader;
  const aCase = async (): Promise<string> => (await clerk.post('/api/cases', referral())).body.caseId;
  const timeline = async (caseId: string): Promise<string[]> =>
    (await clerk.get(`/api/cases/${caseId}`)).body.timeline.map(({ type }: { type: string }) => type);

  /** Sends a consent under a key until it is answered for good: 503 and "being worked on" are allowed, another answer is not. */
  async function isRecordedOnce(caseId: string, key: Record<string, string>): Promise<void> {
    const send = () => clerk.post(`/api/cases/${caseId}/consents`, consent(here), key);
    let answer = await send();
    while (answer.status === 409 || answer.status === 503) answer = await send();
    expect(answer).toMatchObject({ status: 200, body: { recorded: true, revision: 1 } });
    expect(await eventsOf(running, caseId)).toEqual(['CaseReferred', 'ConsentRecorded']);
  }

  it('that is frozen: what is read is there, what is recorded is not known yet, and asked again it is there once', async () => {
    const caseId = await aCase();
    const key = { 'Idempotency-Key': randomUUID() };
    leader().freeze();
    const posted = await hasty.post(`/api/cases/${caseId}/consents`, consent(here), key);
    expect([posted.status, posted.body.code, posted.headers.get('retry-after')]).toEqual([503, 'outcome-unknown', '5']);
    expect(await clerk.get(`/api/cases/${caseId}`)).toMatchObject({ status: 200, body: { status: 'referred' } });
    expect((await fetch(`${running.web.url}/health/ready`)).status).toBe(503);
    leader().thaw();
    await well(running.web.url);
    await isRecordedOnce(caseId, key);
  });

  it('of which every node is gone and comes back: 503, then as before, without a restart', async () => {
    const caseId = await aCase();
    const key = { 'Idempotency-Key': randomUUID() };
    for (const node of nodes) node.refuse();
    const posted = await hasty.post(`/api/cases/${caseId}/consents`, consent(here), key);
    expect([posted.status, posted.headers.get('retry-after')]).toEqual([503, '5']);
    expect((await clerk.get('/cases')).status).toBe(200);
    await unwell(running.web.url);
    for (const node of nodes) await node.accept();
    await well(running.web.url);
    await isRecordedOnce(caseId, key);
    await running.platform.runner.catchUp();
    expect(await timeline(caseId)).toEqual(['ConsentRecorded', 'CaseReferred', 'PupilCaseOpened']);
  });

  it('whose leader dies: the next one takes what is recorded, and two of three nodes are enough', async () => {
    const caseId = await aCase();
    const [first, second] = nodes as [EventStoreDbDouble, EventStoreDbDouble, EventStoreDbDouble];
    first.refuse();
    for (const node of nodes) node.leader = second;
    await isRecordedOnce(caseId, { 'Idempotency-Key': randomUUID() });
    await running.platform.runner.catchUp();
    expect(await timeline(caseId)).toEqual(['ConsentRecorded', 'CaseReferred', 'PupilCaseOpened']);
    await first.accept();
    for (const node of nodes) node.leader = first;
    await running.platform.runner.catchUp();
    expect((await clerk.post('/api/cases', referral())).status).toBe(201);
  });

  it.each(['silentEnd', 'error', 'consumerTooSlow'] as const)(
    'whose subscription ends by itself (%s): the read models go on from where they were',
    async (fault) => {
      const before = leader().subscriptions.length;
      leader().next('subscribe', fault);
      await leader().killConnections();
      while (leader().subscriptions.length < before + 2) await new Promise((go) => setTimeout(go, 20));
      const caseId = await aCase();
      await running.platform.runner.catchUp();
      expect(await timeline(caseId)).toEqual(['CaseReferred', 'PupilCaseOpened']);
    },
  );
});
