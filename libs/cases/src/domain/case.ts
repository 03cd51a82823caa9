/** A case from referral to close: what is asked, the child's facts, both views, and consent to share information. */
import {
  type ChildOf,
  type Decider,
  FORGOTTEN,
  type Forgotten,
  judge,
  type Marks,
  Refused,
  present,
  said,
  same,
  unmarked,
} from '@app/kernel';
import type {
  CaseBreach,
  CaseCommand,
  CaseCommandOf,
  CaseContext,
  CaseNotRecorded,
  CaseState,
  ReferredCase,
  ReferredFacts,
  SealedReferral,
} from './case-state';
import type { caseCorrected, CaseEvent, consentRecorded, consentWithdrawn } from './events';
import {
  acceptRules,
  closeRules,
  consentRules,
  correctRules,
  referRules,
  reopenRules,
  viewRules,
  withdrawRules,
} from './rules';

/** Codes of refusals: docs/invariants.md names the rule of each. */
export const caseDecider: Decider<CaseState, CaseCommand, CaseEvent, CaseContext> = {
  initial: { status: 'none' },

  evolve(state, event) {
    switch (event.type) {
      case 'CaseReferred': {
        const { pupilRef, child, words: _, ...terms } = event.data;
        return { status: 'open', pupilRef, terms, facts: unmarked(child), sharing: {}, ...categoryOf(child) };
      }
      case 'CaseReferralAbandoned':
        return { status: 'abandoned', caseType: event.data.caseType };
    }
    if (state.status === 'none' || state.status === 'abandoned') return state;
    switch (event.type) {
      case 'CaseCorrected': {
        const { pupilRef: _, child, words: __, correctedEventId: ___, ...terms } = event.data;
        return { ...state, terms, facts: referralOf(child), ...categoryOf(child) };
      }
      case 'CaseAccepted':
        return { ...state, panelId: event.data.panelId, ...categoryOf(event.data.child) };
      case 'ParentViewRecorded':
        return { ...state, parentView: unmarked(event.data.child) };
      case 'PupilViewRecorded':
        return { ...state, pupilView: unmarked(event.data.child) };
      case 'ConsentRecorded':
        return consent(state, event.data.child, 'given');
      case 'ConsentWithdrawn':
        return consent(state, event.data.child, 'withdrawn');
      case 'CaseClosed':
        return { ...state, status: 'closed', outcome: event.data.outcome };
      case 'CaseReopened': {
        const { outcome: _, ...open } = state;
        return { ...open, status: 'open' };
      }
    }
  },

  decide(command, state, context) {
    switch (command.type) {
      case 'ReferCase':
        return refer(command, state, context);
      case 'AbandonReferral':
        if (state.status === 'abandoned') return [];
        if (state.status !== 'none') return refused('referral-arrived', 'The referral has arrived: it stands.');
        return [{ type: 'CaseReferralAbandoned', data: { caseType: command.caseType } }];
    }
    if (state.status === 'none') return refused('case-unknown', 'There is no such case: refer the child first.');
    if (state.status === 'abandoned') return refusedAsAbandoned();
    if (state.facts === FORGOTTEN) {
      return refused('pupil-forgotten', 'This child was forgotten: nothing more can be written about the case.');
    }
    const { pupilRef } = state;
    switch (command.type) {
      case 'CorrectCase':
        return correct(command, state, context);
      case 'AcceptCase': {
        const { panelId, fairAccessCategory } = command;
        const given = fairAccessCategory === undefined ? {} : { fairAccessCategory };
        const category = fairAccessCategory ?? state.fairAccessCategory;
        if (state.panelId === panelId && state.fairAccessCategory === category) return [];
        return marked(judge(acceptRules, command, state, context), (marks) => ({
          type: 'CaseAccepted',
          data: { panelId, pupilRef, child: { ...given, ...marks } },
        }));
      }
      case 'RecordParentView': {
        const { view, words } = command;
        if (!words?.view && same(state.parentView, view)) return [];
        return marked(judge(viewRules, command, state, context), (marks) => ({
          type: 'ParentViewRecorded',
          data: { pupilRef, child: { ...present(view), ...marks }, words: said(words) },
        }));
      }
      case 'RecordPupilView': {
        const { view, words } = command;
        if (!words?.view && same(state.pupilView, view)) return [];
        return marked(judge(viewRules, command, state, context), (marks) => ({
          type: 'PupilViewRecorded',
          data: { pupilRef, child: { ...present(view), ...marks }, words: said(words) },
        }));
      }
      case 'RecordConsent': {
        const { party, conversationOn, pressureChecked } = command;
        if (state.sharing[party] === 'given') return [];
        return marked(judge(consentRules, command, state, context), (marks) => ({
          type: 'ConsentRecorded',
          data: { pupilRef, child: { party, conversationOn, pressureChecked, ...marks } },
        }));
      }
      case 'WithdrawConsent': {
        const { party } = command;
        if (state.sharing[party] === 'withdrawn') return [];
        return marked(judge(withdrawRules, command, state, context), (marks) => ({
          type: 'ConsentWithdrawn',
          data: { pupilRef, child: { party, ...marks } },
        }));
      }
      case 'CloseCase': {
        const { outcome } = command;
        if (state.status === 'closed' && state.outcome === outcome) return [];
        return marked(judge(closeRules, command, state, context), (marks) => ({
          type: 'CaseClosed',
          data: { outcome, pupilRef, child: marks },
        }));
      }
      case 'ReopenCase': {
        if (state.status === 'open') return [];
        return marked(judge(reopenRules, command, state, context), (marks) => ({
          type: 'CaseReopened',
          data: { pupilRef, child: { because: command.because, ...marks } },
        }));
      }
    }
  },
};

function refer(command: CaseCommandOf<'ReferCase'>, state: CaseState, context: CaseContext) {
  const { type: _, pupilRef, facts, referrerRole, headSignOff, words, ...terms } = command;
  if (state.status === 'abandoned') return refusedAsAbandoned();
  if (state.status !== 'none') {
    // The same referral again is quiet; a case never becomes another child's.
    return state.pupilRef === pupilRef && state.terms.caseType === terms.caseType
      ? []
      : refused('case-already-referred', 'This case is already referred: correct it, or refer under a new case.');
  }
  return marked(judge(referRules, command, state, context), (marks) => ({
    type: 'CaseReferred',
    data: {
      ...terms,
      pupilRef,
      child: { ...present({ referrerRole, headSignOff, ...facts }), ...marks },
      words: said(words),
    },
  }));
}

function correct(command: CaseCommandOf<'CorrectCase'>, state: ReferredCase, context: CaseContext) {
  const { type: _, correctedEventId, because, facts, referrerRole, headSignOff, words, ...terms } = command;
  const sealed = present({ referrerRole, headSignOff, ...facts });
  if (Object.keys(said(words)).length === 0 && same(state.terms, terms) && same(state.facts, sealed)) return [];
  return marked(judge(correctRules, command, state, context), (marks) => ({
    type: 'CaseCorrected',
    data: {
      ...terms,
      correctedEventId,
      pupilRef: state.pupilRef,
      child: { because, ...sealed, ...marks },
      words: said(words),
    },
  }));
}

const marked = (
  judged: Refused | Marks<CaseBreach, CaseNotRecorded>,
  event: (marks: Marks<CaseBreach, CaseNotRecorded>) => CaseEvent,
): Refused | CaseEvent[] => (judged instanceof Refused ? judged : [event(judged)]);

const refused = (code: string, sentence: string): Refused => new Refused([{ code, sentence }]);
const refusedAsAbandoned = (): Refused =>
  refused('referral-abandoned', 'This referral never arrived and its place was given up: refer the child again.');

const categoryOf = (child: Pick<ReferredFacts, 'fairAccessCategory'> | Forgotten) =>
  child === FORGOTTEN || child.fairAccessCategory === undefined ? {} : { fairAccessCategory: child.fairAccessCategory };

/** The referral as a correction leaves it. */
function referralOf(child: ChildOf<typeof caseCorrected> | Forgotten): SealedReferral | Forgotten {
  const facts = unmarked(child);
  if (facts === FORGOTTEN) return facts;
  const { because: _, ...referral } = facts;
  return referral;
}

const consent = (
  state: ReferredCase,
  child: ChildOf<typeof consentRecorded> | ChildOf<typeof consentWithdrawn> | Forgotten,
  now: 'given' | 'withdrawn',
): ReferredCase => (child === FORGOTTEN ? state : { ...state, sharing: { ...state.sharing, [child.party]: now } });
