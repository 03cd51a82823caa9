/** What a decision is, and what can be asked of it. */
import type { ChildOf, EventOf, Forgotten, StaticOf } from '@app/kernel';
import type {
  chairsActionTaken,
  DecisionEvent,
  decisionCorrected,
  decisionDeferred,
  decisionWithdrawn,
  panelDecisionRecorded,
} from './events';

type Decided = EventOf<typeof panelDecisionRecorded>['data'];
type Deferred = EventOf<typeof decisionDeferred>['data'];
type Corrected = EventOf<typeof decisionCorrected>['data'];
type Sealed = ChildOf<typeof panelDecisionRecorded>;
type Clear = StaticOf<(typeof panelDecisionRecorded)['clear']>;

/** The child's facts as they stood (event-format.md 5). */
export type DecisionFacts = Sealed['facts'];
export type DecisionMarks = Pick<Sealed, 'breaches' | 'notRecorded'>;
export type DecisionBreach = NonNullable<DecisionMarks['breaches']>[number];
export type DecisionNotRecorded = NonNullable<DecisionMarks['notRecorded']>[number];

/** A fact of the decision's stream; one that comes from the log carries its event id. */
export type DecisionFact = DecisionEvent & { readonly id?: string };

/** The record that stands: a decision, a deferral, or the correction of either. */
export type StandingRecord = Decided | Deferred | Corrected;

export type DecisionState =
  | { readonly status: 'none'; readonly urgency?: Urgency | Forgotten }
  | {
      readonly status: 'standing';
      readonly record: StandingRecord;
      /** Event id of the record, where it comes from the log. */
      readonly recordId?: string;
      readonly deferred: boolean;
      /** Present when the chair decided between meetings. */
      readonly chairsAction?: {
        readonly urgency: Urgency | Forgotten;
        readonly ratification: 'awaited' | 'ratified' | 'declined';
        readonly ratifiedAt?: string;
      };
    }
  | { readonly status: 'withdrawn' };

type Urgency = ChildOf<typeof chairsActionTaken>['urgency'];

/** The case, the meeting, and the revisions of both that the form showed. */
export interface Matter {
  readonly caseId: string;
  readonly meetingId: string;
  readonly relied: { readonly caseRevision: number; readonly meetingRevision: number };
}

/**
 * What is asked to be recorded. The rest of the event (case type, what was requested, schools, facts, panel, place on the
 * agenda, versions of criteria) comes from the case, the meeting and the terms, not from whoever asks.
 */
export interface DecisionContent
  extends
    Matter,
    Partial<
      Pick<
        Clear,
        | 'question'
        | 'legalBasis'
        | 'bindingOn'
        | 'method'
        | 'votes'
        | 'nonChildFactors'
        | 'reviewOn'
        | 'comparatorsShown'
        | 'receivingUrn'
      >
    >,
    Partial<Pick<Sealed, 'findings' | 'reasonCodes' | 'recommendation' | 'missingInfo' | 'conditions' | 'departure'>> {
  readonly words?: { readonly [K in 'rationale' | 'evidence' | 'conditionsWording' | 'departureWording']?: string };
}

type DecisionType = Clear['decisionType'];

export type DecisionCommand =
  | ({ readonly type: 'RecordDecision'; readonly decisionType: DecisionType } & DecisionContent)
  | ({ readonly type: 'DeferCase'; readonly untilOn?: string } & DecisionContent)
  | ({ readonly type: 'TakeChairsAction'; readonly decisionType: DecisionType; readonly urgency: Urgency } & Omit<
      DecisionContent,
      'method' | 'votes'
    >)
  | CorrectDecisionCommand
  | {
      readonly type: 'WithdrawDecision';
      readonly withdrawnEventId: string;
      readonly because: ChildOf<typeof decisionWithdrawn>['because'];
      readonly words?: { readonly reason?: string };
    }
  | { readonly type: 'RatifyDecision'; readonly meetingId: string }
  | { readonly type: 'DeclineToRatify'; readonly meetingId: string };

/** The full new value; a decision without `decisionType` is a deferral. What it relied on stays as it was. */
export interface CorrectDecisionCommand extends Omit<DecisionContent, 'relied' | 'words'> {
  readonly type: 'CorrectDecision';
  readonly decisionType?: DecisionType;
  readonly untilOn?: string;
  readonly correctedEventId: string;
  readonly because: ChildOf<typeof decisionCorrected>['because'];
  /** Only when the facts themselves were recorded wrongly; otherwise the frozen facts stay. */
  readonly facts?: DecisionFacts;
  readonly words?: NonNullable<DecisionContent['words']> & { readonly reason?: string };
}

export type DecisionCommandOf<T extends DecisionCommand['type']> = Extract<DecisionCommand, { type: T }>;
/** A command that brings a case before the panel, or the chair. */
export type Deciding = DecisionCommandOf<'RecordDecision' | 'DeferCase' | 'TakeChairsAction'>;
