import { FORGOTTEN, specification, wrongWith } from '@app/kernel';
import { type ExclusionEvent, exclusionCodec } from './events';
import { type ExclusionCommand, exclusionDecider } from './exclusion';

const PUPIL = '00000000-0000-4000-8000-000000000001';
const today = '2026-11-20';
const spec = specification(exclusionDecider, {
  provenance: 'live' as const,
  on: today,
  today,
  schoolKnown: (urn: string) => urn === '990001',
});
type Suspension = Extract<ExclusionCommand, { type: 'IssueSuspension' }>;
const suspend: Suspension = {
  type: 'IssueSuspension',
  pupilRef: PUPIL,
  homeUrn: '990001',
  category: 'SUSP',
  reasons: ['CB'],
  startsOn: today,
  endsOn: '2026-11-24',
  sessions: 6,
  missesExam: false,
};
const facts = {
  category: 'SUSP',
  reasons: ['CB'],
  startsOn: today,
  endsOn: '2026-11-24',
  sessions: 6,
  missesExam: false,
} as const;
const suspended: ExclusionEvent = {
  type: 'SuspensionIssued',
  data: { homeUrn: '990001', pupilRef: PUPIL, child: facts },
};
const exclude: ExclusionCommand = {
  type: 'IssuePermanentExclusion',
  pupilRef: PUPIL,
  homeUrn: '990001',
  reasons: ['PA', 'BW'],
  fromOn: today,
  missesExam: true,
};
const excluded: ExclusionEvent = {
  type: 'PermanentExclusionIssued',
  data: {
    homeUrn: '990001',
    pupilRef: PUPIL,
    child: { reasons: ['PA', 'BW'], fromOn: today, missesExam: true },
  },
};
const review: Extract<ExclusionCommand, { type: 'ReviewExclusion' }> = {
  type: 'ReviewExclusion',
  reviewKind: 'NonStatutoryPanelCaseReview',
  outcome: 'learningAgreed',
  findings: ['policyFollowed'],
  shortfalls: ['adjustmentsNotMade'],
};
const reviewed: ExclusionEvent = {
  type: 'ExclusionReviewed',
  data: {
    reviewKind: 'NonStatutoryPanelCaseReview',
    outcome: 'learningAgreed',
    pupilRef: PUPIL,
    child: { findings: ['policyFollowed'], shortfalls: ['adjustmentsNotMade'] },
    words: {},
  },
};

describe('a suspension or permanent exclusion', () => {
  it('is issued once, and its days are never moved', () => {
    spec.given([]).when(suspend).then([suspended]);
    spec.given([suspended]).when(suspend).then([]);
    spec
      .given([suspended])
      .when({ ...suspend, endsOn: '2026-11-30' })
      .thenRefused('already-issued');
    spec.given([suspended]).when(exclude).thenRefused('already-issued');
    spec.given([]).when(exclude).then([excluded]);
    spec.given([excluded]).when(exclude).then([]);
    for (const event of [suspended, excluded, reviewed])
      expect(wrongWith(exclusionCodec.types[event.type]!, event.data)).toBeUndefined();
  });

  const broken: readonly [string, Partial<Suspension>, string, object][] = [
    ['no reason', { reasons: [] }, 'no-reason', { breaches: ['no-reason'] }],
    ['four reasons', { reasons: ['CB', 'PP', 'VP', 'BU'] }, 'too-many-reasons', { breaches: ['too-many-reasons'] }],
    ['an end before the start', { endsOn: '2026-11-19' }, 'ends-before-start', { breaches: ['ends-before-start'] }],
    [
      'a reason before its list',
      { reasons: ['MP'], startsOn: '2026-04-30', endsOn: '2026-04-30' },
      'reason-not-in-force',
      { breaches: ['reason-not-in-force'] },
    ],
    ['no sessions', { sessions: undefined }, 'sessions-missing', { notRecorded: ['sessions'] }],
    ['nothing said of exams', { missesExam: undefined }, 'exam-not-said', { notRecorded: ['missesExam'] }],
  ];
  it.each(broken)('with %s is refused when asked and marked when recorded', (_what, changes, code, marks) => {
    spec
      .given([])
      .when({ ...suspend, ...changes })
      .thenRefused(code);
    spec
      .given([])
      .when({ ...suspend, ...changes }, { provenance: 'lateEntry' })
      .then([
        {
          type: 'SuspensionIssued',
          data: { homeUrn: '990001', pupilRef: PUPIL, child: { ...facts, ...changes, ...marks } },
        },
      ]);
  });

  it('takes a reason from the first day of its list', () => {
    spec
      .given([])
      .when({ ...suspend, reasons: ['MP'], startsOn: '2026-05-01' })
      .then([
        {
          ...suspended,
          data: { ...suspended.data, child: { ...facts, reasons: ['MP'], startsOn: '2026-05-01' } },
        } as never,
      ]);
  });

  it.each(['live', 'lateEntry', 'register'] as const)('cannot be what is impossible (%s)', (provenance) => {
    spec
      .given([])
      .when({ ...suspend, homeUrn: '990009', startsOn: '2026-06-31', reasons: ['CB', 'CB'] }, { provenance })
      .thenRefused('school-unknown', 'no-such-date', 'reason-twice');
  });
});

describe('a review of an exclusion', () => {
  it('is recorded once; another may follow', () => {
    spec.given([excluded]).when(review).then([reviewed]);
    spec.given([excluded, reviewed]).when(review).then([]);
    spec
      .given([excluded, reviewed])
      .when({ ...review, reviewKind: 'GoverningBoard', outcome: 'reinstated' })
      .then([
        {
          type: 'ExclusionReviewed',
          data: { ...reviewed.data, reviewKind: 'GoverningBoard', outcome: 'reinstated' } as never,
        },
      ]);
    spec.given([]).when(review).thenRefused('exclusion-unknown');
  });

  it.each([
    ['NonStatutoryPanelCaseReview', 'reinstated'],
    ['NonStatutoryPanelCaseReview', 'upheld'],
    ['GoverningBoard', 'upheld'],
    ['IRP', 'reinstated'],
  ] as const)('by %s cannot end in %s', (reviewKind, outcome) => {
    spec
      .given([excluded])
      .when({ ...review, reviewKind, outcome })
      .thenRefused('outcome-not-of-kind');
    spec
      .given([excluded])
      .when({ ...review, reviewKind, outcome }, { provenance: 'lateEntry' })
      .then([
        {
          type: 'ExclusionReviewed',
          data: {
            ...reviewed.data,
            reviewKind,
            outcome,
            child: {
              findings: ['policyFollowed'],
              shortfalls: ['adjustmentsNotMade'],
              breaches: ['outcome-not-of-kind'],
            },
          } as never,
        },
      ]);
  });

  it('by an independent panel is of a permanent exclusion', () => {
    spec
      .given([suspended])
      .when({ ...review, reviewKind: 'IRP', outcome: 'upheld' })
      .thenRefused('independent-review-of-suspension');
  });

  it('says what it found and where support fell short', () => {
    const { findings: _, shortfalls: __, ...silent } = review;
    spec.given([excluded]).when(silent).thenRefused('findings-missing', 'shortfalls-not-said');
    spec
      .given([excluded])
      .when(silent, { provenance: 'lateEntry' })
      .then([
        {
          ...reviewed,
          data: {
            ...reviewed.data,
            child: { findings: [], shortfalls: [], notRecorded: ['findings', 'shortfalls'] },
          } as never,
        },
      ]);
  });

  it('is not made about a forgotten child', () => {
    const forgotten = { ...excluded, data: { ...excluded.data, child: FORGOTTEN } } as ExclusionEvent;
    spec.given([forgotten]).when(review).thenRefused('pupil-forgotten');
  });
});
