/** What the command handlers of decisions work with, and how they carry out a step on one decision. */
import { caseCodec, caseDecider, type CaseEvent, caseStream, occasionOf } from '@app/cases';
import { Directory } from '@app/directory';
import { CLOCK, type CommandEnvelope, DATABASE, execute, type Executed, Journal, KEY_STORE } from '@app/event-store';
import { type Clock, decisionIdOf, fold, type Occasion, type Refusal } from '@app/kernel';
import {
  fullMeetingsBetween,
  meetingCodec,
  meetingDecider,
  type MeetingEvent,
  meetingStream,
  PanelDesk,
} from '@app/panels';
import { createSealer, type KeyStore } from '@app/vault';
import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import type { Step } from '../domain/circumstances';
import type { DecisionContext } from '../domain/context';
import { decisionDecider, whyNot } from '../domain/decision';
import type { DecisionCommand, DecisionFact, DecisionState, Matter } from '../domain/decision-state';
import { decisionCodec, decisionStream } from '../domain/events';
import { decisionContext, meetingHeld } from './decision-context';

@Injectable()
export class DecisionDesk {
  constructor(
    private readonly journal: Journal,
    private readonly directory: Directory,
    private readonly panels: PanelDesk,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(KEY_STORE) private readonly keys: KeyStore,
    @Inject(DATABASE) private readonly database: { readonly application: Pool },
  ) {}

  /**
   * Carries out a step on a decision. `expected` is the revision of the decision's own stream that the caller saw, so
   * that the decisions of one day never fight over one meeting.
   */
  async onDecision(
    decisionId: string,
    command: DecisionCommand,
    envelope: CommandEnvelope,
    expected?: number,
  ): Promise<Executed> {
    const occasion = occasionOf(envelope, this.clock);
    const { state } = await this.decision(decisionId);
    const matter = 'caseId' in command ? command : matterOf(state);
    if (matter && decisionIdOf(matter.meetingId, matter.caseId) !== decisionId && command.type !== 'CorrectDecision')
      return { kind: 'refused', reasons: [WRONG_ID] };
    const context = await this.contextOf(
      matter,
      occasion,
      'receivingUrn' in command ? command.receivingUrn : undefined,
    );
    return execute(this.journal, {
      codec: decisionCodec,
      decider: decisionDecider,
      stream: decisionStream(decisionId),
      command,
      context:
        command.type === 'RatifyDecision' || command.type === 'DeclineToRatify'
          ? { ...context, ...(await this.ratifying(command.meetingId, context)) }
          : context,
      envelope,
      ...(expected === undefined ? {} : { expected }),
    });
  }

  /** Every reason why a case cannot be decided at a meeting now, before anybody fills in a form; for a page to list. */
  async whyNot(step: Step, occasion: Occasion): Promise<readonly Refusal[]> {
    const { state } = await this.decision(decisionIdOf(step.meetingId, step.caseId));
    return whyNot(step, state, await this.contextOf(step, occasion));
  }

  /** The decision as it stands, and the revision of its stream. */
  async decision(decisionId: string): Promise<{ state: DecisionState; revision: number | 'no_stream' }> {
    const { events, revision } = await this.journal.load(decisionCodec, decisionStream(decisionId));
    return { state: fold(decisionDecider, events as readonly unknown[] as readonly DecisionFact[]), revision };
  }

  private async contextOf(
    matter: (Omit<Matter, 'relied'> & Partial<Matter>) | undefined,
    occasion: Occasion,
    receivingUrn?: string,
  ): Promise<DecisionContext> {
    const known = receivingUrn !== undefined && (await this.directory.school(receivingUrn)) !== undefined;
    const schoolKnown = (urn: string) => known && urn === receivingUrn;
    if (!matter) return { ...occasion, schoolKnown };
    const { caseId, meetingId } = matter;
    const [theCase, meeting] = await Promise.all([
      this.caseAt(caseId, matter.relied?.caseRevision),
      this.meeting(meetingId),
    ]);
    const { state } = meeting;
    const terms =
      state.status === 'scheduled'
        ? await this.panels.termsOn(state.panelId, state.meetingOn)
        : { established: false, everAdopted: false };
    const context = decisionContext({
      occasion,
      caseId,
      case: theCase,
      meetingId,
      meeting,
      terms,
      schoolKnown,
    });
    const pupilRef = context.case?.pupilRef;
    const sealer = createSealer(this.keys);
    return {
      ...context,
      sameText: (kept, text) =>
        pupilRef !== undefined && sealer.reference(kept.ref, { pupilRef }, text).digest === kept.digest,
    };
  }

  /** A case folded at the revision that a form showed (event-format.md 3), and the revision that it is at now. */
  private async caseAt(caseId: string, revision?: number) {
    const { events, revision: currentRevision } = await this.journal.load(caseCodec, caseStream(caseId));
    const shown = revision === undefined ? events : events.filter((event) => event.revision <= revision);
    return {
      state: fold(caseDecider, shown as readonly unknown[] as readonly CaseEvent[]),
      revision: shown.at(-1)?.revision ?? ('no_stream' as const),
      currentRevision,
    };
  }

  private async meeting(meetingId: string) {
    const { events, revision } = await this.journal.load(meetingCodec, meetingStream(meetingId));
    return { state: fold(meetingDecider, events as readonly unknown[] as readonly MeetingEvent[]), revision };
  }

  /**
   * Which full meetings came between is asked of the read model: no stream can tell it. A meeting of this minute that the
   * read model has not seen yet may be missed; the page shows a lapsed action all the same once it has.
   */
  private async ratifying(meetingId: string, { meeting: action }: DecisionContext): Promise<Partial<DecisionContext>> {
    const meeting = meetingHeld(meetingId, await this.meeting(meetingId));
    if (!meeting) return {};
    const between = action
      ? await fullMeetingsBetween(this.database.application, action.panelId, action.meetingOn, meeting.meetingOn)
      : 0;
    return { ratifying: { meeting, fullMeetingsBetween: between } };
  }
}

const WRONG_ID: Refusal = {
  code: 'wrong-decision-id',
  sentence: 'This is not the decision of this case at this meeting. Open it from the agenda of the meeting.',
};

const matterOf = (state: DecisionState) => (state.status === 'standing' ? state.record : undefined);
