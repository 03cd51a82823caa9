/** A request is carried out once, on what its sender has seen: keys, revisions, crashes, outages (event-format.md 6). */
import { randomUUID } from 'node:crypto';
import { StoreUnavailable } from '@app/event-store';
import { city, type City, referral, type RunningWeb, Script, startWeb } from './support/web';

describe('unsafe requests', () => {
  let running: RunningWeb;
  let here: City;
  let referrer: Script;
  let clerk: Script;
  beforeAll(async () => {
    running = await startWeb();
    here = await city(running);
    referrer = await Script.as(running.web.url, here.referrer);
    clerk = await Script.as(running.web.url, here.clerk);
  });
  afterAll(() => running?.close());
  afterEach(() => jest.restoreAllMocks());

  const events = async (caseId: string): Promise<number> => {
    let n = 0;
    for await (const _ of running.platform.store.readStream(`case-${caseId}`)) n += 1;
    return n;
  };
  const aCase = async (): Promise<string> => (await referrer.post('/api/cases', referral())).body.caseId;
  const consent = () => ({ party: 'parent', conversationOn: here.today, pressureChecked: true });

  it('need a key: 428 without, 400 with one that cannot be one', async () => {
    const body = JSON.stringify(referral());
    const without = await referrer.send('POST', '/api/cases', body, { 'Content-Type': 'application/json' });
    expect(without).toMatchObject({ status: 428, body: { code: 'idempotency-key-missing', status: 428 } });
    expect(without.headers.get('content-type')).toMatch('application/problem+json');
    expect(await referrer.post('/api/cases', referral(), { 'Idempotency-Key': 'short' })).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'Idempotency-Key' }] },
    });
  });

  it('sent again answer the same, and record once', async () => {
    const key = { 'Idempotency-Key': randomUUID() };
    const body = referral();
    const first = await referrer.post('/api/cases', body, key);
    const again = await referrer.post('/api/cases', body, key);
    expect(first.status).toBe(201);
    expect([again.status, again.body, again.headers.get('etag')]).toEqual([201, first.body, first.headers.get('etag')]);
    expect(await events(first.body.caseId)).toBe(1);
  });

  it('sent again give a refusal again, though it would be allowed by now', async () => {
    const caseId = await aCase();
    const path = `/api/cases/${caseId}/reopening`;
    const key = { 'Idempotency-Key': randomUUID() };
    expect(await clerk.post(`/api/cases/${caseId}/acceptance`, { panelId: here.panelId })).toMatchObject({
      status: 200,
    });
    const body = { party: 'parent' };
    const refused = await clerk.post(`/api/cases/${caseId}/consent-withdrawals`, body, key);
    expect(refused.status).toBe(422);
    await clerk.post(`/api/cases/${caseId}/consents`, consent());
    const again = await clerk.post(`/api/cases/${caseId}/consent-withdrawals`, body, key);
    expect([again.status, again.body]).toEqual([422, refused.body]);
    expect(await clerk.post(path, { because: 'heardAgain' })).toMatchObject({ status: 200, body: { recorded: false } });
  });

  it('with the key of another body are refused with 422, and another person may use the same key', async () => {
    const key = { 'Idempotency-Key': randomUUID() };
    expect(await referrer.post('/api/cases', referral(), key)).toMatchObject({ status: 201 });
    expect(await referrer.post('/api/cases', referral(), key)).toMatchObject({
      status: 422,
      body: { code: 'idempotency-key-reused' },
    });
    expect(await clerk.post('/api/cases', referral(), key)).toMatchObject({ status: 201 });
  });

  it('keep a key free when the request was not valid', async () => {
    const key = { 'Idempotency-Key': randomUUID() };
    expect(await referrer.post('/api/cases', { ...referral(), requested: 'nonsense' }, key)).toMatchObject({
      status: 400,
      body: { code: 'invalid-request', errors: [{ field: 'requested', value: 'nonsense' }] },
    });
    expect(await referrer.post('/api/cases', referral(), key)).toMatchObject({ status: 201 });
  });

  it('in flight answer 409 to a second one, which then finds the outcome', async () => {
    const caseId = await aCase();
    let letGo = (): void => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    let arrived = (): void => undefined;
    const isThere = new Promise<void>((resolve) => (arrived = resolve));
    const append = running.platform.store.append.bind(running.platform.store);
    jest.spyOn(running.platform.store, 'append').mockImplementationOnce(async (...given) => {
      arrived();
      await held;
      return append(...given);
    });
    const key = { 'Idempotency-Key': randomUUID() };
    const first = referrer.post(`/api/cases/${caseId}/consents`, consent(), key);
    await isThere;
    const second = await referrer.post(`/api/cases/${caseId}/consents`, consent(), key);
    expect(second).toMatchObject({ status: 409, body: { code: 'request-in-flight' } });
    expect(second.headers.get('retry-after')).toBe('1');
    // However long it takes, it stays with who is at work on it.
    const heldUntil = async (): Promise<Date> =>
      (
        await running.platform.database.application.query<{ held_until: Date }>(
          `SELECT max(held_until) AS held_until FROM app.requests WHERE state = 'reserved'`,
        )
      ).rows[0]!.held_until;
    const reserved = await heldUntil();
    let later: Date;
    do later = await heldUntil();
    while (later <= reserved);
    letGo();
    const answered = await first;
    expect(answered.status).toBe(200);
    expect((await referrer.post(`/api/cases/${caseId}/consents`, consent(), key)).body).toEqual(answered.body);
  });

  it('cut off after the append find what was recorded, by their command id', async () => {
    const caseId = await aCase();
    const key = { 'Idempotency-Key': randomUUID() };
    const append = running.platform.store.append.bind(running.platform.store);
    jest.spyOn(running.platform.store, 'append').mockImplementationOnce(async (...given) => {
      await append(...given);
      throw new StoreUnavailable('The answer was lost.');
    });
    const lost = await referrer.post(`/api/cases/${caseId}/consents`, consent(), key);
    expect(lost).toMatchObject({ status: 503, body: { code: 'outcome-unknown' } });
    expect(lost.headers.get('retry-after')).toBe('5');
    const again = await referrer.post(`/api/cases/${caseId}/consents`, consent(), key);
    expect(again).toMatchObject({ status: 200, body: { recorded: true, revision: 1 } });
    expect(await events(caseId)).toBe(2);
  });

  it('cut off by an outage that keeps them from being given back are taken up by the next to ask, without a wait', async () => {
    const caseId = await aCase();
    const key = { 'Idempotency-Key': randomUUID() };
    const { application } = running.platform.database;
    const query = application.query.bind(application) as (...given: unknown[]) => Promise<unknown>;
    const outage = jest
      .spyOn(application, 'query')
      .mockImplementation(((sql: unknown, ...rest: unknown[]) =>
        /SET held_until = now\(\) WHERE/.test(String(sql))
          ? Promise.reject(new Error('Connection terminated'))
          : query(sql, ...rest)) as never);
    jest.spyOn(running.platform.store, 'append').mockRejectedValueOnce(new StoreUnavailable('Away.'));
    const path = `/api/cases/${caseId}/consents`;
    expect(await referrer.post(path, consent(), key)).toMatchObject({ status: 503 });
    outage.mockRestore();
    expect(await referrer.post(path, consent(), key)).toMatchObject({ status: 200, body: { recorded: true } });
  });

  it('name the revision they know: 412 when it has moved, with the one it is at', async () => {
    const caseId = await aCase();
    const { headers } = await referrer.get(`/api/cases/${caseId}`);
    expect(headers.get('etag')).toBe('"r0"');
    const path = `/api/cases/${caseId}/consents`;
    expect(await referrer.post(path, consent(), { 'If-Match': '"r0"' })).toMatchObject({ status: 200 });
    const moved = await referrer.post(path, { ...consent(), party: 'pupil' }, { 'If-Match': '"r0"' });
    expect(moved).toMatchObject({ status: 412, body: { code: 'stale-revision' } });
    expect(moved.headers.get('etag')).toBe('"r1"');
    expect(await referrer.post(path, consent(), { 'If-Match': 'r0' })).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'If-Match', value: 'r0' }] },
    });
    expect(await events(caseId)).toBe(2);
  });

  it('leave no body behind in the table of requests', async () => {
    const canary = `Canary ${randomUUID()}`;
    const body = referral() as { words: object };
    expect(await referrer.post('/api/cases', { ...body, words: { strengths: canary } })).toMatchObject({ status: 201 });
    const { rows } = await running.platform.database.application.query(
      `SELECT 1 FROM app.requests r WHERE r::text LIKE '%' || $1 || '%' OR encode(body_hash, 'escape') LIKE '%' || $1 || '%'`,
      [canary],
    );
    expect(rows).toEqual([]);
  });
});
