/** Who may what, where: hidden is absent, unreadable is 404, every view is noted, and no route is without a policy. */
import { EveryRouteHasAPolicy, Policy } from '@app/access';
import { Controller, Get } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { city, type City, person, referral, type RunningWeb, Script, startWeb } from './support/web';

@Controller('open')
class Guarded {
  @Get()
  @Policy('open')
  show(): string {
    return 'ok';
  }
}
@Controller('bare')
class Bare {
  @Get()
  show(): string {
    return 'nobody asked who you are';
  }
}

describe('a route without a policy', () => {
  const boot = (controllers: (typeof Guarded | typeof Bare)[]) =>
    Test.createTestingModule({ imports: [DiscoveryModule], controllers, providers: [EveryRouteHasAPolicy] })
      .compile()
      .then((module) => module.createNestApplication().init());

  it('keeps the application from starting, by name', async () => {
    await expect(boot([Guarded, Bare])).rejects.toThrow(/does not start: Bare\.show without @Policy/);
    const app = await boot([Guarded]);
    await app.close();
  });
});

describe('access', () => {
  let running: RunningWeb;
  let here: City;
  let [director, chair, clerk, referrer, member] = [] as unknown as [Script, Script, Script, Script, Script];
  beforeAll(async () => {
    running = await startWeb();
    here = await city(running);
    const as = (ref: string) => Script.as(running.web.url, ref);
    [director, chair, clerk, referrer, member] = [
      await as(here.director),
      await as(here.chair),
      await as(here.clerk),
      await as(here.referrer),
      await as(here.member),
    ];
  });
  afterAll(() => running?.close());

  const accepted = async (): Promise<string> => {
    const { caseId } = (await referrer.post('/api/cases', referral())).body;
    await clerk.post(`/api/cases/${caseId}/acceptance`, { panelId: here.panelId });
    return caseId;
  };
  const listed = async (script: Script): Promise<{ ids: string[]; total: number }> => {
    const { cases, total } = (await script.get('/api/cases')).body;
    return { ids: cases.map(({ caseId }: { caseId: string }) => caseId), total };
  };

  it('needs a sign-in: 401 over the API, the picker for pages', async () => {
    const nobody = await fetch(`${running.web.url}/api/cases`);
    expect(nobody.status).toBe(401);
    const page = await fetch(`${running.web.url}/cases`, { redirect: 'manual' });
    expect([page.status, page.headers.get('location')]).toEqual([303, '/sign-in']);
  });

  it('is loopback only, through no proxy, and off in production', async () => {
    const tryIn = (headers: Record<string, string>) =>
      fetch(`${running.web.url}/api/session`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...headers },
        body: JSON.stringify({ person: here.chair }),
      });
    expect((await tryIn({ 'X-Forwarded-For': '10.0.0.1' })).status).toBe(403);
    const before = process.env['NODE_ENV'];
    process.env['NODE_ENV'] = 'production';
    try {
      expect((await tryIn({})).status).toBe(403);
      expect((await fetch(`${running.web.url}/sign-in`)).status).toBe(403);
    } finally {
      process.env['NODE_ENV'] = before;
    }
    expect((await tryIn({})).status).toBe(200);
  });

  it('hides a case from a member who has an interest in it, at once: read, list, count, search, meeting', async () => {
    const [caseId, other] = [await accepted(), await accepted()];
    const { meetingId } = (
      await clerk.post(`/api/panels/${here.panelId}/meetings`, { meetingOn: here.today, kind: 'ordinary' })
    ).body;
    await clerk.post(`/api/meetings/${meetingId}/agenda`, { items: [{ caseId }, { caseId: other }] });
    const before = await listed(chair);
    expect(before.ids).toContain(caseId);

    const declared = await clerk.post(`/api/meetings/${meetingId}/interests`, {
      memberRef: here.chair,
      caseId,
      interest: 'knowsFamily',
      action: 'left',
    });
    expect(declared.status).toBe(200);
    const after = await listed(chair);
    expect(after.ids).not.toContain(caseId);
    expect(after.total).toBe(before.total - 1);
    expect(await chair.get(`/api/cases/${caseId}`)).toMatchObject({ status: 404, body: { code: 'not-found' } });
    expect(await chair.get(`/api/cases/${other}`)).toMatchObject({ status: 200 });
    expect((await chair.get(`/api/meetings/${meetingId}`)).body.agenda).toEqual([{ caseId: other }]);
    expect((await chair.get(`/cases/${caseId}`)).status).toBe(404);
    expect((await chair.get(`/meetings/${meetingId}`)).body).not.toContain(caseId);
    expect((await chair.get(`/meetings/${meetingId}/cases/${caseId}/decision`)).status).toBe(404);
    const asNobody = await chair.get('/api/cases/00000000-0000-4000-8000-000000000000');
    const asHidden = await chair.get(`/api/cases/${caseId}`);
    // The same answer but for the number of the request, which is another for each.
    expect(asHidden.body).toEqual({ ...(asNobody.body as object), requestId: expect.any(String) });
    expect(await member.get(`/api/cases/${caseId}`)).toMatchObject({ status: 200 });
  });

  it('gives nobody a case of another panel or school, and an administrator none', async () => {
    const caseId = await accepted();
    const { platform, web } = running;
    const strangers = [
      await person(platform, 'chair', { panelIds: [] }),
      await person(platform, 'clerk', { panelIds: [] }),
      await person(platform, 'agencyMember', { panelIds: [] }),
      await person(platform, 'referrer', { urns: ['990003'] }),
    ];
    for (const ref of strangers) {
      const stranger = await Script.as(web.url, ref);
      expect((await stranger.get(`/api/cases/${caseId}`)).status).toBe(404);
      expect((await listed(stranger)).ids).not.toContain(caseId);
      expect(
        (await stranger.post(`/api/cases/${caseId}/closing`, { outcome: 'withdrawn' })).status,
      ).toBeGreaterThanOrEqual(403);
    }
    const administrator = await Script.as(web.url, await person(platform, 'administrator'));
    for (const path of [`/api/cases/${caseId}`, '/api/cases', '/cases', '/api/consistency/panels'])
      expect((await administrator.get(path)).status).toBe(403);
    expect((await administrator.get('/api/panels')).body.panels).toHaveLength(1);
  });

  it('puts no case on an agenda that its sender may not read', async () => {
    const caseId = await accepted();
    const { platform, web } = running;
    const other = (await director.post('/api/panels', { name: 'Other panel', panelType: 'sharing' })).body.panelId;
    const terms = {
      version: '1',
      quorum: 1,
      requiredRoles: [],
      criteria: [],
      decisionTypes: ['noChange'],
      chairsActionAllowed: false,
    };
    expect(await director.post(`/api/panels/${other}/terms`, terms)).toMatchObject({ status: 200 });
    const otherClerk = await Script.as(web.url, await person(platform, 'clerk', { panelIds: [other] }));
    const { meetingId } = (
      await otherClerk.post(`/api/panels/${other}/meetings`, { meetingOn: here.today, kind: 'ordinary' })
    ).body;
    expect(await otherClerk.post(`/api/meetings/${meetingId}/agenda`, { items: [{ caseId }] })).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'items[0].caseId' }] },
    });
    expect((await clerk.get(`/api/meetings/${meetingId}`)).status).toBe(404);
  });

  it('notes every case shown, by whom and by which rule, and shows none when it cannot', async () => {
    const caseId = await accepted();
    await chair.get(`/api/cases/${caseId}`);
    await director.get('/cases');
    const audit = running.platform.database.application;
    const { rows } = await audit.query(
      'SELECT person_ref, role, rule_id, view FROM app.read_audit WHERE case_id = $1 ORDER BY id',
      [caseId],
    );
    expect(rows).toEqual([
      { person_ref: here.chair, role: 'chair', rule_id: 'chair-own-panels', view: 'api case' },
      { person_ref: here.director, role: 'director', rule_id: 'director-oversight', view: 'case list' },
    ]);
    const query = audit.query.bind(audit) as (...given: unknown[]) => Promise<unknown>;
    const spy = jest
      .spyOn(audit, 'query')
      .mockImplementation(((...given: unknown[]) =>
        String(given[0]).includes('app.read_audit')
          ? Promise.reject(Object.assign(new Error('away'), { code: '57P01', severity: 'FATAL' }))
          : query(...given)) as never);
    try {
      const closed = await chair.get(`/api/cases/${caseId}`);
      expect(closed).toMatchObject({ status: 503 });
      expect(JSON.stringify(closed.body)).not.toContain('Canary');
    } finally {
      spy.mockRestore();
    }
  });

  it('puts no name into an address, a header or a session', async () => {
    await accepted();
    const page = (await chair.get('/cases')).body as string;
    const _csrf = /name="_csrf" value="([^"]*)"/.exec(page)?.[1] ?? '';
    const searched = await chair.send(
      'POST',
      '/cases/search',
      new URLSearchParams({ _csrf, sought: 'ada CANARY' }).toString(),
      {
        'Content-Type': 'application/x-www-form-urlencoded',
      },
    );
    expect(searched.status).toBe(303);
    expect(searched.headers.get('location')).toMatch(/^\/cases\?search=[0-9a-f-]{36}$/);
    expect((await chair.get(searched.headers.get('location') ?? '')).body).toContain('Ada Canary');
    const { rows } = await running.platform.database.application.query(
      `SELECT 1 FROM app.sessions WHERE sess::text ILIKE '%canary%'`,
    );
    expect(rows).toEqual([]);
    expect(page).not.toMatch(/href="[^"]*[Cc]anary/);
  });

  it('answers with the headers that keep a page to itself', async () => {
    for (const path of ['/cases', '/api/cases', '/nothing', '/sign-in']) {
      const { headers } = await chair.get(path);
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('content-security-policy')).toMatch(
        /script-src 'self' 'nonce-[^']+';.*frame-ancestors 'none'/,
      );
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-powered-by')).toBeNull();
    }
  });
});
