/** What a person reads for the codes that the kernel's sets do not label. Child-first, plain words. */
import { CASE_TYPES, DECISION_TYPES, labelOf, PANEL_ROLES } from '@app/kernel';
import type { Option } from './forms/fields';

const OWN: Readonly<Record<string, string>> = {
  deferred: 'Put off',
  referred: 'Referred',
  accepted: 'Accepted',
  decided: 'Decided',
  closed: 'Closed',
  // reasons
  needsNotYetMet: "The child's needs are not yet met where they are",
  supportNotYetTried: 'Support has not yet been tried',
  supportWorking: 'Support is working',
  freshStart: 'A fresh start will help',
  riskCannotBeManaged: 'Risk cannot be managed where the child is',
  familySupports: 'The family supports it',
  familyOpposes: 'The family does not want it',
  relationshipBrokenDown: 'Trust between home and school has broken down',
  needsNotUnderstood: 'Needs are not yet understood',
  specialistNeeded: 'Specialist help is needed',
  placeAvailable: 'There is a place',
  placeNotAvailable: 'There is no place',
  bestInterests: "It is in the child's best interests",
  // findings
  met: 'Met',
  partlyMet: 'Partly met',
  notMet: 'Not met',
  notKnown: 'Not known',
  // legal bases
  FAP: 'Fair Access Protocol',
  ConsentOnly: 'Consent of everybody concerned',
  s29A: 'Off-site direction (section 29A)',
  LAStatutory: "The council's own duty",
  Advisory: 'Advice only',
  // parties
  homeSchool: 'Home school',
  receivingSchool: 'Receiving school',
  admissionAuthority: 'Admission authority',
  council: 'Council',
  parent: 'Parent',
  pupil: 'Child',
  panel: 'Panel',
  // methods
  consensus: 'By consensus',
  vote: 'By vote',
  chair: 'By the chair, in the meeting',
  // factors
  capacity: 'Places',
  transport: 'Transport',
  turn: 'Whose turn it is',
  cohort: 'The year group',
  siblings: 'Brothers and sisters',
  timing: 'Timing',
  // missing information
  parentView: "The parent's view",
  pupilView: "The child's view",
  educationalPsychologist: 'Educational psychologist',
  supportRecord: 'Record of support',
  attendance: 'Attendance',
  attainment: 'Attainment',
  riskAssessment: 'Risk assessment',
  health: 'Health',
  socialCare: 'Social care',
  ehcPlan: 'EHC plan',
  // interests
  ownSchool: 'Their own school',
  knowsFamily: 'Knows the family',
  professional: 'Works with the child',
  other: 'Something else',
  left: 'Left the room',
  stayedSilent: 'Stayed and said nothing',
  spokeDidNotVote: 'Spoke, did not vote',
  // referrers
  headteacher: 'Headteacher',
  senco: 'SENCO',
  inclusionLead: 'Inclusion lead',
  laOfficer: 'Council officer',
  virtualSchool: 'Virtual school',
  // social care
  none: 'Neither',
  childInNeed: 'Child in need',
  childProtection: 'Child protection plan',
  // interventions
  supportCycle: 'Support cycle',
  outreach: 'Outreach',
  speechAndLanguage: 'Speech and language support',
  mentalHealthSupport: 'Mental health support',
  earlyHelp: 'Early help',
  mentoring: 'Mentoring',
  adjustedTimetable: 'Adjusted timetable',
  alternativeProvision: 'Alternative provision',
  offSiteDirection: 'Off-site direction',
  // views
  inPerson: 'In person',
  remote: 'Remotely',
  phone: 'By phone',
  writing: 'In writing',
  throughSchool: 'Through the school',
  throughAdvocate: 'Through an advocate',
  declined: 'Did not wish to say',
  couldNotBeReached: 'Could not be reached',
  notAskedYet: 'Has not been asked yet',
  notInBestInterests: "Asking would not be in the child's interests",
  // corrections and closings
  wrongWhenRecorded: 'It was wrong when it was recorded',
  leftOut: 'Something was left out',
  challenged: 'It was challenged',
  newInformation: 'There is new information',
  wrongPupil: 'It was about another child',
  familyAsked: 'The family asked',
  withdrawn: 'Withdrawn',
  noLongerNeeded: 'No longer needed',
  heardAgain: 'To be heard again',
  moveDidNotLast: 'The move did not last',
  closedInError: 'Closed in error',
  // moves
  returned: 'Returned to the home school',
  excluded: 'Excluded',
  movedAgain: 'Moved again',
  leftArea: 'Left the area',
  unknown: 'Not known',
  la: 'Council',
  vsh: 'Virtual school head',
  socialWorker: 'Social worker',
  designatedTeacher: 'Designated teacher',
  risk: 'Risk',
  support: 'Support',
  safeguarding: 'Safeguarding',
};

/** The label of a code, of whatever set. */
export function label(code: string): string {
  const known = labelOf(DECISION_TYPES, code);
  if (known !== code) return known;
  const type = labelOf(CASE_TYPES, code);
  if (type !== code) return type;
  return OWN[code] ?? code;
}

/** What is asked for: a panel supports a move, a school asks for one. */
export const askedFor = (code: string): string => (code === 'managedMoveSupported' ? 'Managed move' : label(code));

/** The role in which somebody came to a panel. */
export const panelRole = (code: string): string => labelOf(PANEL_ROLES, code);

export const options = (codes: readonly string[]): Option[] =>
  codes.map((code) => ({ value: code, text: label(code) }));
