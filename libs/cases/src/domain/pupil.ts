/** What must be serial for one child: which cases are open, and whether the child is forgotten (event-format.md 3). */
import {
  breach,
  type CaseType,
  type Decider,
  type FindingRule,
  impossible,
  judge,
  type Occasion,
  Refused,
} from '@app/kernel';
import type { PupilEvent } from './events';

export interface HeldCase {
  readonly caseId: string;
  readonly caseType: CaseType;
}

export type PupilState =
  | { readonly status: 'unknown' }
  | {
      readonly status: 'known' | 'forgotten';
      /** The places that are held: at most one a case type, unless a record of the past says otherwise. */
      readonly open: readonly HeldCase[];
      readonly released: readonly (HeldCase & { readonly because: 'closed' | 'abandoned' })[];
    };

export type PupilCommand =
  | { readonly type: 'OpenPupilCase'; readonly pupilRef: string; readonly caseId: string; readonly caseType: CaseType }
  | { readonly type: 'ReleasePupilCase'; readonly caseId: string; readonly because: 'closed' | 'abandoned' }
  | { readonly type: 'ForgetPupil'; readonly because: 'retentionEnded' | 'erasureUpheld' | 'enteredInError' };

/** Cases whose place is held, or was. */
const open = (state: PupilState): readonly HeldCase[] => (state.status === 'unknown' ? [] : state.open);
const released = (state: PupilState) => (state.status === 'unknown' ? [] : state.released);

type Open = Extract<PupilCommand, { type: 'OpenPupilCase' }>;
type OpenRule = FindingRule<Open, PupilState, Occasion, 'case-already-open', never>;

const notForgotten: OpenRule = (_, state) =>
  state.status === 'forgotten'
    ? impossible('pupil-forgotten', 'This child was forgotten: refer the child anew, under a new reference.')
    : undefined;

const referralNotAbandoned: OpenRule = ({ caseId }, state) =>
  released(state).some((one) => one.caseId === caseId && one.because === 'abandoned')
    ? impossible('referral-abandoned', 'This referral never arrived and its place was given up: refer the child again.')
    : undefined;

const oneOpenCaseOfAType: OpenRule = ({ caseType }, state) =>
  open(state).some((one) => one.caseType === caseType)
    ? breach('case-already-open', 'The child has an open case of this kind: close it first, or add to it.', 'caseType')
    : undefined;

const openRules = [notForgotten, referralNotAbandoned, oneOpenCaseOfAType];

/** Refusals: case-already-open, referral-abandoned, pupil-forgotten, case-not-open, pupil-unknown. */
export const pupilDecider: Decider<PupilState, PupilCommand, PupilEvent> = {
  initial: { status: 'unknown' },

  evolve(state, event) {
    switch (event.type) {
      case 'PupilCaseOpened': {
        const { caseId, caseType } = event.data;
        return {
          status: state.status === 'forgotten' ? 'forgotten' : 'known',
          open: [...open(state), { caseId, caseType }],
          released: released(state).filter((one) => one.caseId !== caseId),
        };
      }
      case 'PupilCaseReleased': {
        const { caseId, caseType, because } = event.data;
        return {
          status: state.status === 'forgotten' ? 'forgotten' : 'known',
          open: open(state).filter((one) => one.caseId !== caseId),
          released: [...released(state), { caseId, caseType, because }],
        };
      }
      case 'PupilForgotten':
        return { status: 'forgotten', open: open(state), released: released(state) };
    }
  },

  decide(command, state, context) {
    switch (command.type) {
      case 'OpenPupilCase': {
        const { pupilRef, caseId, caseType } = command;
        if (open(state).some((one) => one.caseId === caseId)) return [];
        const marks = judge(openRules, command, state, context);
        if (marks instanceof Refused) return marks;
        return [{ type: 'PupilCaseOpened', data: { caseId, caseType, pupilRef, child: marks } }];
      }
      case 'ReleasePupilCase': {
        const { caseId, because } = command;
        const held = open(state).find((one) => one.caseId === caseId);
        if (held) return [{ type: 'PupilCaseReleased', data: { caseId, caseType: held.caseType, because } }];
        if (released(state).some((one) => one.caseId === caseId)) return [];
        return refused('case-not-open', 'This child has no such case: nothing is held that could be released.');
      }
      case 'ForgetPupil':
        if (state.status === 'forgotten') return [];
        if (state.status === 'unknown') return refused('pupil-unknown', 'There is no such child: nothing to forget.');
        return [{ type: 'PupilForgotten', data: { because: command.because } }];
    }
  },
};

const refused = (code: string, sentence: string): Refused => new Refused([{ code, sentence }]);
