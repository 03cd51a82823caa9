/** What operators meet: the programs as processes, with what they refuse, say, show and do when they are told to stop. */
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { Agent, request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { Client } from 'pg';
import { openPlatform, type Platform } from '../apps/composition/src/platform';
import { type Child, startChild } from './support/child';
import { createEmptyDatabase, testDataFolder } from './support/database';
import { Needles } from './support/needles';
import { city, type City, newUpn, referral, Script } from './support/web';

const WEB = 'apps/web/src/main.ts';
const WORKER = 'apps/worker/src/main.ts';

let empty: Awaited<ReturnType<typeof createEmptyDatabase>>;
let platform: Platform;
let env: Record<string, string>;
let operator: Client;
const children: Child[] = [];

// Processes of their own start slowly on a machine that does much else.
jest.setTimeout(300_000);

beforeAll(async () => {
  empty = await createEmptyDatabase();
  env = { DATABASE_URL: empty.url, EVENHAND_DATA: join(testDataFolder(), empty.name), PORT: '0' };
  platform = await openPlatform(env);
  operator = new Client({ connectionString: empty.url });
  await operator.connect();
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await Promise.all(children.map(({ ended }) => ended));
  await operator?.end();
  await platform?.close();
  await empty?.drop();
  rmSync(env['EVENHAND_DATA'] ?? '', { recursive: true, force: true });
});

function start(main: string, more: Record<string, string> = {}): Child {
  const child = startChild(main, { ...env, ...more });
  children.push(child);
  return child;
}
const urlOf = async (child: Child): Promise<string> =>
  (await child.says(/(http:\/\/localhost:\d+)(\/health|"|\n)/))[1] ?? '';

/** On a connection of its own, which nobody closes under it. */
function post(
  url: string,
  cookie: string,
  body: object,
  key: string = randomUUID(),
): Promise<{ status: number; connection?: string }> {
  return new Promise((resolve, reject) => {
    const text = JSON.stringify(body);
    const sent = httpRequest(
      url,
      {
        method: 'POST',
        agent: new Agent({ keepAlive: false }),
        headers: {
          cookie,
          'Content-Type': 'application/json',
          'Idempotency-Key': key,
          'Content-Length': Buffer.byteLength(text),
        },
      },
      (answer) => {
        answer.resume();
        answer.once('end', () =>
          resolve({ status: answer.statusCode ?? 0, connection: answer.headers.connection ?? '' }),
        );
        answer.once('error', reject);
      },
    );
    sent.once('error', reject);
    sent.end(text);
  });
}

describe('settings that cannot be served safely', () => {
  it.each([WEB, WORKER])('end %s before anything is opened: every sentence, exit code 1', async (main) => {
    const child = start(main, {
      PORT: 'abc',
      NODE_ENV: 'prod',
      EVENHAND_TENNANT: 'x',
      DATABASE_URL: 'postgres://postgres:hunter2@db.example/x',
      EVENTSTOREDB_URL: 'esdb://admin:changeit@es.example:2113?tls=false',
    });
    expect(await child.ended).toBe(1);
    const said = child.written();
    for (const part of [
      'PORT is "abc"',
      'NODE_ENV is "prod"',
      'EVENHAND_TENANT is meant',
      'db.example',
      'EVENTSTOREDB_URL',
    ])
      expect(said).toContain(part);
    expect(said).not.toMatch(/hunter2|changeit| at .*\.ts:\d/);
  });

  it('are those of the database too: a superuser is no application', async () => {
    const url = new URL(empty.url);
    const child = start(WEB, {
      DATABASE_URL_OWNER: url.toString(),
      DATABASE_URL_APPLICATION: url.toString(),
      DATABASE_URL_PROJECTOR: url.toString(),
    });
    expect(await child.ended).toBe(1);
    expect(child.written()).toMatch(
      /works as the application, is a superuser[\s\S]*works as the projector, is a superuser/,
    );
  });
});

describe('web and worker as processes', () => {
  let web: Child;
  let worker: Child;
  let url: string;
  let here: City;
  let clerk: Script;
  const more = { EVENHAND_LOG: 'json', METRICS_PORT: '0' };
  beforeAll(async () => {
    web = start(WEB, more);
    worker = start(WORKER, more);
    await worker.says(/is well/);
    url = await urlOf(web);
    here = await city({ platform, web: { url } as never, close: async () => undefined });
    clerk = await Script.as(url, here.clerk);
  });

  const metricsOf = async (child: Child): Promise<string> => {
    const [, at = ''] = await child.says(/Metrics are at (http:\/\/localhost:\d+\/metrics)/);
    return (await fetch(at)).text();
  };
  const valueOf = (text: string, series: string): number | undefined => {
    const line = text.split('\n').find((one) => one.startsWith(`${series} `));
    return line === undefined ? undefined : Number(line.slice(series.length + 1));
  };

  it('serve metrics on a port of their own and nowhere else; a poison event is in them', async () => {
    const { caseId } = (await clerk.post('/api/cases', referral())).body;
    await clerk.get(`/api/cases/${caseId}`);
    const [ofWeb, ofWorker] = await Promise.all([metricsOf(web), metricsOf(worker)]);
    expect(valueOf(ofWeb, 'evenhand_append_seconds_count{outcome="appended"}')).toBeGreaterThan(0);
    expect(valueOf(ofWeb, 'evenhand_command_seconds_count{command="ReferCase",outcome="recorded"}')).toBe(1);
    expect(
      valueOf(ofWeb, 'evenhand_http_request_seconds_count{method="GET",route="/api/cases/:caseId",status="200"}'),
    ).toBe(1);
    for (const text of [ofWeb, ofWorker]) {
      expect(valueOf(text, 'evenhand_store_up{store="database"}')).toBe(1);
      expect(valueOf(text, 'evenhand_store_up{store="log"}')).toBe(1);
      expect(valueOf(text, 'evenhand_projection_state{projection="case_list",state="running"}')).toBe(1);
      expect(valueOf(text, 'evenhand_projection_events_behind{projection="case_list"}')).toBe(0);
      expect(valueOf(text, 'evenhand_projection_lag_seconds{projection="case_list"}')).toBe(0);
      expect(valueOf(text, 'evenhand_projection_poisoned{projection="case_list"}')).toBe(0);
      expect(valueOf(text, 'evenhand_pool_connections{pool="application",state="waiting"}')).toBe(0);
      expect(valueOf(text, 'process_resident_memory_bytes')).toBeGreaterThan(0);
      expect(text).not.toContain(caseId);
    }
    expect((await fetch(`${url}/metrics`)).status).toBe(404);

    await operator.query('ALTER TABLE read.case_list RENAME COLUMN home_urn TO urn_of_home');
    try {
      await clerk.post('/api/cases', referral());
      let text = '';
      while (valueOf(text, 'evenhand_projection_poisoned{projection="case_list"}') !== 1)
        text = await metricsOf(worker);
      expect(valueOf(text, 'evenhand_projection_state{projection="case_list",state="stopped"}')).toBe(1);
      expect(valueOf(text, 'evenhand_projection_events_behind{projection="case_list"}')).toBeGreaterThan(0);
      expect(valueOf(text, 'evenhand_projection_poisoned{projection="case_timeline"}')).toBe(0);
      const ready = (await (await fetch(`${url}/health/ready`)).json()) as {
        readModels: { name: string; state: string; poison?: object }[];
      };
      expect(ready.readModels.find(({ name }) => name === 'case_list')).toMatchObject({ state: 'stopped', poison: {} });
    } finally {
      await operator.query('ALTER TABLE read.case_list RENAME COLUMN urn_of_home TO home_urn');
    }
    // The cause is gone: a restart of the worker tries the event again, and nothing was skipped.
    worker.kill('SIGTERM');
    expect(await worker.ended).toBe(0);
    worker = start(WORKER, more);
    await worker.says(/is well/);
    while ((await fetch(`${url}/health/ready`)).status !== 200) await new Promise((go) => setTimeout(go, 50));
  });

  it('write one JSON object a line, and nothing in it of what anybody is called or typed', async () => {
    const child = { name: 'Zebedee Canaryname', dateOfBirth: '2013-03-02', upn: newUpn() };
    const words = {
      strengths: 'Strengthscanary sings',
      whatHelps: 'Helpscanary rests',
      circumstances: 'Circumcanary waits',
    };
    const told = new Needles([
      ...child.name.split(' '),
      child.upn,
      child.dateOfBirth,
      ...Object.values(words).map((text) => text.split(' ')[0] ?? ''),
      'Soughtcanary',
      'Viewcanary',
      'Pathcanary',
      'Querycanary',
      'Keycanary',
      'Wrongcanary',
      'Agentcanary',
      'Rita Referrer',
      clerk.cookie.split('=')[1]?.slice(4, 40) ?? '',
    ]);
    const { caseId } = (await clerk.post('/api/cases', referral({ child, words }))).body;
    const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
    const json = { 'Content-Type': 'application/json' };
    const csrf = /name="_csrf" value="([^"]+)"/.exec(String((await clerk.get('/cases')).body))?.[1] ?? '';
    const found = await clerk.send(
      'POST',
      '/cases/search',
      `_csrf=${csrf}&sought=${encodeURIComponent(child.name)}`,
      form,
    );
    expect([found.status, found.headers.get('location')]).toEqual([303, expect.stringContaining('/cases')]);
    const view = {
      stance: 'unsure',
      capturedOn: here.today,
      method: 'inPerson',
      sharedBack: true,
      view: 'Viewcanary says no',
    };
    const statuses = [
      await clerk.get(found.headers.get('location') ?? ''),
      await clerk.send('POST', '/cases/search', `_csrf=${csrf}&sought=Soughtcanary`, form),
      await clerk.get(`/cases/${caseId}`),
      await clerk.post(`/api/cases/${caseId}/parent-views`, view),
      await clerk.post(`/api/cases/${caseId}/parent-views`, { ...view, capturedOn: 'Wrongcanary', Wrongcanary: 1 }),
      await clerk.post('/api/cases', referral({ child: { ...child, name: 'Wrongcanary'.repeat(200) } })),
      await clerk.get('/Pathcanary/here?q=Querycanary'),
      await clerk.get(`/api/cases?Querycanary=1`),
      await clerk.send('POST', '/api/cases', '{"child": Wrongcanary', { ...json, 'Idempotency-Key': 'Keycanary-1234' }),
      await clerk.send('POST', '/api/cases', JSON.stringify({ Wrongcanary: 'x'.repeat(300_000) }), json),
      await clerk.send('POST', `/cases/${caseId}/consent`, 'party=Wrongcanary', form),
      await clerk.get('/%E0%A4%A', { 'User-Agent': 'Agentcanary', 'X-Forwarded-For': 'Agentcanary' }),
    ].map(({ status }) => status);
    expect(statuses.filter((status) => status >= 500)).toEqual([]);
    expect(statuses.filter((status) => status >= 400).length).toBeGreaterThan(5);

    // What nobody foresaw, with a message that quotes.
    await operator.query(`
      CREATE FUNCTION app.canary() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'not ${child.name}' USING DETAIL = '${child.upn}'; END $$;
      CREATE TRIGGER canary BEFORE INSERT ON app.read_audit EXECUTE FUNCTION app.canary()`);
    const unforeseen = await clerk.get(`/api/cases/${caseId}`);
    const page = await clerk.get(`/cases/${caseId}`);
    await operator.query('DROP TRIGGER canary ON app.read_audit; DROP FUNCTION app.canary()');
    expect([unforeseen.status, page.status]).toEqual([500, 500]);
    const { requestId } = unforeseen.body as { requestId: string };
    await operator.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'evenhand%'`,
    );
    while ((await clerk.get(`/cases/${caseId}`)).status !== 200) await new Promise((go) => setTimeout(go, 50));
    const shown = await Promise.all([metricsOf(web), metricsOf(worker)]);

    const said = [web, worker].map(({ written }) => written()).join('');
    const lines = said
      // The last line may be half written.
      .slice(0, said.lastIndexOf('\n'))
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    for (const line of lines) {
      expect(line).toMatchObject({
        level: expect.any(String),
        timestamp: expect.any(Number),
        message: expect.any(String),
      });
    }
    const requests = lines.filter(({ message }) => message === 'Request');
    expect(requests.length).toBeGreaterThan(statuses.length);
    expect(requests).toContainEqual(
      expect.objectContaining({
        requestId,
        method: 'GET',
        route: '/api/cases/:caseId',
        status: 500,
        ms: expect.any(Number),
      }),
    );
    expect(lines).toContainEqual(
      expect.objectContaining({ level: 'error', requestId, trace: expect.stringMatching(/ at /) }),
    );
    expect(told.in([said, ...shown].join('\n'))).toEqual([]);
    expect(said).not.toContain(caseId);
  });

  it('stop under load: every request is answered or was never taken, what was confirmed is there, leases are given back', async () => {
    const confirmed: string[] = [];
    const wrong: unknown[] = [];
    let turnedAway = 0;
    const caller = async (): Promise<void> => {
      for (;;) {
        const key = randomUUID();
        try {
          const { status } = await post(`${url}/api/cases`, clerk.cookie, referral(), key);
          if (status === 201) confirmed.push(key);
          else if (status === 503) turnedAway += 1;
          else wrong.push(status);
        } catch (error) {
          const { code } = error as { code?: string };
          // Refused, or dropped by the system while nobody had taken it yet.
          if (code !== 'ECONNREFUSED' && code !== 'ECONNRESET') wrong.push(code);
          turnedAway += 1;
          return;
        }
      }
    };
    const callers = Array.from({ length: 6 }, caller);
    while (confirmed.length < 20) await new Promise((go) => setTimeout(go, 20));
    for (const program of [web, worker]) program.kill('SIGTERM');
    expect(await Promise.all([web.ended, worker.ended])).toEqual([0, 0]);
    await Promise.all(callers);
    expect(wrong).toEqual([]);
    expect(turnedAway).toBeGreaterThan(0);
    for (const program of [web, worker]) expect(program.written()).toMatch(/Stopping \(SIGTERM\)[\s\S]*Stopped\./);
    const { rows } = await operator.query<{ answered: number; there: number }>(
      `SELECT count(*)::int AS answered, count(e.id)::int AS there
         FROM app.requests r LEFT JOIN log.events e ON e.stream = r.stream AND e.revision = r.last_revision
        WHERE r.status = 201 AND r.stream LIKE 'case-%'`,
    );
    expect(rows[0]?.answered).toBeGreaterThanOrEqual(confirmed.length);
    expect(rows[0]?.there).toBe(rows[0]?.answered);
    const owned = await operator.query('SELECT projection FROM read.checkpoints WHERE owner IS NOT NULL');
    expect(owned.rows).toEqual([]);
  });

  it('stop though a request hangs: it is told that this is not known yet; a second signal ends at once', async () => {
    web = start(WEB, more);
    url = await urlOf(web);
    await operator.query('BEGIN');
    await operator.query('LOCK TABLE app.requests IN ACCESS EXCLUSIVE MODE');
    try {
      const hanging = post(`${url}/api/cases`, clerk.cookie, referral()).catch(({ code }: { code: string }) => code);
      const waits = async (): Promise<boolean> =>
        (
          await platform.database.application.query(
            `SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'app.requests'::regclass`,
          )
        ).rowCount !== 0;
      while (!(await waits())) await new Promise((go) => setTimeout(go, 20));
      web.kill('SIGTERM');
      await web.says(/Stopping/);
      await expect(fetch(`${url}/health/ready`)).rejects.toThrow();
      expect(await hanging).toEqual({ status: 503, connection: 'close' });
      web.kill('SIGTERM');
      expect(await web.ended).toBe(1);
      expect(web.written()).toContain('Told to stop a second time');
    } finally {
      await operator.query('ROLLBACK');
    }
  });
});
