/** Maps what cases and panels say of themselves to what a decision relies on. Pure: an import calls it in memory too. */
import type { CaseState } from '@app/cases';
import { FORGOTTEN, type Forgotten, type Occasion } from '@app/kernel';
import type { MeetingState, TermsOnADay } from '@app/panels';
import type { CaseBeforePanel, DecisionContext, MeetingHeld } from '../domain/context';
import type { DecisionFacts } from '../domain/decision-state';

/** A revision as a journal gives it; `no_stream` where there is none. */
type Revision = number | 'no_stream';

export interface DecisionSources {
  readonly occasion: Occasion;
  readonly caseId: string;
  /** The case folded at `revision`, the one that the form showed, and the revision that it is at now. */
  readonly case: { readonly state: CaseState; readonly revision: Revision; readonly currentRevision: Revision };
  readonly meetingId: string;
  readonly meeting: { readonly state: MeetingState; readonly revision: Revision };
  /** Of the meeting's panel, on the day of the meeting. */
  readonly terms: TermsOnADay;
  schoolKnown(urn: string): boolean;
}

export function decisionContext(sources: DecisionSources): DecisionContext {
  const before = caseBeforePanel(sources.caseId, sources.case);
  const held = meetingHeld(sources.meetingId, sources.meeting);
  const { terms } = sources.terms;
  return {
    ...sources.occasion,
    ...(before ? { case: before } : {}),
    ...(held ? { meeting: held } : {}),
    ...(terms ? { terms } : {}),
    schoolKnown: sources.schoolKnown,
  };
}

/** A case before a panel; nothing when it was never referred. */
export function caseBeforePanel(
  caseId: string,
  { state, revision, currentRevision }: DecisionSources['case'],
): CaseBeforePanel | undefined {
  if (state.status === 'none' || state.status === 'abandoned') return undefined;
  if (revision === 'no_stream' || currentRevision === 'no_stream') return undefined;
  const { facts } = state;
  const unplaced = facts === FORGOTTEN ? undefined : facts.unplaced;
  const consents = Object.values(state.sharing);
  return {
    caseId,
    pupilRef: state.pupilRef,
    revision,
    currentRevision,
    open: state.status === 'open',
    ...(state.panelId ? { panelId: state.panelId } : {}),
    caseType: state.terms.caseType,
    requested: state.terms.requested,
    homeUrn: state.terms.homeUrn,
    facts: frozenFacts(facts),
    ...(unplaced === undefined ? {} : { unplaced }),
    ...(state.fairAccessCategory ? { fairAccessCategory: state.fairAccessCategory } : {}),
    parentView: state.parentView !== undefined,
    pupilView: state.pupilView !== undefined,
    // One person's refusal is enough to stop; one person's agreement is needed to go on.
    sharingConsent: consents.includes('withdrawn') ? 'withdrawn' : consents.includes('given') ? 'given' : 'none',
  };
}

/** The facts that a decision freezes: those that like cases are compared by, and no others (event-format.md 5). */
function frozenFacts(
  facts: Forgotten | Extract<CaseState, { status: 'open' | 'closed' }>['facts'],
): DecisionFacts | Forgotten {
  if (facts === FORGOTTEN) return FORGOTTEN;
  const { ncYear, mainReason, senProvision } = facts;
  const { primaryNeed, careStatus, supportCycles, daysSuspended, previousMoves } = facts;
  return {
    ncYear,
    mainReason,
    senProvision,
    ...(primaryNeed === undefined ? {} : { primaryNeed }),
    ...(careStatus === undefined ? {} : { careStatus }),
    ...(supportCycles === undefined ? {} : { supportCycles }),
    ...(daysSuspended === undefined ? {} : { daysSuspended }),
    ...(previousMoves === undefined ? {} : { previousMoves }),
  };
}

/** A meeting as it stands; nothing when it was never planned. */
export function meetingHeld(
  meetingId: string,
  { state, revision }: DecisionSources['meeting'],
): MeetingHeld | undefined {
  if (state.status === 'none' || revision === 'no_stream') return undefined;
  const { panelId, meetingOn, kind, attendees, quorum, interests, agenda } = state;
  return {
    meetingId,
    revision,
    panelId,
    meetingOn,
    kind,
    ...(attendees ? { attendees } : {}),
    ...(quorum ? { quorum } : {}),
    interests,
    ...(agenda ? { agenda: agenda.map(({ caseId }) => caseId) } : {}),
  };
}
