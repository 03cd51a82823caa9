/** What a case is, what can be asked of it, and what its rules may rely on. */
import type { CaseType, ChildOf, Forgotten, Occasion, StaticOf } from '@app/kernel';
import type {
  CASE_BREACHES,
  CASE_NOT_RECORDED,
  caseClosed,
  caseCorrected,
  caseReferred,
  caseReopened,
  consentRecorded,
  parentViewRecorded,
  pupilViewRecorded,
} from './events';

type Unmarked<T> = Omit<T, 'breaches' | 'notRecorded'>;

/** All that is sealed of a referral. */
export type SealedReferral = Unmarked<ChildOf<typeof caseReferred>>;
type Referrer = Pick<SealedReferral, 'referrerRole' | 'headSignOff'>;
/** The child's facts as a school gives them at referral. */
export type ReferredFacts = Omit<SealedReferral, keyof Referrer>;
/** What stands in clear in a referral: kind of case, home school, what is asked. */
export type ClearTerms = StaticOf<(typeof caseReferred)['clear']>;
/** What a referral asks, and of whom it comes: who refers, the head's sign-off. */
export type ReferralTerms = ClearTerms & Referrer;
export type ParentView = Unmarked<ChildOf<typeof parentViewRecorded>>;
export type PupilView = Unmarked<ChildOf<typeof pupilViewRecorded>>;
export type SharingConsent = Unmarked<ChildOf<typeof consentRecorded>>;
export type SharingParty = SharingConsent['party'];
type TextOf<E> = E extends { words: Readonly<Record<infer K, unknown>> } ? { readonly [key in K]?: string } : never;
export type ReferralWords = TextOf<typeof caseReferred>;
export type CorrectionWords = TextOf<typeof caseCorrected>;

export type CaseBreach = (typeof CASE_BREACHES)[number];
export type CaseNotRecorded = (typeof CASE_NOT_RECORDED)[number];
export type CaseOutcome = StaticOf<(typeof caseClosed)['clear']>['outcome'];
export type ReopenedBecause = ChildOf<typeof caseReopened>['because'];

/** A case that has been referred, open or closed. A group of a forgotten child reads as `forgotten`. */
export interface ReferredCase {
  readonly status: 'open' | 'closed';
  readonly pupilRef: string;
  readonly terms: ClearTerms;
  readonly facts: SealedReferral | Forgotten;
  /** The panel that accepted it last. */
  readonly panelId?: string;
  readonly fairAccessCategory?: ReferredFacts['fairAccessCategory'];
  readonly parentView?: ParentView | Forgotten;
  readonly pupilView?: PupilView | Forgotten;
  /** Consent to share information, by party; not consent to a move. */
  readonly sharing: Readonly<Partial<Record<SharingParty, 'given' | 'withdrawn'>>>;
  /** Of a closed case. */
  readonly outcome?: CaseOutcome;
}
export type CaseState =
  { readonly status: 'none' } | { readonly status: 'abandoned'; readonly caseType: CaseType } | ReferredCase;

export type CaseCommand =
  | ({
      readonly type: 'ReferCase';
      readonly pupilRef: string;
      readonly facts: ReferredFacts;
      readonly words?: ReferralWords;
    } & ReferralTerms)
  | { readonly type: 'AbandonReferral'; readonly caseType: CaseType }
  | ({
      readonly type: 'CorrectCase';
      /** The referral, or an earlier correction of it, that is replaced as a whole. */
      readonly correctedEventId: string;
      readonly because: ChildOf<typeof caseCorrected>['because'];
      readonly facts: ReferredFacts;
      readonly words?: CorrectionWords;
    } & ReferralTerms)
  | {
      readonly type: 'AcceptCase';
      readonly panelId: string;
      readonly fairAccessCategory?: ReferredFacts['fairAccessCategory'];
    }
  | { readonly type: 'RecordParentView'; readonly view: ParentView; readonly words?: { readonly view?: string } }
  | { readonly type: 'RecordPupilView'; readonly view: PupilView; readonly words?: { readonly view?: string } }
  | ({ readonly type: 'RecordConsent' } & SharingConsent)
  | { readonly type: 'WithdrawConsent'; readonly party: SharingParty }
  | { readonly type: 'CloseCase'; readonly outcome: CaseOutcome }
  | { readonly type: 'ReopenCase'; readonly because: ReopenedBecause };

/** One command of a kind. */
export type CaseCommandOf<T extends CaseCommand['type']> = Extract<CaseCommand, { type: T }>;

/** What a case decision needs to know of the world besides its own stream. */
export interface CaseContext extends Occasion {
  /** True for a URN in the directory, open or closed. */
  schoolKnown(urn: string): boolean;
  /** Ids of the events of this case that can be corrected; only a correction looks at it. */
  readonly correctable: readonly string[];
}
