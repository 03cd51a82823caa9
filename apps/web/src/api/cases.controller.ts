import { Policy } from '@app/access';
import { Body, Controller, Param, Post, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { callOf } from '../actions/call';
import {
  AcceptanceRequest,
  CaseActions,
  CaseCorrectionRequest,
  ClosingRequest,
  ConsentRequest,
  ConsentWithdrawalRequest,
  ParentViewRequest,
  PupilViewRequest,
  ReferralRequest,
  ReopeningRequest,
} from '../actions/cases';
import { assertMayRefer } from '../access/may-refer';
import type { Recorded } from '../http/idempotency.interceptor';
import { Commanding } from './commanding';

@ApiTags('cases')
@Controller('api/cases')
export class CasesController {
  constructor(private readonly cases: CaseActions) {}

  @Post()
  @Policy('case.refer')
  @Commanding('Refer a child', 201)
  refer(@Req() request: Request, @Body() body: ReferralRequest): Promise<Recorded> {
    assertMayRefer(request, body.homeUrn);
    return this.cases.refer(body, callOf(request));
  }

  @Post(':caseId/corrections')
  @Policy('case.correct')
  @Commanding('Correct a referral; decisions keep the facts that they relied on')
  correct(
    @Req() request: Request,
    @Param('caseId') caseId: string,
    @Body() body: CaseCorrectionRequest,
  ): Promise<Recorded> {
    assertMayRefer(request, body.homeUrn);
    return this.cases.correct(caseId, body, callOf(request));
  }

  @Post(':caseId/acceptance')
  @Policy('case.accept')
  @Commanding('A panel will hear the case')
  accept(@Req() request: Request, @Param('caseId') caseId: string, @Body() body: AcceptanceRequest): Promise<Recorded> {
    return this.cases.accept(caseId, body, callOf(request));
  }

  @Post(':caseId/parent-view')
  @Policy('case.view')
  @Commanding("Record the parent's view, or why there is none")
  parentView(
    @Req() request: Request,
    @Param('caseId') caseId: string,
    @Body() body: ParentViewRequest,
  ): Promise<Recorded> {
    return this.cases.parentView(caseId, body, callOf(request));
  }

  @Post(':caseId/pupil-view')
  @Policy('case.view')
  @Commanding("Record the child's own view, or why there is none")
  pupilView(
    @Req() request: Request,
    @Param('caseId') caseId: string,
    @Body() body: PupilViewRequest,
  ): Promise<Recorded> {
    return this.cases.pupilView(caseId, body, callOf(request));
  }

  @Post(':caseId/consents')
  @Policy('case.consent')
  @Commanding('Record consent to share information')
  consent(@Req() request: Request, @Param('caseId') caseId: string, @Body() body: ConsentRequest): Promise<Recorded> {
    return this.cases.consent(caseId, body, callOf(request));
  }

  @Post(':caseId/consent-withdrawals')
  @Policy('case.consent')
  @Commanding('Record that consent to share information is withdrawn')
  withdrawConsent(
    @Req() request: Request,
    @Param('caseId') caseId: string,
    @Body() body: ConsentWithdrawalRequest,
  ): Promise<Recorded> {
    return this.cases.withdrawConsent(caseId, body, callOf(request));
  }

  @Post(':caseId/closing')
  @Policy('case.close')
  @Commanding('Close a case')
  close(@Req() request: Request, @Param('caseId') caseId: string, @Body() body: ClosingRequest): Promise<Recorded> {
    return this.cases.close(caseId, body, callOf(request));
  }

  @Post(':caseId/reopening')
  @Policy('case.reopen')
  @Commanding('Reopen a closed case')
  reopen(@Req() request: Request, @Param('caseId') caseId: string, @Body() body: ReopeningRequest): Promise<Recorded> {
    return this.cases.reopen(caseId, body, callOf(request));
  }
}
