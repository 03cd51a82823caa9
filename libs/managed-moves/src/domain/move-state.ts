/** What a managed move is, what can be asked of it, and what its rules may rely on. */
import type { ChildOf, Forgotten, Occasion, PARENT_STANCE_CODES, StaticOf } from '@app/kernel';
import type {
  informationPackShared,
  integrationPlanAgreed,
  legacyTrialImported,
  managedMoveProposed,
  MOVE_BREACHES,
  MOVE_NOT_RECORDED,
  MOVE_PARTIES,
  consultationRecorded,
  moveEnded,
} from './events';

type Unmarked<T> = Omit<T, 'breaches' | 'notRecorded'>;

export type MoveBreach = (typeof MOVE_BREACHES)[number];
export type MoveNotRecorded = (typeof MOVE_NOT_RECORDED)[number];
export type MoveParty = (typeof MOVE_PARTIES)[number];
export type Consulted = ChildOf<typeof consultationRecorded>['consulted'];
export type PackContents = ChildOf<typeof informationPackShared>['contents'];
export type ReviewDates = ChildOf<typeof integrationPlanAgreed>['reviewOn'];
/** All that is sealed of a proposal. */
export type SealedProposal = Unmarked<ChildOf<typeof managedMoveProposed>>;
type Proposer = Pick<SealedProposal, 'proposedBy'>;
/** What stands in clear in a proposal. */
export type ClearProposal = StaticOf<(typeof managedMoveProposed)['clear']>;
/** What a proposal asks, and whose it is. */
export type ProposalTerms = ClearProposal & Proposer;
/** What is true of the child when the move is proposed; `interventionsTried` counts what was tried before it. */
export type ProposalFacts = Omit<SealedProposal, keyof Proposer>;
export type Trial = Unmarked<ChildOf<typeof legacyTrialImported>>;
export type MoveEnd = Unmarked<ChildOf<typeof moveEnded>>;

/** A move that has been proposed. A group of a forgotten child reads as `forgotten`. */
export interface ProposedMove {
  readonly status: 'proposed' | 'agreed' | 'started' | 'ended';
  readonly pupilRef: string;
  readonly terms: ClearProposal;
  readonly facts: SealedProposal | Forgotten;
  /** Consent to the move, by party; not consent to share information. */
  readonly consents: Readonly<Partial<Record<MoveParty, 'given' | 'withdrawn'>>>;
  readonly consulted: readonly Consulted[];
  readonly pack?: PackContents;
  readonly planReviewOn?: ReviewDates;
  readonly trial?: Trial | Forgotten;
  readonly end?: MoveEnd | Forgotten;
}
export type MoveState = { readonly status: 'none' } | ProposedMove;

export type MoveCommand =
  | ({
      readonly type: 'ProposeManagedMove';
      readonly pupilRef: string;
      readonly facts: ProposalFacts;
      readonly words?: { readonly bestInterests?: string };
    } & ProposalTerms)
  | { readonly type: 'ConsentToMove'; readonly party: MoveParty }
  | { readonly type: 'WithdrawMoveConsent'; readonly party: MoveParty }
  | {
      readonly type: 'RecordConsultation';
      readonly consulted: Consulted;
      readonly words?: { readonly view?: string };
    }
  | { readonly type: 'ShareInformationPack'; readonly contents: PackContents }
  | {
      readonly type: 'AgreeIntegrationPlan';
      readonly reviewOn: ReviewDates;
      readonly words?: { readonly plan?: string };
    }
  | { readonly type: 'AgreeManagedMove' }
  | { readonly type: 'StartManagedMove' }
  | ({ readonly type: 'ImportLegacyTrial' } & Trial)
  | ({ readonly type: 'EndMove' } & MoveEnd);

/** One command of a kind. */
export type MoveCommandOf<T extends MoveCommand['type']> = Extract<MoveCommand, { type: T }>;

/** What a move's decision needs to know of the world besides its own stream. */
export interface MoveContext extends Occasion {
  /** A school of the directory; `mainstream` is absent where its type does not say. */
  schoolOf(urn: string): { readonly mainstream?: boolean } | undefined;
  /** Where the parent stands as the case has it; absent when no view is recorded. */
  readonly parentStance?: (typeof PARENT_STANCE_CODES)[number];
  /** The day of the panel's decision that supported the move, yyyy-mm-dd. */
  readonly decidedOn?: string;
  /** The first day on the new roll, yyyy-mm-dd, once the move has started: only an end looks at it. */
  readonly startedOn?: string;
}
