/** What a decision may rely on besides its own stream, as its own small interfaces: the handler maps other libraries to them. */
import type {
  CaseType,
  DecisionType,
  FAIR_ACCESS_CATEGORIES,
  Forgotten,
  Occasion,
  PANEL_ROLE_CODES,
  VaultRef,
} from '@app/kernel';
import type { DecisionFacts } from './decision-state';

/** The case as it stood at the revision that the form was filled in on. */
export interface CaseBeforePanel {
  readonly caseId: string;
  readonly pupilRef: string;
  /** The revision that the facts below were folded at. */
  readonly revision: number;
  /** The revision that the case is at now. */
  readonly currentRevision: number;
  readonly open: boolean;
  /** The panel that accepted it, once one has. */
  readonly panelId?: string;
  readonly caseType: CaseType;
  readonly requested: DecisionType;
  readonly homeUrn: string;
  readonly facts: DecisionFacts | Forgotten;
  /** The child has no school place. Absent when nobody said. */
  readonly unplaced?: boolean;
  readonly fairAccessCategory?: (typeof FAIR_ACCESS_CATEGORIES)[number];
  /** Recorded, or its absence reasoned. */
  readonly parentView: boolean;
  readonly pupilView: boolean;
  readonly sharingConsent: 'given' | 'withdrawn' | 'none';
}

/** The meeting as it stands. */
export interface MeetingHeld {
  readonly meetingId: string;
  readonly revision: number;
  readonly panelId: string;
  readonly meetingOn: string;
  readonly kind: 'ordinary' | 'chairsAction';
  /** Absent until recorded. */
  readonly attendees?: readonly {
    readonly memberRef: string;
    readonly role: (typeof PANEL_ROLE_CODES)[number];
    readonly votes: boolean;
  }[];
  /** Absent unless counted after the last attendance record. */
  readonly quorum?: { readonly met: boolean; readonly quorum: number };
  readonly interests: readonly { readonly memberRef: string; readonly caseId: string }[];
  /** Cases in their order. Absent until ordered. */
  readonly agenda?: readonly string[];
}

/** The panel's terms in force on the day of the meeting. */
export interface TermsInForce {
  readonly criteria: readonly { readonly id: string; readonly version: string; readonly mandatory: boolean }[];
  readonly decisionTypes: readonly DecisionType[];
  readonly chairsActionAllowed: boolean;
}

export interface DecisionContext extends Occasion {
  /** Absent when there is no such case. */
  readonly case?: CaseBeforePanel;
  /** The meeting that the decision is of; absent when there is no such meeting. */
  readonly meeting?: MeetingHeld;
  /** Absent when none are in force, or nobody said which. */
  readonly terms?: TermsInForce;
  /** For ratification: the full meeting, and how many full meetings of the panel came between it and the chair's action. */
  readonly ratifying?: { readonly meeting: MeetingHeld; readonly fullMeetingsBetween: number };
  schoolKnown(urn: string): boolean;
  /** Whether words kept in the vault are these. Without it, no words kept there are taken for the same. */
  sameText?(kept: VaultRef, text: string): boolean;
}
