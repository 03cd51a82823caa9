import { Policy } from '@app/access';
import { decisionById, decisionStream } from '@app/decisions';
import { isId } from '@app/kernel';
import { Body, Controller, Get, Inject, Param, Post, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { PLATFORM, type Platform } from '../../../composition/src/platform';
import { ReadAudit } from '../access/read-audit';
import { callOf } from '../actions/call';
import {
  ChairsActionRequest,
  DecisionActions,
  DecisionCorrectionRequest,
  DecisionRequest,
  DeferralRequest,
  RatificationRequest,
  WithdrawalRequest,
} from '../actions/decisions';
import type { Recorded } from '../http/idempotency.interceptor';
import { notFound } from '../http/problem';
import { Commanding } from './commanding';

@ApiTags('decisions')
@Controller('api')
export class DecisionsController {
  constructor(
    private readonly decisions: DecisionActions,
    private readonly audit: ReadAudit,
    @Inject(PLATFORM) private readonly platform: Platform,
  ) {}

  @Get('decisions/:decisionId')
  @Policy('decision.read')
  @ApiOperation({ summary: 'A decision as it stands; its ETag is what If-Match of a correction names' })
  async one(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @Param('decisionId') decisionId: string,
  ): Promise<object> {
    const { application } = this.platform.database;
    const found = await decisionById(application, decisionId, this.platform.clock.today());
    if (!found || !request.theCase) throw notFound();
    await this.audit.note(request, 'api decision', [request.theCase]);
    response.set('ETag', `"r${found.revision}"`);
    return found;
  }

  @Post('meetings/:meetingId/cases/:caseId/decision')
  @Policy('decision.record')
  @Commanding("Record the panel's decision", 201)
  record(
    @Req() request: Request,
    @Param('meetingId') meetingId: string,
    @Param('caseId') caseId: string,
    @Body() body: DecisionRequest,
  ): Promise<Recorded> {
    return this.decisions.record(meetingId, caseId, body, callOf(request));
  }

  @Post('meetings/:meetingId/cases/:caseId/deferral')
  @Policy('decision.record')
  @Commanding('Put the case off', 201)
  defer(
    @Req() request: Request,
    @Param('meetingId') meetingId: string,
    @Param('caseId') caseId: string,
    @Body() body: DeferralRequest,
  ): Promise<Recorded> {
    return this.decisions.defer(meetingId, caseId, body, callOf(request));
  }

  @Post('meetings/:meetingId/cases/:caseId/chairs-action')
  @Policy('decision.record')
  @Commanding("Take chair's action between meetings, to be ratified", 201)
  takeChairsAction(
    @Req() request: Request,
    @Param('meetingId') meetingId: string,
    @Param('caseId') caseId: string,
    @Body() body: ChairsActionRequest,
  ): Promise<Recorded> {
    return this.decisions.takeChairsAction(meetingId, caseId, body, callOf(request));
  }

  @Post('decisions/:decisionId/corrections')
  @Policy('decision.correct')
  @Commanding('Correct a decision; never its case, meeting or panel')
  async correct(
    @Req() request: Request,
    @Param('decisionId') decisionId: string,
    @Body() body: DecisionCorrectionRequest,
  ): Promise<Recorded> {
    return this.decisions.correct(decisionId, await this.matterOf(decisionId), body, callOf(request));
  }

  @Post('decisions/:decisionId/withdrawal')
  @Policy('decision.withdraw')
  @Commanding('Withdraw a record that was wrong; it counts nowhere')
  withdraw(
    @Req() request: Request,
    @Param('decisionId') decisionId: string,
    @Body() body: WithdrawalRequest,
  ): Promise<Recorded> {
    return this.decisions.withdraw(decisionId, body, callOf(request));
  }

  @Post('decisions/:decisionId/ratification')
  @Policy('decision.ratify')
  @Commanding("The panel confirms the chair's action")
  ratify(
    @Req() request: Request,
    @Param('decisionId') decisionId: string,
    @Body() body: RatificationRequest,
  ): Promise<Recorded> {
    return this.decisions.ratify(decisionId, body, callOf(request));
  }

  @Post('decisions/:decisionId/refusal-to-ratify')
  @Policy('decision.ratify')
  @Commanding("The panel does not confirm the chair's action")
  declineToRatify(
    @Req() request: Request,
    @Param('decisionId') decisionId: string,
    @Body() body: RatificationRequest,
  ): Promise<Recorded> {
    return this.decisions.declineToRatify(decisionId, body, callOf(request));
  }

  /** The case and meeting that a decision was about, from its own stream. */
  private async matterOf(decisionId: string): Promise<{ caseId: string; meetingId: string }> {
    for await (const { data } of this.platform.store.readStream(decisionStream(decisionId))) {
      const { caseId, meetingId } = data as { caseId?: unknown; meetingId?: unknown };
      if (isId(caseId) && isId(meetingId)) return { caseId, meetingId };
    }
    throw notFound();
  }
}
