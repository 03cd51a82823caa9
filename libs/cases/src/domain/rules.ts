/** Why a step in a case cannot be taken, or what a record of it breaks or leaves out (domain.md A.7, C.3, G.2 Case). */
import {
  absent,
  breach,
  type Finding,
  type FindingRule,
  FORGOTTEN,
  happensWhenSaid,
  impossible,
  inForce,
  MAIN_REASONS,
  refusal,
  type Refusal,
  whenAsked,
} from '@app/kernel';
import type {
  CaseBreach,
  CaseCommandOf,
  CaseContext,
  CaseNotRecorded,
  CaseState,
  ReferralTerms,
  ReferredCase,
  ReferredFacts,
} from './case-state';

type Rule<Command, State = CaseState> = FindingRule<Command, State, CaseContext, CaseBreach, CaseNotRecorded>;
type CaseFinding = Finding<CaseBreach, CaseNotRecorded>;
/** A referral, or its correction. */
type Referral = ReferralTerms & { readonly facts: ReferredFacts };

/** A closed case takes only a reopening, a correction or its outcome. */
const caseOpen: Rule<unknown> = (_, state) =>
  state.status === 'closed' ? whenAsked('case-closed', 'The case is closed: reopen it first.') : undefined;

const homeSchoolKnown: Rule<Referral> = ({ homeUrn }, _, { schoolKnown }) =>
  schoolKnown(homeUrn)
    ? undefined
    : impossible('unknown-school', `School ${homeUrn} is not in the school list: check the URN.`, 'homeUrn');

const HEAD_HAS_NOT_SIGNED = 'The headteacher has not signed the referral.';

const headHasSigned: Rule<Referral> = ({ headSignOff }) => {
  const sentence = HEAD_HAS_NOT_SIGNED;
  if (headSignOff === true) return undefined;
  return headSignOff === false
    ? breach('head-sign-off-missing', sentence, 'headSignOff')
    : absent('headSignOff', 'head-sign-off-missing', sentence, 'headSignOff');
};

/** The file of a register has no column for the day of the referral (register.md). */
const referralDated: Rule<unknown> = (_, __, { provenance }) =>
  provenance === 'register' ? absent('referredOn', 'referred-on-missing', 'Give the day of the referral.') : undefined;

/** What a panel needs so that like cases can be compared and unequal treatment be seen. */
const factsGiven = ({
  referrerRole,
  facts,
}: Pick<Referral, 'referrerRole'> & { readonly facts: Partial<ReferredFacts> }): CaseFinding[] => {
  const missing: CaseFinding[] = [];
  const need = (name: CaseNotRecorded, given: unknown, code: string, sentence: string) => {
    if (given === undefined) missing.push(absent(name, code, sentence, name));
  };
  need('referrerRole', referrerRole, 'referrer-role-missing', 'Say who refers the child.');
  if (facts.senProvision !== 'N') {
    need('primaryNeed', facts.primaryNeed, 'primary-need-missing', 'Say what the child needs most help with.');
  }
  need('freeSchoolMeals', facts.freeSchoolMeals, 'free-school-meals-missing', 'Say whether free school meals apply.');
  need('careStatus', facts.careStatus, 'care-status-missing', 'Say whether the child is or was looked after.');
  need('ethnicity', facts.ethnicity, 'ethnicity-missing', 'Give the ethnicity, or "not yet obtained".');
  need('sex', facts.sex, 'sex-missing', 'Give the sex, or "unknown".');
  need('supportCycles', facts.supportCycles, 'support-cycles-missing', 'Say how many support cycles were completed.');
  need('daysSuspended', facts.daysSuspended, 'days-suspended-missing', 'Say how many days the child was suspended.');
  need('previousMoves', facts.previousMoves, 'previous-moves-missing', 'Say how many managed moves came before.');
  return missing;
};

const reasonsInForce: Rule<Referral> = ({ facts }, _, { on }) =>
  [facts.mainReason, ...(facts.furtherReasons ?? [])]
    .filter((code) => !inForce(MAIN_REASONS, code, on))
    .map((code) =>
      whenAsked('reason-not-in-force', `Reason ${code} could not be used on ${on}: choose another.`, 'mainReason'),
    );

const fairAccessIsForUnplaced: Rule<Referral> = ({ caseType, facts }) => {
  if (caseType !== 'FairAccess' || facts.unplaced === true) return undefined;
  const sentence = 'Fair access is only for a child who has no school place.';
  return facts.unplaced === false
    ? breach('not-unplaced', sentence, 'unplaced')
    : absent('unplaced', 'not-unplaced', sentence, 'unplaced');
};

/** Not for looked-after children nor with an EHC plan; previously looked-after only under m (domain.md A.7). */
function categoryPermitted(
  category: ReferredFacts['fairAccessCategory'],
  facts: ReferredFacts,
): CaseFinding | undefined {
  const why =
    facts.senProvision === 'E' || facts.ehcPlan === true
      ? 'a child with an EHC plan'
      : facts.careStatus === 'lookedAfter'
        ? 'a child who is looked after'
        : facts.careStatus === 'previouslyLookedAfter' && category !== 'm'
          ? 'a child who was looked after, except under category m'
          : undefined;
  return (
    why && breach('fair-access-category-not-permitted', `Fair access does not cover ${why}.`, 'fairAccessCategory')
  );
}

const categoryFitsReferral: Rule<Referral> = ({ caseType, facts }) =>
  caseType === 'FairAccess' && facts.fairAccessCategory !== undefined
    ? categoryPermitted(facts.fairAccessCategory, facts)
    : undefined;

const categoryAtAcceptance: Rule<CaseCommandOf<'AcceptCase'>, ReferredCase> = (command, state) => {
  if (state.terms.caseType !== 'FairAccess' || state.facts === FORGOTTEN) return undefined;
  const category = command.fairAccessCategory ?? state.fairAccessCategory;
  const permitted = categoryPermitted(category, state.facts);
  if (permitted) return permitted;
  return category === undefined
    ? absent(
        'fairAccessCategory',
        'fair-access-category-missing',
        'Name the fair access category, a to m.',
        'fairAccessCategory',
      )
    : undefined;
};

const sameCaseType: Rule<CaseCommandOf<'CorrectCase'>, ReferredCase> = ({ caseType }, state) =>
  caseType === state.terms.caseType
    ? undefined
    : impossible(
        'case-type-fixed',
        'A correction does not change the kind of case: close this one and refer anew.',
        'caseType',
      );

const correctsThisCase: Rule<CaseCommandOf<'CorrectCase'>, ReferredCase> = (
  { correctedEventId },
  _,
  { correctable },
) =>
  correctable.includes(correctedEventId)
    ? undefined
    : impossible('corrected-event-unknown', 'This case has no such referral to correct.', 'correctedEventId');

type View = CaseCommandOf<'RecordParentView'> | CaseCommandOf<'RecordPupilView'>;

const viewOrReason: Rule<View> = ({ view, words }) => {
  const said = view.stance !== undefined || Boolean(words?.view?.trim());
  if (said && view.absentBecause !== undefined) {
    return impossible('view-given-and-absent', 'Give the view or say why there is none, not both.', 'absentBecause');
  }
  return said || view.absentBecause !== undefined
    ? undefined
    : impossible('view-or-reason-missing', 'Give the view, or say why there is none.', 'stance');
};

const viewDated: Rule<View> = ({ view }, _, { today }) => {
  if (view.capturedOn !== undefined) {
    return view.capturedOn > today
      ? impossible('not-yet-happened', `The day ${view.capturedOn} is still to come.`, 'capturedOn')
      : undefined;
  }
  return view.absentBecause === undefined
    ? absent('capturedOn', 'captured-on-missing', 'Say when the view was given.', 'capturedOn')
    : undefined;
};

const conversationHasBeen: Rule<CaseCommandOf<'RecordConsent'>> = ({ conversationOn }, _, { today }) =>
  conversationOn > today
    ? impossible('not-yet-happened', `The day ${conversationOn} is still to come.`, 'conversationOn')
    : undefined;

const consentWasGiven: Rule<CaseCommandOf<'WithdrawConsent'>, ReferredCase> = ({ party }, state) =>
  state.sharing[party] === 'given'
    ? undefined
    : absent('sharingConsent', 'no-consent-to-withdraw', 'No consent to share is recorded that could be withdrawn.');

export const referRules = [
  happensWhenSaid,
  homeSchoolKnown,
  headHasSigned,
  referralDated,
  factsGiven,
  reasonsInForce,
  fairAccessIsForUnplaced,
  categoryFitsReferral,
];
export const correctRules = [
  happensWhenSaid,
  correctsThisCase,
  sameCaseType,
  homeSchoolKnown,
  headHasSigned,
  factsGiven,
  fairAccessIsForUnplaced,
  categoryFitsReferral,
];
/** What a referral of today lacks so far, whatever else is wrong with it: a form tells all at once. */
export const referralLacks = (
  typed: Pick<Partial<Referral>, 'referrerRole'> & { readonly facts: Partial<ReferredFacts> } & {
    readonly headSignOff?: unknown;
  },
): Refusal[] => [
  ...(typed.headSignOff === undefined ? [refusal('head-sign-off-missing', HEAD_HAS_NOT_SIGNED, 'headSignOff')] : []),
  ...factsGiven(typed).map((finding) => finding.refusal),
];
export const acceptRules = [happensWhenSaid, caseOpen, categoryAtAcceptance];
export const viewRules = [happensWhenSaid, caseOpen, viewOrReason, viewDated];
export const consentRules = [happensWhenSaid, caseOpen, conversationHasBeen];
export const withdrawRules = [happensWhenSaid, caseOpen, consentWasGiven];
export const closeRules = [happensWhenSaid];
export const reopenRules = [happensWhenSaid];
