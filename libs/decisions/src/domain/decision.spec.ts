import { FORGOTTEN, fold, specification, wrongWith } from '@app/kernel';
import type { CaseBeforePanel, DecisionContext, MeetingHeld } from './context';
import { decisionDecider, whyNot } from './decision';
import { decisionCodec } from './events';
import type { CorrectDecisionCommand, DecisionCommand, DecisionCommandOf, DecisionFact } from './decision-state';

const id = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const CASE = id(1);
const MEETING = id(2);
const PANEL = id(3);
const PUPIL = id(4);
const CRITERION = id(5);
const OPTIONAL_CRITERION = id(6);
const CHAIR = id(7);
const HEAD = id(8);
const REP = id(9);
const RECORD = id(10);
const LATER_MEETING = id(11);
const day = '2026-11-20';

const facts = {
  ncYear: 9,
  mainReason: 'DB',
  senProvision: 'K',
  primaryNeed: 'SEMH',
  careStatus: 'notLookedAfter',
  supportCycles: 2,
  daysSuspended: 4.5,
  previousMoves: 0,
} as const;
const before: CaseBeforePanel = {
  caseId: CASE,
  pupilRef: PUPIL,
  revision: 4,
  currentRevision: 4,
  open: true,
  panelId: PANEL,
  caseType: 'ManagedMove',
  requested: 'managedMoveSupported',
  homeUrn: '990001',
  facts,
  parentView: true,
  pupilView: true,
  sharingConsent: 'given',
};
const meeting: MeetingHeld = {
  meetingId: MEETING,
  revision: 7,
  panelId: PANEL,
  meetingOn: day,
  kind: 'ordinary',
  attendees: [
    { memberRef: CHAIR, role: 'chair', votes: true },
    { memberRef: HEAD, role: 'headteacher', votes: true },
    { memberRef: REP, role: 'schoolRepresentative', votes: true },
    { memberRef: id(12), role: 'clerk', votes: false },
  ],
  quorum: { met: true, quorum: 2 },
  interests: [],
  agenda: [id(99), CASE],
};
const context: DecisionContext = {
  provenance: 'live',
  on: day,
  today: day,
  case: before,
  meeting,
  terms: {
    criteria: [
      { id: CRITERION, version: '3', mandatory: true },
      { id: OPTIONAL_CRITERION, version: '1', mandatory: false },
    ],
    decisionTypes: ['managedMoveSupported', 'supportInSchool', 'fairAccessPlacement'],
    chairsActionAllowed: true,
  },
  schoolKnown: (urn) => ['990001', '990002'].includes(urn),
};
const spec = specification(decisionDecider, context);

const content = {
  caseId: CASE,
  meetingId: MEETING,
  relied: { caseRevision: 4, meetingRevision: 7 },
  legalBasis: 'ConsentOnly',
  method: 'consensus',
  receivingUrn: '990002',
  findings: [{ criterion: CRITERION, finding: 'met' }],
  reasonCodes: ['freshStart'],
  words: { rationale: 'A fresh start, with a mentor.' },
} as const;
const record: DecisionCommandOf<'RecordDecision'> = {
  type: 'RecordDecision',
  decisionType: 'managedMoveSupported',
  ...content,
};
const data = {
  caseId: CASE,
  meetingId: MEETING,
  panelId: PANEL,
  caseType: 'ManagedMove',
  requested: 'managedMoveSupported',
  homeUrn: '990001',
  agendaPosition: 2,
  question: 'managedMove',
  legalBasis: 'ConsentOnly',
  bindingOn: [],
  method: 'consensus',
  criteria: [{ id: CRITERION, version: '3' }],
  nonChildFactors: [],
  receivingUrn: '990002',
  relied: { caseRevision: 4, meetingRevision: 7 },
  pupilRef: PUPIL,
  words: { rationale: 'A fresh start, with a mentor.' },
} as const;
const child = {
  facts,
  findings: [{ criterion: CRITERION, finding: 'met' }],
  reasonCodes: ['freshStart'],
  missingInfo: [],
  conditions: [],
} as const;
const recorded: DecisionFact = {
  type: 'PanelDecisionRecorded',
  data: { ...data, decisionType: 'managedMoveSupported', child },
};
const stored: DecisionFact = { ...recorded, id: RECORD };
const changed = (changes: Partial<CaseBeforePanel>) => ({ case: { ...before, ...changes } });
const held = (changes: Partial<MeetingHeld>) => ({ meeting: { ...meeting, ...changes } });

describe('a decision', () => {
  it('carries the facts of the case as they stood, the place on the agenda and what it relied on', () => {
    spec.given([]).when(record).then([recorded]);
    expect(wrongWith(decisionCodec.types[recorded.type]!, recorded.data)).toBeUndefined();
  });

  it('is taken once a case and meeting: the same again is quiet, anything else is refused', () => {
    spec.given([recorded]).when(record).then([]);
    spec
      .given([recorded])
      .when({ ...record, decisionType: 'supportInSchool' })
      .thenRefused('already-decided');
    spec
      .given([recorded])
      .when({ ...record, words: { rationale: 'Something else.' } })
      .thenRefused('already-decided');
    spec
      .given([recorded])
      .when({ type: 'DeferCase', ...content })
      .thenRefused('already-decided');
  });

  it('asked again after the case and meeting have moved on is still quiet', () => {
    spec
      .given([recorded])
      .when(record, { ...changed({ currentRevision: 9 }), ...held({ revision: 12 }) })
      .then([]);
  });

  it('compares words that are in the vault by their digest', () => {
    const ref = { ref: id(50), digest: 'd', keyVersion: 1 };
    const kept: DecisionFact = { ...recorded, data: { ...recorded.data, words: { rationale: ref } } } as DecisionFact;
    spec
      .given([kept])
      .when(record, { sameText: (one, text) => one === ref && text === data.words.rationale })
      .then([]);
    spec.given([kept]).when(record).thenRefused('already-decided');
  });

  it('is refused when the case has moved on since the form was shown', () => {
    spec
      .given([])
      .when(record, changed({ currentRevision: 5 }))
      .thenRefused('case-has-moved-on');
    spec
      .given([])
      .when(record, { ...changed({ currentRevision: 5 }), provenance: 'lateEntry' })
      .thenRefused('case-has-moved-on');
    spec
      .given([])
      .when({ ...record, relied: { caseRevision: 4, meetingRevision: 8 } })
      .thenRefused('meeting-revision-unknown');
  });

  it('relies on the meeting as it stands, so that thirteen decisions a day do not fight over it', () => {
    spec
      .given([])
      .when(record, held({ revision: 9 }))
      .then([
        { ...recorded, data: { ...recorded.data, relied: { caseRevision: 4, meetingRevision: 9 } } } as DecisionFact,
      ]);
  });

  it.each(['live', 'lateEntry', 'register'] as const)(
    'is impossible without case, meeting or child (%s)',
    (provenance) => {
      spec
        .given([])
        .when(record, { provenance, case: undefined, meeting: undefined })
        .thenRefused('case-unknown', 'meeting-unknown');
      spec
        .given([])
        .when(record, { provenance, ...changed({ facts: FORGOTTEN }) })
        .thenRefused('pupil-forgotten');
      spec
        .given([])
        .when({ ...record, receivingUrn: '990001' }, { provenance })
        .thenRefused('same-school');
      spec
        .given([])
        .when({ ...record, receivingUrn: '990003' }, { provenance })
        .thenRefused('school-unknown');
    },
  );

  it('is taken on the day of its meeting', () => {
    spec
      .given([])
      .when(record, held({ meetingOn: '2026-11-27' }))
      .thenRefused('meeting-not-yet-held');
    spec
      .given([])
      .when(record, held({ meetingOn: '2026-11-13' }))
      .thenRefused('meeting-is-over');
    spec
      .given([])
      .when(record, { ...held({ meetingOn: '2026-11-13' }), provenance: 'lateEntry' })
      .thenRefused('not-on-the-day');
    spec
      .given([])
      .when(record, { ...held({ meetingOn: '2026-11-13' }), provenance: 'lateEntry', on: '2026-11-13' })
      .then([recorded]);
  });

  /** A rule broken: what it is called when asked, and what it becomes in a record. */
  const rules: readonly [string, Partial<DecisionContext>, Partial<typeof record>, string, object | 'passes'][] = [
    ['no quorum', held({ quorum: { met: false, quorum: 4 } }), {}, 'quorum-not-met', { breaches: ['quorum-not-met'] }],
    [
      'quorum not confirmed since attendance',
      held({ quorum: undefined }),
      {},
      'quorum-not-confirmed',
      { breaches: ['quorum-not-confirmed'] },
    ],
    [
      'attendance unknown',
      held({ quorum: undefined, attendees: undefined }),
      {},
      'quorum-not-confirmed',
      { notRecorded: ['quorum'] },
    ],
    [
      'too few left without those interested',
      held({
        interests: [
          { memberRef: HEAD, caseId: CASE },
          { memberRef: REP, caseId: CASE },
        ],
      }),
      {},
      'quorum-not-met',
      { breaches: ['quorum-not-met'] },
    ],
    ['off the agenda', held({ agenda: [] }), {}, 'case-not-on-agenda', { breaches: ['case-not-on-agenda'] }],
    ['no parent view', changed({ parentView: false }), {}, 'parent-view-missing', { notRecorded: ['parentView'] }],
    ['no pupil view', changed({ pupilView: false }), {}, 'pupil-view-missing', { notRecorded: ['pupilView'] }],
    [
      'no consent to share',
      changed({ sharingConsent: 'none' }),
      {},
      'sharing-consent-missing',
      { notRecorded: ['sharingConsent'] },
    ],
    [
      'consent withdrawn',
      changed({ sharingConsent: 'withdrawn' }),
      {},
      'sharing-consent-missing',
      { breaches: ['sharing-consent-missing'] },
    ],
    ['no reason', {}, { reasonCodes: [] }, 'no-reason-code', { notRecorded: ['reasons'] }],
    ['no finding', {}, { findings: [] }, 'criterion-without-finding', { notRecorded: ['criteria'] }],
    [
      'only findings that are not needed',
      {},
      { findings: [{ criterion: OPTIONAL_CRITERION, finding: 'met' }] },
      'criterion-without-finding',
      { breaches: ['criterion-without-finding'] },
    ],
    ['no legal basis', {}, { legalBasis: undefined }, 'legal-basis-missing', { notRecorded: ['legalBasis'] }],
    [
      'consent that binds',
      {},
      { bindingOn: ['homeSchool'] },
      'consent-binds-nobody',
      { breaches: ['consent-binds-nobody'] },
    ],
    [
      'fair access without a category',
      changed({ unplaced: true }),
      { legalBasis: 'FAP' },
      'fair-access-needs-category',
      { breaches: ['fair-access-needs-category'] },
    ],
    [
      'fair access for a child with a place',
      changed({ unplaced: false, fairAccessCategory: 'a' }),
      { legalBasis: 'FAP' },
      'fair-access-needs-category',
      { breaches: ['fair-access-needs-category'] },
    ],
    [
      'a decision beyond the terms',
      {},
      { decisionType: 'alternativeProvision' },
      'decision-type-not-permitted',
      { breaches: ['decision-type-not-permitted'] },
    ],
    [
      'no receiving school',
      {},
      { receivingUrn: undefined },
      'receiving-school-missing',
      { notRecorded: ['receivingSchool'] },
    ],
    ['no method', {}, { method: undefined }, 'method-missing', { notRecorded: ['method'] }],
    ['no votes', {}, { method: 'vote' }, 'votes-missing', { notRecorded: ['votes'] }],
    [
      'more votes than may vote',
      held({ interests: [{ memberRef: HEAD, caseId: CASE }] }),
      { method: 'vote', votes: { for: 2, against: 1, abstained: 0 } },
      'interested-member-voted',
      { breaches: ['interested-member-voted'] },
    ],
    [
      'a chair with an interest who decides',
      held({ interests: [{ memberRef: CHAIR, caseId: CASE }] }),
      { method: 'chair' },
      'interested-member-voted',
      { breaches: ['interested-member-voted'] },
    ],
    ['no rationale', {}, { words: { rationale: '  ' } }, 'rationale-missing', { notRecorded: ['rationale'] }],
    ['a closed case', changed({ open: false }), {}, 'case-closed', 'passes'],
    ['a case of another panel', changed({ panelId: id(77) }), {}, 'other-panel', 'passes'],
  ];
  it.each(rules)('%s: refused when asked, marked when recorded', (_what, facts_, content_, code, marks) => {
    const asked = { ...record, ...content_ } as DecisionCommand;
    spec.given([]).when(asked, facts_).thenRefused(code);
    const decided = decisionDecider.decide(asked, decisionDecider.initial, {
      ...context,
      ...facts_,
      provenance: 'lateEntry',
    });
    const marked = (decided as DecisionFact[]).map((event) => ('child' in event.data ? event.data.child : undefined));
    expect(marked).toHaveLength(1);
    const { breaches, notRecorded } = marked[0] as { breaches?: string[]; notRecorded?: string[] };
    expect({ ...(breaches ? { breaches } : {}), ...(notRecorded ? { notRecorded } : {}) }).toEqual(
      marks === 'passes' ? {} : marks,
    );
  });

  it('lets a fair access place stand for a child without one', () => {
    const decided = decisionDecider.decide(
      { ...record, decisionType: 'fairAccessPlacement', legalBasis: 'FAP', bindingOn: ['admissionAuthority'] },
      decisionDecider.initial,
      { ...context, ...changed({ unplaced: true, fairAccessCategory: 'l' }) },
    );
    expect(decided).toHaveLength(1);
  });

  it('counts out those with an interest in another case only', () => {
    spec
      .given([])
      .when(record, held({ interests: [{ memberRef: HEAD, caseId: id(99) }] }))
      .then([recorded]);
  });

  it('lists every reason at once, before a form is filled in', () => {
    const step = { type: 'RecordDecision', caseId: CASE, meetingId: MEETING, relied: content.relied } as const;
    const reasons = whyNot(step, decisionDecider.initial, {
      ...context,
      terms: undefined,
      ...held({ quorum: undefined, agenda: undefined }),
      ...changed({ parentView: false, pupilView: false, sharingConsent: 'none' }),
    });
    expect(reasons.map((reason) => reason.code)).toEqual([
      'terms-not-adopted',
      'case-not-on-agenda',
      'quorum-not-confirmed',
      'parent-view-missing',
      'pupil-view-missing',
      'sharing-consent-missing',
    ]);
    expect(whyNot(step, decisionDecider.initial, context)).toEqual([]);
  });

  it('comes from a register with what the register does not say', () => {
    const { supportCycles: _, careStatus: __, ...known } = facts;
    spec
      .given([])
      .when(
        {
          type: 'RecordDecision',
          decisionType: 'managedMoveSupported',
          caseId: CASE,
          meetingId: MEETING,
          relied: { caseRevision: 4, meetingRevision: 0 },
          method: 'vote',
        },
        {
          provenance: 'register',
          terms: undefined,
          case: { ...before, panelId: undefined, facts: known, pupilView: false, sharingConsent: 'none' },
          meeting: {
            meetingId: MEETING,
            revision: 0,
            panelId: PANEL,
            meetingOn: day,
            kind: 'ordinary',
            interests: [],
          },
        },
      )
      .then([
        {
          type: 'PanelDecisionRecorded',
          data: {
            caseId: CASE,
            meetingId: MEETING,
            panelId: PANEL,
            caseType: 'ManagedMove',
            requested: 'managedMoveSupported',
            homeUrn: '990001',
            question: 'managedMove',
            bindingOn: [],
            method: 'vote',
            criteria: [],
            nonChildFactors: [],
            relied: { caseRevision: 4, meetingRevision: 0 },
            decisionType: 'managedMoveSupported',
            pupilRef: PUPIL,
            child: {
              facts: known,
              findings: [],
              reasonCodes: [],
              missingInfo: [],
              conditions: [],
              notRecorded: [
                'quorum',
                'pupilView',
                'sharingConsent',
                'receivingSchool',
                'reasons',
                'criteria',
                'legalBasis',
                'votes',
                'rationale',
                'supportCycles',
                'careStatus',
              ],
            },
            words: {},
          },
        },
      ]);
  });
});

describe('a deferral', () => {
  const defer: DecisionCommand = {
    type: 'DeferCase',
    caseId: CASE,
    meetingId: MEETING,
    relied: content.relied,
    method: 'consensus',
    missingInfo: ['pupilView'],
    untilOn: '2026-12-11',
    words: { rationale: 'The child has not been heard.' },
  };
  it('carries the same facts, and does not need the voices that are missing', () => {
    const { legalBasis: _, receivingUrn: __, ...rest } = data;
    spec
      .given([])
      .when(defer, changed({ pupilView: false, parentView: false, sharingConsent: 'none' }))
      .then([
        {
          type: 'DecisionDeferred',
          data: {
            ...rest,
            criteria: [],
            untilOn: '2026-12-11',
            child: { ...child, findings: [], reasonCodes: [], missingInfo: ['pupilView'] },
            words: { rationale: 'The child has not been heard.' },
          },
        },
      ]);
  });
  it('needs a quorum and something that it waits for', () => {
    spec
      .given([])
      .when({ ...defer, missingInfo: [], untilOn: '2026-11-01' }, held({ quorum: undefined }))
      .thenRefused('quorum-not-confirmed', 'no-reason-code', 'review-before-meeting');
  });
});

describe('a correction', () => {
  const correct: CorrectDecisionCommand = {
    type: 'CorrectDecision',
    ...content,
    decisionType: 'supportInSchool',
    correctedEventId: RECORD,
    because: 'wrongWhenRecorded',
  };
  const later = { on: '2026-11-22', today: '2026-11-22' };
  const corrected: DecisionFact = {
    type: 'DecisionCorrected',
    data: {
      ...data,
      decisionType: 'supportInSchool',
      correctedEventId: RECORD,
      child: { because: 'wrongWhenRecorded', ...child },
    },
  };
  it('is the full new value, on any later day', () => {
    spec.given([stored]).when(correct, later).then([corrected]);
    spec
      .given([stored, { ...corrected, id: id(20) }])
      .when({ ...correct, correctedEventId: id(20) }, later)
      .then([]);
  });
  it('never changes case, meeting or panel', () => {
    spec
      .given([stored])
      .when({ ...correct, meetingId: LATER_MEETING }, later)
      .thenRefused('correction-moves-decision');
    spec
      .given([stored])
      .when({ ...correct, caseId: id(99) }, later)
      .thenRefused('correction-moves-decision');
  });
  it('is of the record that stands', () => {
    spec.given([]).when(correct, later).thenRefused('decision-unknown');
    spec
      .given([stored, { ...corrected, id: id(20) }])
      .when({ ...correct, decisionType: 'managedMoveSupported' }, later)
      .thenRefused('corrected-meanwhile');
  });
  it('keeps the frozen facts, whatever the case says now', () => {
    spec
      .given([stored])
      .when(correct, { ...later, ...changed({ facts: { ...facts, ncYear: 10 } }) })
      .then([corrected]);
  });
  it('may say that the facts themselves were recorded wrongly', () => {
    spec
      .given([stored])
      .when({ ...correct, facts: { ...facts, supportCycles: 3 } }, later)
      .then([
        {
          ...corrected,
          data: {
            ...corrected.data,
            child: { because: 'wrongWhenRecorded', ...child, facts: { ...facts, supportCycles: 3 } },
          },
        } as DecisionFact,
      ]);
  });
  it('may not break a rule anew, but need not invent what the record never said', () => {
    spec
      .given([stored])
      .when({ ...correct, legalBasis: undefined }, later)
      .thenRefused('legal-basis-missing');
    const imported: DecisionFact = {
      type: 'PanelDecisionRecorded',
      id: RECORD,
      data: {
        ...data,
        decisionType: 'managedMoveSupported',
        child: {
          ...child,
          notRecorded: ['quorum', 'legalBasis', 'careStatus'],
          facts: { ...facts, careStatus: undefined },
        },
      } as never,
    };
    const decided = decisionDecider.decide({ ...correct, legalBasis: undefined }, fold(decisionDecider, [imported]), {
      ...context,
      ...later,
    });
    expect((decided as DecisionFact[])[0]).toMatchObject({
      data: { child: { notRecorded: ['legalBasis', 'quorum', 'careStatus'] } },
    });
  });
  it('can turn a decision into a deferral', () => {
    const { decisionType: _, ...deferral } = correct;
    expect(
      fold(
        decisionDecider,
        decisionDecider.decide(deferral, fold(decisionDecider, [stored]), { ...context, ...later }) as DecisionFact[],
        fold(decisionDecider, [stored]),
      ),
    ).toMatchObject({ status: 'standing', deferred: true });
  });
  it('is not made about a forgotten child', () => {
    const forgotten = { ...stored, data: { ...stored.data, child: FORGOTTEN } } as DecisionFact;
    spec.given([forgotten]).when(correct, later).thenRefused('pupil-forgotten');
  });
});

describe('a withdrawal', () => {
  const withdraw: DecisionCommand = { type: 'WithdrawDecision', withdrawnEventId: RECORD, because: 'wrongCase' };
  const withdrawn: DecisionFact = {
    type: 'DecisionWithdrawn',
    data: { withdrawnEventId: RECORD, pupilRef: PUPIL, child: { because: 'wrongCase' }, words: {} },
  };
  it('happens once, and the meeting stays closed to the case', () => {
    spec.given([stored]).when(withdraw).then([withdrawn]);
    spec.given([stored, withdrawn]).when(withdraw).then([]);
    spec.given([stored, withdrawn]).when(record).thenRefused('decision-withdrawn');
    spec.given([]).when(withdraw).thenRefused('decision-unknown');
    spec
      .given([{ ...stored, id: id(20) }])
      .when(withdraw)
      .thenRefused('corrected-meanwhile');
  });
});

describe("chair's action", () => {
  const { method: _method, ...rest } = content;
  const act: DecisionCommand = {
    type: 'TakeChairsAction',
    decisionType: 'managedMoveSupported',
    urgency: 'riskToChild',
    ...rest,
  };
  const action: MeetingHeld = {
    meetingId: MEETING,
    revision: 7,
    panelId: PANEL,
    meetingOn: day,
    kind: 'chairsAction',
    interests: [],
  };
  const { agendaPosition: _position, ...alone } = data;
  const taken: DecisionFact[] = [
    {
      type: 'ChairsActionTaken',
      data: { caseId: CASE, panelId: PANEL, meetingId: MEETING, pupilRef: PUPIL, child: { urgency: 'riskToChild' } },
    },
    {
      type: 'PanelDecisionRecorded',
      data: { ...alone, method: 'chair', decisionType: 'managedMoveSupported', child },
    },
  ];
  it('needs neither quorum nor agenda, but terms that allow it', () => {
    spec.given([]).when(act, { meeting: action }).then(taken);
    spec.given(taken).when(act, { meeting: action }).then([]);
    spec
      .given([])
      .when(act, { meeting: action, terms: { ...context.terms!, chairsActionAllowed: false } })
      .thenRefused('chairs-action-not-permitted');
  });
  it('is a meeting of its own kind', () => {
    spec.given([]).when(act).thenRefused('not-chairs-action');
    spec.given([]).when(record, { meeting: action }).thenRefused('is-chairs-action');
  });
  it('is not taken by a chair with an interest', () => {
    spec
      .given([])
      .when(act, {
        meeting: {
          ...action,
          attendees: [{ memberRef: CHAIR, role: 'chair', votes: true }],
          interests: [{ memberRef: CHAIR, caseId: CASE }],
        },
      })
      .thenRefused('interested-member-voted');
  });

  const later = '2026-12-04';
  const full: MeetingHeld = { ...meeting, meetingId: LATER_MEETING, meetingOn: later };
  const at = { on: later, today: later, meeting: action, ratifying: { meeting: full, fullMeetingsBetween: 0 } };
  const ratify: DecisionCommand = { type: 'RatifyDecision', meetingId: LATER_MEETING };
  const decline: DecisionCommand = { type: 'DeclineToRatify', meetingId: LATER_MEETING };
  const ratified: DecisionFact = { type: 'DecisionRatified', data: { meetingId: LATER_MEETING } };
  it('is confirmed or not by the next full meeting, once', () => {
    spec.given(taken).when(ratify, at).then([ratified]);
    spec
      .given(taken)
      .when(decline, at)
      .then([{ type: 'DecisionNotRatified', data: { meetingId: LATER_MEETING } }]);
    spec
      .given([...taken, ratified])
      .when(ratify, at)
      .then([]);
    spec
      .given([...taken, ratified])
      .when(decline, at)
      .thenRefused('already-answered');
  });
  it('is still answered once the child is forgotten, and why it was urgent with them', () => {
    const forgotten = taken.map((event) => ({ ...event, data: { ...event.data, child: FORGOTTEN } }) as DecisionFact);
    spec.given(forgotten).when(ratify, at).then([ratified]);
  });
  it('lapses when a full meeting passes it over', () => {
    const passedOver = { ...at, ratifying: { meeting: full, fullMeetingsBetween: 1 } };
    spec.given(taken).when(ratify, passedOver).thenRefused('chairs-action-lapsed');
    spec
      .given(taken)
      .when(ratify, { ...passedOver, provenance: 'lateEntry' })
      .then([{ type: 'DecisionRatified', data: { meetingId: LATER_MEETING, breaches: ['chairs-action-lapsed'] } }]);
  });
  it('is confirmed by a quorate full meeting of the same panel, on its day', () => {
    const wrong = { ...full, quorum: undefined, panelId: id(66), kind: 'chairsAction' as const };
    spec
      .given(taken)
      .when(ratify, { ...at, ratifying: { meeting: wrong, fullMeetingsBetween: 0 } })
      .thenRefused('not-a-full-meeting', 'other-panel');
    spec
      .given(taken)
      .when(ratify, { ...at, ratifying: { meeting: { ...full, quorum: undefined }, fullMeetingsBetween: 0 } })
      .thenRefused('quorum-not-confirmed');
    spec
      .given(taken)
      .when(ratify, { ...at, on: '2026-12-05', today: '2026-12-05' })
      .thenRefused('meeting-is-over');
    spec
      .given(taken)
      .when(ratify, { ...at, ratifying: undefined })
      .thenRefused('meeting-unknown');
  });
  it('is the only thing that is ratified', () => {
    spec.given([stored]).when(ratify, at).thenRefused('not-chairs-action');
    spec.given([]).when(decline, at).thenRefused('decision-unknown');
  });
});
