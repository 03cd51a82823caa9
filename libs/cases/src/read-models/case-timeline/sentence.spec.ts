import { CASE_BREACHES, CASE_NOT_RECORDED, caseTimeline } from '@app/cases';
import { DECISION_BREACHES, DECISION_NOT_RECORDED } from '@app/decisions';
import { MOVE_BREACHES, MOVE_NOT_RECORDED } from '@app/managed-moves';
import { BREACHES, marksOf, type Names, NOT_RECORDED, sentenceOf } from './sentence';

const names: Names = {
  school: (urn) => (urn === '990001' ? 'North Park School' : `school ${urn}`),
  panel: () => 'the East panel',
  person: () => 'R. Shah',
};
const told = (type: string, clear: object = {}, child: object | 'forgotten' | undefined = {}) =>
  sentenceOf({ type, clear: clear as never, child: child as never, occurredOn: '2026-03-02' }, names);

it('tells every event of a timeline in one whole sentence, also when the child is forgotten', () => {
  for (const type of caseTimeline.types) {
    for (const child of [{}, 'forgotten'] as const) {
      const sentence = told(type, {}, child);
      expect(sentence).toMatch(/^[A-Z].*\.$/s);
      expect(sentence).not.toContain('was recorded.');
    }
  }
});

it('puts the child first and says what the codes mean', () => {
  const referral = { homeUrn: '990001', requested: 'managedMoveSupported' };
  expect(
    told('CaseReferred', referral, { ncYear: 9, mainReason: 'BU', senProvision: 'K', careStatus: 'lookedAfter' }),
  ).toBe(
    'The child was referred by North Park School, asking for a managed move: year 9, main reason bullying, SEN support, looked after.',
  );
  expect(told('CaseReferred', referral, 'forgotten')).toBe(
    'The child was referred by North Park School, asking for a managed move; the facts are forgotten.',
  );
  expect(told('ParentViewRecorded', {}, { stance: 'opposesMove', capturedOn: '2026-02-27' })).toBe(
    "The parent's view: opposes the move, given on 27 February 2026.",
  );
  expect(told('PupilViewRecorded', {}, { absentBecause: 'couldNotBeReached' })).toBe(
    "The child's view is absent: the child could not be reached.",
  );
  expect(told('PanelDecisionRecorded', { panelId: 'x', decisionType: 'offSiteDirection' })).toBe(
    'The East panel decided for the child: off-site direction.',
  );
  expect(told('ManagedMoveStarted', { toUrn: '990001' })).toBe(
    'The child started at North Park School on 2 March 2026.',
  );
  expect(told('MoveEnded', {}, { on: '2026-03-09', cause: 'returned' })).toBe(
    "The child's move ended on 9 March 2026: the child returned.",
  );
  expect(told('InformationPackShared', {}, { contents: ['attainment', 'risk', 'support'] })).toBe(
    'The receiving school was given what it needs for the child: attainment, risk and support.',
  );
});

it('has words for every breach and every absent fact', () => {
  for (const code of [...CASE_BREACHES, ...MOVE_BREACHES, ...DECISION_BREACHES]) expect(BREACHES).toHaveProperty(code);
  for (const code of [...CASE_NOT_RECORDED, ...MOVE_NOT_RECORDED, ...DECISION_NOT_RECORDED]) {
    expect(NOT_RECORDED).toHaveProperty(code);
  }
  expect(marksOf({ clear: {}, child: { breaches: ['against-parent-view'], notRecorded: ['capturedOn'] } })).toEqual({
    breaches: [{ code: 'against-parent-view', label: "the move started against the parent's view" }],
    notRecorded: [{ code: 'capturedOn', label: 'the day of the view' }],
  });
  expect(marksOf({ clear: {}, child: 'forgotten' })).toEqual({ breaches: [], notRecorded: [] });
});
