/** What the command handlers of cases work with, and how they carry out a step on one case or one child. */
import { Directory } from '@app/directory';
import { CLOCK, type CommandEnvelope, execute, type Executed, Journal, KEY_STORE } from '@app/event-store';
import { derivedId, fold, type Occasion, Refused } from '@app/kernel';
import type { Clock } from '@app/kernel';
import { keyForFirstCase } from '@app/vault';
import type { KeyStore } from '@app/vault';
import { Inject, Injectable } from '@nestjs/common';
import { caseDecider } from '../domain/case';
import type { CaseCommand, CaseContext, CaseState } from '../domain/case-state';
import { caseCodec, type CaseEvent, caseStream, pupilCodec, type PupilEvent, pupilStream } from '../domain/events';
import { type PupilCommand, pupilDecider } from '../domain/pupil';

/** How and when a step reaches Evenhand, from its envelope and the clock. */
export const occasionOf = (envelope: CommandEnvelope, clock: Clock): Occasion => ({
  provenance: envelope.provenance,
  on: envelope.occurredOn,
  today: clock.today(),
});

/** The context of a case's decision, from the schools that are known and the events that a correction may name. */
export const caseContext = (
  occasion: Occasion,
  knownUrns: ReadonlySet<string>,
  correctable: readonly string[] = [],
): CaseContext => ({ ...occasion, schoolKnown: (urn) => knownUrns.has(urn), correctable });

/** One command of a request that writes to two streams: each has an id of its own, the same when it is sent again. */
export const stepOf = (envelope: CommandEnvelope, step: string): CommandEnvelope => ({
  ...envelope,
  commandId: derivedId(envelope.commandId, step),
});

@Injectable()
export class CaseDesk {
  constructor(
    readonly journal: Journal,
    readonly directory: Directory,
    @Inject(CLOCK) readonly clock: Clock,
    @Inject(KEY_STORE) readonly keys: KeyStore,
  ) {}

  async caseState(caseId: string): Promise<CaseState> {
    const { events } = await this.journal.load(caseCodec, caseStream(caseId));
    return fold(caseDecider, events as readonly unknown[] as readonly CaseEvent[]);
  }

  /** Carries out a step on a case. `expected` is the revision that the caller saw. */
  async onCase(
    caseId: string,
    command: CaseCommand,
    envelope: CommandEnvelope,
    expected?: number,
  ): Promise<Executed<CaseEvent>> {
    return execute(this.journal, {
      codec: caseCodec,
      decider: caseDecider,
      stream: caseStream(caseId),
      command,
      context: await this.contextOf(caseId, command, envelope),
      envelope,
      ...(expected === undefined ? {} : { expected }),
    });
  }

  async contextOf(caseId: string, command: CaseCommand, envelope: CommandEnvelope): Promise<CaseContext> {
    const known = 'homeUrn' in command && (await this.directory.school(command.homeUrn)) ? [command.homeUrn] : [];
    const correctable =
      command.type === 'CorrectCase'
        ? (await this.journal.load(caseCodec, caseStream(caseId))).events
            .filter(({ type }) => type === 'CaseReferred' || type === 'CaseCorrected')
            .map(({ id }) => id)
        : [];
    return caseContext(occasionOf(envelope, this.clock), new Set(known), correctable);
  }

  /** Carries out a step on a child's stream. */
  async onPupil(pupilRef: string, command: PupilCommand, envelope: CommandEnvelope): Promise<Executed<PupilEvent>> {
    return execute(this.journal, {
      codec: pupilCodec,
      decider: pupilDecider,
      stream: pupilStream(pupilRef),
      command,
      context: occasionOf(envelope, this.clock),
      envelope,
    });
  }

  /** Why a step on a child's stream would be refused now, or nothing; it writes nothing. */
  async refusalOnPupil(
    pupilRef: string,
    command: PupilCommand,
    envelope: CommandEnvelope,
  ): Promise<Refused | undefined> {
    const { events } = await this.journal.load(pupilCodec, pupilStream(pupilRef));
    const state = fold(pupilDecider, events as readonly unknown[] as readonly PupilEvent[]);
    const decided = pupilDecider.decide(command, state, occasionOf(envelope, this.clock));
    return decided instanceof Refused ? decided : undefined;
  }

  /** Makes the child's key where nothing is recorded of the child yet. */
  async keyFor(pupilRef: string): Promise<void> {
    const { revision } = await this.journal.load(pupilCodec, pupilStream(pupilRef));
    await keyForFirstCase(this.keys, pupilRef, revision === 'no_stream');
  }
}
