/** What the command handlers of moves work with, and how they carry out a step on one move. */
import {
  caseCodec,
  caseDecider,
  type CaseEvent,
  caseStream,
  type CaseState,
  occasionOf,
  type ReferredFacts,
} from '@app/cases';
import { decisionCodec, decisionStream } from '@app/decisions';
import { Directory, isMainstream } from '@app/directory';
import type { School } from '@app/directory';
import { CLOCK, type CommandEnvelope, execute, type Executed, Journal } from '@app/event-store';
import { fold, FORGOTTEN, type Occasion } from '@app/kernel';
import type { Clock } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { moveCodec, type MoveEvent, moveStream } from '../domain/events';
import { moveDecider } from '../domain/move';
import type { MoveCommand, MoveContext, MoveState, ProposalFacts } from '../domain/move-state';

/** The context of a move's decision, from rows of the directory and what the case, the decision and the move say. */
export function moveContext(
  occasion: Occasion,
  schools: ReadonlyMap<string, Pick<School, 'type'>>,
  said: Pick<MoveContext, 'parentStance' | 'decidedOn' | 'startedOn'> = {},
): MoveContext {
  return {
    ...occasion,
    ...said,
    schoolOf: (urn) => {
      const school = schools.get(urn);
      if (!school) return undefined;
      const mainstream = isMainstream(school.type);
      return mainstream === undefined ? {} : { mainstream };
    },
  };
}

/** What a proposal takes from the child's facts as the case has them; absent stays absent. */
export function proposalFactsOf(facts: Partial<ReferredFacts>): ProposalFacts {
  const { supportCycles, interventions, senProvision, ehcPlan, careStatus, hasSocialWorker } = facts;
  const tried =
    supportCycles === undefined && interventions === undefined
      ? undefined
      : (supportCycles ?? 0) + new Set(interventions?.filter((what) => what !== 'supportCycle')).size;
  const plan = senProvision === 'E' ? true : (ehcPlan ?? (senProvision === undefined ? undefined : false));
  return {
    ...(tried === undefined ? {} : { interventionsTried: Math.min(tried, 99) }),
    ...(plan === undefined ? {} : { ehcPlan: plan }),
    ...(careStatus === undefined ? {} : { lookedAfter: careStatus === 'lookedAfter' }),
    ...(hasSocialWorker === undefined ? {} : { hasSocialWorker }),
  };
}

@Injectable()
export class MoveDesk {
  constructor(
    readonly journal: Journal,
    readonly directory: Directory,
    @Inject(CLOCK) readonly clock: Clock,
  ) {}

  async caseState(caseId: string): Promise<CaseState> {
    const { events } = await this.journal.load(caseCodec, caseStream(caseId));
    return fold(caseDecider, events as readonly unknown[] as readonly CaseEvent[]);
  }

  /** Carries out a step on a move. `expected` is the revision that the caller saw. */
  async onMove(
    moveId: string,
    command: MoveCommand,
    envelope: CommandEnvelope,
    expected?: number,
  ): Promise<Executed<MoveEvent>> {
    return execute(this.journal, {
      codec: moveCodec,
      decider: moveDecider,
      stream: moveStream(moveId),
      command,
      context: await this.contextOf(moveId, command, envelope),
      envelope,
      ...(expected === undefined ? {} : { expected }),
    });
  }

  async contextOf(moveId: string, command: MoveCommand, envelope: CommandEnvelope): Promise<MoveContext> {
    const occasion = occasionOf(envelope, this.clock);
    if (command.type === 'ProposeManagedMove') {
      const found = await Promise.all([command.fromUrn, command.toUrn].map((urn) => this.directory.school(urn)));
      return moveContext(occasion, new Map(found.flatMap((school) => (school ? [[school.urn, school]] : []))));
    }
    const { events } = await this.journal.load(moveCodec, moveStream(moveId));
    const state: MoveState = fold(moveDecider, events as readonly unknown[] as readonly MoveEvent[]);
    if (state.status === 'none') return moveContext(occasion, new Map());
    const { caseId, decisionId } = state.terms;
    const [parentStance, decidedOn] = await Promise.all([
      this.parentStance(caseId),
      decisionId === undefined ? undefined : this.decidedOn(decisionId),
    ]);
    const startedOn = events.find(({ type }) => type === 'ManagedMoveStarted')?.metadata.occurredOn;
    return moveContext(occasion, new Map(), {
      ...(parentStance === undefined ? {} : { parentStance }),
      ...(decidedOn === undefined ? {} : { decidedOn }),
      ...(startedOn === undefined ? {} : { startedOn }),
    });
  }

  private async parentStance(caseId: string): Promise<MoveContext['parentStance']> {
    const state = await this.caseState(caseId);
    if (state.status === 'none' || state.status === 'abandoned') return undefined;
    return state.parentView === FORGOTTEN ? undefined : state.parentView?.stance;
  }

  /** A correction does not change the day of a decision. */
  private async decidedOn(decisionId: string): Promise<string | undefined> {
    const { events } = await this.journal.load(decisionCodec, decisionStream(decisionId));
    return events.find(({ type }) => type === 'PanelDecisionRecorded')?.metadata.occurredOn;
  }
}
