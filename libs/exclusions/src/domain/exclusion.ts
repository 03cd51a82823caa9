/** A suspension or permanent exclusion, as a headteacher issued it, and what reviews of it found (domain.md A.5, A.6, G.2). */
import {
  type ChildOf,
  type Decider,
  type EventOf,
  judge,
  type Occasion,
  Refused,
  same,
  type StaticOf,
} from '@app/kernel';
import type { ExclusionEvent, exclusionReviewed, permanentExclusionIssued, suspensionIssued } from './events';
import { exclusionRules } from './rules';

type Unmarked<T> = Omit<T, 'breaches' | 'notRecorded'>;
type Review = StaticOf<(typeof exclusionReviewed)['clear']>;
type ReviewFindings = Unmarked<ChildOf<typeof exclusionReviewed>>;
type Issued = EventOf<typeof suspensionIssued> | EventOf<typeof permanentExclusionIssued>;

export type ExclusionState =
  | { readonly status: 'none' }
  | {
      readonly status: 'issued';
      readonly kind: 'suspension' | 'permanent';
      readonly issued: Issued['data'];
      readonly reviews: readonly EventOf<typeof exclusionReviewed>['data'][];
    };

/** The child and the school, and what is true of the exclusion. */
export type ExclusionCommand =
  | ({ readonly type: 'IssueSuspension'; readonly pupilRef: string; readonly homeUrn: string } & Unmarked<
      ChildOf<typeof suspensionIssued>
    >)
  | ({ readonly type: 'IssuePermanentExclusion'; readonly pupilRef: string; readonly homeUrn: string } & Unmarked<
      ChildOf<typeof permanentExclusionIssued>
    >)
  | ({ readonly type: 'ReviewExclusion'; readonly words?: { readonly summary?: string } } & Review &
      Partial<ReviewFindings>);

export type ExclusionCommandOf<T extends ExclusionCommand['type']> = Extract<ExclusionCommand, { type: T }>;

export interface ExclusionContext extends Occasion {
  schoolKnown(urn: string): boolean;
}

export const exclusionDecider: Decider<ExclusionState, ExclusionCommand, ExclusionEvent, ExclusionContext> = {
  initial: { status: 'none' },

  evolve(state, event) {
    switch (event.type) {
      case 'SuspensionIssued':
        return { status: 'issued', kind: 'suspension', issued: event.data, reviews: [] };
      case 'PermanentExclusionIssued':
        return { status: 'issued', kind: 'permanent', issued: event.data, reviews: [] };
      case 'ExclusionReviewed':
        return state.status === 'none' ? state : { ...state, reviews: [...state.reviews, event.data] };
    }
  },

  decide(command, state, context) {
    if (askedBefore(command, state)) return [];
    const marks = judge(exclusionRules, command, state, context);
    if (marks instanceof Refused) return marks;
    switch (command.type) {
      case 'IssueSuspension': {
        const { type: _, pupilRef, homeUrn, ...facts } = command;
        return [{ type: 'SuspensionIssued', data: { homeUrn, pupilRef, child: { ...facts, ...marks } } }];
      }
      case 'IssuePermanentExclusion': {
        const { type: _, pupilRef, homeUrn, ...facts } = command;
        return [{ type: 'PermanentExclusionIssued', data: { homeUrn, pupilRef, child: { ...facts, ...marks } } }];
      }
      case 'ReviewExclusion': {
        if (state.status === 'none') return [];
        const { reviewKind, outcome, caseId } = command;
        return [
          {
            type: 'ExclusionReviewed',
            data: {
              reviewKind,
              outcome,
              ...(caseId ? { caseId } : {}),
              pupilRef: state.issued.pupilRef,
              child: { ...findingsOf(command), ...marks },
              words: command.words?.summary?.trim() ? { summary: command.words.summary } : {},
            },
          },
        ];
      }
    }
  },
};

const findingsOf = ({ findings, shortfalls }: Partial<ReviewFindings>): ReviewFindings => ({
  findings: findings ?? [],
  shortfalls: shortfalls ?? [],
});

/** A review said again with other words in its summary is the same review: the coded record is what counts. */
function askedBefore(command: ExclusionCommand, state: ExclusionState): boolean {
  if (state.status === 'none') return false;
  if (command.type === 'ReviewExclusion') {
    const { reviewKind, outcome, caseId } = command;
    const last = state.reviews.at(-1);
    return (
      last !== undefined &&
      same(
        { reviewKind, outcome, caseId, child: findingsOf(command) },
        {
          reviewKind: last.reviewKind,
          outcome: last.outcome,
          caseId: last.caseId,
          child: typeof last.child === 'string' ? last.child : findingsOf(last.child),
        },
      )
    );
  }
  if ((command.type === 'IssueSuspension') !== (state.kind === 'suspension') || typeof state.issued.child === 'string')
    return false;
  const { type: _, pupilRef, homeUrn, ...facts } = command;
  const { breaches: __, notRecorded: ___, ...before } = state.issued.child;
  return same(
    { pupilRef, homeUrn, facts },
    { pupilRef: state.issued.pupilRef, homeUrn: state.issued.homeUrn, facts: before },
  );
}
