/** From a planned meeting to a corrected decision over a real store, with the read models that follow it. */
import { caseCodec, caseStream, pupilCodec } from '@app/cases';
import {
  type EventStore,
  eventStoreMigrations,
  type Journal,
  PostgresEventStore,
  type RecordedEvent,
} from '@app/event-store';
import { type Codec, decisionIdOf, newId } from '@app/kernel';
import {
  meetingCodec,
  meetingById,
  meetings,
  meetingsFrom,
  panelCodec,
  PanelDesk,
  panelTerms,
  panelTermsOf,
} from '@app/panels';
import { deliveredTwice, ProjectionRunner, projectionsMigrations } from '@app/projections';
import { memoryKeyStore } from '@app/vault';
import { createTestDatabase, type TestDatabase } from '../../../../test/support/database';
import { deskOver, envelope, referral, TODAY } from '../../../cases/src/testing/desk';
import { decisionCodec, decisionStream } from '../domain/events';
import {
  awaitingRatification,
  decisionById,
  decisions,
  decisionsOfCase,
  decisionsOfMeeting,
} from '../read-models/decisions';
import { DecisionDesk } from './decision-desk';

const codecs = [pupilCodec, caseCodec, panelCodec, meetingCodec, decisionCodec] as Codec[];
const CRITERION = newId();
const MEMBERS = [newId(), newId(), newId()] as const;
const kindOf = async (step: Promise<{ kind: string; reasons?: readonly { code: string }[] }>) => {
  const done = await step;
  return done.kind === 'refused' ? done.reasons?.map(({ code }) => code) : done.kind;
};

describe('a decision, from its meeting to its correction', () => {
  const keys = memoryKeyStore();
  const panelId = newId();
  let database: TestDatabase;
  let store: EventStore;
  let runner: ProjectionRunner;
  let journal: Journal;
  let panels: PanelDesk;
  let desk: DecisionDesk;
  let cases: ReturnType<typeof deskOver>['desk'];

  beforeAll(async () => {
    database = await createTestDatabase([...eventStoreMigrations, ...projectionsMigrations]);
    store = new PostgresEventStore({ pool: database.application });
    const made = deskOver(store, keys, codecs);
    ({ journal, desk: cases } = made);
    panels = new PanelDesk(journal, made.directory, made.clock);
    desk = new DecisionDesk(journal, made.directory, panels, made.clock, keys, database);
    const quiet = { log: () => undefined, warn: () => undefined, error: () => undefined };
    runner = new ProjectionRunner({
      store,
      pool: database.projector,
      projections: [meetings, panelTerms, decisions],
      codecs,
      open: (record) => journal.open(record),
      logger: quiet,
    });
    await panels.onPanel(
      panelId,
      { type: 'EstablishPanel', panelType: 'sharing', networkUrns: ['123456'] },
      envelope(),
    );
    await panels.onPanel(
      panelId,
      {
        type: 'AdoptTermsOfReference',
        version: '1',
        quorum: 2,
        requiredRoles: ['chair'],
        criteria: [{ id: CRITERION, version: '2', mandatory: true }],
        decisionTypes: ['managedMoveSupported', 'supportInSchool'],
        chairsActionAllowed: true,
      },
      // Long before the meetings of this spec, which are partly in the past.
      envelope({ provenance: 'lateEntry', occurredOn: '2026-01-05', lateEntryReason: 'Set up in the spring.' }),
    );
  }, 60_000);
  afterAll(async () => {
    await runner?.stop();
    await store?.close();
    await database?.drop();
  });

  const referred = async () => {
    const [pupilRef, caseId] = [newId(), newId()];
    await cases.keyFor(pupilRef);
    await cases.onPupil(pupilRef, { type: 'OpenPupilCase', pupilRef, caseId, caseType: 'ManagedMove' }, envelope());
    await cases.onCase(caseId, referral(pupilRef), envelope());
    await cases.onCase(caseId, { type: 'AcceptCase', panelId }, envelope());
    await cases.onCase(
      caseId,
      { type: 'RecordParentView', view: { stance: 'supportsMove', capturedOn: TODAY } },
      envelope(),
    );
    await cases.onCase(caseId, { type: 'RecordPupilView', view: { stance: 'unsure', capturedOn: TODAY } }, envelope());
    await cases.onCase(
      caseId,
      { type: 'RecordConsent', party: 'parent', conversationOn: TODAY, pressureChecked: true },
      envelope(),
    );
    const { revision } = await journal.load(caseCodec, caseStream(caseId));
    return { pupilRef, caseId, caseRevision: revision as number };
  };
  const attendees = MEMBERS.map((memberRef, at) => ({
    memberRef,
    role: (['chair', 'headteacher', 'schoolRepresentative'] as const)[at]!,
    mode: 'inPerson' as const,
    votes: true,
  }));
  /** A meeting of the panel; one on an earlier day is entered late. */
  const meeting = async (caseIds: readonly string[], meetingOn: string = TODAY, quorate = true) => {
    const meetingId = newId();
    const sent = () =>
      meetingOn === TODAY
        ? envelope()
        : envelope({ provenance: 'lateEntry', occurredOn: meetingOn, lateEntryReason: 'The minutes came late.' });
    await panels.onMeeting(meetingId, { type: 'ScheduleMeeting', panelId, meetingOn, kind: 'ordinary' }, sent());
    await panels.onMeeting(meetingId, { type: 'OrderAgenda', items: caseIds.map((caseId) => ({ caseId })) }, sent());
    await panels.onMeeting(meetingId, { type: 'RecordAttendance', attendees }, sent());
    if (quorate) await panels.onMeeting(meetingId, { type: 'ConfirmQuorum' }, sent());
    return meetingId;
  };
  const content = (caseId: string, meetingId: string, caseRevision: number) =>
    ({
      decisionType: 'managedMoveSupported',
      caseId,
      meetingId,
      relied: { caseRevision, meetingRevision: 3 },
      legalBasis: 'ConsentOnly',
      method: 'consensus',
      receivingUrn: '123457',
      findings: [{ criterion: CRITERION, finding: 'met' }],
      reasonCodes: ['freshStart'],
      words: { rationale: 'A fresh start, with a mentor from the first day.' },
    }) as const;

  it('is recorded, quiet the second time, refused for another one, and corrected in its own place', async () => {
    const { caseId, caseRevision, pupilRef } = await referred();
    const meetingId = await meeting([caseId]);
    const decisionId = decisionIdOf(meetingId, caseId);
    const record = { type: 'RecordDecision', ...content(caseId, meetingId, caseRevision) } as const;

    expect(await kindOf(desk.onDecision(newId(), record, envelope()))).toEqual(['wrong-decision-id']);
    const done = await desk.onDecision(decisionId, record, envelope());
    if (done.kind !== 'recorded') throw new Error(JSON.stringify(done));
    const [recorded] = done.events;
    expect(recorded?.data).toMatchObject({
      panelId,
      homeUrn: '123456',
      agendaPosition: 1,
      criteria: [{ id: CRITERION, version: '2' }],
      pupilRef,
      child: { facts: { ncYear: 9, supportCycles: 2, daysSuspended: 4.5, previousMoves: 0 } },
    });
    // Another request with the same content: the words are compared by their digest.
    expect(await kindOf(desk.onDecision(decisionId, record, envelope()))).toBe('nothing');
    expect(
      await kindOf(desk.onDecision(decisionId, { ...record, words: { rationale: 'Another reason.' } }, envelope())),
    ).toEqual(['already-decided']);

    const { decisionType: _, relied: __, ...same } = content(caseId, meetingId, caseRevision);
    const correct = {
      type: 'CorrectDecision',
      ...same,
      decisionType: 'supportInSchool',
      correctedEventId: recorded!.id,
      because: 'wrongWhenRecorded',
    } as const;
    await expect(desk.onDecision(decisionId, correct, envelope(), 7)).rejects.toThrow('is at revision 0, not at 7');
    expect(await kindOf(desk.onDecision(decisionId, correct, envelope(), 0))).toBe('recorded');
    expect(await kindOf(desk.onDecision(decisionId, correct, envelope()))).toBe('nothing');

    await runner.catchUp();
    const row = await decisionById(database.application, decisionId, TODAY);
    expect(row).toMatchObject({
      caseId,
      meetingId,
      panelId,
      decidedOn: TODAY,
      decisionType: 'supportInSchool',
      deferred: false,
      withdrawn: false,
      corrected: true,
      chairsAction: null,
      receivingUrn: '123457',
      revision: 1,
    });
    expect(row?.recordId).not.toBe(recorded!.id);
    expect(await decisionsOfMeeting(database.application, meetingId, TODAY)).toHaveLength(1);
    const none = { sql: 'panel_id = any ($1::uuid[])', params: [[newId()]] };
    expect(await decisionsOfCase(database.application, caseId, TODAY, none)).toEqual([]);
    expect(await meetingById(database.application, meetingId, none)).toBeUndefined();
    expect(await meetingById(database.application, meetingId)).toMatchObject({
      panelId,
      meetingOn: TODAY,
      agenda: [{ caseId }],
      quorum: { met: true, present: 3 },
      revision: 3,
    });
    expect(await panelTermsOf(database.application, panelId)).toMatchObject({
      panelType: 'sharing',
      networkUrns: ['123456'],
      termsFrom: '2026-01-05',
      terms: { quorum: 2 },
    });
  });

  it('is shown again when the case has moved on, and lists what stands in its way', async () => {
    const { caseId, caseRevision } = await referred();
    const meetingId = await meeting([caseId], TODAY, false);
    await cases.onCase(caseId, { type: 'WithdrawConsent', party: 'parent' }, envelope());
    const relied = { caseRevision, meetingRevision: 2 };
    const step = { type: 'RecordDecision', ...content(caseId, meetingId, caseRevision), relied } as const;
    const occasion = { provenance: 'live', on: TODAY, today: TODAY } as const;
    const reasons = ['case-has-moved-on', 'quorum-not-confirmed'];
    expect((await desk.whyNot(step, occasion)).map(({ code }) => code)).toEqual(reasons);
    expect(await kindOf(desk.onDecision(decisionIdOf(meetingId, caseId), step, envelope()))).toEqual(reasons);
    const shownAgain = { ...step, relied: { caseRevision: caseRevision + 1, meetingRevision: 2 } };
    expect((await desk.whyNot(shownAgain, occasion)).map(({ code }) => code)).toEqual([
      'quorum-not-confirmed',
      'sharing-consent-missing',
    ]);
  });

  it("of the chair's lapses when a full meeting passes it over, and is confirmed otherwise", async () => {
    const act = async (actedOn: string) => {
      const { caseId, caseRevision } = await referred();
      const meetingId = newId();
      const late = () => envelope({ provenance: 'lateEntry', occurredOn: actedOn, lateEntryReason: 'By telephone.' });
      await panels.onMeeting(
        meetingId,
        { type: 'ScheduleMeeting', panelId, meetingOn: actedOn, kind: 'chairsAction' },
        late(),
      );
      const { method: _, ...rest } = content(caseId, meetingId, caseRevision);
      const command = {
        type: 'TakeChairsAction',
        ...rest,
        relied: { caseRevision, meetingRevision: 0 },
        urgency: 'placeWouldBeLost',
      } as const;
      const decisionId = decisionIdOf(meetingId, caseId);
      expect(await kindOf(desk.onDecision(decisionId, command, late()))).toBe('recorded');
      return decisionId;
    };
    const passedOver = await act('2026-11-02');
    await meeting([], '2026-11-09');
    const recent = await act('2026-11-16');
    const full = await meeting([]);
    await runner.catchUp();
    expect(
      (await awaitingRatification(database.application, panelId, TODAY)).map((row) => [
        row.decisionId,
        row.chairsAction?.lapsed,
      ]),
    ).toEqual([
      [recent, false],
      [passedOver, true],
    ]);

    const ratify = { type: 'RatifyDecision', meetingId: full } as const;
    expect(await kindOf(desk.onDecision(passedOver, ratify, envelope()))).toEqual(['chairs-action-lapsed']);
    expect(await kindOf(desk.onDecision(recent, ratify, envelope()))).toBe('recorded');
    expect(await kindOf(desk.onDecision(recent, ratify, envelope()))).toBe('nothing');
    await runner.catchUp();
    expect(await decisionById(database.application, recent, TODAY)).toMatchObject({
      chairsAction: { ratification: 'ratified', ratifiedAt: full, lapsed: false },
    });
    expect((await meetingsFrom(database.application, { panelId, from: '2026-11-10', limit: 10 }))[0]?.kind).toBe(
      'chairsAction',
    );
  });

  it('leaves the same rows however it is delivered, and whether or not the child is forgotten', async () => {
    const { caseId, caseRevision, pupilRef } = await referred();
    const meetingId = await meeting([caseId]);
    const decisionId = decisionIdOf(meetingId, caseId);
    const interest = { memberRef: MEMBERS[2], caseId, interest: 'ownSchool', action: 'left' } as const;
    await panels.onMeeting(meetingId, { type: 'DeclareInterest', ...interest }, envelope());
    await desk.onDecision(
      decisionId,
      {
        type: 'DeferCase',
        caseId,
        meetingId,
        relied: { caseRevision, meetingRevision: 4 },
        method: 'consensus',
        missingInfo: ['riskAssessment'],
        words: { rationale: 'The risks are not known yet.' },
      },
      envelope(),
    );
    const { events } = await journal.load(decisionCodec, decisionStream(decisionId));
    await desk.onDecision(
      decisionId,
      { type: 'WithdrawDecision', withdrawnEventId: events[0]!.id, because: 'wrongCase' },
      envelope(),
    );

    const history = async (): Promise<RecordedEvent[]> => {
      const all = await store.readAll(undefined, 1_000);
      return all.map((record) => journal.open(record));
    };
    const hashes = async () => {
      const found: string[] = [];
      const all = await history();
      for (const projection of [meetings, panelTerms, decisions]) {
        const { once, again, singly, stuttered } = await deliveredTwice(database.projector, projection, all);
        expect([again, singly, stuttered]).toEqual([once, once, once]);
        found.push(once);
      }
      return found;
    };
    const before = await hashes();
    expect(new Set(before).size).toBe(3);
    keys.destroy(pupilRef);
    expect((await history()).at(-1)?.data).toMatchObject({ pupilRef, child: 'forgotten' });
    expect(await hashes()).toEqual(before);
    await runner.catchUp();
    expect(await decisionById(database.application, decisionId, TODAY)).toMatchObject({
      deferred: true,
      withdrawn: true,
    });
  });
});
