import { FORGOTTEN, type Occasion, specification } from '@app/kernel';
import { pupilDecider, type PupilEvent } from '@app/cases';

const PUPIL = '00000000-0000-4000-8000-00000000000a';
const CASE = '00000000-0000-4000-8000-00000000000b';
const OTHER = '00000000-0000-4000-8000-00000000000c';
const live: Occasion = { provenance: 'live', on: '2026-11-22', today: '2026-11-22' };
const { given } = specification(pupilDecider, live);

const opened = (caseId = CASE, caseType: 'ManagedMove' | 'FairAccess' = 'ManagedMove'): PupilEvent => ({
  type: 'PupilCaseOpened',
  data: { caseId, caseType, pupilRef: PUPIL, child: {} },
});
const released = (caseId = CASE, because: 'closed' | 'abandoned' = 'closed'): PupilEvent => ({
  type: 'PupilCaseReleased',
  data: { caseId, caseType: 'ManagedMove', because },
});
const forgotten: PupilEvent = { type: 'PupilForgotten', data: { because: 'retentionEnded' } };
const open = (caseId = CASE, caseType: 'ManagedMove' | 'FairAccess' = 'ManagedMove') =>
  ({ type: 'OpenPupilCase', pupilRef: PUPIL, caseId, caseType }) as const;
const release = (because: 'closed' | 'abandoned') => ({ type: 'ReleasePupilCase', caseId: CASE, because }) as const;
const forget = { type: 'ForgetPupil', because: 'retentionEnded' } as const;

describe('one open case a child and case type', () => {
  it('is reserved', () => given([]).when(open()).then([opened()]));
  it('is quiet when asked twice', () => given([opened()]).when(open()).then([]));
  it('refuses a second of the same type', () => given([opened()]).when(open(OTHER)).thenRefused('case-already-open'));
  it('allows another type', () =>
    given([opened()])
      .when(open(OTHER, 'FairAccess'))
      .then([opened(OTHER, 'FairAccess')]));
  it('marks a second that a register records', () =>
    given([opened()])
      .when(open(OTHER), { provenance: 'register' })
      .then([
        {
          type: 'PupilCaseOpened',
          data: { caseId: OTHER, caseType: 'ManagedMove', pupilRef: PUPIL, child: { breaches: ['case-already-open'] } },
        },
      ]));
  it('counts also while the child is forgotten', () =>
    given([
      { type: 'PupilCaseOpened', data: { caseId: CASE, caseType: 'ManagedMove', pupilRef: PUPIL, child: FORGOTTEN } },
    ])
      .when(open(OTHER))
      .thenRefused('case-already-open'));
});

describe('a release', () => {
  it('lets the child be referred again', () => {
    given([opened()]).when(release('closed')).then([released()]);
    given([opened(), released()])
      .when(open(OTHER))
      .then([opened(OTHER)]);
  });
  it('lets the same case be reopened', () => given([opened(), released()]).when(open()).then([opened()]));
  it('is quiet when asked twice', () => given([opened(), released()]).when(release('closed')).then([]));
  it('needs a case', () =>
    given([opened(OTHER)])
      .when(release('closed'))
      .thenRefused('case-not-open'));
  it('of an abandoned referral is for good, in every mode', () => {
    const history = [opened(), released(CASE, 'abandoned')];
    given(history).when(open()).thenRefused('referral-abandoned');
    given(history).when(open(), { provenance: 'register' }).thenRefused('referral-abandoned');
  });
});

describe('a forgotten child', () => {
  it('is forgotten once', () => {
    given([opened()]).when(forget).then([forgotten]);
    given([opened(), forgotten]).when(forget).then([]);
    given([]).when(forget).thenRefused('pupil-unknown');
  });
  it('is not referred under the same reference, in any mode', () => {
    given([opened(), forgotten]).when(open(OTHER, 'FairAccess')).thenRefused('pupil-forgotten');
    given([opened(), forgotten])
      .when(open(OTHER, 'FairAccess'), { provenance: 'register' })
      .thenRefused('pupil-forgotten');
  });
  it('still has its places released', () => given([opened(), forgotten]).when(release('closed')).then([released()]));
});
