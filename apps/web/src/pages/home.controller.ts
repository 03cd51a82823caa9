/** The first page of each role: what there is to do today, then where to look. */
import { mayEver, Policy, type Viewer } from '@app/access';
import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { PLATFORM, type Platform } from '../../../composition/src/platform';
import { ReadAudit } from '../access/read-audit';
import { askedFor } from '../labels';
import { CaseReading } from '../reading/cases';
import { type MeetingRead, PanelReading } from '../reading/panels';
import { inWords, plural } from '../views';
import { renderPage } from './page';

interface Section {
  readonly heading: string;
  readonly text?: string;
  readonly links: readonly { readonly text: string; readonly href: string; readonly note?: string }[];
}

@ApiExcludeController()
@Controller()
export class HomeController {
  constructor(
    private readonly cases: CaseReading,
    private readonly panels: PanelReading,
    private readonly audit: ReadAudit,
    @Inject(PLATFORM) private readonly platform: Platform,
  ) {}

  @Get()
  @Policy('home.read')
  async show(@Req() request: Request, @Res() response: Response): Promise<void> {
    const viewer = request.viewer as Viewer;
    renderPage(request, response, 'home', {
      title: 'Home',
      greeting: `Hello, ${request.person?.name ?? ''}`,
      sections: [
        ...(mayEver(viewer, 'meeting.read') ? await this.meetings(viewer) : []),
        ...(mayEver(viewer, 'case.read') ? await this.latest(request, viewer) : []),
        ...this.elsewhere(viewer),
      ],
    });
  }

  private async meetings(viewer: Viewer): Promise<Section[]> {
    const today = this.platform.clock.today();
    const coming = (await this.panels.meetings(viewer)).filter(({ meetingOn }) => meetingOn >= today).reverse();
    const link = (meeting: MeetingRead) => ({
      text:
        meeting.meetingOn === today
          ? `${meeting.panel} meets today`
          : `${meeting.panel}, ${inWords(meeting.meetingOn)}`,
      href: `/meetings/${meeting.meetingId}`,
      note: plural(meeting.agenda.length, 'case'),
    });
    return [
      {
        heading: 'Meetings',
        ...(coming.length === 0 ? { text: 'No meeting is planned.' } : {}),
        links: [
          ...coming.slice(0, 5).map(link),
          ...(mayEver(viewer, 'meeting.schedule') ? [{ text: 'Schedule a meeting', href: '/meetings/new' }] : []),
        ],
      },
    ];
  }

  private async latest(request: Request, viewer: Viewer): Promise<Section[]> {
    const waiting = (await this.cases.waiting(viewer)).slice(0, 8);
    await this.audit.note(request, 'home', waiting);
    return [
      {
        heading: 'Children waiting for a decision',
        ...(waiting.length === 0 ? { text: 'Nobody is waiting.' } : {}),
        links: [
          ...waiting.map(({ caseId, reference, childName, requested }) => ({
            text: childName ? `${childName}, ${reference}` : reference,
            href: `/cases/${caseId}`,
            note: `${askedFor(requested)} asked for`,
          })),
          { text: 'All cases', href: '/cases' },
          ...(mayEver(viewer, 'case.refer') ? [{ text: 'Refer a child', href: '/cases/new' }] : []),
        ],
      },
    ];
  }

  private elsewhere(viewer: Viewer): Section[] {
    if (mayEver(viewer, 'consistency.read')) {
      return [
        {
          heading: 'Are like children decided alike?',
          links: [{ text: 'Panels side by side', href: '/consistency/panels' }],
        },
      ];
    }
    if (viewer.role === 'administrator') {
      return [
        {
          heading: 'Panels',
          text: 'You may set up panels and their terms of reference; their pages are still to come, the API has them. The cases of children are not open to you.',
          links: [],
        },
      ];
    }
    return [];
  }
}
