/** A decision is never edited: it is corrected by a new event with the full new value, or withdrawn (event-format.md 3, 5). */
import { FORGOTTEN, type FindingRule, happensWhenSaid, impossible, judge, Refused } from '@app/kernel';
import { contentRules } from './content-rules';
import type { DecisionContext } from './context';
import type {
  CorrectDecisionCommand,
  DecisionBreach,
  DecisionCommandOf,
  DecisionMarks,
  DecisionNotRecorded,
  DecisionState,
} from './decision-state';

type Later = CorrectDecisionCommand | DecisionCommandOf<'WithdrawDecision'>;
type LaterRule = FindingRule<Later, DecisionState, DecisionContext, DecisionBreach, DecisionNotRecorded>;

const somethingStands: LaterRule = (_command, state) => {
  if (state.status === 'none') return impossible('decision-unknown', 'There is no such decision.');
  return state.status === 'withdrawn'
    ? impossible('decision-withdrawn', 'The decision was withdrawn. Record the case anew in another meeting.')
    : undefined;
};

const theRecordThatStands: LaterRule = (command, state) => {
  const named = command.type === 'CorrectDecision' ? command.correctedEventId : command.withdrawnEventId;
  return state.status === 'standing' && state.recordId !== named
    ? impossible('corrected-meanwhile', 'The decision has been corrected since this form was shown. Read it again.')
    : undefined;
};

const childRemembered: LaterRule = (_command, state) =>
  state.status === 'standing' && state.record.child === FORGOTTEN
    ? impossible('pupil-forgotten', 'This child has been forgotten, so nothing more can be recorded about them.')
    : undefined;

/** A record in the wrong place is withdrawn and recorded anew. */
const staysInItsPlace: LaterRule = (command, state) =>
  command.type === 'CorrectDecision' &&
  state.status === 'standing' &&
  (command.caseId !== state.record.caseId || command.meetingId !== state.record.meetingId)
    ? impossible(
        'correction-moves-decision',
        'A correction keeps the case, the meeting and the panel. Withdraw this record, then record the decision anew.',
      )
    : undefined;

export const laterRules: readonly LaterRule[] = [
  happensWhenSaid,
  somethingStands,
  theRecordThatStands,
  childRemembered,
  staysInItsPlace,
];

/** Marks that come from the circumstances of the decision, which no correction changes. */
const OF_CIRCUMSTANCES: readonly (DecisionBreach | DecisionNotRecorded)[] = [
  'quorum-not-confirmed',
  'quorum-not-met',
  'case-not-on-agenda',
  'parent-view-missing',
  'pupil-view-missing',
  'sharing-consent-missing',
  'chairs-action-not-permitted',
  'quorum',
  'attendance',
  'interests',
  'parentView',
  'pupilView',
  'sharingConsent',
];

/**
 * The marks of a corrected record. A correction that is asked may not break a rule anew; what the record lacked before
 * (an imported one has no legal basis) may stay absent: nothing is invented to please a rule (event-format.md 4).
 */
export function correctedMarks(
  command: CorrectDecisionCommand,
  state: DecisionState,
  context: DecisionContext,
): Refused | { readonly marks: DecisionMarks; readonly kept: DecisionMarks } {
  const before: DecisionMarks =
    state.status === 'standing' && state.record.child !== FORGOTTEN ? state.record.child : {};
  const had = new Set<string>([...(before.breaches ?? []), ...(before.notRecorded ?? [])]);
  const anew = contentRules.map(
    (rule): typeof rule =>
      (asked, standing, facts) =>
        [rule(asked, standing, facts) ?? []].flat().filter((found) => !('code' in found && had.has(found.code))),
  );
  const refused = judge([...laterRules, ...anew], command, state, context);
  if (refused instanceof Refused) return refused;
  const marks = judge(contentRules, command, state, { ...context, provenance: 'lateEntry' });
  if (marks instanceof Refused) return marks;
  const stay = <T extends DecisionBreach | DecisionNotRecorded>(codes: readonly T[] | undefined): readonly T[] =>
    codes?.filter((code) => OF_CIRCUMSTANCES.includes(code)) ?? [];
  return { marks, kept: { breaches: stay(before.breaches), notRecorded: stay(before.notRecorded) } };
}
