/**
 * The one policy: who may do what, where. Pure data with two readings, a function for one resource and SQL for a list,
 * so that the two cannot drift (reliability-and-privacy.md 5). What no row allows is refused.
 */
import type { Role, Viewer } from './viewer';

/** What of a case a person may read: the panel's own acts, the child's coded facts, people's words, and names. */
export const FIELD_CLASSES = ['clear', 'child', 'words', 'names'] as const;
export type FieldClass = (typeof FIELD_CLASSES)[number];

export const CASE_ACTIONS = [
  'case.read',
  'case.correct',
  'case.accept',
  'case.view',
  'case.consent',
  'case.close',
  'case.reopen',
  'decision.read',
  'decision.record',
  'decision.correct',
  'decision.withdraw',
  'decision.ratify',
  'move.propose',
  'move.consent',
  'move.prepare',
  'move.start',
] as const;
export const PANEL_ACTIONS = [
  'panel.read',
  'panel.terms',
  'meeting.read',
  'meeting.schedule',
  'meeting.attendance',
  'meeting.interest',
  'meeting.agenda',
] as const;
/** A referral and an exclusion are about a school, before there is a case. */
export const SCHOOL_ACTIONS = ['case.refer', 'exclusion.issue', 'exclusion.review'] as const;
export const GENERAL_ACTIONS = ['panel.establish', 'consistency.read', 'home.read', 'case.search'] as const;

export type CaseAction = (typeof CASE_ACTIONS)[number];
export type PanelAction = (typeof PANEL_ACTIONS)[number];
export type SchoolAction = (typeof SCHOOL_ACTIONS)[number];
export type GeneralAction = (typeof GENERAL_ACTIONS)[number];
export type Action = CaseAction | PanelAction | SchoolAction | GeneralAction;

export type Resource =
  | {
      readonly kind: 'case';
      readonly caseId: string;
      /** The panel that hears it; nothing while no panel has taken it. */
      readonly panelId: string | null;
      readonly homeUrn: string;
      readonly receivingUrn: string | null;
    }
  | { readonly kind: 'panel'; readonly panelId: string }
  | { readonly kind: 'school'; readonly urn: string }
  | { readonly kind: 'general' };

/** How far a rule reaches. `unassigned` is a case that no panel has taken yet. */
type Reach = 'everywhere' | 'panels' | 'panelsOrUnassigned' | 'homeSchool' | 'namedSchools';

interface Rule {
  readonly id: string;
  readonly role: Role;
  readonly reach: Reach;
  readonly actions: readonly Action[];
  /** What of a case may be read under this rule. */
  readonly fields: readonly FieldClass[];
}

const everything: readonly FieldClass[] = FIELD_CLASSES;

/** In the order in which they are asked; the first that allows is the reason that the audit names. */
export const RULES: readonly Rule[] = [
  {
    id: 'chair-own-panels',
    role: 'chair',
    reach: 'panels',
    actions: [
      'case.read',
      'case.accept',
      'case.view',
      'case.consent',
      'case.close',
      'case.reopen',
      'decision.read',
      'decision.record',
      'decision.correct',
      'decision.withdraw',
      'decision.ratify',
      'move.propose',
      ...PANEL_ACTIONS,
    ],
    fields: everything,
  },
  {
    id: 'clerk-own-panels',
    role: 'clerk',
    reach: 'panelsOrUnassigned',
    actions: [
      'case.read',
      'case.refer',
      'case.correct',
      'case.accept',
      'case.view',
      'case.consent',
      'case.close',
      'case.reopen',
      'decision.read',
      'move.propose',
      'move.consent',
      'move.prepare',
      'move.start',
      ...PANEL_ACTIONS.filter((action) => action !== 'panel.terms'),
    ],
    fields: everything,
  },
  { id: 'clerk-refers-for-schools', role: 'clerk', reach: 'everywhere', actions: ['case.refer'], fields: [] },
  {
    id: 'director-oversight',
    role: 'director',
    reach: 'everywhere',
    actions: ['case.read', 'decision.read', 'panel.read', 'panel.terms', 'panel.establish', 'meeting.read'],
    fields: everything,
  },
  {
    id: 'referrer-own-school',
    role: 'referrer',
    reach: 'homeSchool',
    actions: [
      'case.refer',
      'case.read',
      'case.correct',
      'case.view',
      'case.consent',
      'decision.read',
      'move.propose',
      'move.consent',
      'move.prepare',
      'exclusion.issue',
      'exclusion.review',
    ],
    fields: everything,
  },
  {
    id: 'referrer-named-school',
    role: 'referrer',
    reach: 'namedSchools',
    actions: ['case.read', 'decision.read', 'move.consent', 'move.start'],
    fields: ['clear', 'child', 'names'],
  },
  {
    id: 'agency-member-own-panels',
    role: 'agencyMember',
    reach: 'panels',
    actions: ['case.read', 'decision.read', 'panel.read', 'meeting.read'],
    fields: ['clear', 'child', 'names'],
  },
  {
    id: 'administrator-panels',
    role: 'administrator',
    reach: 'everywhere',
    actions: ['panel.establish', 'panel.read', 'panel.terms'],
    fields: [],
  },
  ...(['chair', 'clerk', 'director'] as const).map((role): Rule => ({
    id: `${role}-consistency`,
    role,
    reach: 'everywhere',
    actions: ['consistency.read'],
    fields: [],
  })),
  ...(['chair', 'clerk', 'director', 'referrer', 'agencyMember'] as const).map((role): Rule => ({
    id: `${role}-search`,
    role,
    reach: 'everywhere',
    actions: ['case.search'],
    fields: [],
  })),
  ...(['chair', 'clerk', 'director', 'referrer', 'agencyMember', 'administrator'] as const).map((role): Rule => ({
    id: `${role}-home`,
    role,
    reach: 'everywhere',
    actions: ['home.read'],
    fields: [],
  })),
];

export type Verdict =
  | { readonly allow: true; readonly ruleId: string; readonly fields: readonly FieldClass[] }
  | { readonly allow: false; readonly ruleId: 'excluded-by-interest' | 'no-rule' };

/** Exclusion by a declared interest first, then any rule of the role that reaches the resource; else no. */
export function decide(viewer: Viewer, resource: Resource, action: Action): Verdict {
  if (resource.kind === 'case' && viewer.interests.includes(resource.caseId)) {
    return { allow: false, ruleId: 'excluded-by-interest' };
  }
  const rule = rulesOf(viewer.role, action).find(({ reach }) => reaches(reach, viewer, resource));
  return rule ? { allow: true, ruleId: rule.id, fields: rule.fields } : { allow: false, ruleId: 'no-rule' };
}

/** Whether the role has the action at all, anywhere: what a menu shows and what a route asks before it loads anything. */
export const mayEver = (viewer: Viewer, action: Action): boolean => rulesOf(viewer.role, action).length > 0;

const rulesOf = (role: Role, action: Action): readonly Rule[] =>
  RULES.filter((rule) => rule.role === role && rule.actions.includes(action));

function reaches(reach: Reach, viewer: Viewer, resource: Resource): boolean {
  if (reach === 'everywhere') return true;
  switch (resource.kind) {
    case 'case': {
      const { panelId, homeUrn, receivingUrn } = resource;
      if (reach === 'homeSchool') return viewer.urns.includes(homeUrn);
      if (reach === 'namedSchools')
        return viewer.urns.includes(homeUrn) || (receivingUrn !== null && viewer.urns.includes(receivingUrn));
      return panelId === null ? reach === 'panelsOrUnassigned' : viewer.panelIds.includes(panelId);
    }
    case 'panel':
      return (reach === 'panels' || reach === 'panelsOrUnassigned') && viewer.panelIds.includes(resource.panelId);
    case 'school':
      return (reach === 'homeSchool' || reach === 'namedSchools') && viewer.urns.includes(resource.urn);
    case 'general':
      return false;
  }
}

/** The columns of a list, as SQL expressions. */
export interface CaseColumns {
  readonly caseId: string;
  readonly panelId: string;
  readonly homeUrn: string;
  readonly receivingUrn: string;
}

export interface Scope {
  /** A condition on a row, in brackets, to be joined with AND. */
  readonly sql: string;
  /** Its parameters, numbered from `$1` unless said otherwise. */
  readonly params: unknown[];
}

export const CASE_LIST_COLUMNS: CaseColumns = {
  caseId: 'case_id',
  panelId: 'panel_id',
  homeUrn: 'home_urn',
  receivingUrn: 'receiving_urn',
};

/**
 * `decide` for the rows of a table, from the same rules: a row passes exactly when `decide` allows the action on it. For a
 * WHERE, where what is null does not pass; indexes can be used. Parameters are numbered from `first`.
 */
export function scopeSql(
  viewer: Viewer,
  columns: CaseColumns = CASE_LIST_COLUMNS,
  action: CaseAction = 'case.read',
  first = 1,
): Scope {
  const params: unknown[] = [];
  const parameter = (value: readonly string[], type: string): string =>
    `$${first - 1 + params.push([...value])}::${type}[]`;
  const reached = rulesOf(viewer.role, action).map(({ reach }) => {
    switch (reach) {
      case 'everywhere':
        return 'true';
      case 'panels':
        return `${columns.panelId} = ANY (${parameter(viewer.panelIds, 'uuid')})`;
      case 'panelsOrUnassigned':
        return `(${columns.panelId} IS NULL OR ${columns.panelId} = ANY (${parameter(viewer.panelIds, 'uuid')}))`;
      case 'homeSchool':
        return `${columns.homeUrn} = ANY (${parameter(viewer.urns, 'text')})`;
      case 'namedSchools': {
        const urns = parameter(viewer.urns, 'text');
        return `(${columns.homeUrn} = ANY (${urns}) OR ${columns.receivingUrn} = ANY (${urns}))`;
      }
    }
  });
  if (reached.length === 0) return { sql: '(false)', params };
  const hidden =
    viewer.interests.length > 0 ? `${columns.caseId} <> ALL (${parameter(viewer.interests, 'uuid')}) AND ` : '';
  return { sql: `(${hidden}(${reached.join(' OR ')}))`, params };
}
