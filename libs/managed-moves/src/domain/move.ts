/** A managed move: a permanent, voluntary transfer between mainstream schools that everybody agrees to (domain.md A.1). */
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
  unmarked,
} from '@app/kernel';
import type { managedMoveConsented, managedMoveConsentWithdrawn, MoveEvent } from './events';
import type {
  MoveBreach,
  MoveCommand,
  MoveCommandOf,
  MoveContext,
  MoveNotRecorded,
  MoveState,
  ProposedMove,
} from './move-state';
import {
  agreeRules,
  consentRules,
  consultationRules,
  endRules,
  packRules,
  planRules,
  proposeRules,
  startRules,
  trialRules,
  withdrawRules,
} from './rules';

/** Codes of refusals: docs/invariants.md names the rule of each. */
export const moveDecider: Decider<MoveState, MoveCommand, MoveEvent, MoveContext> = {
  initial: { status: 'none' },

  evolve(state, event) {
    if (event.type === 'ManagedMoveProposed') {
      const { pupilRef, child, words: _, ...terms } = event.data;
      return { status: 'proposed', pupilRef, terms, facts: unmarked(child), consents: {}, consulted: [] };
    }
    if (state.status === 'none') return state;
    switch (event.type) {
      case 'ManagedMoveConsented':
        return consent(state, event.data.child, 'given');
      case 'ManagedMoveConsentWithdrawn':
        return consent(state, event.data.child, 'withdrawn');
      case 'ConsultationRecorded': {
        const { child } = event.data;
        return child === FORGOTTEN ? state : { ...state, consulted: [...state.consulted, child.consulted] };
      }
      case 'InformationPackShared':
        return event.data.child === FORGOTTEN ? state : { ...state, pack: event.data.child.contents };
      case 'IntegrationPlanAgreed':
        return event.data.child === FORGOTTEN ? state : { ...state, planReviewOn: event.data.child.reviewOn };
      case 'ManagedMoveAgreed':
        return state.status === 'proposed' ? { ...state, status: 'agreed' } : state;
      case 'ManagedMoveStarted':
        return { ...state, status: 'started' };
      case 'LegacyTrialImported':
        return { ...state, trial: unmarked(event.data.child) };
      case 'MoveEnded':
        return { ...state, status: 'ended', end: unmarked(event.data.child) };
    }
  },

  decide(command, state, context) {
    if (command.type === 'ProposeManagedMove') return propose(command, state, context);
    if (state.status === 'none') return refused('move-unknown', 'There is no such move: propose it first.');
    if (state.facts === FORGOTTEN) {
      return refused('pupil-forgotten', 'This child was forgotten: nothing more can be written about the move.');
    }
    const { pupilRef } = state;
    const { caseId } = state.terms;
    switch (command.type) {
      case 'ConsentToMove': {
        const { party } = command;
        if (state.consents[party] === 'given') return [];
        return marked(judge(consentRules, command, state, context), (marks) => ({
          type: 'ManagedMoveConsented',
          data: { caseId, pupilRef, child: { party, ...marks } },
        }));
      }
      case 'WithdrawMoveConsent': {
        const { party } = command;
        if (state.consents[party] === 'withdrawn') return [];
        return marked(judge(withdrawRules, command, state, context), (marks) => ({
          type: 'ManagedMoveConsentWithdrawn',
          data: { caseId, pupilRef, child: { party, ...marks } },
        }));
      }
      case 'RecordConsultation': {
        const { consulted } = command;
        const words = said(command.words);
        if (state.consulted.includes(consulted) && !words.view) return [];
        return marked(judge(consultationRules, command, state, context), (marks) => ({
          type: 'ConsultationRecorded',
          data: { caseId, pupilRef, child: { consulted, ...marks }, words },
        }));
      }
      case 'ShareInformationPack': {
        const contents = [...new Set(command.contents)];
        if (contents.every((part) => state.pack?.includes(part)) && state.pack?.length === contents.length) return [];
        return marked(judge(packRules, command, state, context), (marks) => ({
          type: 'InformationPackShared',
          data: { caseId, pupilRef, child: { contents, ...marks } },
        }));
      }
      case 'AgreeIntegrationPlan': {
        const reviewOn = [...new Set(command.reviewOn)].sort();
        const words = said(command.words);
        if (state.planReviewOn?.join() === reviewOn.join() && !words.plan) return [];
        return marked(judge(planRules, command, state, context), (marks) => ({
          type: 'IntegrationPlanAgreed',
          data: { caseId, pupilRef, child: { reviewOn, ...marks }, words },
        }));
      }
      case 'AgreeManagedMove':
        if (state.status !== 'proposed') return [];
        return marked(judge(agreeRules, command, state, context), (marks) => ({
          type: 'ManagedMoveAgreed',
          data: { caseId, pupilRef, child: marks },
        }));
      case 'StartManagedMove':
        if (state.status === 'started' || state.status === 'ended') return [];
        return marked(judge(startRules, command, state, context), (marks) => ({
          type: 'ManagedMoveStarted',
          data: { caseId, toUrn: state.terms.toUrn, pupilRef, child: marks },
        }));
      case 'ImportLegacyTrial': {
        const { startedOn, weeks } = command;
        const { trial } = state;
        if (trial && trial !== FORGOTTEN) {
          return trial.startedOn === startedOn && trial.weeks === weeks
            ? []
            : refused('trial-already-recorded', 'Another trial period is recorded for this move: it stands.');
        }
        return marked(judge(trialRules, command, state, context), (marks) => ({
          type: 'LegacyTrialImported',
          data: { caseId, pupilRef, child: { startedOn, weeks, ...marks } },
        }));
      }
      case 'EndMove': {
        const { on, cause } = command;
        const { end } = state;
        if (end && end !== FORGOTTEN) {
          return end.on === on && end.cause === cause
            ? []
            : refused('move-already-ended', 'The move has already ended, on another day or for another cause.');
        }
        return marked(judge(endRules, command, state, context), (marks) => ({
          type: 'MoveEnded',
          data: { caseId, pupilRef, child: { on, cause, ...marks } },
        }));
      }
    }
  },
};

function propose(command: MoveCommandOf<'ProposeManagedMove'>, state: MoveState, context: MoveContext) {
  const { type: _, pupilRef, facts, proposedBy, words, ...terms } = command;
  if (state.status !== 'none') {
    const before = state.terms;
    return state.pupilRef === pupilRef &&
      before.caseId === terms.caseId &&
      before.fromUrn === terms.fromUrn &&
      before.toUrn === terms.toUrn
      ? []
      : refused('move-already-proposed', 'This move is already proposed, with other schools: propose another move.');
  }
  return marked(judge(proposeRules, command, state, context), (marks) => ({
    type: 'ManagedMoveProposed',
    data: {
      ...present(terms),
      pupilRef,
      child: { ...present({ proposedBy, ...facts }), ...marks },
      words: said(words),
    },
  }));
}

const marked = (
  judged: Refused | Marks<MoveBreach, MoveNotRecorded>,
  event: (marks: Marks<MoveBreach, MoveNotRecorded>) => MoveEvent,
): Refused | MoveEvent[] => (judged instanceof Refused ? judged : [event(judged)]);

const refused = (code: string, sentence: string): Refused => new Refused([{ code, sentence }]);

const consent = (
  state: ProposedMove,
  child: ChildOf<typeof managedMoveConsented> | ChildOf<typeof managedMoveConsentWithdrawn> | Forgotten,
  now: 'given' | 'withdrawn',
): ProposedMove => (child === FORGOTTEN ? state : { ...state, consents: { ...state.consents, [child.party]: now } });
