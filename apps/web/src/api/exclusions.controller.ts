import { Policy } from '@app/access';
import { Body, Controller, Param, Post, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import type { CaseResource } from '../access/resources';
import { callOf } from '../actions/call';
import { ExclusionActions, PermanentExclusionRequest, ReviewRequest, SuspensionRequest } from '../actions/exclusions';
import type { Recorded } from '../http/idempotency.interceptor';
import { Commanding } from './commanding';

@ApiTags('exclusions')
@Controller('api')
export class ExclusionsController {
  constructor(private readonly exclusions: ExclusionActions) {}

  @Post('cases/:caseId/suspensions')
  @Policy('exclusion.issue')
  @Commanding('Record a suspension of the child of a case', 201)
  suspend(
    @Req() request: Request,
    @Param('caseId') _caseId: string,
    @Body() body: SuspensionRequest,
  ): Promise<Recorded> {
    return this.exclusions.suspend(request.theCase as CaseResource, body, callOf(request));
  }

  @Post('cases/:caseId/permanent-exclusions')
  @Policy('exclusion.issue')
  @Commanding('Record a permanent exclusion of the child of a case', 201)
  exclude(
    @Req() request: Request,
    @Param('caseId') _caseId: string,
    @Body() body: PermanentExclusionRequest,
  ): Promise<Recorded> {
    return this.exclusions.exclude(request.theCase as CaseResource, body, callOf(request));
  }

  @Post('exclusions/:exclusionId/reviews')
  @Policy('exclusion.review')
  @Commanding('Record a review of a suspension or exclusion')
  review(
    @Req() request: Request,
    @Param('exclusionId') exclusionId: string,
    @Body() body: ReviewRequest,
  ): Promise<Recorded> {
    return this.exclusions.review(exclusionId, body, callOf(request));
  }
}
