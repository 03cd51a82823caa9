/** A managed move: where it stands, and the plain forms of its steps. */
import { type CaseAction, decide, Policy, type Viewer } from '@app/access';
import { Directory } from '@app/directory';
import { CONSULTED, MOVE_END_CAUSES, MOVE_PARTIES, PACK_CONTENTS, PROPOSED_BY } from '@app/managed-moves';
import { Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { ReadAudit } from '../access/read-audit';
import type { CaseResource } from '../access/resources';
import { When } from '../actions/call';
import {
  ConsultationRequest,
  MoveActions,
  MoveConsentRequest,
  MoveEndRequest,
  PackRequest,
  PlanRequest,
  ProposalRequest,
} from '../actions/moves';
import type { Field } from '../forms/fields';
import { type PageForm, PageForms } from '../forms/page-form';
import { notFound } from '../http/problem';
import { options } from '../labels';
import { type CaseRead, CaseReading } from '../reading/cases';
import { TimelineReading } from '../reading/timeline';
import { schoolOptions } from './case-forms';
import { type Crumb, renderPage } from './page';

type StepForm = Pick<PageForm<never>, 'title' | 'type' | 'fields' | 'submit' | 'run' | 'saved'> & {
  readonly action: CaseAction;
};

const ONE_DAY: Field = {
  kind: 'date',
  name: 'firstReview',
  label: 'When do the schools first look together?',
  ask: 'Enter the day',
};

@ApiExcludeController()
@Controller()
export class MovePagesController {
  constructor(
    private readonly cases: CaseReading,
    private readonly actions: MoveActions,
    private readonly forms: PageForms,
    private readonly timeline: TimelineReading,
    private readonly directory: Directory,
    private readonly audit: ReadAudit,
  ) {}

  @Get('cases/:caseId/move')
  @Policy('move.propose')
  async proposeForm(@Req() request: Request, @Res() response: Response): Promise<void> {
    this.forms.show(request, response, await this.proposing(request));
  }

  @Post('cases/:caseId/move')
  @Policy('move.propose')
  async propose(@Req() request: Request, @Res() response: Response): Promise<void> {
    await this.forms.post(request, response, await this.proposing(request));
  }

  @Get('moves/:moveId')
  @Policy('case.read')
  async show(@Req() request: Request, @Res() response: Response, @Param('moveId') moveId: string): Promise<void> {
    const viewer = request.viewer as Viewer;
    const found = await this.found(request);
    await this.audit.note(request, 'move', [found]);
    const told = await this.timeline.of(found.caseId, request.verdict?.fields ?? []);
    renderPage(request, response, 'move', {
      title: 'Managed move',
      caption: captionOf(found),
      trail: trailOf(found, 'Managed move'),
      entries: told.filter(({ stream }) => stream === `move-${moveId}`),
      steps: Object.entries(this.steps(moveId))
        .filter(([, { action }]) => decide(viewer, request.theCase as CaseResource, action).allow)
        .map(([name, { title }]) => ({ text: title, href: `/moves/${moveId}/${name}` })),
    });
  }

  @Get(['moves/:moveId/consent', 'moves/:moveId/consent-withdrawal'])
  @Policy('move.consent')
  async consentForm(@Req() request: Request, @Res() response: Response, @Param('moveId') id: string): Promise<void> {
    this.forms.show(request, response, await this.step(request, id));
  }

  @Post(['moves/:moveId/consent', 'moves/:moveId/consent-withdrawal'])
  @Policy('move.consent')
  async consent(@Req() request: Request, @Res() response: Response, @Param('moveId') id: string): Promise<void> {
    await this.forms.post(request, response, await this.step(request, id));
  }

  @Get(['moves/:moveId/consultation', 'moves/:moveId/pack', 'moves/:moveId/plan', 'moves/:moveId/agreement'])
  @Policy('move.prepare')
  async prepareForm(@Req() request: Request, @Res() response: Response, @Param('moveId') id: string): Promise<void> {
    this.forms.show(request, response, await this.step(request, id));
  }

  @Post(['moves/:moveId/consultation', 'moves/:moveId/pack', 'moves/:moveId/plan', 'moves/:moveId/agreement'])
  @Policy('move.prepare')
  async prepare(@Req() request: Request, @Res() response: Response, @Param('moveId') id: string): Promise<void> {
    await this.forms.post(request, response, await this.step(request, id));
  }

  @Get(['moves/:moveId/start', 'moves/:moveId/end'])
  @Policy('move.start')
  async startForm(@Req() request: Request, @Res() response: Response, @Param('moveId') id: string): Promise<void> {
    this.forms.show(request, response, await this.step(request, id));
  }

  @Post(['moves/:moveId/start', 'moves/:moveId/end'])
  @Policy('move.start')
  async start(@Req() request: Request, @Res() response: Response, @Param('moveId') id: string): Promise<void> {
    await this.forms.post(request, response, await this.step(request, id));
  }

  private async proposing(request: Request): Promise<PageForm<ProposalRequest>> {
    const found = await this.found(request);
    const told = await this.timeline.of(found.caseId, []);
    const decision = told.find(({ type }) => type === 'PanelDecisionRecorded')?.stream.slice('decision-'.length);
    const schools = (await this.directory.schools()).filter(({ urn }) => urn !== found.homeUrn);
    return {
      title: 'Propose the managed move',
      caption: captionOf(found),
      intro: ['A managed move is for good and needs the consent of everybody concerned. There are no trial periods.'],
      trail: trailOf(found, 'Propose the managed move'),
      type: ProposalRequest,
      fields: [
        {
          kind: 'select',
          name: 'toUrn',
          label: 'To which school?',
          ask: 'Choose the receiving school',
          options: schoolOptions(schools),
        },
        {
          kind: 'area',
          name: 'bestInterests',
          label: "Why is it in the child's best interests?",
          hint: 'The family will see this.',
        },
        { kind: 'radios', name: 'proposedBy', label: 'Who proposes it?', options: options(PROPOSED_BY) },
        { kind: 'yesNo', name: 'placeAvailable', label: 'Is there a place in the year group?' },
        { kind: 'yesNo', name: 'waitingList', label: 'Do others wait for a place in the year group?' },
        {
          kind: 'number',
          name: 'interventionsTried',
          label: 'How many kinds of support were tried first?',
          hint: 'Leave blank to take what the case says.',
        },
        { kind: 'date', name: 'plannedStart', label: 'Which day is planned as the first?' },
      ],
      ...(found.receivingUrn === null ? {} : { start: { toUrn: found.receivingUrn } }),
      submit: 'Propose the move',
      back: `/cases/${found.caseId}`,
      complete: (plain) => ({ ...plain, ...(decision === undefined ? {} : { decisionId: decision }) }),
      run: (value, call) => this.actions.propose(request.theCase as CaseResource, value, call),
      done: ({ moveId }) => `/moves/${String(moveId)}`,
      saved: 'The move is proposed.',
    };
  }

  private async step(request: Request, moveId: string): Promise<PageForm<object>> {
    const found = await this.found(request);
    const form = this.steps(moveId)[request.path.slice(request.path.lastIndexOf('/') + 1)];
    if (!form) throw notFound();
    return {
      ...form,
      caption: captionOf(found),
      trail: trailOf(found, form.title),
      back: `/moves/${moveId}`,
      done: () => `/moves/${moveId}`,
    } as unknown as PageForm<object>;
  }

  private steps(moveId: string): Readonly<Record<string, StepForm>> {
    const step = <T extends object>(
      action: CaseAction,
      form: Pick<PageForm<T>, 'title' | 'type' | 'fields' | 'submit' | 'run' | 'saved' | 'complete' | 'intro'>,
    ): StepForm => ({ action, ...form }) as unknown as StepForm;
    const parties: Field = {
      kind: 'radios',
      name: 'party',
      label: 'Who?',
      ask: 'Choose who',
      options: options(MOVE_PARTIES),
    };
    return {
      consent: step<MoveConsentRequest>('move.consent', {
        title: 'Record who agrees to the move',
        type: MoveConsentRequest,
        fields: [parties],
        submit: 'Record consent to the move',
        run: (value, call) => this.actions.consent(moveId, value, call),
        saved: 'Consent to the move is recorded.',
      }),
      'consent-withdrawal': step<MoveConsentRequest>('move.consent', {
        title: 'Record who no longer agrees',
        type: MoveConsentRequest,
        fields: [parties],
        submit: 'Record the withdrawal',
        run: (value, call) => this.actions.withdrawConsent(moveId, value, call),
        saved: 'The withdrawal is recorded.',
      }),
      consultation: step<ConsultationRequest>('move.prepare', {
        title: 'Record who was consulted',
        type: ConsultationRequest,
        fields: [
          {
            kind: 'radios',
            name: 'consulted',
            label: 'Who was consulted?',
            ask: 'Choose who was consulted',
            options: options(CONSULTED),
          },
          { kind: 'area', name: 'view', label: 'What did they say?' },
        ],
        submit: 'Record the consultation',
        run: (value, call) => this.actions.consult(moveId, value, call),
        saved: 'The consultation is recorded.',
      }),
      pack: step<PackRequest>('move.prepare', {
        title: 'Record that information was shared',
        type: PackRequest,
        fields: [
          {
            kind: 'ticks',
            name: 'contents',
            label: 'What does the information pack hold?',
            ask: 'Choose what the pack holds',
            options: options(PACK_CONTENTS),
          },
        ],
        submit: 'Record the pack',
        run: (value, call) => this.actions.sharePack(moveId, value, call),
        saved: 'The information pack is recorded.',
      }),
      plan: step<PlanRequest>('move.prepare', {
        title: 'Record the integration plan',
        type: PlanRequest,
        fields: [
          ONE_DAY,
          { kind: 'area', name: 'plan', label: 'How will the child be welcomed?', hint: 'The family will see this.' },
        ],
        submit: 'Record the plan',
        complete: ({ firstReview, ...plain }) => ({
          ...plain,
          reviewOn: firstReview === undefined ? [] : [firstReview],
        }),
        run: (value, call) => this.actions.agreePlan(moveId, value, call),
        saved: 'The integration plan is recorded.',
      }),
      agreement: step<When>('move.prepare', {
        title: 'Record that all have agreed',
        type: When,
        fields: [],
        submit: 'Record the agreement',
        run: (value, call) => this.actions.agree(moveId, value, call),
        saved: 'The move is agreed.',
      }),
      start: step<When>('move.start', {
        title: 'Record the first day',
        intro: ['Today is recorded as the first day on the new roll.'],
        type: When,
        fields: [],
        submit: 'Record the first day',
        run: (value, call) => this.actions.start(moveId, value, call),
        saved: 'The first day is recorded.',
      }),
      end: step<MoveEndRequest>('move.start', {
        title: 'Record that the move has ended',
        type: MoveEndRequest,
        fields: [
          { kind: 'date', name: 'on', label: 'On which day?', ask: 'Enter the day' },
          { kind: 'radios', name: 'cause', label: 'Why?', ask: 'Choose why', options: options(MOVE_END_CAUSES) },
        ],
        submit: 'Record the end',
        run: (value, call) => this.actions.end(moveId, value, call),
        saved: 'The end of the move is recorded.',
      }),
    };
  }

  private async found(request: Request): Promise<CaseRead> {
    const found = await this.cases.one(request.theCase?.caseId ?? '', request.viewer as Viewer);
    if (!found) throw notFound();
    return found;
  }
}

const captionOf = ({ reference, childName }: CaseRead): string =>
  childName ? `${childName}, ${reference}` : reference;

const trailOf = (found: CaseRead, title: string): Crumb[] => [
  { text: 'Home', href: '/' },
  { text: 'Cases', href: '/cases' },
  { text: found.reference, href: `/cases/${found.caseId}` },
  { text: title },
];
