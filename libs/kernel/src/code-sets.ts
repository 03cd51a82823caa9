/**
 * Code sets as data (domain.md B; event-format.md 5). The codes are a storage format; the labels are what a person
 * reads. `since` is the list a code came with, `until` the last day on which it may be used in a new record.
 */
export interface CodedValue {
  readonly code: string;
  readonly label: string;
  readonly since?: string;
  readonly until?: string;
}

const codesOf = <const T extends readonly CodedValue[]>(set: T): { readonly [K in keyof T]: T[K]['code'] } =>
  set.map((value) => value.code) as never;

/** Exclusion reasons, CBDS (domain.md B.2). The 2026 list splits older codes; the older ones stay readable. */
export const MAIN_REASONS = [
  { code: 'PP', label: 'Physical assault against a pupil', since: '2020-09-01' },
  { code: 'PA', label: 'Physical assault against an adult', since: '2020-09-01' },
  { code: 'VP', label: 'Verbal abuse or threatening behaviour against a pupil', since: '2020-09-01' },
  { code: 'VA', label: 'Verbal abuse or threatening behaviour against an adult', since: '2020-09-01' },
  { code: 'OW', label: 'Use or threat of use of an offensive weapon or prohibited item', since: '2020-09-01' },
  { code: 'BW', label: 'Found to have brought a weapon or prohibited item into school', since: '2026-05-01' },
  { code: 'BU', label: 'Bullying', since: '2020-09-01' },
  { code: 'TB', label: 'Cyber-bullying or threatening behaviour online', since: '2026-05-01' },
  { code: 'RA', label: 'Racist abuse including bullying', since: '2020-09-01' },
  {
    code: 'LG',
    label: 'Abuse against sexual orientation and gender identity including bullying',
    since: '2020-09-01',
  },
  { code: 'DS', label: 'Abuse relating to disability including bullying', since: '2020-09-01' },
  { code: 'SM', label: 'Sexual misconduct', since: '2020-09-01' },
  { code: 'SB', label: 'Harmful sexual behaviour', since: '2026-05-01' },
  { code: 'MB', label: 'Misogynistic behaviour', since: '2026-05-01' },
  { code: 'AB', label: 'Misandry behaviour', since: '2026-05-01' },
  { code: 'DR', label: 'Drug related', since: '2026-05-01' },
  { code: 'AR', label: 'Alcohol related', since: '2026-05-01' },
  { code: 'SR', label: 'Smoking related', since: '2026-05-01' },
  { code: 'VR', label: 'Vape related', since: '2026-05-01' },
  { code: 'DA', label: 'Drug and alcohol related', since: '2020-09-01' },
  { code: 'DM', label: 'Damage to property', since: '2020-09-01' },
  { code: 'TH', label: 'Theft', since: '2020-09-01' },
  { code: 'LD', label: 'Persistent disruptive behaviour: low level disruption', since: '2026-05-01' },
  { code: 'CB', label: 'Persistent disruptive behaviour: challenging behaviour', since: '2026-05-01' },
  { code: 'DB', label: 'Persistent or general disruptive behaviour', since: '2020-09-01' },
  { code: 'MT', label: 'Inappropriate use of social media or online technology', since: '2020-09-01' },
  { code: 'MP', label: 'Use of mobile phone', since: '2026-05-01' },
  { code: 'OS', label: 'Misbehaviour outside of school', since: '2026-05-01' },
  {
    code: 'PH',
    label: 'Wilful and repeated transgression of protective measures in place to protect public health',
    since: '2020-09-01',
  },
] as const satisfies readonly CodedValue[];
export const MAIN_REASON_CODES = codesOf(MAIN_REASONS);

/** SEN provision (domain.md B.3). */
export const SEN_PROVISIONS = [
  { code: 'N', label: 'No special educational needs' },
  { code: 'K', label: 'SEN support' },
  { code: 'E', label: 'EHC plan' },
] as const satisfies readonly CodedValue[];
export const SEN_PROVISION_CODES = codesOf(SEN_PROVISIONS);

/** SEN type (domain.md B.3). `DS` here is Down syndrome: never compare it with the exclusion reason. */
export const PRIMARY_NEEDS = [
  { code: 'SPLD', label: 'Specific learning difficulty' },
  { code: 'MLD', label: 'Moderate learning difficulty' },
  { code: 'SLD', label: 'Severe learning difficulty' },
  { code: 'PMLD', label: 'Profound and multiple learning difficulty' },
  { code: 'SEMH', label: 'Social, emotional and mental health' },
  { code: 'SLCN', label: 'Speech, language and communication needs' },
  { code: 'HI', label: 'Hearing impairment' },
  { code: 'VI', label: 'Vision impairment' },
  { code: 'MSI', label: 'Multi-sensory impairment' },
  { code: 'PD', label: 'Physical disability' },
  { code: 'ASD', label: 'Autistic spectrum disorder' },
  { code: 'DS', label: 'Down syndrome' },
  { code: 'OTH', label: 'Other difficulty' },
  { code: 'NSA', label: 'SEN support but no specialist assessment of type of need' },
] as const satisfies readonly CodedValue[];
export const PRIMARY_NEED_CODES = codesOf(PRIMARY_NEEDS);

/** Ethnicity (domain.md B.5). Never matched on; used only to look for unequal treatment. */
export const ETHNICITIES = [
  { code: 'WBRI', label: 'White British' },
  { code: 'WIRI', label: 'White Irish' },
  { code: 'WOTH', label: 'Any other White background' },
  { code: 'WIRT', label: 'Traveller of Irish heritage' },
  { code: 'WROM', label: 'Gypsy or Roma' },
  { code: 'MWBC', label: 'White and Black Caribbean' },
  { code: 'MWBA', label: 'White and Black African' },
  { code: 'MWAS', label: 'White and Asian' },
  { code: 'MOTH', label: 'Any other mixed background' },
  { code: 'AIND', label: 'Indian' },
  { code: 'APKN', label: 'Pakistani' },
  { code: 'ABAN', label: 'Bangladeshi' },
  { code: 'AOTH', label: 'Any other Asian background' },
  { code: 'BCRB', label: 'Black Caribbean' },
  { code: 'BAFR', label: 'Black African' },
  { code: 'BOTH', label: 'Any other Black background' },
  { code: 'CHNE', label: 'Chinese' },
  { code: 'OOTH', label: 'Any other ethnic group' },
  { code: 'REFU', label: 'Refused' },
  { code: 'NOBT', label: 'Not yet obtained' },
] as const satisfies readonly CodedValue[];
export const ETHNICITY_CODES = codesOf(ETHNICITIES);

export const SEXES = [
  { code: 'M', label: 'Male' },
  { code: 'F', label: 'Female' },
  { code: 'U', label: 'Unknown' },
] as const satisfies readonly CodedValue[];
export const SEX_CODES = codesOf(SEXES);

export const CARE_STATUSES = [
  { code: 'lookedAfter', label: 'Looked after' },
  { code: 'previouslyLookedAfter', label: 'Previously looked after' },
  { code: 'notLookedAfter', label: 'Not looked after' },
] as const satisfies readonly CodedValue[];
export const CARE_STATUS_CODES = codesOf(CARE_STATUSES);

/** Fair Access Protocol categories, School Admissions Code 2021 3.17 (domain.md A.7). */
export const FAIR_ACCESS_CATEGORIES = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm'] as const;

export const CASE_TYPES = [
  { code: 'ManagedMove', label: 'Managed move' },
  { code: 'OffSite', label: 'Off-site direction or alternative provision' },
  { code: 'FairAccess', label: 'Fair access' },
  { code: 'MultiAgency', label: 'Multi-agency panel' },
  { code: 'ExclusionReview', label: 'Exclusion review' },
] as const satisfies readonly CodedValue[];
export const CASE_TYPE_CODES = codesOf(CASE_TYPES);
export type CaseType = (typeof CASE_TYPE_CODES)[number];

/** What a panel can decide, or be asked for (domain.md C.3; register.md). A deferral is an event of its own. */
export const DECISION_TYPES = [
  { code: 'managedMoveSupported', label: 'Managed move supported' },
  { code: 'supportInSchool', label: 'Support in school' },
  { code: 'offSiteDirection', label: 'Off-site direction' },
  { code: 'alternativeProvision', label: 'Alternative provision' },
  { code: 'referToMultiAgency', label: 'Refer to multi-agency panel' },
  { code: 'fairAccessPlacement', label: 'Place allocated under fair access' },
  { code: 'assessNeeds', label: 'Request an EHC needs assessment or early review' },
  { code: 'reintegration', label: 'Return to mainstream' },
  { code: 'noChange', label: 'No change' },
] as const satisfies readonly CodedValue[];
export const DECISION_TYPE_CODES = codesOf(DECISION_TYPES);
export type DecisionType = (typeof DECISION_TYPE_CODES)[number];

export const STANCES = {
  parent: [
    { code: 'supportsMove', label: 'Supports the move' },
    { code: 'unsure', label: 'Unsure' },
    { code: 'opposesMove', label: 'Opposes the move' },
  ],
  pupil: [
    { code: 'wantsToMove', label: 'Wants to move' },
    { code: 'unsure', label: 'Unsure' },
    { code: 'wantsToStay', label: 'Wants to stay' },
  ],
} as const satisfies Record<string, readonly CodedValue[]>;
export const PARENT_STANCE_CODES = codesOf(STANCES.parent);
export const PUPIL_STANCE_CODES = codesOf(STANCES.pupil);

/** The roles that people bring to a panel (domain.md C.3). */
export const PANEL_ROLES = [
  { code: 'chair', label: 'Chair' },
  { code: 'headteacher', label: 'Headteacher' },
  { code: 'schoolRepresentative', label: 'School representative' },
  { code: 'laAdmissions', label: 'Council admissions or fair access' },
  { code: 'laInclusion', label: 'Council inclusion or exclusions' },
  { code: 'sendCasework', label: 'SEND casework' },
  { code: 'educationalPsychologist', label: 'Educational psychologist' },
  { code: 'alternativeProvision', label: 'Alternative provision or pupil referral unit' },
  { code: 'virtualSchool', label: 'Virtual school' },
  { code: 'socialCare', label: "Early help or children's social care" },
  { code: 'attendance', label: 'Education welfare or attendance' },
  { code: 'health', label: 'Health' },
  { code: 'youthJustice', label: 'Youth justice' },
  { code: 'police', label: 'Police' },
  { code: 'voluntarySector', label: 'Voluntary sector' },
  { code: 'clerk', label: 'Clerk' },
  { code: 'observer', label: 'Observer' },
] as const satisfies readonly CodedValue[];
export const PANEL_ROLE_CODES = codesOf(PANEL_ROLES);

/** What a person reads for a code; the code itself where a set does not know it. */
export const labelOf = (set: readonly CodedValue[], code: string): string =>
  set.find((value) => value.code === code)?.label ?? code;

/** True when a code may be used in a new record on a day (domain.md 0.1 no. 5: rules are effective-dated). */
export const inForce = (set: readonly CodedValue[], code: string, on: string): boolean =>
  set.some(
    (value) => value.code === code && (value.since ?? '0000') <= on && (value.until === undefined || on <= value.until),
  );
