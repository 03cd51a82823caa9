import { Policy } from '@app/access';
import { Body, Controller, Param, Post, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import type { CaseResource } from '../access/resources';
import { callOf, When } from '../actions/call';
import {
  ConsultationRequest,
  MoveActions,
  MoveConsentRequest,
  MoveEndRequest,
  PackRequest,
  PlanRequest,
  ProposalRequest,
} from '../actions/moves';
import type { Recorded } from '../http/idempotency.interceptor';
import { Commanding } from './commanding';

@ApiTags('moves')
@Controller('api')
export class MovesController {
  constructor(private readonly moves: MoveActions) {}

  @Post('cases/:caseId/moves')
  @Policy('move.propose')
  @Commanding('Propose a managed move', 201)
  propose(@Req() request: Request, @Param('caseId') _caseId: string, @Body() body: ProposalRequest): Promise<Recorded> {
    return this.moves.propose(request.theCase as CaseResource, body, callOf(request));
  }

  @Post('moves/:moveId/consents')
  @Policy('move.consent')
  @Commanding('A party agrees to the move')
  consent(
    @Req() request: Request,
    @Param('moveId') moveId: string,
    @Body() body: MoveConsentRequest,
  ): Promise<Recorded> {
    return this.moves.consent(moveId, body, callOf(request));
  }

  @Post('moves/:moveId/consent-withdrawals')
  @Policy('move.consent')
  @Commanding('A party no longer agrees')
  withdrawConsent(
    @Req() request: Request,
    @Param('moveId') moveId: string,
    @Body() body: MoveConsentRequest,
  ): Promise<Recorded> {
    return this.moves.withdrawConsent(moveId, body, callOf(request));
  }

  @Post('moves/:moveId/consultations')
  @Policy('move.prepare')
  @Commanding('Somebody who must be asked was asked')
  consult(
    @Req() request: Request,
    @Param('moveId') moveId: string,
    @Body() body: ConsultationRequest,
  ): Promise<Recorded> {
    return this.moves.consult(moveId, body, callOf(request));
  }

  @Post('moves/:moveId/information-pack')
  @Policy('move.prepare')
  @Commanding('The receiving school has what it needs')
  sharePack(@Req() request: Request, @Param('moveId') moveId: string, @Body() body: PackRequest): Promise<Recorded> {
    return this.moves.sharePack(moveId, body, callOf(request));
  }

  @Post('moves/:moveId/integration-plan')
  @Policy('move.prepare')
  @Commanding('How the child will be welcomed is agreed')
  agreePlan(@Req() request: Request, @Param('moveId') moveId: string, @Body() body: PlanRequest): Promise<Recorded> {
    return this.moves.agreePlan(moveId, body, callOf(request));
  }

  @Post('moves/:moveId/agreement')
  @Policy('move.prepare')
  @Commanding('All who must consent have consented')
  agree(@Req() request: Request, @Param('moveId') moveId: string, @Body() body: When): Promise<Recorded> {
    return this.moves.agree(moveId, body, callOf(request));
  }

  @Post('moves/:moveId/start')
  @Policy('move.start')
  @Commanding('The first day on the new roll')
  start(@Req() request: Request, @Param('moveId') moveId: string, @Body() body: When): Promise<Recorded> {
    return this.moves.start(moveId, body, callOf(request));
  }

  @Post('moves/:moveId/end')
  @Policy('move.start')
  @Commanding('The child is no longer on the new roll')
  end(@Req() request: Request, @Param('moveId') moveId: string, @Body() body: MoveEndRequest): Promise<Recorded> {
    return this.moves.end(moveId, body, callOf(request));
  }
}
