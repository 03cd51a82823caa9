import {
  caseCodec,
  CasesModule,
  CloseCase,
  pupilCodec,
  RecordParentView,
  ReferCase,
  CorrectCase,
  AcceptCase,
  RecordConsent,
  RecordPupilView,
  ReopenCase,
  WithdrawConsent,
} from '@app/cases';
import { decisionCodec } from '@app/decisions';
import { Directory, directoryMigrations } from '@app/directory';
import {
  CLOCK,
  DATABASE,
  eventStoreMigrations,
  type Executed,
  Journal,
  KEY_STORE,
  PostgresEventStore,
  RevisionStale,
} from '@app/event-store';
import { type Codec, newId } from '@app/kernel';
import {
  AgreeIntegrationPlan,
  AgreeManagedMove,
  ConsentToMove,
  EndMove,
  ImportLegacyTrial,
  ManagedMovesModule,
  moveCodec,
  moveContext,
  proposalFactsOf,
  ProposeManagedMove,
  RecordConsultation,
  ShareInformationPack,
  StartManagedMove,
  WithdrawMoveConsent,
} from '@app/managed-moves';
import { Global, Module } from '@nestjs/common';
import { CommandBus, CqrsModule } from '@nestjs/cqrs';
import { Test, type TestingModule } from '@nestjs/testing';
import { createTestDatabase, type TestDatabase } from '../../../../test/support/database';
import { deskOver, envelope, referral } from '../../../cases/src/testing/desk';

describe('a managed move, by commands over the bus', () => {
  let database: TestDatabase;
  let store: PostgresEventStore;
  let module: TestingModule;
  let bus: CommandBus;
  beforeAll(async () => {
    database = await createTestDatabase([...eventStoreMigrations, ...directoryMigrations]);
    store = new PostgresEventStore({ pool: database.application });
    const codecs = [pupilCodec, caseCodec, moveCodec, decisionCodec] as Codec[];
    const { journal, keys, clock } = deskOver(store, undefined, codecs);
    const directory = new Directory(database.application);
    await directory.loadSchools([
      { urn: '123456', name: 'Ash', type: 'Community school' },
      { urn: '123457', name: 'Elm', type: 'Academy converter' },
      { urn: '123458', name: 'Oak', type: 'Pupil referral unit' },
    ]);
    const parts = [
      { provide: Journal, useValue: journal },
      { provide: Directory, useValue: directory },
      { provide: CLOCK, useValue: clock },
      { provide: KEY_STORE, useValue: keys },
      { provide: DATABASE, useValue: database },
    ];
    class Platform {}
    Global()(Platform);
    Module({ providers: parts, exports: parts.map(({ provide }) => provide) })(Platform);
    module = await Test.createTestingModule({
      imports: [CqrsModule.forRoot(), Platform, CasesModule, ManagedMovesModule],
    }).compile();
    await module.init();
    bus = module.get(CommandBus);
  }, 60_000);
  afterAll(async () => {
    await module?.close();
    await store?.close();
    await database?.drop();
  });

  const codes = (executed: Executed) =>
    executed.kind === 'refused' ? executed.reasons.map(({ code }) => code) : executed.kind;
  const referred = async () => {
    const caseId = newId();
    await bus.execute(new ReferCase(caseId, referral(newId()), envelope()));
    return caseId;
  };
  const parentSays = (caseId: string, stance: 'supportsMove' | 'opposesMove') =>
    bus.execute(
      new RecordParentView(
        caseId,
        { type: 'RecordParentView', view: { stance, capturedOn: '2026-11-20' } },
        envelope(),
      ),
    );
  const proposal = (caseId: string, toUrn = '123457') => ({
    type: 'ProposeManagedMove' as const,
    caseId,
    fromUrn: '123456',
    toUrn,
    proposedBy: 'panel' as const,
    placeAvailable: true,
    words: { bestInterests: 'Friends are there' },
  });

  it('goes from referral to end, each step once', async () => {
    const caseId = await referred();
    const moveId = newId();
    await parentSays(caseId, 'supportsMove');
    const proposing = new ProposeManagedMove(moveId, proposal(caseId), envelope());
    const proposed = await bus.execute(proposing);
    expect(proposed).toMatchObject({
      kind: 'recorded',
      events: [{ data: { child: { interventionsTried: 2, ehcPlan: false, lookedAfter: false } } }],
    });
    expect(await bus.execute(proposing)).toMatchObject({ kind: 'recorded', lastRevision: 0 });
    expect(codes(await bus.execute(new StartManagedMove(moveId, { type: 'StartManagedMove' }, envelope())))).toEqual(
      expect.arrayContaining(['not-agreed', 'consent-missing', 'information-pack-not-shared']),
    );
    for (const party of ['parent', 'homeSchool', 'receivingSchool', 'admissionAuthority'] as const) {
      const consented = await bus.execute(new ConsentToMove(moveId, { type: 'ConsentToMove', party }, envelope()));
      expect(consented.kind).toBe('recorded');
    }
    const steps = [
      new WithdrawMoveConsent(moveId, { type: 'WithdrawMoveConsent', party: 'parent' }, envelope()),
      new ConsentToMove(moveId, { type: 'ConsentToMove', party: 'parent' }, envelope()),
      new RecordConsultation(moveId, { type: 'RecordConsultation', consulted: 'health' }, envelope()),
      new AgreeManagedMove(moveId, { type: 'AgreeManagedMove' }, envelope()),
      new ShareInformationPack(
        moveId,
        { type: 'ShareInformationPack', contents: ['attainment', 'risk', 'support'] },
        envelope(),
      ),
      new AgreeIntegrationPlan(moveId, { type: 'AgreeIntegrationPlan', reviewOn: ['2027-01-15'] }, envelope()),
      new StartManagedMove(moveId, { type: 'StartManagedMove' }, envelope()),
    ];
    for (const step of steps)
      expect(await bus.execute<typeof step, Executed>(step)).toMatchObject({ kind: 'recorded' });
    const trial = new ImportLegacyTrial(
      moveId,
      { type: 'ImportLegacyTrial', startedOn: '2026-06-01', weeks: 6 },
      envelope(),
    );
    expect(codes(await bus.execute(trial))).toEqual(['trial-not-permitted']);
    const end = (on: string) => new EndMove(moveId, { type: 'EndMove', on, cause: 'returned' }, envelope());
    expect(codes(await bus.execute(end('2026-11-22')))).toEqual(['ended-before-start']);
    await expect(
      bus.execute(new EndMove(moveId, { type: 'EndMove', on: '2026-11-22', cause: 'returned' }, envelope(), 3)),
    ).rejects.toThrow(RevisionStale);
  });

  it('does not start against the view of the parent', async () => {
    const caseId = await referred();
    const moveId = newId();
    await parentSays(caseId, 'opposesMove');
    await bus.execute(new ProposeManagedMove(moveId, proposal(caseId), envelope()));
    const start = new StartManagedMove(moveId, { type: 'StartManagedMove' }, envelope());
    expect(codes(await bus.execute(start))).toContain('against-parent-view');
    const late = {
      provenance: 'lateEntry',
      lateEntryReason: 'Typed in from the file',
      occurredOn: '2026-11-02',
    } as const;
    const recorded = await bus.execute(new StartManagedMove(moveId, { type: 'StartManagedMove' }, envelope(late)));
    expect(recorded).toMatchObject({
      kind: 'recorded',
      events: [{ data: { child: { breaches: ['against-parent-view'] } } }],
    });
    const end = new EndMove(moveId, { type: 'EndMove', on: '2026-11-02', cause: 'returned' }, envelope());
    expect(codes(await bus.execute(end))).toEqual(['ended-before-start']);
  });

  it('is only between mainstream schools of the directory, and only for a case', async () => {
    const caseId = await referred();
    const propose = (of: string, toUrn: string) =>
      bus.execute(new ProposeManagedMove(newId(), proposal(of, toUrn), envelope()));
    expect(codes(await propose(caseId, '123458'))).toEqual(['not-mainstream']);
    expect(codes(await propose(caseId, '999999'))).toEqual(['unknown-school']);
    expect(codes(await propose(newId(), '123457'))).toEqual(['case-unknown']);
  });

  it('leaves the rest of a case to its own commands', async () => {
    const caseId = await referred();
    const { events } = await module.get(Journal).load(caseCodec, `case-${caseId}`);
    const { type: _, pupilRef: __, ...first } = referral(newId());
    const correct = { ...first, type: 'CorrectCase', because: 'wrongWhenRecorded', homeUrn: '123457' } as const;
    const consent = {
      type: 'RecordConsent',
      party: 'parent',
      conversationOn: '2026-11-20',
      pressureChecked: true,
    } as const;
    const steps = [
      new CorrectCase(caseId, { ...correct, correctedEventId: events[0]?.id ?? '' }, envelope()),
      new AcceptCase(caseId, { type: 'AcceptCase', panelId: newId() }, envelope()),
      new RecordPupilView(caseId, { type: 'RecordPupilView', view: { absentBecause: 'declined' } }, envelope()),
      new RecordConsent(caseId, consent, envelope()),
      new WithdrawConsent(caseId, { type: 'WithdrawConsent', party: 'parent' }, envelope()),
      new CloseCase(caseId, { type: 'CloseCase', outcome: 'noLongerNeeded' }, envelope()),
      new ReopenCase(caseId, { type: 'ReopenCase', because: 'closedInError' }, envelope()),
    ];
    for (const step of steps)
      expect(await bus.execute<typeof step, Executed>(step)).toMatchObject({ kind: 'recorded' });
    const unknown = new CorrectCase(caseId, { ...correct, homeUrn: '123456', correctedEventId: newId() }, envelope());
    expect(codes(await bus.execute(unknown))).toContain('corrected-event-unknown');
  });
});

describe('the facts of a proposal', () => {
  it('come from the case, and stay absent where it does not say', () => {
    expect(proposalFactsOf({})).toEqual({});
    expect(
      proposalFactsOf({
        supportCycles: 1,
        interventions: ['supportCycle', 'outreach', 'mentoring'],
        senProvision: 'E',
      }),
    ).toEqual({ interventionsTried: 3, ehcPlan: true });
    expect(proposalFactsOf({ supportCycles: 0, senProvision: 'K', careStatus: 'lookedAfter' })).toEqual({
      interventionsTried: 0,
      ehcPlan: false,
      lookedAfter: true,
    });
  });

  it('know a school whose type nobody knows', () => {
    const occasion = { provenance: 'live', on: '2026-11-22', today: '2026-11-22' } as const;
    const { schoolOf } = moveContext(
      occasion,
      new Map([
        ['123456', {}],
        ['123457', { type: 'Community school' }],
      ]),
    );
    expect([schoolOf('123456'), schoolOf('123457'), schoolOf('123458')]).toEqual([{}, { mainstream: true }, undefined]);
  });
});
