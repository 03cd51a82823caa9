/** What people and scripts meet while the database is away: 503, calm words, nothing lost, nothing twice (issue 4, point 3). */
import { randomUUID } from 'node:crypto';
import type { PoolClient } from 'pg';
import { createWeb, type Web } from '../apps/web/src/main';
import { linkTo, type Link } from '../libs/event-store/src/postgres/testing/proxy';
import { city, type City, referral, type RunningWeb, Script, startWeb } from './support/web';

/** Of a second web on the same platform, for what says nothing at all: the usual limit makes a test long. */
const ANSWER_MS = 3_000;

// On a machine that does much else.
jest.setTimeout(600_000);

describe('while the database is away', () => {
  let running: RunningWeb;
  let impatient: Web;
  let link: Link;
  let here: City;
  let clerk: Script;
  let chair: Script;
  let caseId: string;
  let meetingId: string;
  beforeAll(async () => {
    running = await startWeb({
      through: async (url) => (link = await linkTo(url)).url,
    });
    impatient = await createWeb(running.platform, { port: 0, answerMs: ANSWER_MS });
    here = await city(running);
    clerk = await Script.as(running.web.url, here.clerk);
    chair = await Script.as(running.web.url, here.chair);
    caseId = (await clerk.post('/api/cases', referral())).body.caseId;
    const scheduled = { meetingOn: here.today, kind: 'ordinary' };
    meetingId = (await clerk.post(`/api/panels/${here.panelId}/meetings`, scheduled)).body.meetingId;
  });
  afterEach(async () => {
    link.set('pass');
    await well();
  });
  afterAll(async () => {
    await impatient?.close();
    await running?.close();
    await link?.close();
  });

  /** The application has found the database again by itself. */
  async function well(): Promise<void> {
    while ((await fetch(`${running.web.url}/health/ready`)).status !== 200)
      await new Promise((go) => setTimeout(go, 50));
  }
  function away(): void {
    link.set('refuse');
    link.cut();
  }
  const eventsOf = async (stream: string): Promise<string[]> => {
    const types: string[] = [];
    for await (const { type } of running.platform.store.readStream(stream)) types.push(type);
    return types;
  };
  const formOf = (page: string): Record<string, string> =>
    Object.fromEntries(
      [...page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [
        name,
        value
          .replace(/&#39;/g, "'")
          .replace(/&quot;/g, '"')
          .replace(/&amp;/g, '&'),
      ]),
    );
  const send = (path: string, form: Record<string, string>) =>
    clerk.send('POST', path, new URLSearchParams(form).toString(), {
      'Content-Type': 'application/x-www-form-urlencoded',
    });
  const consent = (): Record<string, string> => {
    const [year = '', month = '', day = ''] = here.today.split('-');
    return {
      party: 'parent',
      pressureChecked: 'yes',
      'conversationOn-day': day,
      'conversationOn-month': month,
      'conversationOn-year': year,
    };
  };

  /** Every route of the application, with ids that exist. */
  function routes(): { method: string; path: string }[] {
    const ids: Record<string, string> = { caseId, meetingId, panelId: here.panelId };
    const { stack } = running.web.app.getHttpAdapter().getInstance().router as {
      stack: { route?: { path: string; methods: Record<string, boolean> } }[];
    };
    return stack.flatMap(({ route }) =>
      route
        ? Object.keys(route.methods).map((method) => ({
            method: method.toUpperCase(),
            path: route.path.replace(/:(\w+)/g, (_, name: string) => ids[name] ?? randomUUID()),
          }))
        : [],
    );
  }

  it('answers 503 on every route, with when to try again: a page for people, a problem for scripts', async () => {
    const all = routes().filter(({ path }) => !path.startsWith('/health/') && path !== '/api/openapi.json');
    expect(all.length).toBeGreaterThan(80);
    away();
    const wrong: string[] = [];
    for (const { method, path } of all) {
      const isApi = path.startsWith('/api/');
      const body = method === 'GET' ? undefined : isApi ? '{}' : 'word=typed';
      const answer = await chair.send(method, path, body, {
        ...(body === undefined
          ? {}
          : { 'Content-Type': isApi ? 'application/json' : 'application/x-www-form-urlencoded' }),
        'Idempotency-Key': randomUUID(),
      });
      const type = answer.headers.get('content-type') ?? '';
      const expected = isApi ? 'application/problem+json' : 'text/html';
      const right =
        answer.status === 503 &&
        type.startsWith(expected) &&
        answer.headers.get('retry-after') === '5' &&
        (!isApi || (answer.body as { code?: string }).code === 'store-unavailable') &&
        (expected !== 'text/html' || String(answer.body).includes('cannot reach its records just now')) &&
        answer.headers.get('set-cookie') === null;
      if (!right)
        wrong.push(`${method} ${path}: ${answer.status} ${type} ${JSON.stringify(answer.body).slice(0, 200)}`);
    }
    expect(wrong).toEqual([]);
    const [live, ready] = await Promise.all(['live', 'ready'].map((of) => fetch(`${running.web.url}/health/${of}`)));
    expect([live?.status, ready?.status]).toEqual([200, 503]);
  });

  it('knows who is signed in once it is back', async () => {
    away();
    expect((await clerk.get('/cases')).status).toBe(503);
    link.set('pass');
    await well();
    expect(await clerk.get('/cases')).toMatchObject({ status: 200 });
    expect((await clerk.get('/api/session')).body).toMatchObject({ person: here.clerk, role: 'clerk' });
  });

  it('keeps what was typed in the page itself; sent again it is recorded, once', async () => {
    const path = `/cases/${caseId}/parent-view`;
    const form = {
      ...formOf(String((await clerk.get(path)).body)),
      stance: 'unsure',
      method: 'inPerson',
      sharedBack: 'yes',
      view: 'She said: "wait" & <think>',
      'capturedOn-day': consent()['conversationOn-day'] ?? '',
      'capturedOn-month': consent()['conversationOn-month'] ?? '',
      'capturedOn-year': consent()['conversationOn-year'] ?? '',
    };
    away();
    const answer = await send(path, form);
    expect(answer.status).toBe(503);
    expect(answer.body).toContain('what you sent just now was not recorded');
    const kept = formOf(String(answer.body).replace(/&lt;/g, '<').replace(/&gt;/g, '>'));
    expect(kept).toEqual(form);
    link.set('pass');
    await well();
    expect(await send(path, kept)).toMatchObject({ status: 303 });
    expect(await send(path, kept)).toMatchObject({ status: 303 });
    expect((await eventsOf(`case-${caseId}`)).filter((type) => type === 'ParentViewRecorded')).toHaveLength(1);
  });

  it('shows nothing of a form that another site has sent', async () => {
    away();
    const body = 'view=planted';
    const answer = await clerk.send('POST', `/cases/${caseId}/parent-view`, body, {
      'Content-Type': 'application/x-www-form-urlencoded',
      'Sec-Fetch-Site': 'cross-site',
    });
    expect(answer.status).toBe(503);
    expect(answer.body).not.toContain('planted');
  });

  it('says that it does not know when the answer of the log was lost; sent again the form finds what was recorded', async () => {
    const other = (await clerk.post('/api/cases', referral())).body.caseId as string;
    const path = `/cases/${other}/consent`;
    const form = { ...formOf(String((await clerk.get(path)).body)), ...consent() };
    // The log takes the event, and its answer never comes.
    const append = jest.spyOn(running.platform.store, 'append');
    append.mockImplementationOnce(async (...args) => {
      append.mockRestore();
      await running.platform.store.append(...args);
      away();
      return running.platform.store.append(...args);
    });
    const answer = await send(path, form);
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('5');
    expect(answer.body).toContain('We do not know yet whether this was recorded');
    link.set('pass');
    await well();
    const kept = formOf(String(answer.body));
    expect(await send(path, kept)).toMatchObject({ status: 303 });
    expect(await eventsOf(`case-${other}`)).toEqual(['CaseReferred', 'ConsentRecorded']);
  });

  it('says so of a form that its own event has moved on, and does not record it twice', async () => {
    const path = `/meetings/${meetingId}/attendance`;
    const there = { [`mode.${here.chair}`]: 'inPerson', [`role.${here.chair}`]: 'chair' };
    const also = { [`mode.${here.referrer}`]: 'inPerson', [`role.${here.referrer}`]: 'headteacher' };
    const form = { ...formOf(String((await clerk.get(path)).body)), ...there, ...also };
    const bus = jest.spyOn(running.platform.runner, 'waitFor');
    bus.mockImplementation(async () => {
      away();
      return false;
    });
    const answer = await send(path, form);
    bus.mockRestore();
    expect(answer.status).toBe(503);
    expect(answer.body).toContain('We do not know yet');
    link.set('pass');
    await well();
    await running.platform.runner.catchUp();
    expect((await send(path, formOf(String(answer.body)))).headers.get('location')).toBe(`/meetings/${meetingId}`);
    const recorded = (await eventsOf(`meeting-${meetingId}`)).filter((type) => type === 'AttendanceRecorded');
    expect(recorded).toHaveLength(1);
  });

  it.each(['hold', 'swallow'] as const)('answers in time though the link says nothing (%s)', async (mode) => {
    const hasty = await Script.as(impatient.url, here.clerk);
    link.set(mode);
    const asked = ['/', '/cases', `/cases/${caseId}`, '/api/session', `/api/cases/${caseId}`, '/meetings'];
    const answers = await Promise.all(asked.map((path) => hasty.get(path)));
    const posted = await hasty.post(`/api/cases/${caseId}/consents`, { party: 'parent' });
    const ready = await fetch(`${impatient.url}/health/ready`);
    expect(answers.map(({ status }) => status)).toEqual(asked.map(() => 503));
    expect(answers.map(({ headers }) => headers.get('retry-after'))).toEqual(asked.map(() => '5'));
    expect([posted.status, posted.body.code]).toEqual([503, 'outcome-unknown']);
    expect(ready.status).toBe(503);
    link.set('pass');
    link.cut();
    await well();
    expect((await clerk.get('/cases')).status).toBe(200);
  });

  it('answers in time though every connection is taken, and serves again once they are given back', async () => {
    const hasty = await Script.as(impatient.url, here.clerk);
    const { application } = running.platform.database;
    const taken: PoolClient[] = [];
    try {
      while (taken.length < (application.options.max ?? 10)) taken.push(await application.connect());
      expect((await hasty.get('/cases')).status).toBe(503);
      // Sooner than the pool gives up: people are not kept waiting for it.
      expect(await hasty.get('/api/cases')).toMatchObject({ status: 503, body: { code: 'too-slow' } });
    } finally {
      for (const client of taken) client.release();
    }
    expect((await clerk.get('/cases')).status).toBe(200);
  });

  it('shows the read models what was recorded while they could not be reached, without a restart', async () => {
    away();
    expect(await running.platform.runner.health()).toContainEqual(expect.objectContaining({ state: 'unreachable' }));
    link.set('pass');
    await well();
    const late = await clerk.post('/api/cases', referral());
    expect(late.status).toBe(201);
    expect((await clerk.get(`/api/cases/${late.body.caseId}`)).status).toBe(200);
  });
});
