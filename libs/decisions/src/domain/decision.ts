/** One case before one panel: decided, put off, decided by the chair between meetings, corrected, withdrawn, ratified. */
import { type Decider, FORGOTTEN, judge, type Refusal, Refused, same, type Words, said } from '@app/kernel';
import { circumstanceRules, type Step } from './circumstances';
import { contentRules } from './content-rules';
import type { CaseBeforePanel, DecisionContext, MeetingHeld } from './context';
import { correctedMarks, laterRules } from './correction';
import type {
  CorrectDecisionCommand,
  Deciding,
  DecisionCommand,
  DecisionCommandOf,
  DecisionContent,
  DecisionFact,
  DecisionFacts,
  DecisionMarks,
  DecisionNotRecorded,
  DecisionState,
  StandingRecord,
} from './decision-state';
import { QUESTIONS } from './events';
import { ratificationRules } from './ratification';

export const decisionDecider: Decider<DecisionState, DecisionCommand, DecisionFact, DecisionContext> = {
  initial: { status: 'none' },

  evolve(state, event) {
    const recordId = event.id === undefined ? {} : { recordId: event.id };
    switch (event.type) {
      case 'ChairsActionTaken':
        return { status: 'none', urgency: event.data.child === FORGOTTEN ? FORGOTTEN : event.data.child.urgency };
      case 'PanelDecisionRecorded':
      case 'DecisionDeferred': {
        const urgency = state.status === 'none' ? state.urgency : undefined;
        return {
          status: 'standing',
          record: event.data,
          ...recordId,
          deferred: event.type === 'DecisionDeferred',
          ...(urgency ? { chairsAction: { urgency, ratification: 'awaited' as const } } : {}),
        };
      }
      case 'DecisionWithdrawn':
        return { status: 'withdrawn' };
    }
    if (state.status !== 'standing') return state;
    switch (event.type) {
      case 'DecisionCorrected': {
        const { recordId: _earlier, ...rest } = state;
        return { ...rest, record: event.data, ...recordId, deferred: event.data.decisionType === undefined };
      }
      case 'DecisionRatified':
      case 'DecisionNotRatified': {
        const ratification = event.type === 'DecisionRatified' ? 'ratified' : 'declined';
        return state.chairsAction
          ? { ...state, chairsAction: { ...state.chairsAction, ratification, ratifiedAt: event.data.meetingId } }
          : state;
      }
    }
  },

  decide(command, state, context) {
    if (askedBefore(command, state, context)) return [];
    switch (command.type) {
      case 'RecordDecision':
      case 'DeferCase':
      case 'TakeChairsAction':
        return record(command, state, context);
      case 'CorrectDecision':
        return correct(command, state, context);
      case 'WithdrawDecision':
        return withdraw(command, state, context);
      case 'RatifyDecision':
      case 'DeclineToRatify': {
        const marks = judge(ratificationRules, command, state, context);
        if (marks instanceof Refused) return marks;
        const type = command.type === 'RatifyDecision' ? 'DecisionRatified' : 'DecisionNotRatified';
        return [{ type, data: { meetingId: command.meetingId, ...marks } }];
      }
    }
  },
};

/**
 * Every reason why a case cannot be decided now, put off or taken by the chair, before anybody has filled in a form: for
 * a page to list. What only the form can break is not among them.
 */
export function whyNot(step: Step, state: DecisionState, context: DecisionContext): readonly Refusal[] {
  const judged = judge(circumstanceRules, step, state, context);
  return judged instanceof Refused ? judged.reasons : [];
}

/** The question that a case of a type puts to a panel, unless another was put. */
export const questionOf = (caseType: CaseBeforePanel['caseType']): (typeof QUESTIONS)[number] =>
  ({
    ManagedMove: 'managedMove',
    OffSite: 'offSiteProvision',
    FairAccess: 'fairAccessPlace',
    MultiAgency: 'multiAgencyPlan',
    ExclusionReview: 'exclusionReview',
  })[caseType] as (typeof QUESTIONS)[number];

function record(command: Deciding, state: DecisionState, context: DecisionContext): readonly DecisionFact[] | Refused {
  const judged = judge([...circumstanceRules, ...contentRules], command, state, context);
  if (judged instanceof Refused) return judged;
  const { case: before, meeting } = context as { case: CaseBeforePanel; meeting: MeetingHeld };
  const facts = before.facts as DecisionFacts;
  const marks = context.provenance === 'live' ? judged : joined(judged, { notRecorded: unsaid(facts) });
  const { pupilRef } = before;
  const position = (meeting.agenda?.indexOf(command.caseId) ?? -1) + 1;
  const clear = {
    caseId: command.caseId,
    meetingId: meeting.meetingId,
    panelId: meeting.panelId,
    caseType: before.caseType,
    requested: before.requested,
    homeUrn: before.homeUrn,
    ...(position > 0 ? { agendaPosition: position } : {}),
    ...asked(command, before.caseType, context),
    relied: { caseRevision: command.relied.caseRevision, meetingRevision: meeting.revision },
  };
  const child = { facts, ...found(command), ...marks };
  const words = said(command.words);
  if (command.type === 'DeferCase') {
    const { untilOn } = command;
    return [{ type: 'DecisionDeferred', data: { ...clear, ...(untilOn ? { untilOn } : {}), pupilRef, child, words } }];
  }
  const { decisionType } = command;
  if (command.type === 'RecordDecision')
    return [{ type: 'PanelDecisionRecorded', data: { ...clear, decisionType, pupilRef, child, words } }];
  const { caseId, urgency } = command;
  const { panelId, meetingId } = meeting;
  return [
    { type: 'ChairsActionTaken', data: { caseId, panelId, meetingId, pupilRef, child: { urgency } } },
    { type: 'PanelDecisionRecorded', data: { ...clear, method: 'chair', decisionType, pupilRef, child, words } },
  ];
}

function correct(
  command: CorrectDecisionCommand,
  state: DecisionState,
  context: DecisionContext,
): readonly DecisionFact[] | Refused {
  const judged = correctedMarks(command, state, context);
  if (judged instanceof Refused) return judged;
  if (state.status !== 'standing' || state.record.child === FORGOTTEN) return [];
  const { record: before } = state;
  const { decisionType, untilOn, correctedEventId, because } = command;
  const facts = command.facts ?? state.record.child.facts;
  const { caseId, meetingId, panelId, caseType, requested, homeUrn, agendaPosition, relied, pupilRef } = before;
  const missingFacts = (state.record.child.notRecorded ?? []).filter((code) => unsaid(facts).includes(code));
  const marks = joined(joined(judged.marks, judged.kept), { notRecorded: missingFacts });
  const clear = {
    caseId,
    meetingId,
    panelId,
    caseType,
    requested,
    homeUrn,
    ...(agendaPosition === undefined ? {} : { agendaPosition }),
    ...asked({ question: before.question, ...command }, caseType, context),
    ...(context.terms ? {} : { criteria: before.criteria }),
    relied,
    ...(decisionType ? { decisionType } : {}),
    ...(untilOn ? { untilOn } : {}),
    correctedEventId,
  };
  const { reason: _earlierReason, ...wordsBefore } = before.words as Record<string, Words>;
  return [
    {
      type: 'DecisionCorrected',
      data: {
        ...clear,
        pupilRef,
        child: { because, facts, ...found(command), ...marks },
        words: { ...wordsBefore, ...said(command.words) },
      },
    },
  ];
}

function withdraw(
  command: DecisionCommandOf<'WithdrawDecision'>,
  state: DecisionState,
  context: DecisionContext,
): readonly DecisionFact[] | Refused {
  const marks = judge(laterRules, command, state, context);
  if (marks instanceof Refused) return marks;
  if (state.status !== 'standing') return [];
  const { withdrawnEventId, because, words } = command;
  return [
    {
      type: 'DecisionWithdrawn',
      data: { withdrawnEventId, pupilRef: state.record.pupilRef, child: { because, ...marks }, words: said(words) },
    },
  ];
}

type Content = Partial<DecisionContent>;

/** What stands in clear of what was asked; the version of a criterion is that of the terms in force. */
function asked(content: Omit<Content, 'words'>, caseType: CaseBeforePanel['caseType'], { terms }: DecisionContext) {
  const { question, legalBasis, bindingOn, method, votes, nonChildFactors, reviewOn, comparatorsShown, receivingUrn } =
    content;
  return {
    question: question ?? questionOf(caseType),
    ...(legalBasis ? { legalBasis } : {}),
    bindingOn: bindingOn ?? [],
    ...(method ? { method } : {}),
    ...(votes ? { votes } : {}),
    criteria: (content.findings ?? []).flatMap(({ criterion }) => {
      const { id, version } = terms?.criteria.find((one) => one.id === criterion) ?? {};
      return id && version ? [{ id, version }] : [];
    }),
    nonChildFactors: nonChildFactors ?? [],
    ...(reviewOn ? { reviewOn } : {}),
    ...(comparatorsShown ? { comparatorsShown } : {}),
    ...(receivingUrn ? { receivingUrn } : {}),
  };
}

/** What is sealed of what was asked. */
const found = ({ findings, reasonCodes, recommendation, missingInfo, conditions, departure }: Content) => ({
  findings: findings ?? [],
  reasonCodes: reasonCodes ?? [],
  ...(recommendation ? { recommendation } : {}),
  missingInfo: missingInfo ?? [],
  conditions: conditions ?? [],
  ...(departure ? { departure } : {}),
});

/** Words that say something. */
/** Facts that a record does not say. A child without special educational needs has no primary need to say. */
const unsaid = (facts: DecisionFacts): readonly DecisionNotRecorded[] =>
  (['supportCycles', 'daysSuspended', 'previousMoves', 'careStatus', 'primaryNeed'] as const).filter(
    (name) => facts[name] === undefined && !(name === 'primaryNeed' && facts.senProvision === 'N'),
  );

function joined(one: DecisionMarks, other: DecisionMarks): DecisionMarks {
  const breaches = [...new Set([...(one.breaches ?? []), ...(other.breaches ?? [])])];
  const notRecorded = [...new Set([...(one.notRecorded ?? []), ...(other.notRecorded ?? [])])];
  return { ...(breaches.length > 0 ? { breaches } : {}), ...(notRecorded.length > 0 ? { notRecorded } : {}) };
}

/** Asking twice is quiet: the same content, whoever asks and whatever has moved on since. */
function askedBefore(command: DecisionCommand, state: DecisionState, context: DecisionContext): boolean {
  switch (command.type) {
    case 'WithdrawDecision':
      return state.status === 'withdrawn';
    case 'RatifyDecision':
    case 'DeclineToRatify': {
      const wanted = command.type === 'RatifyDecision' ? 'ratified' : 'declined';
      const action = state.status === 'standing' ? state.chairsAction : undefined;
      return action?.ratification === wanted && action.ratifiedAt === command.meetingId;
    }
  }
  if (state.status !== 'standing') return false;
  const { record, chairsAction } = state;
  if (record.child === FORGOTTEN || record.caseId !== command.caseId || record.meetingId !== command.meetingId)
    return false;
  const isAction = command.type === 'TakeChairsAction';
  const again = isAction ? { ...command, method: 'chair' as const } : command;
  if (isAction ? chairsAction?.urgency !== command.urgency : command.type !== 'CorrectDecision' && chairsAction)
    return false;
  if (command.type === 'CorrectDecision' && command.facts && !same(command.facts, record.child.facts)) return false;
  const outcome = (of: object) => ({
    decisionType: 'decisionType' in of ? of.decisionType : undefined,
    untilOn: 'untilOn' in of ? of.untilOn : undefined,
  });
  const question = { question: record.question };
  const was = { ...asked(record, record.caseType, context), ...found(record.child), ...outcome(record), criteria: [] };
  const is = {
    ...asked({ ...question, ...again }, record.caseType, context),
    ...found(again),
    ...outcome(again),
    criteria: [],
  };
  return same(was, is) && sameWords(record, command, context);
}

function sameWords(
  record: StandingRecord,
  command: Deciding | CorrectDecisionCommand,
  { sameText }: DecisionContext,
): boolean {
  const kept = record.words as Readonly<Record<string, Words | undefined>>;
  const words = Object.entries(said(command.words as Readonly<Record<string, string>> | undefined));
  const keptNames = Object.keys(kept).filter((name) => name !== 'reason');
  if (command.type !== 'CorrectDecision' && keptNames.length !== words.length) return false;
  return words
    .filter(([name]) => name !== 'reason')
    .every(([name, text]) => {
      const before = kept[name];
      if (before === undefined || text === undefined) return false;
      return typeof before === 'string' ? before === text : (sameText?.(before, text) ?? false);
    });
}
