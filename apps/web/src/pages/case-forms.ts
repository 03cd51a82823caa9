/** The fields of the plain forms about one child and case. Child first: strengths and what helps stand before what happened. */
import {
  CORRECTED_BECAUSE,
  INTERVENTIONS,
  REFERRER_ROLES,
  SHARING_PARTIES,
  SOCIAL_CARE,
  VIEW_ABSENT_BECAUSE,
  VIEW_METHODS,
} from '@app/cases';
import {
  CARE_STATUSES,
  CASE_TYPES,
  DECISION_TYPES,
  ETHNICITIES,
  FAIR_ACCESS_CATEGORIES,
  inForce,
  MAIN_REASONS,
  PRIMARY_NEEDS,
  SEN_PROVISIONS,
  SEXES,
  STANCES,
} from '@app/kernel';
import type { School } from '@app/directory';
import { type Field, optionsOf, type Option } from '../forms/fields';
import { askedFor, options } from '../labels';

export const schoolOptions = (schools: readonly School[]): Option[] =>
  schools.map(({ urn, name, status }) => ({
    value: urn,
    text: status === undefined || /^open/i.test(status) ? name : `${name} (${status.toLowerCase()})`,
  }));

const FAMILY_SEES = 'The family will see this.';

export const childFields: readonly Field[] = [
  {
    kind: 'heading',
    text: 'The child',
    intro: 'Name, date of birth and UPN are kept apart from everything else, under a key of the child’s own.',
  },
  { kind: 'text', name: 'child.name', label: "The child's name", width: 20 },
  {
    kind: 'date',
    name: 'child.dateOfBirth',
    label: 'Date of birth',
    hint: 'For example, 27 3 2013',
    ask: 'Enter the date of birth',
  },
  {
    kind: 'text',
    name: 'child.upn',
    label: 'UPN',
    hint: '13 characters, such as B801200005001',
    width: 20,
    ask: "Enter the child's UPN",
  },
];

export const wordsFields: readonly Field[] = [
  { kind: 'heading', text: 'In words' },
  { kind: 'area', name: 'words.strengths', label: 'What does the child do well?', hint: FAMILY_SEES },
  { kind: 'area', name: 'words.whatHelps', label: 'What helps, and what is needed?', hint: FAMILY_SEES },
  { kind: 'area', name: 'words.circumstances', label: 'What has happened?', hint: FAMILY_SEES },
  { kind: 'area', rows: 2, name: 'words.preferredTerms', label: 'How does the family wish things to be said?' },
];

export const referralFields = (schools: readonly Option[], today: string): Field[] => [
  { kind: 'heading', text: 'The referral' },
  {
    kind: 'select',
    name: 'homeUrn',
    label: 'Home school',
    hint: 'Where the child is on roll',
    ask: 'Choose the home school',
    options: schools,
  },
  {
    kind: 'radios',
    name: 'caseType',
    label: 'What kind of case is it?',
    ask: 'Choose what kind of case it is',
    options: optionsOf(CASE_TYPES),
  },
  {
    kind: 'radios',
    name: 'requested',
    label: 'What is the panel asked for?',
    ask: 'Choose what the panel is asked for',
    options: optionsOf(DECISION_TYPES).map((one) => ({ ...one, text: askedFor(one.value) })),
  },
  { kind: 'select', name: 'referrerRole', label: 'Who refers?', options: options(REFERRER_ROLES) },
  { kind: 'yesNo', name: 'headSignOff', label: 'Has the headteacher signed the referral?' },
  { kind: 'heading', text: 'The child at school' },
  { kind: 'number', name: 'facts.ncYear', label: 'National Curriculum year group', ask: 'Enter the year group' },
  {
    kind: 'select',
    name: 'facts.senProvision',
    label: 'SEN provision',
    ask: 'Choose the SEN provision',
    options: optionsOf(SEN_PROVISIONS),
  },
  {
    kind: 'select',
    name: 'facts.primaryNeed',
    label: 'Primary need',
    hint: 'Leave open where there are no special educational needs.',
    options: optionsOf(PRIMARY_NEEDS),
  },
  {
    kind: 'select',
    name: 'facts.mainReason',
    label: 'Main reason for the referral',
    ask: 'Choose the main reason',
    options: optionsOf(MAIN_REASONS.filter(({ code }) => inForce(MAIN_REASONS, code, today))),
  },
  {
    kind: 'number',
    name: 'facts.supportCycles',
    label: 'Support cycles completed',
    hint: 'Assess, plan, do, review. 0 if none.',
  },
  {
    kind: 'number',
    name: 'facts.daysSuspended',
    label: 'School days suspended this school year',
    hint: 'In halves. 0 if none.',
  },
  {
    kind: 'number',
    name: 'facts.previousMoves',
    label: 'Managed moves before this',
    hint: '0 if none.',
  },
  { kind: 'ticks', name: 'facts.interventions', label: 'What has been tried?', options: options(INTERVENTIONS) },
  { kind: 'select', name: 'facts.careStatus', label: 'Looked after', options: optionsOf(CARE_STATUSES) },
  {
    kind: 'select',
    name: 'facts.socialCare',
    label: 'Child in need or child protection',
    options: options(SOCIAL_CARE),
  },
  { kind: 'yesNo', name: 'facts.hasSocialWorker', label: 'Does the child have a social worker?' },
  { kind: 'yesNo', name: 'facts.ehcPlan', label: 'Does the child have an EHC plan?' },
  { kind: 'yesNo', name: 'facts.unplaced', label: 'Is the child without a school place?' },
  {
    kind: 'select',
    name: 'facts.fairAccessCategory',
    label: 'Fair access category, if any',
    hint: 'School Admissions Code 3.17',
    options: FAIR_ACCESS_CATEGORIES.map((code) => ({ value: code, text: `(${code})` })),
  },
  {
    kind: 'heading',
    text: 'For equality',
    intro: 'Never used to match cases, only to see whether children are treated unequally.',
  },
  { kind: 'yesNo', name: 'facts.freeSchoolMeals', label: 'Eligible for free school meals?' },
  { kind: 'select', name: 'facts.ethnicity', label: 'Ethnicity', options: optionsOf(ETHNICITIES) },
  { kind: 'select', name: 'facts.sex', label: 'Sex', options: optionsOf(SEXES) },
];

export const correctionFields: readonly Field[] = [
  { kind: 'heading', text: 'Why it is corrected' },
  {
    kind: 'radios',
    name: 'because',
    label: 'Why is the referral corrected?',
    ask: 'Choose why it is corrected',
    options: options(CORRECTED_BECAUSE),
  },
  { kind: 'area', name: 'words.reason', rows: 2, label: 'In words' },
];

export const viewFields = (whose: 'parent' | 'pupil'): Field[] => {
  const who = whose === 'parent' ? 'the parent' : 'the child';
  return [
    {
      kind: 'radios',
      name: 'stance',
      label: whose === 'parent' ? 'Where does the parent stand?' : 'What does the child want?',
      hint: 'Leave open when there is no view, and say why below.',
      options: optionsOf(STANCES[whose]),
    },
    {
      kind: 'area',
      name: 'view',
      label: `In ${whose === 'parent' ? "the parent's" : "the child's"} own words`,
      hint: 'The panel will see this.',
    },
    { kind: 'date', name: 'capturedOn', label: `When did ${who} say so?` },
    { kind: 'select', name: 'method', label: 'How?', options: options(VIEW_METHODS) },
    { kind: 'yesNo', name: 'sharedBack', label: `Was it read back to ${who} and agreed?` },
    {
      kind: 'radios',
      name: 'absentBecause',
      label: 'If there is no view, why?',
      options: options(VIEW_ABSENT_BECAUSE),
    },
  ];
};

export const consentFields: readonly Field[] = [
  {
    kind: 'radios',
    name: 'party',
    label: 'Who agrees that information is shared?',
    ask: 'Choose who agrees',
    options: options(SHARING_PARTIES),
  },
  {
    kind: 'date',
    name: 'conversationOn',
    label: 'On which day was it talked about?',
    ask: 'Enter the day of the conversation',
  },
  {
    kind: 'yesNo',
    name: 'pressureChecked',
    label: 'Were they asked whether anybody pressed them to agree?',
    ask: 'Say whether they were asked about pressure',
  },
];
