/** A case: who the child is, where the case stands, its timeline, and what the reader may do next. */
import { type CaseAction, decide, Policy, type Viewer } from '@app/access';
import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { ReadAudit } from '../access/read-audit';
import type { CaseResource } from '../access/resources';
import { notFound } from '../http/problem';
import { askedFor, label } from '../labels';
import { type CaseRead, CaseReading } from '../reading/cases';
import { type ToldEntry, TimelineReading } from '../reading/timeline';
import { ROLE_LABELS, renderPage } from './page';

@ApiExcludeController()
@Controller('cases')
export class CaseController {
  constructor(
    private readonly cases: CaseReading,
    private readonly timeline: TimelineReading,
    private readonly audit: ReadAudit,
  ) {}

  @Get(':caseId')
  @Policy('case.read')
  async show(
    @Req() request: Request,
    @Res() response: Response,
    @Param('caseId') caseId: string,
    @Query('view') view?: unknown,
  ): Promise<void> {
    const viewer = request.viewer as Viewer;
    const found = await this.cases.one(caseId, viewer);
    if (!found) throw notFound();
    const printing = view === 'print';
    await this.audit.note(request, printing ? 'case, printed' : 'case', [found]);
    const fields = request.verdict?.fields ?? [];
    const timeline = await this.timeline.of(caseId, fields);
    const name = fields.includes('names') ? found.childName : undefined;
    renderPage(request, response, 'case', {
      title: name ?? found.reference,
      trail: [{ text: 'Home', href: '/' }, { text: 'Cases', href: '/cases' }, { text: found.reference }],
      found,
      printing,
      summary: summaryOf(found),
      timeline: timeline.map((entry) => ({ ...entry, role: ROLE_LABELS[entry.role] ?? entry.role })),
      links: linksOf(viewer, request.theCase as CaseResource, found, timeline),
    });
  }
}

const summaryOf = (found: CaseRead) =>
  [
    ['Year group', found.ncYear === null ? 'Forgotten' : `Year ${found.ncYear}`],
    ['Home school', found.homeSchool],
    ['Asked for', askedFor(found.requested)],
    ['Stands at', label(found.status)],
    ['Outcome', found.outcome === null ? 'Not decided yet' : label(found.outcome)],
    ['Receiving school', found.receivingSchool ?? 'None named'],
    ['Panel', found.panel ?? 'None yet'],
  ].map(([key, value]) => ({ key: { text: key }, value: { text: value } }));

interface Link {
  readonly text: string;
  readonly href: string;
}

/** Only what the reader's role allows on this case, and what makes sense now. */
function linksOf(viewer: Viewer, theCase: CaseResource, found: CaseRead, timeline: readonly ToldEntry[]): Link[] {
  const may = (action: CaseAction): boolean => decide(viewer, theCase, action).allow;
  const open = found.status !== 'closed';
  const base = `/cases/${found.caseId}`;
  const link = (when: boolean, text: string, href: string): Link[] => (when ? [{ text, href }] : []);
  const standing = timeline.find(({ type }) =>
    ['PanelDecisionRecorded', 'DecisionDeferred', 'DecisionCorrected'].includes(type),
  );
  const withdrawn = timeline.some(({ type, stream }) => type === 'DecisionWithdrawn' && stream === standing?.stream);
  const decisionId = withdrawn ? undefined : standing?.stream.slice('decision-'.length);
  const move = timeline.find(({ stream }) => stream.startsWith('move-'))?.stream.slice('move-'.length);
  return [
    ...link(
      may('decision.record') && open && found.meetingId !== null && found.status !== 'decided',
      'Record the decision',
      `/meetings/${found.meetingId ?? ''}/cases/${found.caseId}/decision`,
    ),
    ...link(
      may('decision.correct') && decisionId !== undefined,
      'Correct the decision',
      `/decisions/${decisionId ?? ''}/correct`,
    ),
    ...link(may('case.view') && open, "Record the parent's view", `${base}/parent-view`),
    ...link(may('case.view') && open, "Record the child's view", `${base}/pupil-view`),
    ...link(may('case.consent') && open, 'Record consent to share information', `${base}/consent`),
    ...link(may('case.consent') && open, 'Record that consent is withdrawn', `${base}/consent-withdrawal`),
    ...link(may('case.correct') && open, 'Correct the referral', `${base}/correct`),
    ...link(
      may('move.propose') && move === undefined && found.outcome === 'managedMoveSupported',
      'Propose the managed move',
      `${base}/move`,
    ),
    ...link(
      move !== undefined && (may('move.consent') || may('move.prepare') || may('move.start')),
      'Go to the managed move',
      `/moves/${move ?? ''}`,
    ),
    ...link(may('case.close') && open, 'Close the case', `${base}/close`),
    ...link(may('case.reopen') && !open, 'Reopen the case', `${base}/reopen`),
  ];
}
