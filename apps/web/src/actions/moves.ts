/** What people ask of a managed move: the requests, and the commands that they become. */
import {
  AgreeIntegrationPlan,
  AgreeManagedMove,
  ConsentToMove,
  CONSULTED,
  EndMove,
  MOVE_END_CAUSES,
  MOVE_PARTIES,
  type MoveCommandOf,
  PACK_CONTENTS,
  PROPOSED_BY,
  type Proposal,
  ProposeManagedMove,
  RecordConsultation,
  ShareInformationPack,
  StartManagedMove,
  WithdrawMoveConsent,
} from '@app/managed-moves';
import { derivedId } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type { CaseResource } from '../access/resources';
import { Code, Codes, Day, Days, Ref, Urn, Whole, Words, YesOrNo } from '../http/fields';
import type { Recorded } from '../http/idempotency.interceptor';
import { type Call, Commands, parts, When } from './call';

const optional = true;

export class ProposalRequest extends When {
  @Urn({ says: 'Receiving school' })
  toUrn!: string;

  @Ref({ optional, says: 'The decision that supported it' })
  decisionId?: string;

  @Code(PROPOSED_BY, { optional })
  proposedBy?: string;

  @YesOrNo({ optional, says: 'There is a place in the year group' })
  placeAvailable?: boolean;

  @YesOrNo({ optional, says: 'Others wait for a place in the year group' })
  waitingList?: boolean;

  @Day({ optional, says: 'The first day planned' })
  plannedStart?: string;

  @Whole(0, 99, { optional, says: 'How many interventions were tried first' })
  interventionsTried?: number;

  @YesOrNo({ optional })
  ehcPlan?: boolean;

  @YesOrNo({ optional })
  lookedAfter?: boolean;

  @YesOrNo({ optional })
  hasSocialWorker?: boolean;

  @Words(4000, { optional, says: "Why it is in the child's best interests" })
  bestInterests?: string;
}

export class MoveConsentRequest extends When {
  @Code(MOVE_PARTIES)
  party!: string;
}

export class ConsultationRequest extends When {
  @Code(CONSULTED)
  consulted!: string;

  @Words(4000, { optional, says: 'What they said' })
  view?: string;
}

export class PackRequest extends When {
  @Codes(PACK_CONTENTS)
  contents!: string[];
}

export class PlanRequest extends When {
  @Days(12, { says: 'The days on which the schools look together' })
  reviewOn!: string[];

  @Words(4000, { optional, says: 'The plan in words' })
  plan?: string;
}

export class MoveEndRequest extends When {
  @Day()
  on!: string;

  @Code(MOVE_END_CAUSES)
  cause!: string;
}

@Injectable()
export class MoveActions {
  constructor(private readonly commands: Commands) {}

  /** Sent again after a crash it finds the same move: its id follows from the command's. */
  async propose(theCase: CaseResource, request: ProposalRequest, call: Call): Promise<Recorded> {
    const { when, said } = parts(request);
    const { toUrn, decisionId, proposedBy, placeAvailable, waitingList, bestInterests, ...facts } = said;
    const moveId = derivedId(call.commandId, 'move');
    const command = {
      type: 'ProposeManagedMove',
      caseId: theCase.caseId,
      fromUrn: theCase.homeUrn,
      toUrn,
      ...(decisionId === undefined ? {} : { decisionId }),
      ...(proposedBy === undefined ? {} : { proposedBy }),
      ...(placeAvailable === undefined ? {} : { placeAvailable }),
      ...(waitingList === undefined ? {} : { waitingList }),
      facts,
      ...(bestInterests ? { words: { bestInterests } } : {}),
    } as Proposal;
    const executed = await this.commands.send(
      new ProposeManagedMove(moveId, command, this.commands.envelope(call, when)),
    );
    return this.commands.answer(executed, { moveId, caseId: theCase.caseId }, 201);
  }

  async consent(moveId: string, request: MoveConsentRequest, call: Call): Promise<Recorded> {
    const { when, said } = parts(request);
    const command = { type: 'ConsentToMove', ...said } as MoveCommandOf<'ConsentToMove'>;
    return this.send(moveId, new ConsentToMove(moveId, command, this.commands.envelope(call, when), call.expected));
  }

  async withdrawConsent(moveId: string, request: MoveConsentRequest, call: Call): Promise<Recorded> {
    const { when, said } = parts(request);
    const command = { type: 'WithdrawMoveConsent', ...said } as MoveCommandOf<'WithdrawMoveConsent'>;
    return this.send(
      moveId,
      new WithdrawMoveConsent(moveId, command, this.commands.envelope(call, when), call.expected),
    );
  }

  async consult(moveId: string, request: ConsultationRequest, call: Call): Promise<Recorded> {
    const { when, said } = parts(request);
    const { consulted, view } = said;
    const command = {
      type: 'RecordConsultation',
      consulted,
      ...(view ? { words: { view } } : {}),
    } as MoveCommandOf<'RecordConsultation'>;
    return this.send(
      moveId,
      new RecordConsultation(moveId, command, this.commands.envelope(call, when), call.expected),
    );
  }

  async sharePack(moveId: string, request: PackRequest, call: Call): Promise<Recorded> {
    const { when, said } = parts(request);
    const command = { type: 'ShareInformationPack', ...said } as MoveCommandOf<'ShareInformationPack'>;
    return this.send(
      moveId,
      new ShareInformationPack(moveId, command, this.commands.envelope(call, when), call.expected),
    );
  }

  async agreePlan(moveId: string, request: PlanRequest, call: Call): Promise<Recorded> {
    const { when, said } = parts(request);
    const { reviewOn, plan } = said;
    const command = {
      type: 'AgreeIntegrationPlan',
      reviewOn,
      ...(plan ? { words: { plan } } : {}),
    } as MoveCommandOf<'AgreeIntegrationPlan'>;
    return this.send(
      moveId,
      new AgreeIntegrationPlan(moveId, command, this.commands.envelope(call, when), call.expected),
    );
  }

  async agree(moveId: string, request: When, call: Call): Promise<Recorded> {
    const { when } = parts(request);
    const envelope = this.commands.envelope(call, when);
    return this.send(moveId, new AgreeManagedMove(moveId, { type: 'AgreeManagedMove' }, envelope, call.expected));
  }

  async start(moveId: string, request: When, call: Call): Promise<Recorded> {
    const { when } = parts(request);
    const envelope = this.commands.envelope(call, when);
    return this.send(moveId, new StartManagedMove(moveId, { type: 'StartManagedMove' }, envelope, call.expected));
  }

  async end(moveId: string, request: MoveEndRequest, call: Call): Promise<Recorded> {
    const { when, said } = parts(request);
    const command = { type: 'EndMove', ...said } as MoveCommandOf<'EndMove'>;
    return this.send(moveId, new EndMove(moveId, command, this.commands.envelope(call, when), call.expected));
  }

  private async send(moveId: string, command: Parameters<Commands['send']>[0]): Promise<Recorded> {
    return this.commands.answer(await this.commands.send(command), { moveId });
  }
}
