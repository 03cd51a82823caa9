import {
  type CaseContext,
  type CaseEvent,
  caseDecider,
  type CaseCommandOf,
  type ReferralTerms,
  type ReferredFacts,
} from '@app/cases';
import { FORGOTTEN, specification } from '@app/kernel';

const PUPIL = '00000000-0000-4000-8000-00000000000a';
const PANEL = '00000000-0000-4000-8000-00000000000b';
const REFERRAL = '00000000-0000-4000-8000-00000000000c';
const context: CaseContext = {
  provenance: 'live',
  on: '2026-11-22',
  today: '2026-11-22',
  schoolKnown: (urn) => urn === '123456',
  correctable: [REFERRAL],
};
const { given } = specification(caseDecider, context);
const register = { provenance: 'register' } as const;

const terms: ReferralTerms = {
  caseType: 'ManagedMove',
  homeUrn: '123456',
  requested: 'managedMoveSupported',
  referrerRole: 'senco',
  headSignOff: true,
};
const facts: ReferredFacts = {
  ncYear: 9,
  mainReason: 'DB',
  senProvision: 'K',
  primaryNeed: 'SEMH',
  careStatus: 'notLookedAfter',
  freeSchoolMeals: false,
  ethnicity: 'NOBT',
  sex: 'F',
  supportCycles: 2,
  daysSuspended: 4.5,
  previousMoves: 0,
};
const fairAccess = {
  terms: { ...terms, caseType: 'FairAccess', requested: 'fairAccessPlacement' } as const,
  facts: { ...facts, unplaced: true, fairAccessCategory: 'l' } as const,
};
type Changed = { terms?: Partial<ReferralTerms>; facts?: Partial<ReferredFacts> };
const refer = ({ terms: t, facts: f }: Changed = {}): CaseCommandOf<'ReferCase'> => ({
  type: 'ReferCase',
  pupilRef: PUPIL,
  ...terms,
  ...t,
  facts: { ...facts, ...f },
});
const referred = ({ terms: t, facts: f }: Changed = {}, marks = {}, words = {}): CaseEvent => {
  const { referrerRole, headSignOff, ...clear } = { ...terms, ...t };
  const child = present({ referrerRole, headSignOff, ...facts, ...f, ...marks });
  return { type: 'CaseReferred', data: { ...clear, pupilRef: PUPIL, child, words } };
};
/** As an event has it: what is not said is absent. */
const present = <T extends object>(fields: T): T =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
const accepted = (child = {}): CaseEvent => ({
  type: 'CaseAccepted',
  data: { panelId: PANEL, pupilRef: PUPIL, child },
});
const closed = (outcome: 'managedMoveSupported' | 'deferred' = 'managedMoveSupported'): CaseEvent => ({
  type: 'CaseClosed',
  data: { outcome, pupilRef: PUPIL, child: {} },
});
const accept = { type: 'AcceptCase', panelId: PANEL } as const;
const abandoned: CaseEvent = { type: 'CaseReferralAbandoned', data: { caseType: 'ManagedMove' } };

describe('a referral', () => {
  it('is made', () => given([]).when(refer()).then([referred()]));
  it('keeps words that say something', () =>
    given([])
      .when({ ...refer(), words: { strengths: 'Kind to younger children', circumstances: ' ' } })
      .then([referred({}, {}, { strengths: 'Kind to younger children' })]));
  it('is quiet when asked twice', () => given([referred()]).when(refer()).then([]));
  it('of another child under the same case is refused', () =>
    given([referred()])
      .when({ ...refer(), pupilRef: PANEL })
      .thenRefused('case-already-referred'));
  it('needs the headteacher', () =>
    given([])
      .when(refer({ terms: { headSignOff: false } }))
      .thenRefused('head-sign-off-missing'));
  it('lists every reason at once', () =>
    given([])
      .when({
        type: 'ReferCase',
        pupilRef: PUPIL,
        caseType: 'FairAccess',
        homeUrn: '999999',
        requested: 'fairAccessPlacement',
        facts: { ncYear: 9, mainReason: 'DB', senProvision: 'K' },
      })
      .thenRefused(
        'unknown-school',
        'head-sign-off-missing',
        'referrer-role-missing',
        'primary-need-missing',
        'free-school-meals-missing',
        'care-status-missing',
        'ethnicity-missing',
        'sex-missing',
        'support-cycles-missing',
        'days-suspended-missing',
        'previous-moves-missing',
        'not-unplaced',
      ));
  it('from a register says what its source does not', () => {
    const blank = { terms: { headSignOff: undefined, referrerRole: undefined }, facts: { primaryNeed: undefined } };
    given([])
      .when(refer(blank), register)
      .then([referred(blank, { notRecorded: ['headSignOff', 'referredOn', 'referrerRole', 'primaryNeed'] })]);
  });
  it('entered late without the head’s signature is a breach', () =>
    given([])
      .when(refer({ terms: { headSignOff: false } }), { provenance: 'lateEntry' })
      .then([referred({ terms: { headSignOff: false } }, { breaches: ['head-sign-off-missing'] })]));
  it('of no need for a child without SEN', () =>
    given([])
      .when(refer({ facts: { senProvision: 'N', primaryNeed: undefined } }))
      .then([referred({ facts: { senProvision: 'N', primaryNeed: undefined } })]));
  it('of a day to come or an unknown school is refused in every mode', () => {
    given([])
      .when(refer(), { ...register, on: '2026-11-23' })
      .thenRefused('not-yet-happened');
    given([])
      .when(refer({ terms: { homeUrn: '654321' } }), register)
      .thenRefused('unknown-school');
  });
  it('of a day gone by is a late entry', () =>
    given([]).when(refer(), { on: '2026-11-21' }).thenRefused('enter-it-late'));
  it('uses only reasons that were in force', () => {
    given([])
      .when(refer({ facts: { mainReason: 'LD' } }), { on: '2026-04-30', today: '2026-04-30' })
      .thenRefused('reason-not-in-force');
    given([])
      .when(refer({ facts: { mainReason: 'LD' } }))
      .then([referred({ facts: { mainReason: 'LD' } })]);
  });
});

describe('a referral under fair access', () => {
  it('is for a child without a place', () => {
    given([])
      .when(refer(fairAccess))
      .then([referred(fairAccess)]);
    const placed = { ...fairAccess, facts: { ...fairAccess.facts, unplaced: false } };
    given([]).when(refer(placed)).thenRefused('not-unplaced');
    given([])
      .when(refer(placed), { provenance: 'lateEntry' })
      .then([referred(placed, { breaches: ['not-unplaced'] })]);
  });
  it.each([
    { senProvision: 'E' },
    { ehcPlan: true },
    { careStatus: 'lookedAfter' },
    { careStatus: 'previouslyLookedAfter' },
  ] as const)('is not for a child with %j', (changed) => {
    const change = { ...fairAccess, facts: { ...fairAccess.facts, ...changed } };
    given([]).when(refer(change)).thenRefused('fair-access-category-not-permitted');
    given([])
      .when(refer(change), { provenance: 'lateEntry' })
      .then([referred(change, { breaches: ['fair-access-category-not-permitted'] })]);
  });
  it('covers a previously looked-after child under category m', () => {
    const m = {
      ...fairAccess,
      facts: { ...fairAccess.facts, careStatus: 'previouslyLookedAfter', fairAccessCategory: 'm' },
    } as const;
    given([])
      .when(refer(m))
      .then([referred(m)]);
  });
  it('is accepted with a category', () => {
    const none = { ...fairAccess, facts: { ...fairAccess.facts, fairAccessCategory: undefined } };
    given([referred(none)])
      .when(accept)
      .thenRefused('fair-access-category-missing');
    given([referred(none)])
      .when(accept, register)
      .then([accepted({ notRecorded: ['fairAccessCategory'] })]);
    given([referred(none)])
      .when({ ...accept, fairAccessCategory: 'b' })
      .then([accepted({ fairAccessCategory: 'b' })]);
    given([referred({ ...none, facts: { ...none.facts, careStatus: 'lookedAfter' } })])
      .when({ ...accept, fairAccessCategory: 'b' })
      .thenRefused('fair-access-category-not-permitted');
  });
});

describe('a referral that never arrived', () => {
  it('is abandoned where there is no case', () => {
    const abandon = { type: 'AbandonReferral', caseType: 'ManagedMove' } as const;
    given([]).when(abandon).then([abandoned]);
    given([abandoned]).when(abandon).then([]);
    given([referred()]).when(abandon).thenRefused('referral-arrived');
  });
  it('does not arrive afterwards, in any mode', () => {
    given([abandoned]).when(refer()).thenRefused('referral-abandoned');
    given([abandoned]).when(refer(), register).thenRefused('referral-abandoned');
    given([abandoned]).when(accept).thenRefused('referral-abandoned');
  });
});

describe('a correction', () => {
  const correct = ({ terms: t, facts: f }: Changed = {}): CaseCommandOf<'CorrectCase'> => ({
    type: 'CorrectCase',
    correctedEventId: REFERRAL,
    because: 'wrongWhenRecorded',
    ...terms,
    ...t,
    facts: { ...facts, ...f },
  });
  const corrected = (changed: Partial<ReferredFacts> = {}): CaseEvent => {
    const { referrerRole, headSignOff, ...clear } = terms;
    const child = { because: 'wrongWhenRecorded', referrerRole, headSignOff, ...facts, ...changed } as const;
    return {
      type: 'CaseCorrected',
      data: { ...clear, correctedEventId: REFERRAL, pupilRef: PUPIL, child, words: {} },
    };
  };
  it('carries the full new value', () => {
    given([referred()])
      .when(correct({ facts: { ncYear: 10 } }))
      .then([corrected({ ncYear: 10 })]);
    given([referred(), corrected({ ncYear: 10 })])
      .when(correct({ facts: { ncYear: 10 } }))
      .then([]);
  });
  it('is quiet when nothing changes, and possible on a closed case', () => {
    given([referred(), closed()]).when(correct()).then([]);
    given([referred({ facts: { ncYear: 8 } }), closed()])
      .when(correct(), register)
      .then([corrected()]);
  });
  it('names a referral of this case and keeps its kind', () =>
    given([referred()])
      .when({ ...correct({ terms: { caseType: 'OffSite' } }), correctedEventId: PANEL }, register)
      .thenRefused('corrected-event-unknown', 'case-type-fixed'));
});

describe('a view', () => {
  const parent = (view: CaseCommandOf<'RecordParentView'>['view']) => ({ type: 'RecordParentView', view }) as const;
  const recorded = (child: object): CaseEvent => ({
    type: 'ParentViewRecorded',
    data: { pupilRef: PUPIL, child, words: {} },
  });
  it('is recorded with its day', () =>
    given([referred()])
      .when(parent({ stance: 'unsure', capturedOn: '2026-11-19' }))
      .then([recorded({ stance: 'unsure', capturedOn: '2026-11-19' })]));
  it('of the child too', () =>
    given([referred()])
      .when({ type: 'RecordPupilView', view: { absentBecause: 'declined' } })
      .then([
        { type: 'PupilViewRecorded', data: { pupilRef: PUPIL, child: { absentBecause: 'declined' }, words: {} } },
      ]));
  it('without its day says so when recorded', () => {
    given([referred()])
      .when(parent({ stance: 'opposesMove' }), register)
      .then([recorded({ stance: 'opposesMove', notRecorded: ['capturedOn'] })]);
    given([referred()])
      .when(parent({ stance: 'opposesMove' }))
      .thenRefused('captured-on-missing');
  });
  it('that is absent needs a reason, in every mode', () => {
    given([referred()]).when(parent({})).thenRefused('view-or-reason-missing', 'captured-on-missing');
    given([referred()]).when(parent({}), register).thenRefused('view-or-reason-missing');
  });
  it('is not both given and absent', () =>
    given([referred()])
      .when(parent({ stance: 'unsure', capturedOn: '2026-11-19', absentBecause: 'declined' }), register)
      .thenRefused('view-given-and-absent'));
  it('was not given on a day to come', () =>
    given([referred()])
      .when(parent({ stance: 'unsure', capturedOn: '2026-12-01' }), register)
      .thenRefused('not-yet-happened'));
  it('is quiet when recorded twice, and new when it changes', () => {
    const before = recorded({ stance: 'unsure', capturedOn: '2026-11-19' });
    given([referred(), before])
      .when(parent({ capturedOn: '2026-11-19', stance: 'unsure' }))
      .then([]);
    given([referred(), before])
      .when(parent({ stance: 'supportsMove', capturedOn: '2026-11-19' }))
      .then([recorded({ stance: 'supportsMove', capturedOn: '2026-11-19' })]);
  });
});

describe('consent to share', () => {
  const consent = {
    type: 'RecordConsent',
    party: 'parent',
    conversationOn: '2026-11-19',
    pressureChecked: true,
  } as const;
  const { type: _, ...child } = consent;
  const recorded: CaseEvent = { type: 'ConsentRecorded', data: { pupilRef: PUPIL, child } };
  const withdraw = { type: 'WithdrawConsent', party: 'parent' } as const;
  const withdrawn: CaseEvent = { type: 'ConsentWithdrawn', data: { pupilRef: PUPIL, child: { party: 'parent' } } };
  it('is given, withdrawn and given again', () => {
    given([referred()]).when(consent).then([recorded]);
    given([referred(), recorded]).when(consent).then([]);
    given([referred(), recorded]).when(withdraw).then([withdrawn]);
    given([referred(), recorded, withdrawn]).when(withdraw).then([]);
    given([referred(), recorded, withdrawn]).when(consent).then([recorded]);
  });
  it('cannot be withdrawn before it is given', () => {
    given([referred()]).when(withdraw).thenRefused('no-consent-to-withdraw');
    given([referred()])
      .when(withdraw, register)
      .then([
        {
          type: 'ConsentWithdrawn',
          data: { pupilRef: PUPIL, child: { party: 'parent', notRecorded: ['sharingConsent'] } },
        },
      ]);
  });
  it('comes from a conversation that has been', () =>
    given([referred()])
      .when({ ...consent, conversationOn: '2026-12-01' }, register)
      .thenRefused('not-yet-happened'));
});

describe('a closed case', () => {
  const close = { type: 'CloseCase', outcome: 'managedMoveSupported' } as const;
  const reopen = { type: 'ReopenCase', because: 'heardAgain' } as const;
  const reopened: CaseEvent = { type: 'CaseReopened', data: { pupilRef: PUPIL, child: { because: 'heardAgain' } } };
  it('is closed once, and may have its outcome put right', () => {
    given([referred()]).when(close).then([closed()]);
    given([referred(), closed()]).when(close).then([]);
    given([referred(), closed('deferred')])
      .when(close)
      .then([closed()]);
  });
  it('takes only a reopening, a correction or its outcome', () => {
    const steps = [
      accept,
      { type: 'RecordParentView', view: { absentBecause: 'declined' } },
      { type: 'RecordPupilView', view: { absentBecause: 'declined' } },
      { type: 'RecordConsent', party: 'parent', conversationOn: '2026-11-19', pressureChecked: true },
    ] as const;
    for (const step of steps) given([referred(), closed()]).when(step).thenRefused('case-closed');
    given([referred(), closed()]).when(accept, register).then([accepted()]);
  });
  it('is reopened', () => {
    given([referred(), closed()]).when(reopen).then([reopened]);
    given([referred()]).when(reopen).then([]);
    given([referred(), closed(), reopened]).when(accept).then([accepted()]);
  });
});

it('accepts a case once for a panel', () => {
  given([referred()]).when(accept).then([accepted()]);
  given([referred(), accepted()]).when(accept).then([]);
  given([]).when(accept).thenRefused('case-unknown');
});

it('writes nothing more about a forgotten child, in any mode', () => {
  const forgotten: CaseEvent[] = [
    { type: 'CaseReferred', data: { ...terms, pupilRef: PUPIL, child: FORGOTTEN, words: {} } },
    { type: 'ParentViewRecorded', data: { pupilRef: PUPIL, child: FORGOTTEN, words: {} } },
    { type: 'ConsentRecorded', data: { pupilRef: PUPIL, child: FORGOTTEN } },
    { type: 'CaseAccepted', data: { panelId: PANEL, pupilRef: PUPIL, child: FORGOTTEN } },
  ];
  given(forgotten).when({ type: 'CloseCase', outcome: 'deferred' }, register).thenRefused('pupil-forgotten');
});
