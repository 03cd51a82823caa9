/** From a referral to a decision over the API, as scripts of the people who may. */
import { city, type City, referral, type RunningWeb, Script, startWeb } from './support/web';

describe('the API', () => {
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

  it('takes a child from referral to decision', async () => {
    const referred = await referrer.post('/api/cases', referral());
    expect(referred).toMatchObject({ status: 201, body: { recorded: true } });
    const { caseId } = referred.body;
    for (const [step, body] of [
      ['parent-view', { stance: 'supportsMove', capturedOn: here.today, method: 'phone' }],
      ['pupil-view', { absentBecause: 'couldNotBeReached' }],
      ['consents', { party: 'parent', conversationOn: here.today, pressureChecked: true }],
    ] as const)
      expect(await referrer.post(`/api/cases/${caseId}/${step}`, body)).toMatchObject({ status: 200 });
    expect(await clerk.post(`/api/cases/${caseId}/acceptance`, { panelId: here.panelId })).toMatchObject({
      status: 200,
    });

    const scheduled = await clerk.post(`/api/panels/${here.panelId}/meetings`, {
      meetingOn: here.today,
      kind: 'ordinary',
    });
    expect(scheduled).toMatchObject({ status: 201 });
    const { meetingId } = scheduled.body;
    expect(await clerk.post(`/api/meetings/${meetingId}/agenda`, { items: [{ caseId }] })).toMatchObject({
      status: 200,
    });
    const attendees = [
      { memberRef: here.chair, role: 'chair', mode: 'inPerson', votes: true },
      { memberRef: here.member, role: 'health', mode: 'remote', votes: true },
    ];
    expect(await clerk.post(`/api/meetings/${meetingId}/attendance`, { attendees })).toMatchObject({ status: 200 });
    expect(await clerk.post(`/api/meetings/${meetingId}/quorum`, {})).toMatchObject({ status: 200 });

    const { body: read, headers } = await chair.get(`/api/cases/${caseId}`);
    expect(read).toMatchObject({ childName: 'Ada Canary', panelId: here.panelId, status: 'accepted' });
    expect(headers.get('etag')).toBe(`"r${read.revision}"`);
    const meeting = (await chair.get(`/api/meetings/${meetingId}`)).body;

    const decision = {
      decisionType: 'managedMoveSupported',
      receivingUrn: '990002',
      reasonCodes: ['freshStart'],
      findings: [{ criterion: here.criterion, finding: 'met' }],
      legalBasis: 'ConsentOnly',
      method: 'consensus',
      words: { rationale: 'A fresh start near family' },
      relied: { caseRevision: read.revision, meetingRevision: meeting.revision },
    };
    const path = `/api/meetings/${meetingId}/cases/${caseId}/decision`;
    expect(await clerk.post(path, decision)).toMatchObject({ status: 403, body: { code: 'not-permitted' } });
    const refused = await chair.post(path, { ...decision, findings: [], reasonCodes: [] });
    expect(refused).toMatchObject({ status: 422 });
    expect(refused.body.errors.map(({ code }: { code: string }) => code).sort()).toEqual([
      'criterion-without-finding',
      'no-reason-code',
    ]);
    const decided = await chair.post(path, decision);
    expect(decided).toMatchObject({ status: 201, body: { recorded: true, revision: 0 } });

    const standing = await director.get(`/api/decisions/${decided.body.decisionId}`);
    expect(standing).toMatchObject({ status: 200, body: { decisionType: 'managedMoveSupported', revision: 0 } });
    expect(standing.headers.get('etag')).toBe('"r0"');
    const after = (await director.get(`/api/cases/${caseId}`)).body;
    expect(after).toMatchObject({ status: 'decided', outcome: 'managedMoveSupported', receivingUrn: '990002' });
    expect(after.timeline[0]).toMatchObject({ type: 'PanelDecisionRecorded', by: 'Charlie Chair' });
    expect(after.timeline[0].words).toContainEqual({
      label: 'Why the panel decided this',
      text: 'A fresh start near family',
    });
    const seen = (await member.get(`/api/cases/${caseId}`)).body;
    expect(seen.timeline.flatMap((entry: { words: unknown[] }) => entry.words)).toEqual([]);
    const rows = (await director.get('/api/consistency/panels?tier=1')).body.rows;
    expect(rows).toMatchObject([{ panel: 'Test panel', decisions: 1, supported: 1, gate: expect.any(String) }]);
  });
});
