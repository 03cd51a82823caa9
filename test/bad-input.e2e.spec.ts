/** What a client can send wrong: each a clear refusal that names field, value and remedy; nothing half done, never a 5xx. */
import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import fc from 'fast-check';
import { city, type City, referral, type RunningWeb, Script, startWeb } from './support/web';

describe('bad input', () => {
  let running: RunningWeb;
  let here: City;
  let referrer: Script;
  let clerk: Script;
  let chair: Script;
  beforeAll(async () => {
    running = await startWeb();
    here = await city(running);
    const as = (ref: string) => Script.as(running.web.url, ref);
    [referrer, clerk, chair] = [await as(here.referrer), await as(here.clerk), await as(here.chair)];
  });
  afterAll(() => running?.close());

  const head = async (): Promise<string | undefined> => running.platform.store.head();
  const json = () => ({ 'Content-Type': 'application/json', 'Idempotency-Key': randomUUID() });

  it('over 256 KiB is 413, 10 MB too', async () => {
    const before = await head();
    for (const bytes of [257 * 1024, 10_000_000]) {
      const answer = await referrer
        .send('POST', '/api/cases', JSON.stringify({ child: 'x'.repeat(bytes) }), json())
        .catch(() => ({ status: 413, body: { code: 'body-too-large' } }));
      expect(answer).toMatchObject({ status: 413, body: { code: 'body-too-large' } });
    }
    expect(await head()).toBe(before);
  });

  it.each([
    ['text/plain', '{}', 415, 'unsupported-media-type'],
    ['application/x-www-form-urlencoded', 'a=b', 415, 'unsupported-media-type'],
    ['application/json', '{"a":', 400, 'malformed-body'],
    ['application/json', '"text"', 400, 'malformed-body'],
    ['application/json', '{"__proto__":{"role":"director"}}', 400, 'forbidden-field'],
    ['application/json', '{"facts":{"constructor":{"prototype":{}}}}', 400, 'forbidden-field'],
    ['application/json', '{"toString":"a field that nobody knows"}', 400, 'forbidden-field'],
    ['application/json', '{"homeUrn":"\\u0000"}', 400, 'invalid-request'],
    ['application/json', '{"homeUrn":"\\ud800"}', 400, 'invalid-request'],
    ['application/json', '[]', 400, 'invalid-request'],
    ['application/json', 'null', 400, 'malformed-body'],
    ['application/json', `${'['.repeat(20_000)}${']'.repeat(20_000)}`, 400, 'invalid-request'],
    ['application/json', `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`, 400, 'invalid-request'],
  ])('as %s: %.40s is %i', async (type, body, status, code) => {
    const answer = await referrer.send('POST', '/api/cases', body, { ...json(), 'Content-Type': type });
    expect(answer).toMatchObject({ status, body: { code, status } });
    expect(answer.headers.get('content-type')).toMatch('application/problem+json');
  });

  it.each(['ethnicity', 'sex', 'careStatus', 'supportCycles', 'interventions', 'unplaced'])(
    'null for facts.%s is 400: what is not known is left out',
    async (field) => {
      const body = referral() as { facts: object };
      const answer = await referrer.post('/api/cases', { ...body, facts: { ...body.facts, [field]: null } });
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ field: `facts.${field}` }] } });
    },
  );

  it('names every wrong and every unknown field, with its value and what to send', async () => {
    const body = referral() as { facts: object; child: object };
    const answer = await referrer.post('/api/cases', {
      ...body,
      homeUrn: '12',
      extra: 1,
      child: { ...body.child, upn: 'B000000000000', dateOfBirth: '2013-02-30' },
      facts: { ...body.facts, ncYear: 99, mainReason: 'XX', sneaky: true },
    });
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
    const errors = answer.body.errors as { field: string; value?: unknown; remedy: string }[];
    expect(errors.map(({ field }) => field).sort()).toEqual(
      ['child.dateOfBirth', 'child.upn', 'extra', 'facts.mainReason', 'facts.ncYear', 'facts.sneaky', 'homeUrn'].sort(),
    );
    expect(errors).toContainEqual({ field: 'facts.ncYear', value: 99, remedy: 'Send a whole number from 1 to 14.' });
    expect(errors.every(({ remedy }) => remedy.length > 10)).toBe(true);
    // What may be a child's is not said back.
    expect(errors.find(({ field }) => field === 'child.upn')).not.toHaveProperty('value');
  });

  it('refuses what cannot be, with the code of the rule', async () => {
    const body = referral() as { child: object };
    expect(await clerk.post('/api/cases', { ...body, homeUrn: '999999' })).toMatchObject({ status: 422 });
    expect(await referrer.post('/api/cases', { ...body, homeUrn: '990002' })).toMatchObject({
      status: 403,
      body: { code: 'not-your-school', errors: [{ field: 'homeUrn', value: '990002' }] },
    });
    const unborn = { ...body, child: { ...body.child, dateOfBirth: '2098-01-01' } };
    expect(await referrer.post('/api/cases', unborn)).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'child.dateOfBirth' }] },
    });
  });

  it.each([
    '/api/cases/not-an-id',
    '/api/cases/%00',
    '/api/cases/%E0%A4%A',
    '/api/cases?panelId=x',
    '/api/cases?outcome[]=a&outcome[]=b',
    '/api/cases?after=2026-02-30_x',
    '/api/cases?__proto__=1',
    '/api/consistency/panels?window=never',
    '/api/consistency/panels?window=a&window=b',
    '/api/consistency/panels?tier=4',
    '/api/nothing',
    '/cases?after=nonsense&panel=x',
    '/cases/%2e%2e/etc',
    '/too-long',
  ])('in the address %s is no 5xx', async (address) => {
    const path = address === '/too-long' ? `/${'a'.repeat(5000)}` : address;
    for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS']) {
      const { status } = await chair.send(method, path, undefined, { 'Idempotency-Key': randomUUID() });
      expect(`${method} ${status < 500}`).toBe(`${method} true`);
    }
  });

  it('of any shape, on any unsafe route of the API, is no 5xx', async () => {
    const { paths } = (await chair.get('/api/openapi.json')).body as { paths: Record<string, Record<string, unknown>> };
    const routes = Object.entries(paths).filter(([path, methods]) => methods['post'] && path !== '/api/session');
    expect(routes.length).toBeGreaterThan(25);
    const caseId = (await clerk.post('/api/cases', referral())).body.caseId as string;
    for (const [path] of routes) {
      const at = path.replace(/\{(\w+)\}/g, (_, name: string) => (name === 'panelId' ? here.panelId : caseId));
      const { status } = await clerk.send('POST', at, undefined, { 'Idempotency-Key': randomUUID() });
      expect(`${at} without a body ${status >= 400 && status < 500}`).toBe(`${at} without a body true`);
    }
    const before = await head();
    const values = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom(caseId, here.panelId, here.today, '990001', 'ManagedMove', 'parent', 'x'.repeat(9000), -1, 1e308),
    );
    const fields = fc.constantFrom(
      ...[
        'child',
        'facts',
        'homeUrn',
        'party',
        'items',
        'attendees',
        'reviewOn',
        'votes',
        'words',
        'relied',
        'name',
        'on',
        'because',
      ],
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...routes),
        fc.dictionary(fields, values, { maxKeys: 5 }),
        async ([path], body) => {
          const at = path.replace(/\{(\w+)\}/g, (_, name: string) => (name === 'panelId' ? here.panelId : caseId));
          const { status } = await clerk.post(at, body);
          expect(`${at} ${status < 500}`).toBe(`${at} true`);
        },
      ),
      { numRuns: 150 },
    );
    expect(await head()).toBe(before);
  });

  it('half sent leaves the server alive', async () => {
    const { port } = new URL(running.web.url);
    for (const raw of [
      'POST /api/cases HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      'GET / HTTP/1.1\r\nHost: localhost\r\nX: \u0000\r\n\r\n',
      'POST /api/cases HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{"a"',
    ])
      await new Promise<void>((resolve) => {
        const socket = connect(Number(port), '127.0.0.1', () => {
          socket.write(raw, () => socket.end());
        });
        socket.on('error', () => resolve());
        socket.on('close', () => resolve());
        socket.resume();
      });
    expect(await chair.get('/health/live')).toMatchObject({ status: 200 });
  });
});

describe('page posts', () => {
  let running: RunningWeb;
  let here: City;
  let clerk: Script;
  beforeAll(async () => {
    running = await startWeb();
    here = await city(running);
    clerk = await Script.as(running.web.url, here.clerk);
  });
  afterAll(() => running?.close());

  const hidden = (html: string, name: string): string =>
    new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1] ?? '';
  const post = (path: string, fields: Record<string, string>) =>
    clerk.send('POST', path, new URLSearchParams(fields).toString(), {
      'Content-Type': 'application/x-www-form-urlencoded',
    });

  it('without the token of the session, or from elsewhere, are 403', async () => {
    expect(await post('/cases/new', { formId: randomUUID() })).toMatchObject({ status: 403 });
    const _csrf = hidden((await clerk.get('/cases/new')).body, '_csrf');
    const foreign = await clerk.send('POST', '/cases/new', new URLSearchParams({ _csrf }).toString(), {
      'Content-Type': 'application/x-www-form-urlencoded',
      Origin: 'https://elsewhere.example',
    });
    expect(foreign.status).toBe(403);
    const api = await clerk.post('/api/cases', referral(), { Origin: 'https://elsewhere.example' });
    expect(api).toMatchObject({ status: 403, body: { code: 'cross-origin' } });
  });

  it('with unknown fields, odd dates and markup are shown again, escaped', async () => {
    const page = (await clerk.get('/cases/new')).body as string;
    const answer = await post('/cases/new', {
      _csrf: hidden(page, '_csrf'),
      formId: hidden(page, 'formId'),
      'child.name': '<script>alert(1)</script>{{7*7}}',
      'child.dateOfBirth-day': '31',
      'child.dateOfBirth-month': '2',
      'child.dateOfBirth-year': '2013',
      role: 'director',
    });
    expect(answer.status).toBe(400);
    expect(answer.body).toContain('&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}');
    expect(answer.body).not.toContain('<script>alert(1)');
    expect(answer.body).toContain('The form has no such field');
    expect(answer.body).toContain('Date of birth: enter a date that exists');
  });

  it('sent twice record once; with a stale form show what is new and keep what was typed', async () => {
    const { caseId } = (await clerk.post('/api/cases', referral())).body;
    const form = (await clerk.get(`/cases/${caseId}/correct`)).body as string;
    const values: Record<string, string> = {
      _csrf: hidden(form, '_csrf'),
      formId: hidden(form, 'formId'),
      revision: hidden(form, 'revision'),
      because: 'newInformation',
      homeUrn: '990001',
      caseType: 'ManagedMove',
      requested: 'supportInSchool',
      'facts.ncYear': '8',
      'facts.senProvision': 'K',
      'facts.mainReason': 'DB',
      'facts.primaryNeed': 'SEMH',
      'facts.careStatus': 'notLookedAfter',
      'facts.freeSchoolMeals': 'no',
      'facts.ethnicity': 'WBRI',
      'facts.sex': 'F',
      'facts.supportCycles': '2',
      'facts.daysSuspended': '1.5',
      'facts.previousMoves': '0',
      referrerRole: 'senco',
      headSignOff: 'yes',
      'words.reason': 'The year group was wrong',
    };
    await clerk.post(`/api/cases/${caseId}/consents`, {
      party: 'parent',
      conversationOn: here.today,
      pressureChecked: true,
    });
    const stale = await post(`/cases/${caseId}/correct`, values);
    expect(stale.status).toBe(409);
    expect(stale.body).toContain('The records have changed since this form was opened');
    expect(/New: [^<]*/.exec(stale.body)?.[0]).toContain('New: The parent agreed that information is shared');
    expect(stale.body).toContain('The year group was wrong');

    const fresh = { ...values, formId: hidden(stale.body, 'formId'), revision: hidden(stale.body, 'revision') };
    const twice = await Promise.all([post(`/cases/${caseId}/correct`, fresh), post(`/cases/${caseId}/correct`, fresh)]);
    expect(twice.map(({ status, headers }) => [status, headers.get('location')])).toEqual([
      [303, `/cases/${caseId}`],
      [303, `/cases/${caseId}`],
    ]);
    const { timeline } = (await clerk.get(`/api/cases/${caseId}`)).body;
    expect(timeline.filter(({ type }: { type: string }) => type === 'CaseCorrected')).toHaveLength(1);
    const late = await post(`/cases/${caseId}/correct`, { ...fresh, 'facts.ncYear': '7' });
    expect(late).toMatchObject({ status: 422 });
  });
});
