/** What a row of the register becomes, as steps in their order (register.md, "What a row becomes"). */
import {
  type CaseContext,
  caseCodec,
  caseDecider,
  caseStream,
  type CaseOutcome,
  pupilCodec,
  pupilDecider,
  pupilStream,
  type ReferralTerms,
  type ReferredFacts,
} from '@app/cases';
import { decisionCodec, decisionContext, decisionDecider, decisionStream } from '@app/decisions';
import { decisionIdOf, FORGOTTEN, type Occasion, present } from '@app/kernel';
import { type MoveContext, moveCodec, moveDecider, moveStream } from '@app/managed-moves';
import {
  meetingCodec,
  meetingDecider,
  meetingStream,
  panelCodec,
  panelDecider,
  panelStream,
  termsOnADay,
} from '@app/panels';
import { caseTypeOf, type RegisterRow } from '../domain/row';
import { type Look, type Step, stepsAt } from './steps';

/** The random ids of a row, and those it shares with other rows. */
export interface RowIds {
  readonly pupilRef: string;
  readonly caseId: string;
  readonly moveId: string;
  readonly panelId: string;
  readonly meetingId: string;
}

export interface School {
  readonly mainstream?: boolean;
}

export interface RowWorld {
  readonly today: string;
  schoolOf(urn: string): School | undefined;
}

const places = (ids: RowIds) => ({
  pupil: { stream: pupilStream(ids.pupilRef), codec: pupilCodec, decider: pupilDecider },
  case: { stream: caseStream(ids.caseId), codec: caseCodec, decider: caseDecider },
  panel: { stream: panelStream(ids.panelId), codec: panelCodec, decider: panelDecider },
  meeting: { stream: meetingStream(ids.meetingId), codec: meetingCodec, decider: meetingDecider },
  decision: {
    stream: decisionStream(decisionIdOf(ids.meetingId, ids.caseId)),
    codec: decisionCodec,
    decider: decisionDecider,
  },
  move: { stream: moveStream(ids.moveId), codec: moveCodec, decider: moveDecider },
});

/** The streams that are a row's alone; with `pupil` the child's too, where nothing was ever recorded of the child. */
export const ownStreams = (
  { pupilRef, caseId, moveId }: Pick<RowIds, 'pupilRef' | 'caseId' | 'moveId'>,
  pupil: boolean,
): ReadonlySet<string> => new Set([caseStream(caseId), moveStream(moveId), ...(pupil ? [pupilStream(pupilRef)] : [])]);

const termsOf = (row: RegisterRow): ReferralTerms => ({
  caseType: caseTypeOf(row.requested),
  homeUrn: row.homeUrn,
  requested: row.requested,
});

/** "No" in the column Looked after says nothing of other care (register.md). */
const careStatusOf = ({ lookedAfter }: RegisterRow) =>
  lookedAfter === undefined ? undefined : lookedAfter ? 'lookedAfter' : 'notLookedAfter';

const factsOf = (row: RegisterRow): ReferredFacts =>
  present({
    ncYear: row.ncYear,
    mainReason: row.mainReason,
    senProvision: row.senProvision,
    primaryNeed: row.primaryNeed,
    careStatus: careStatusOf(row),
    freeSchoolMeals: row.freeSchoolMeals,
    ethnicity: row.ethnicity,
    sex: row.sex,
    supportCycles: row.supportCycles,
    daysSuspended: row.daysSuspended,
    previousMoves: row.previousMoves,
  }) as ReferredFacts;

const outcomeOf = (row: RegisterRow): CaseOutcome => row.outcome;
const hasStarted = (row: RegisterRow, today: string): boolean => row.startedOn !== undefined && row.startedOn <= today;

/** The latest of meeting, start and end that is not after today. */
const closedOn = (row: RegisterRow, today: string): string =>
  [row.startedOn, row.endedOn].reduce<string>(
    (latest, day) => (day !== undefined && day <= today && day > latest ? day : latest),
    row.meetingOn,
  );

/** The steps that bring a row in: a case from referral to close. `hearing` above 1: the case is heard again. */
export function stepsOfRow(row: RegisterRow, ids: RowIds, world: RowWorld, hearing: number): Step[] {
  const at = places(ids);
  const [pupil, theCase, panel, meeting, decision, move] = [
    stepsAt(at.pupil),
    stepsAt(at.case),
    stepsAt(at.panel, true),
    stepsAt(at.meeting, true),
    stepsAt(at.decision),
    stepsAt(at.move),
  ];
  const named = (name: string) => (hearing === 1 ? name : `${name}:${hearing}`);
  const occasion = (on: string): Occasion => ({ provenance: 'register', on, today: world.today });
  const schoolKnown = (urn: string) => world.schoolOf(urn) !== undefined;
  const caseContext = (on: string, correctable: readonly string[] = []): CaseContext => ({
    ...occasion(on),
    schoolKnown,
    correctable,
  });
  const met = row.meetingOn;
  const close = closedOn(row, world.today);
  const referral = { ...termsOf(row), pupilRef: ids.pupilRef, facts: factsOf(row) };

  const steps: Step[] = [
    pupil(named('open'), met, async () => ({
      command: {
        type: 'OpenPupilCase',
        pupilRef: ids.pupilRef,
        caseId: ids.caseId,
        caseType: referral.caseType,
      },
      context: occasion(met),
    })),
  ];
  if (hearing === 1)
    steps.push(
      theCase('refer', met, async () => ({
        command: { type: 'ReferCase', ...referral },
        context: caseContext(met),
      })),
    );
  else
    steps.push(
      theCase(named('reopen'), met, async () => ({
        command: { type: 'ReopenCase', because: 'heardAgain' },
        context: caseContext(met),
      })),
      theCase(named('correct'), met, async (look) => {
        const { history } = await look(at.case);
        const corrected = history
          .filter(({ type }) => type === 'CaseReferred' || type === 'CaseCorrected')
          .map((e) => e.id);
        return {
          command: {
            type: 'CorrectCase',
            ...referral,
            correctedEventId: corrected.at(-1) ?? '',
            because: 'newInformation',
          },
          context: caseContext(met, corrected),
        };
      }),
    );
  if (row.parentView !== undefined) {
    const view = { stance: row.parentView };
    steps.push(
      theCase(named('parent-view'), met, async () => ({
        command: { type: 'RecordParentView', view },
        context: caseContext(met),
      })),
    );
  }
  if (row.pupilView !== undefined) {
    const view = { stance: row.pupilView };
    steps.push(
      theCase(named('pupil-view'), met, async () => ({
        command: { type: 'RecordPupilView', view },
        context: caseContext(met),
      })),
    );
  }
  steps.push(
    panel(named('panel'), met, async (look) =>
      (await look(at.panel)).state.status === 'none'
        ? { command: { type: 'EstablishPanel' }, context: { ...occasion(met), schoolKnown } }
        : undefined,
    ),
    meeting(named('meeting'), met, async (look) =>
      (await look(at.meeting)).state.status === 'none'
        ? {
            command: { type: 'ScheduleMeeting', panelId: ids.panelId, meetingOn: met, kind: 'ordinary' },
            context: { ...occasion(met), panel: await termsAt(look, at, met) },
          }
        : undefined,
    ),
    decision(named('decision'), met, async (look) => {
      const caseNow = await look(at.case);
      const held = await look(at.meeting);
      const content = present({
        caseId: ids.caseId,
        meetingId: ids.meetingId,
        relied: { caseRevision: caseNow.revision, meetingRevision: held.revision },
        method: row.method,
        receivingUrn: row.receivingUrn,
        words: present({ rationale: row.rationale }),
      });
      return {
        command:
          row.outcome === 'deferred'
            ? { type: 'DeferCase', ...content }
            : { type: 'RecordDecision', decisionType: row.outcome, ...content },
        context: decisionContext({
          occasion: occasion(met),
          caseId: ids.caseId,
          case: { state: caseNow.state, revision: caseNow.revision, currentRevision: caseNow.revision },
          meetingId: ids.meetingId,
          meeting: { state: held.state, revision: held.revision },
          terms: await termsAt(look, at, met),
          schoolKnown,
        }),
      };
    }),
  );
  if (row.outcome === 'managedMoveSupported' && row.receivingUrn !== undefined) {
    const toUrn = row.receivingUrn;
    steps.push(
      move(named('propose'), met, async (look) => ({
        command: {
          type: 'ProposeManagedMove',
          caseId: ids.caseId,
          decisionId: decisionIdOf(ids.meetingId, ids.caseId),
          fromUrn: row.homeUrn,
          toUrn,
          pupilRef: ids.pupilRef,
          facts: present({
            plannedStart: hasStarted(row, world.today) ? undefined : row.startedOn,
            interventionsTried: row.supportCycles,
            ehcPlan: row.senProvision === 'E',
            lookedAfter: row.lookedAfter,
          }),
        },
        context: await moveContext(look, at, row, met, world),
      })),
      ...stepsOfMove(row, ids, world),
    );
  }
  steps.push(
    theCase(named('close'), close, async () => ({
      command: { type: 'CloseCase', outcome: outcomeOf(row) },
      context: caseContext(close),
    })),
    pupil(named('release'), close, async () => ({
      command: { type: 'ReleasePupilCase', caseId: ids.caseId, because: 'closed' },
      context: occasion(close),
    })),
  );
  return steps;
}

/** What is known of a move's start, trial and end: also what a later file adds. */
export function stepsOfMove(row: RegisterRow, ids: RowIds, world: RowWorld): Step[] {
  const { startedOn, trialWeeks, endedOn, endCause } = row;
  if (startedOn === undefined || !hasStarted(row, world.today) || row.receivingUrn === undefined) return [];
  const at = places(ids);
  const move = stepsAt(at.move);
  const steps = [
    move('start', startedOn, async (look) => ({
      command: { type: 'StartManagedMove' },
      context: await moveContext(look, at, row, startedOn, world),
    })),
  ];
  if (trialWeeks !== undefined)
    steps.push(
      move('trial', startedOn, async (look) => ({
        command: { type: 'ImportLegacyTrial', startedOn, weeks: trialWeeks },
        context: await moveContext(look, at, row, startedOn, world),
      })),
    );
  if (endedOn !== undefined && endCause !== undefined)
    steps.push(
      move('end', endedOn, async (look) => ({
        command: { type: 'EndMove', on: endedOn, cause: endCause },
        context: await moveContext(look, at, row, endedOn, world),
      })),
    );
  return steps;
}

type Places = ReturnType<typeof places>;

async function termsAt(look: Look, at: Places, day: string) {
  const { state, history } = await look(at.panel);
  const terms = termsOnADay(
    history.map((event) => ({ event: event as never, occurredOn: event.metadata.occurredOn })),
    day,
  );
  return { ...terms, established: state.status !== 'none' };
}

async function moveContext(
  look: Look,
  at: Places,
  row: RegisterRow,
  on: string,
  world: RowWorld,
): Promise<MoveContext> {
  const { state } = await look(at.case);
  const view = 'parentView' in state ? state.parentView : undefined;
  return {
    provenance: 'register',
    on,
    today: world.today,
    schoolOf: world.schoolOf,
    decidedOn: row.meetingOn,
    ...(view !== undefined && view !== FORGOTTEN && view.stance !== undefined ? { parentStance: view.stance } : {}),
    ...(row.startedOn === undefined ? {} : { startedOn: row.startedOn }),
  };
}
