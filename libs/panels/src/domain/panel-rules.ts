/** When a panel can be set up and its terms adopted (domain.md C.3, G.2). */
import { absent, type FindingRule, happensWhenSaid, impossible } from '@app/kernel';
import type { PANEL_BREACHES, PANEL_NOT_RECORDED } from './events';
import type { PanelCommand, PanelContext, PanelState } from './panel';

type PanelRule = FindingRule<
  PanelCommand,
  PanelState,
  PanelContext,
  (typeof PANEL_BREACHES)[number],
  (typeof PANEL_NOT_RECORDED)[number]
>;

const establishedOnce: PanelRule = (command, state) =>
  command.type === 'EstablishPanel' && state.status === 'established'
    ? impossible('panel-already-established', 'This panel exists already. Adopt new terms of reference to change it.')
    : undefined;

const saysItsType: PanelRule = (command) =>
  command.type === 'EstablishPanel' && command.panelType === undefined
    ? absent('panelType', 'panel-type-missing', 'Say what type of panel this is.', 'panelType')
    : undefined;

const namesKnownSchools: PanelRule = (command, _state, { schoolKnown }) => {
  const unknown = command.type === 'EstablishPanel' ? command.networkUrns?.find((urn) => !schoolKnown(urn)) : undefined;
  return unknown === undefined
    ? undefined
    : impossible(
        'school-unknown',
        `No school in the school list has the URN ${unknown}. Check the URN.`,
        'networkUrns',
      );
};

const establishedFirst: PanelRule = (command, state) =>
  command.type === 'AdoptTermsOfReference' && state.status === 'none'
    ? impossible('panel-not-established', 'There is no such panel. Set it up before it adopts terms of reference.')
    : undefined;

const newVersion: PanelRule = (command, state) =>
  command.type === 'AdoptTermsOfReference' &&
  state.status === 'established' &&
  state.terms.some((adopted) => adopted.version === command.version)
    ? impossible(
        'terms-version-taken',
        `Version ${command.version} of the terms says something else. Give the new terms a new version.`,
        'version',
      )
    : undefined;

const eachCriterionOnce: PanelRule = (command) => {
  if (command.type !== 'AdoptTermsOfReference') return undefined;
  const ids = command.criteria.map((criterion) => criterion.id);
  return new Set(ids).size < ids.length
    ? impossible('criterion-twice', 'The same criterion stands twice in the terms. Keep one version of it.', 'criteria')
    : undefined;
};

const permitsSomething: PanelRule = (command) =>
  command.type === 'AdoptTermsOfReference' && command.decisionTypes.length === 0
    ? impossible('no-decision-type', 'Name at least one decision that the panel may take.', 'decisionTypes')
    : undefined;

export const panelRules: readonly PanelRule[] = [
  happensWhenSaid,
  establishedOnce,
  saysItsType,
  namesKnownSchools,
  establishedFirst,
  newVersion,
  eachCriterionOnce,
  permitsSomething,
];
