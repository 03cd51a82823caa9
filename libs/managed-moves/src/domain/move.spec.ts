import { FORGOTTEN, specification } from '@app/kernel';
import {
  type MoveCommandOf,
  type MoveContext,
  moveDecider,
  type MoveEvent,
  type MoveParty,
  type ProposalFacts,
  type ProposalTerms,
} from '@app/managed-moves';

const PUPIL = '00000000-0000-4000-8000-00000000000a';
const CASE = '00000000-0000-4000-8000-00000000000b';
const schools = new Map<string, { mainstream?: boolean }>([
  ['123456', { mainstream: true }],
  ['123457', { mainstream: true }],
  ['123458', { mainstream: false }],
  ['123459', {}],
]);
const context: MoveContext = {
  provenance: 'live',
  on: '2026-11-22',
  today: '2026-11-22',
  schoolOf: (urn) => schools.get(urn),
  parentStance: 'supportsMove',
  decidedOn: '2026-11-02',
};
const { given } = specification(moveDecider, context);
const register = { provenance: 'register' } as const;

const terms: ProposalTerms = {
  caseId: CASE,
  fromUrn: '123456',
  toUrn: '123457',
  proposedBy: 'panel',
  placeAvailable: true,
};
const facts: ProposalFacts = { interventionsTried: 2, ehcPlan: false };
const words = { bestInterests: 'Friends are there' };
type Changed = { terms?: Partial<ProposalTerms>; facts?: Partial<ProposalFacts>; words?: object };
const present = <T extends object>(fields: T): T =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
const propose = (change: Changed = {}): MoveCommandOf<'ProposeManagedMove'> => ({
  type: 'ProposeManagedMove',
  pupilRef: PUPIL,
  ...terms,
  ...change.terms,
  facts: { ...facts, ...change.facts },
  words: change.words ?? words,
});
const proposed = (change: Changed = {}, marks: object = {}): MoveEvent => {
  const { proposedBy, ...clear } = { ...terms, ...change.terms };
  return {
    type: 'ManagedMoveProposed',
    data: present({
      ...clear,
      pupilRef: PUPIL,
      child: present({ proposedBy, ...facts, ...change.facts, ...marks }),
      words: change.words ?? words,
    }),
  };
};
const about = <const C extends object>(child: C) => ({ caseId: CASE, pupilRef: PUPIL, child });
const PARTIES = ['parent', 'homeSchool', 'receivingSchool', 'admissionAuthority'] as const;
const consented = (party: MoveParty): MoveEvent => ({ type: 'ManagedMoveConsented', data: about({ party }) });
const withdrawn = (party: MoveParty): MoveEvent => ({ type: 'ManagedMoveConsentWithdrawn', data: about({ party }) });
const consulted = (who: 'la' | 'vsh' | 'socialWorker', words: { view?: string } = {}): MoveEvent => ({
  type: 'ConsultationRecorded',
  data: { ...about({ consulted: who }), words },
});
const pack: MoveEvent = {
  type: 'InformationPackShared',
  data: about({ contents: ['attainment', 'risk', 'support'] }),
};
const plan: MoveEvent = { type: 'IntegrationPlanAgreed', data: { ...about({ reviewOn: ['2027-01-15'] }), words: {} } };
const agreed: MoveEvent = { type: 'ManagedMoveAgreed', data: about({}) };
const started = (marks: object = {}): MoveEvent => ({
  type: 'ManagedMoveStarted',
  data: { ...about(marks), toUrn: '123457' },
});
const ready = [proposed(), ...PARTIES.map(consented), agreed, pack, plan];
const start = { type: 'StartManagedMove' } as const;
const agree = { type: 'AgreeManagedMove' } as const;

describe('a proposal', () => {
  it('is made, and quiet when made twice', () => {
    given([]).when(propose()).then([proposed()]);
    given([proposed()]).when(propose()).then([]);
    given([proposed()])
      .when(propose({ terms: { toUrn: '123458' } }), register)
      .thenRefused('move-already-proposed');
  });
  it('needs two known schools, in every mode', () => {
    given([])
      .when(propose({ terms: { toUrn: '123456' } }), register)
      .thenRefused('same-school');
    given([])
      .when(propose({ terms: { toUrn: '999999' } }), register)
      .thenRefused('unknown-school');
  });
  it('goes from one mainstream school to another', () => {
    const special = { terms: { toUrn: '123458' } };
    given([]).when(propose(special)).thenRefused('not-mainstream');
    given([])
      .when(propose(special), register)
      .then([proposed(special, { breaches: ['not-mainstream'] })]);
    const unknown = { terms: { fromUrn: '123459' } };
    given([]).when(propose(unknown)).thenRefused('school-type-unknown');
    given([])
      .when(propose(unknown), register)
      .then([proposed(unknown, { notRecorded: ['schoolType'] })]);
  });
  it('comes after at least one intervention', () => {
    const none = { facts: { interventionsTried: 0 } };
    given([]).when(propose(none)).thenRefused('no-intervention');
    given([])
      .when(propose(none), register)
      .then([proposed(none, { breaches: ['no-intervention'] })]);
  });
  it('lists every reason at once, and what a register does not say', () => {
    const blank = {
      terms: { proposedBy: undefined, placeAvailable: undefined },
      facts: { interventionsTried: undefined, ehcPlan: undefined },
      words: {},
    };
    given([])
      .when(propose(blank))
      .thenRefused(
        'interventions-missing',
        'proposed-by-missing',
        'best-interests-missing',
        'place-available-missing',
        'ehc-plan-missing',
      );
    given([])
      .when(propose(blank), register)
      .then([
        proposed(blank, { notRecorded: ['interventions', 'proposedBy', 'bestInterests', 'placeAvailable', 'ehcPlan'] }),
      ]);
  });
});

describe('consent to the move', () => {
  it('is given, withdrawn and given again', () => {
    const give = { type: 'ConsentToMove', party: 'parent' } as const;
    const withdraw = { type: 'WithdrawMoveConsent', party: 'parent' } as const;
    const history = [proposed(), consented('parent')];
    given([proposed()])
      .when(give)
      .then([consented('parent')]);
    given(history).when(give).then([]);
    given(history)
      .when(withdraw)
      .then([withdrawn('parent')]);
    given([...history, withdrawn('parent')])
      .when(withdraw)
      .then([]);
    given([...history, withdrawn('parent')])
      .when(give)
      .then([consented('parent')]);
    given([proposed()]).when(withdraw).thenRefused('no-consent-to-withdraw');
    given([...ready, started()])
      .when(withdraw)
      .thenRefused('move-already-started');
  });
});

describe('an agreement', () => {
  it('needs everybody', () => {
    given([proposed(), ...PARTIES.map(consented)])
      .when(agree)
      .then([agreed]);
    given(ready).when(agree).then([]);
    for (const party of PARTIES) {
      const others = PARTIES.filter((one) => one !== party).map(consented);
      given([proposed(), ...others])
        .when(agree)
        .thenRefused('consent-missing');
      given([proposed(), ...others])
        .when(agree, register)
        .then([{ type: 'ManagedMoveAgreed', data: about({ notRecorded: ['consents' as const] }) }]);
      given([proposed(), ...PARTIES.map(consented), withdrawn(party)])
        .when(agree)
        .thenRefused('consent-withdrawn');
    }
    given([proposed(), ...PARTIES.map(consented), withdrawn('parent')])
      .when(agree, register)
      .then([{ type: 'ManagedMoveAgreed', data: about({ breaches: ['consent-withdrawn' as const] }) }]);
  });
  it.each([
    ['ehcPlan', 'la', 'ehc-plan-council-not-consulted'],
    ['lookedAfter', 'vsh', 'virtual-school-not-consulted'],
    ['hasSocialWorker', 'socialWorker', 'social-worker-not-consulted'],
  ] as const)('of a child with %s needs %s', (fact, who, code) => {
    const history = [proposed({ facts: { [fact]: true } }), ...PARTIES.map(consented)];
    given(history).when(agree).thenRefused(code);
    given(history)
      .when(agree, register)
      .then([{ type: 'ManagedMoveAgreed', data: about({ notRecorded: ['consultations' as const] }) }]);
    given([...history, consulted(who)])
      .when(agree)
      .then([agreed]);
  });
});

describe('a start', () => {
  it('comes after agreement, pack and plan, once', () => {
    given(ready).when(start).then([started()]);
    given([...ready, started()])
      .when(start)
      .then([]);
    given([proposed()])
      .when(start)
      .thenRefused(
        'not-agreed',
        'consent-missing',
        'consent-missing',
        'consent-missing',
        'consent-missing',
        'information-pack-not-shared',
        'integration-plan-not-agreed',
      );
  });
  it('is never invented from a register: what it does not say is not recorded', () =>
    given([proposed()])
      .when(start, register)
      .then([started({ notRecorded: ['agreement', 'consents', 'informationPack', 'integrationPlan'] })]));
  it('against the view of the parent is refused when asked and a breach when recorded', () => {
    given(ready).when(start, { parentStance: 'opposesMove' }).thenRefused('against-parent-view');
    given(ready)
      .when(start, { ...register, parentStance: 'opposesMove' })
      .then([started({ breaches: ['against-parent-view'] })]);
    given(ready).when(start, { parentStance: 'unsure' }).then([started()]);
  });
  it('stops at a consent withdrawn after the agreement', () =>
    given([...ready, withdrawn('receivingSchool')])
      .when(start)
      .thenRefused('consent-withdrawn'));
  it('is not before the decision, nor on a day to come', () => {
    given(ready).when(start, { decidedOn: '2026-11-23' }).thenRefused('started-before-decision');
    given(ready).when(start, { on: '2026-11-21' }).thenRefused('enter-it-late');
    given(ready)
      .when(start, { on: '2026-11-01', provenance: 'lateEntry' })
      .then([started({ breaches: ['started-before-decision'] })]);
    given(ready)
      .when(start, { ...register, on: '2026-11-23' })
      .thenRefused('not-yet-happened');
  });
});

describe('what comes before the start', () => {
  const share = { type: 'ShareInformationPack', contents: ['attainment', 'risk', 'support'] } as const;
  const agreePlan = { type: 'AgreeIntegrationPlan', reviewOn: ['2027-01-15'] } as const;
  it('is a pack that is whole', () => {
    given([proposed()]).when(share).then([pack]);
    given([proposed(), pack]).when(share).then([]);
    given([proposed()])
      .when({ ...share, contents: ['attainment'] })
      .thenRefused('information-pack-incomplete');
    given([proposed()])
      .when({ ...share, contents: ['attainment'] }, register)
      .then([
        {
          type: 'InformationPackShared',
          data: about({ contents: ['attainment'], breaches: ['information-pack-incomplete'] }),
        },
      ]);
    given([...ready, started()])
      .when({ ...share, contents: ['attainment', 'risk', 'support', 'safeguarding'] })
      .thenRefused('move-already-started');
  });
  it('is a plan with a day to look together', () => {
    given([proposed()]).when(agreePlan).then([plan]);
    given([proposed(), plan]).when(agreePlan).then([]);
    given([proposed()])
      .when({ ...agreePlan, reviewOn: [] })
      .thenRefused('review-date-missing');
    given([proposed()])
      .when({ ...agreePlan, reviewOn: ['2027-02-30'] }, register)
      .thenRefused('not-a-date');
  });
  it('is a consultation, once, unless there is more to say', () => {
    const consult = { type: 'RecordConsultation', consulted: 'la' } as const;
    given([proposed()])
      .when(consult)
      .then([consulted('la')]);
    given([proposed(), consulted('la')])
      .when(consult)
      .then([]);
    given([proposed(), consulted('la')])
      .when({ ...consult, words: { view: 'They agree' } })
      .then([consulted('la', { view: 'They agree' })]);
  });
});

describe('a trial period', () => {
  const trial = { type: 'ImportLegacyTrial', startedOn: '2026-07-20', weeks: 12 } as const;
  const recorded = (marks: object = {}): MoveEvent => ({
    type: 'LegacyTrialImported',
    data: about({ startedOn: '2026-07-20', weeks: 12, ...marks }),
  });
  it('is never asked for', () =>
    given([proposed()]).when(trial, { decidedOn: '2026-07-01' }).thenRefused('trial-not-permitted'));
  it('that was decided before 26 July 2026 is no breach, though it ran on', () =>
    given([proposed()])
      .when(trial, { ...register, decidedOn: '2026-07-25' })
      .then([recorded()]));
  it('that was decided on or after that day is one', () =>
    given([proposed()])
      .when(trial, { ...register, decidedOn: '2026-07-26' })
      .then([recorded({ breaches: ['trial-not-permitted'] })]));
  it('is recorded once', () => {
    given([proposed(), recorded()]).when(trial, register).then([]);
    given([proposed(), recorded()])
      .when({ ...trial, weeks: 6 }, register)
      .thenRefused('trial-already-recorded');
  });
});

describe('an end', () => {
  const end = { type: 'EndMove', on: '2026-11-21', cause: 'returned' } as const;
  const ended = (child: object): MoveEvent => ({ type: 'MoveEnded', data: about(child as never) });
  const moved = [...ready, started()];
  it('comes after the start, in every mode', () => {
    given(moved)
      .when(end, { startedOn: '2026-11-20' })
      .then([ended({ on: '2026-11-21', cause: 'returned' })]);
    given(ready).when(end, register).thenRefused('move-not-started');
    given(moved)
      .when(end, { ...register, startedOn: '2026-11-21' })
      .thenRefused('ended-before-start');
    given(moved)
      .when({ ...end, on: '2026-11-23' }, register)
      .thenRefused('not-yet-happened');
  });
  it('happens once', () => {
    const history = [...moved, ended({ on: '2026-11-21', cause: 'returned' })];
    given(history).when(end).then([]);
    given(history)
      .when({ ...end, cause: 'excluded' })
      .thenRefused('move-already-ended');
  });
  it('whose cause nobody knows says so', () => {
    const unknown = { ...end, cause: 'unknown' } as const;
    given(moved).when(unknown).thenRefused('end-reason-missing');
    given(moved)
      .when(unknown, register)
      .then([ended({ on: '2026-11-21', cause: 'unknown', notRecorded: ['endReason'] })]);
  });
});

it('writes nothing more about a forgotten child, in any mode', () => {
  const forgotten: MoveEvent[] = [
    { type: 'ManagedMoveProposed', data: { ...terms, pupilRef: PUPIL, child: FORGOTTEN, words: {} } },
    { type: 'ManagedMoveConsented', data: { caseId: CASE, pupilRef: PUPIL, child: FORGOTTEN } },
    { type: 'ConsultationRecorded', data: { caseId: CASE, pupilRef: PUPIL, child: FORGOTTEN, words: {} } },
  ];
  given(forgotten).when(start, register).thenRefused('pupil-forgotten');
});

it('knows no move before it is proposed', () => given([]).when(start, register).thenRefused('move-unknown'));
