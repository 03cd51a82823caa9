import type { RecordedEvent } from '@app/event-store';
import { decisionIdOf, newId } from '@app/kernel';
import { deliveredTwice, type Projection, projectionsMigrations, transactionOn } from '@app/projections';
import { createTestDatabase, type TestDatabase } from '../../../../test/support/database';
import { eventMaker, forgetting } from '../testing/events';
import { awaitedReferrals } from './awaited-referrals/projection';
import { caseList } from './case-list/projection';
import { caseById, countCases, findCases } from './case-list/query';
import { caseTimeline } from './case-timeline/projection';
import { caseTimelineOf } from './case-timeline/query';

const [ann, ben, first, second, other, panel, march, april, move] = Array.from({ length: 9 }, newId) as [
  string,
  ...string[],
] as string[] as [string, string, string, string, string, string, string, string, string];
const make = eventMaker();
const inMarch = decisionIdOf(march, first);
const inApril = decisionIdOf(april, first);
const wrong = decisionIdOf(march, other);
const referral = (pupilRef: string, caseType = 'ManagedMove') => ({
  pupilRef,
  caseType,
  homeUrn: '990001',
  requested: 'managedMoveSupported',
  child: { ncYear: 9, mainReason: 'DB', senProvision: 'K' },
  words: {},
});
const decision = (caseId: string, pupilRef: string, meetingId: string) => ({
  caseId,
  meetingId,
  panelId: panel,
  pupilRef,
  homeUrn: '990001',
  child: { facts: { ncYear: 9 }, breaches: ['no-reason-code'] },
  words: {},
});
const register = { provenance: 'register', occurredOn: '2026-03-02' };
const in2026 = { occurredOn: '2026-03-02' };
const later = { occurredOn: '2026-04-10' };

/** Ann's case is put off in March and heard again in April; Ben has two cases, of which one was decided by mistake. */
const history: RecordedEvent[] = [
  make(
    `pupil-${ann}`,
    'PupilCaseOpened',
    { caseId: first, caseType: 'ManagedMove', pupilRef: ann, child: {} },
    register,
  ),
  make(`case-${first}`, 'CaseReferred', referral(ann), register),
  make(`case-${first}`, 'ParentViewRecorded', { pupilRef: ann, child: { stance: 'unsure' }, words: {} }, register),
  make(`meeting-${march}`, 'MeetingScheduled', { panelId: panel, meetingOn: '2026-03-02', kind: 'ordinary' }, in2026),
  make(`decision-${inMarch}`, 'DecisionDeferred', decision(first, ann, march), register),
  make(`case-${first}`, 'CaseClosed', { outcome: 'deferred', pupilRef: ann, child: {} }, register),
  make(`pupil-${ann}`, 'PupilCaseReleased', { caseId: first, caseType: 'ManagedMove', because: 'closed' }, register),
  make(
    `pupil-${ben}`,
    'PupilCaseOpened',
    { caseId: second, caseType: 'ManagedMove', pupilRef: ben, child: {} },
    in2026,
  ),
  make(`case-${second}`, 'CaseReferred', referral(ben), in2026),
  make(`case-${other}`, 'CaseReferred', referral(ben, 'FairAccess'), in2026),
  make(
    `decision-${wrong}`,
    'PanelDecisionRecorded',
    { ...decision(other, ben, march), decisionType: 'noChange' },
    in2026,
  ),
  make(`decision-${wrong}`, 'DecisionWithdrawn', { pupilRef: ben, child: { because: 'wrongCase' }, words: {} }, later),
  make(`meeting-${april}`, 'MeetingScheduled', { panelId: panel, meetingOn: '2026-04-10', kind: 'ordinary' }, later),
  make(`meeting-${april}`, 'AgendaOrdered', { items: [{ caseId: first }, { caseId: second }] }, later),
  make(`meeting-${april}`, 'AgendaOrdered', { items: [{ caseId: second }] }, later),
  make(`case-${second}`, 'CaseAccepted', { panelId: panel, pupilRef: ben, child: {} }, later),
  make(`pupil-${ann}`, 'PupilCaseOpened', { caseId: first, caseType: 'ManagedMove', pupilRef: ann, child: {} }, later),
  make(`case-${first}`, 'CaseReopened', { pupilRef: ann, child: { because: 'heardAgain' } }, later),
  make(
    `decision-${inApril}`,
    'PanelDecisionRecorded',
    { ...decision(first, ann, april), decisionType: 'supportInSchool' },
    later,
  ),
  make(
    `decision-${inApril}`,
    'DecisionCorrected',
    { ...decision(first, ann, april), decisionType: 'managedMoveSupported', receivingUrn: '990002' },
    { occurredOn: '2026-04-12' },
  ),
  make(
    `move-${move}`,
    'ManagedMoveProposed',
    { caseId: first, fromUrn: '990001', toUrn: '990002', pupilRef: ann, child: {}, words: {} },
    later,
  ),
  make(
    `move-${move}`,
    'ManagedMoveStarted',
    { caseId: first, toUrn: '990002', pupilRef: ann, child: { breaches: ['against-parent-view'] } },
    { occurredOn: '2026-04-20' },
  ),
  make(
    `case-${second}`,
    'CaseCorrected',
    { ...referral(ben), homeUrn: '990003', child: { because: 'wrongWhenRecorded', ...referral(ben).child } },
    later,
  ),
];
const annForgotten = make(
  `pupil-${ann}`,
  'PupilForgotten',
  { because: 'retentionEnded' },
  { occurredOn: '2026-05-01' },
);

describe('the read models of cases', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase(projectionsMigrations);
    const client = await database.projector.connect();
    try {
      await client.query('set search_path to read');
      for (const projection of [caseList, caseTimeline, awaitedReferrals]) {
        for (const table of projection.tables) await client.query(table.create);
        const mine = history.filter(({ type }) => projection.types.includes(type));
        await projection.apply(transactionOn(client), mine);
      }
      await client.query('grant select on all tables in schema read to public');
    } finally {
      await client.query('reset search_path');
      client.release();
    }
  }, 60_000);
  afterAll(() => database?.drop());

  it.each([caseList, caseTimeline, awaitedReferrals])(
    '$name is the same however it is delivered',
    async (projection) => {
      const { once, again, singly, stuttered } = await deliveredTwice(database.projector, projection, [
        ...history,
        annForgotten,
      ]);
      expect([again, singly, stuttered]).toEqual([once, once, once]);
    },
  );

  it.each([caseList, caseTimeline, awaitedReferrals])(
    '$name rebuilds equal after a child is forgotten',
    async (projection: Projection) => {
      const live = await deliveredTwice(database.projector, projection, [...history, annForgotten]);
      const rebuilt = await deliveredTwice(database.projector, projection, forgetting([...history, annForgotten], ann));
      expect(rebuilt.once).toBe(live.once);
      if (projection !== awaitedReferrals) {
        const untold = await deliveredTwice(database.projector, projection, history);
        expect(untold.once).not.toBe(live.once);
      }
    },
  );

  const everything = { sql: 'true', params: [] };
  const pool = () => database.application;

  it('says where each case stands, what was decided and by whom', async () => {
    expect(await caseById(pool(), everything, first)).toEqual({
      caseId: first,
      reference: 'MM-2026-0001',
      pupilRef: ann,
      caseType: 'ManagedMove',
      homeUrn: '990001',
      requested: 'managedMoveSupported',
      status: 'decided',
      panelId: panel,
      meetingId: april,
      meetingOn: '2026-04-10',
      outcome: 'managedMoveSupported',
      receivingUrn: '990002',
      referredOn: null,
      lastEventOn: '2026-04-20',
      provenance: 'register',
      revision: 3,
      ncYear: 9,
    });
    expect(await caseById(pool(), everything, second)).toMatchObject({
      reference: 'MM-2026-0002',
      homeUrn: '990003',
      status: 'accepted',
      meetingId: april,
      meetingOn: '2026-04-10',
      outcome: null,
      referredOn: '2026-03-02',
    });
    expect(await caseById(pool(), everything, other)).toMatchObject({
      reference: 'FA-2026-0001',
      status: 'referred',
      outcome: null,
      panelId: null,
    });
  });

  it('is filtered, paged and scoped', async () => {
    const ids = async (filter: object, page: object = {}, scope: { sql: string; params: unknown[] } = everything) =>
      (await findCases(pool(), scope, filter, { limit: 10, ...page })).map(({ caseId }) => caseId);
    const byId = [second, other].sort();
    expect(await ids({})).toEqual([first, ...byId]);
    expect(await ids({}, { limit: 1 })).toEqual([first]);
    expect(await ids({}, { after: { lastEventOn: '2026-04-20', caseId: first } })).toEqual(byId);
    expect(await ids({}, { after: { lastEventOn: '2026-04-10', caseId: byId[0] } })).toEqual([byId[1]]);
    expect(await ids({ outcome: 'managedMoveSupported' })).toEqual([first]);
    expect(await ids({ outcome: 'none', panelId: panel })).toEqual([second]);
    expect(await ids({ reference: ' mm-2026-0002 ' })).toEqual([second]);
    expect(await ids({ pupilRefs: [ann] })).toEqual([first]);
    expect(await ids({ status: 'referred' }, {}, { sql: 'home_urn = $1', params: ['990001'] })).toEqual([other]);
    expect(await countCases(pool(), everything, {})).toBe(3);
    expect(await caseById(pool(), { sql: 'home_urn = $1', params: ['990002'] }, first)).toBeUndefined();
  });

  it('tells a case in the order in which it was recorded', async () => {
    const entries = await caseTimelineOf(pool(), first);
    expect(entries.map(({ type }) => type)).toEqual([
      'PupilCaseOpened',
      'CaseReferred',
      'ParentViewRecorded',
      'DecisionDeferred',
      'CaseClosed',
      'PupilCaseReleased',
      'PupilCaseOpened',
      'CaseReopened',
      'PanelDecisionRecorded',
      'DecisionCorrected',
      'ManagedMoveProposed',
      'ManagedMoveStarted',
    ]);
    expect(entries[1]).toMatchObject({
      provenance: 'register',
      occurredOn: '2026-03-02',
      clear: { caseType: 'ManagedMove', homeUrn: '990001' },
      child: { ncYear: 9 },
    });
    expect(entries[5]?.child).toBeUndefined();
    const withdrawn = await caseTimelineOf(pool(), other);
    expect(withdrawn.map(({ type }) => type)).toEqual(['CaseReferred', 'PanelDecisionRecorded', 'DecisionWithdrawn']);
  });

  it('awaits only referrals that have not arrived', async () => {
    const { rows } = await pool().query('select case_id from read.awaited_referrals where not settled');
    expect(rows).toEqual([]);
  });
});
