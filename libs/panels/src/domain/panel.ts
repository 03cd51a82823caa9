/** A panel: that it exists, and the terms of reference it works by. */
import { type Decider, judge, type Marks, type Occasion, Refused, same } from '@app/kernel';
import type { PANEL_BREACHES, PANEL_NOT_RECORDED, PANEL_TYPES, PanelEvent } from './events';
import { panelRules } from './panel-rules';
import { type Terms, termsOf } from './terms';

export type PanelMarks = Marks<(typeof PANEL_BREACHES)[number], (typeof PANEL_NOT_RECORDED)[number]>;

export type PanelState =
  | { readonly status: 'none' }
  | {
      readonly status: 'established';
      readonly panelType?: (typeof PANEL_TYPES)[number];
      readonly networkUrns?: readonly string[];
      /** Every edition adopted, in the order of adoption. */
      readonly terms: readonly Terms[];
    };

export type PanelCommand =
  | {
      readonly type: 'EstablishPanel';
      readonly panelType?: (typeof PANEL_TYPES)[number];
      readonly networkUrns?: readonly string[];
    }
  | ({ readonly type: 'AdoptTermsOfReference' } & Terms);

export type PanelCommandOf<T extends PanelCommand['type']> = Extract<PanelCommand, { type: T }>;

export interface PanelContext extends Occasion {
  /** Whether a school is in the directory. */
  schoolKnown(urn: string): boolean;
}

export const panelDecider: Decider<PanelState, PanelCommand, PanelEvent, PanelContext> = {
  initial: { status: 'none' },

  evolve(state, event) {
    switch (event.type) {
      case 'PanelEstablished': {
        const { panelType, networkUrns } = event.data;
        return {
          status: 'established',
          ...(panelType ? { panelType } : {}),
          ...(networkUrns ? { networkUrns } : {}),
          terms: [],
        };
      }
      case 'TermsOfReferenceAdopted':
        return state.status === 'none' ? state : { ...state, terms: [...state.terms, termsOf(event.data)] };
    }
  },

  decide(command, state, context) {
    if (askedBefore(command, state)) return [];
    const marks = judge(panelRules, command, state, context);
    if (marks instanceof Refused) return marks;
    const { type: _type, ...data } = command;
    return command.type === 'EstablishPanel'
      ? [{ type: 'PanelEstablished', data: { ...(data as object), ...marks } }]
      : [{ type: 'TermsOfReferenceAdopted', data: { ...(data as Terms), ...marks } }];
  },
};

function askedBefore(command: PanelCommand, state: PanelState): boolean {
  if (state.status === 'none') return false;
  if (command.type === 'EstablishPanel') {
    const { panelType, networkUrns } = state;
    return same({ panelType, networkUrns }, { panelType: command.panelType, networkUrns: command.networkUrns });
  }
  const { type: _type, ...terms } = command;
  return state.terms.some((adopted) => same(adopted, terms));
}
