/** The fields of a decision, in the order in which a chair says them. Nothing is preselected. */
import {
  CONDITIONS,
  DEPARTURES,
  FINDINGS,
  LEGAL_BASES,
  METHODS,
  MISSING_INFO,
  NON_CHILD_FACTORS,
  BOUND_PARTIES,
  REASON_CODES,
} from '@app/decisions';
import { DECISION_TYPES } from '@app/kernel';
import { type Field, type Option, optionsOf } from '../forms/fields';
import { options } from '../labels';

export interface CriterionShown {
  readonly id: string;
  readonly wording: string;
  readonly mandatory: boolean;
}

const CONDITION_LABELS: Readonly<Record<string, string>> = {
  supportPlan: 'A support plan',
  furtherSupportCycle: 'A further support cycle',
  educationalPsychologist: 'Advice of an educational psychologist',
  needsAssessment: 'An assessment of needs',
  mentalHealthSupport: 'Mental health support',
  transport: 'Transport',
  reviewMeeting: 'A review meeting',
  alternativeProvisionOffer: 'An offer of alternative provision',
  integrationPlan: 'An integration plan',
  familySupport: 'Support for the family',
};
const DEPARTURE_LABELS: Readonly<Record<string, string>> = {
  newFacts: 'New facts',
  differentNeed: 'A different need',
  safeguarding: 'Safeguarding',
  familyWishes: 'What the family wishes',
  capacity: 'Places',
  other: 'Something else',
};

const labelled = (codes: readonly string[], labels: Readonly<Record<string, string>>): Option[] =>
  codes.map((code) => ({ value: code, text: labels[code] ?? code }));

export function decisionFields(parts: {
  readonly permitted: readonly string[];
  readonly criteria: readonly CriterionShown[];
  readonly schools: readonly Option[];
  /** The meeting was on an earlier day. */
  readonly late: boolean;
}): Field[] {
  const { permitted, criteria, schools, late } = parts;
  const types = optionsOf(DECISION_TYPES).filter(({ value }) => permitted.includes(value));
  return [
    { kind: 'heading', text: 'What the panel decides' },
    {
      kind: 'radios',
      name: 'decisionType',
      label: 'What does the panel decide?',
      ask: 'Choose what the panel decides',
      options: [
        ...types,
        { value: 'deferred', text: 'Put the case off', hint: 'It counts as a decision put off, and is heard again.' },
      ],
    },
    { kind: 'select', name: 'receivingUrn', label: 'Receiving school', hint: 'For a managed move', options: schools },
    {
      kind: 'ticks',
      name: 'reasonCodes',
      label: 'For which reasons?',
      hint: 'At least one.',
      ask: 'Choose at least one reason',
      options: options(REASON_CODES),
    },
    {
      kind: 'area',
      rows: 6,
      name: 'words.rationale',
      label: 'Why, in words?',
      hint: 'The family will see this.',
      ask: 'Say in words why the panel decides this',
    },
    { kind: 'area', rows: 3, name: 'words.evidence', label: 'What did the panel rely on?' },
    ...(criteria.length > 0 ? [{ kind: 'heading', text: 'Criteria' } as const] : []),
    ...criteria.map(({ id, wording, mandatory }): Field => ({
      kind: 'radios',
      inline: true,
      name: `finding.${id}`,
      label: wording,
      ...(mandatory ? { hint: 'Needs a finding.' } : {}),
      options: options(FINDINGS),
    })),
    { kind: 'heading', text: 'On what basis' },
    {
      kind: 'radios',
      name: 'legalBasis',
      label: 'On what legal basis?',
      ask: 'Choose the legal basis',
      options: options(LEGAL_BASES),
    },
    {
      kind: 'ticks',
      name: 'bindingOn',
      label: 'Whom does it bind?',
      hint: 'Leave blank when it rests on consent.',
      options: options(BOUND_PARTIES),
    },
    {
      kind: 'radios',
      name: 'method',
      label: 'How was it decided?',
      ask: 'Choose how it was decided',
      options: options(METHODS),
    },
    { kind: 'number', name: 'votes.for', label: 'Votes for', hint: 'Only when there was a vote.' },
    { kind: 'number', name: 'votes.against', label: 'Votes against' },
    { kind: 'number', name: 'votes.abstained', label: 'Abstained' },
    { kind: 'heading', text: 'What follows' },
    {
      kind: 'ticks',
      name: 'conditions',
      label: 'On which conditions?',
      options: labelled(CONDITIONS, CONDITION_LABELS),
    },
    { kind: 'area', rows: 2, name: 'words.conditionsWording', label: 'The conditions in words' },
    { kind: 'ticks', name: 'missingInfo', label: 'What did the panel not have?', options: options(MISSING_INFO) },
    {
      kind: 'ticks',
      name: 'nonChildFactors',
      label: 'What else played a part, that is not about the child?',
      options: options(NON_CHILD_FACTORS),
    },
    {
      kind: 'select',
      name: 'departure',
      label: 'Does it differ from like cases? If so, why?',
      options: labelled(DEPARTURES, DEPARTURE_LABELS),
    },
    { kind: 'date', name: 'reviewOn', label: 'When does the panel look again?', hint: 'If it does.' },
    ...(late
      ? [
          {
            kind: 'area',
            rows: 2,
            name: 'lateEntryReason',
            label: 'Why is this entered after the day of the meeting?',
            hint: 'What the meeting did not record is shown as not recorded; nothing is refused for it.',
            ask: 'Say why this is entered after the day of the meeting',
          } as const,
        ]
      : []),
  ];
}

/** The record that the checks look at, from what was typed. */
export function decisionOf(plain: Record<string, unknown>): Record<string, unknown> {
  const { finding, conditions, departure, ...rest } = plain as {
    finding?: Record<string, string>;
    conditions?: string[];
    departure?: string;
  };
  return {
    ...rest,
    findings: Object.entries(finding ?? {}).map(([criterion, found]) => ({ criterion, finding: found })),
    conditions: (conditions ?? []).map((code) => ({ code })),
    ...(departure === undefined ? {} : { departure: { because: departure } }),
  };
}
