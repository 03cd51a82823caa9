import { decide, Policy, type Viewer } from '@app/access';
import { Body, Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { Resources } from '../access/resources';
import { callOf, When } from '../actions/call';
import {
  AgendaRequest,
  AttendanceRequest,
  InterestRequest,
  MeetingRequest,
  PanelActions,
  PanelRequest,
  TermsRequest,
} from '../actions/panels';
import type { Recorded } from '../http/idempotency.interceptor';
import { invalid, notFound } from '../http/problem';
import { PanelReading } from '../reading/panels';
import { Commanding } from './commanding';

@ApiTags('panels and meetings')
@Controller('api')
export class PanelsController {
  constructor(
    private readonly panels: PanelActions,
    private readonly reading: PanelReading,
    private readonly resources: Resources,
  ) {}

  @Get('panels')
  @Policy('panel.read')
  @ApiOperation({ summary: 'The panels that you serve, with their terms' })
  async list(@Req() request: Request): Promise<object> {
    return { panels: await this.reading.panels(request.viewer as Viewer) };
  }

  @Post('panels')
  @Policy('panel.establish')
  @Commanding('Establish a panel', 201)
  establish(@Req() request: Request, @Body() body: PanelRequest): Promise<Recorded> {
    return this.panels.establish(body, callOf(request));
  }

  @Post('panels/:panelId/terms')
  @Policy('panel.terms')
  @Commanding('Adopt terms of reference')
  adoptTerms(
    @Req() request: Request,
    @Param('panelId') panelId: string,
    @Body() body: TermsRequest,
  ): Promise<Recorded> {
    return this.panels.adoptTerms(panelId, body, callOf(request));
  }

  @Post('panels/:panelId/meetings')
  @Policy('meeting.schedule')
  @Commanding('Schedule a meeting; the one of that panel, day and kind', 201)
  schedule(
    @Req() request: Request,
    @Param('panelId') panelId: string,
    @Body() body: MeetingRequest,
  ): Promise<Recorded> {
    return this.panels.schedule(panelId, body, callOf(request));
  }

  @Get('meetings/:meetingId')
  @Policy('meeting.read')
  @ApiOperation({ summary: 'A meeting: attendance, quorum, interests, agenda' })
  async meeting(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @Param('meetingId') meetingId: string,
  ): Promise<object> {
    const meeting = await this.reading.meeting(meetingId, request.viewer as Viewer);
    if (!meeting) throw notFound();
    response.set('ETag', `"r${meeting.revision}"`);
    return meeting;
  }

  @Post('meetings/:meetingId/attendance')
  @Policy('meeting.attendance')
  @Commanding('Record who was there; the whole list each time')
  attendance(
    @Req() request: Request,
    @Param('meetingId') meetingId: string,
    @Body() body: AttendanceRequest,
  ): Promise<Recorded> {
    return this.panels.recordAttendance(meetingId, body, callOf(request));
  }

  @Post('meetings/:meetingId/quorum')
  @Policy('meeting.attendance')
  @Commanding('Count those present against the terms of the panel')
  quorum(@Req() request: Request, @Param('meetingId') meetingId: string, @Body() body: When): Promise<Recorded> {
    return this.panels.confirmQuorum(meetingId, body, callOf(request));
  }

  @Post('meetings/:meetingId/interests')
  @Policy('meeting.interest')
  @Commanding('Declare an interest; the case is hidden from that member at once')
  interest(
    @Req() request: Request,
    @Param('meetingId') meetingId: string,
    @Body() body: InterestRequest,
  ): Promise<Recorded> {
    return this.panels.declareInterest(meetingId, body, callOf(request));
  }

  @Post('meetings/:meetingId/agenda')
  @Policy('meeting.agenda')
  @Commanding('Order the agenda; the whole of it each time')
  async agenda(
    @Req() request: Request,
    @Param('meetingId') meetingId: string,
    @Body() body: AgendaRequest,
  ): Promise<Recorded> {
    await this.assertReadable(request, body);
    return this.panels.orderAgenda(meetingId, body, callOf(request));
  }

  /** Nobody puts on an agenda, and so before their own panel, a case that they may not read. */
  private async assertReadable({ viewer }: Request, { items }: AgendaRequest): Promise<void> {
    for (const [at, { caseId }] of items.entries()) {
      const found = await this.resources.case(caseId);
      if (!viewer || !found || !decide(viewer, found, 'case.read').allow) {
        throw invalid([{ field: `items[${at}].caseId`, value: caseId, remedy: 'Send a case that you can read.' }]);
      }
    }
  }
}
