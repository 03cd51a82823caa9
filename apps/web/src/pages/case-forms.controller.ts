/** The plain forms about one case: refer, correct, views, consents, close, reopen. */
import { decide, Policy, type Viewer } from '@app/access';
import { CASE_OUTCOMES, CaseDesk, referralLacks, REOPENED_BECAUSE, type ReferredCase } from '@app/cases';
import { Directory } from '@app/directory';
import { FORGOTTEN } from '@app/kernel';
import { Controller, Get, Inject, Param, Post, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { PLATFORM, type Platform } from '../../../composition/src/platform';
import { assertMayRefer } from '../access/may-refer';
import {
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
import type { Field, Values } from '../forms/fields';
import { type PageForm, PageForms } from '../forms/page-form';
import { startValues } from '../forms/start-values';
import { type FieldError, notFound, Problem } from '../http/problem';
import { options } from '../labels';
import { type CaseRead, CaseReading } from '../reading/cases';
import { TimelineReading } from '../reading/timeline';
import {
  childFields,
  consentFields,
  correctionFields,
  referralFields,
  schoolOptions,
  viewFields,
  wordsFields,
} from './case-forms';
import type { Crumb } from './page';

type Step = 'parent-view' | 'pupil-view' | 'consent' | 'consent-withdrawal' | 'close' | 'reopen';

@ApiExcludeController()
@Controller('cases')
export class CaseFormsController {
  constructor(
    private readonly cases: CaseReading,
    private readonly actions: CaseActions,
    private readonly forms: PageForms,
    private readonly timeline: TimelineReading,
    private readonly directory: Directory,
    private readonly desk: CaseDesk,
    @Inject(PLATFORM) private readonly platform: Platform,
  ) {}

  @Get('new')
  @Policy('case.refer')
  async referForm(@Req() request: Request, @Res() response: Response): Promise<void> {
    this.forms.show(request, response, await this.referring(request));
  }

  @Post('new')
  @Policy('case.refer')
  async refer(@Req() request: Request, @Res() response: Response): Promise<void> {
    await this.forms.post(request, response, await this.referring(request));
  }

  @Get(':caseId/correct')
  @Policy('case.correct')
  async correctForm(@Req() request: Request, @Res() response: Response, @Param('caseId') id: string): Promise<void> {
    this.forms.show(request, response, await this.correcting(request, id));
  }

  @Post(':caseId/correct')
  @Policy('case.correct')
  async correct(@Req() request: Request, @Res() response: Response, @Param('caseId') id: string): Promise<void> {
    await this.forms.post(request, response, await this.correcting(request, id));
  }

  @Get([':caseId/parent-view', ':caseId/pupil-view'])
  @Policy('case.view')
  async viewForm(@Req() request: Request, @Res() response: Response, @Param('caseId') id: string): Promise<void> {
    this.forms.show(request, response, await this.stepping(request, id));
  }

  @Post([':caseId/parent-view', ':caseId/pupil-view'])
  @Policy('case.view')
  async view(@Req() request: Request, @Res() response: Response, @Param('caseId') id: string): Promise<void> {
    await this.forms.post(request, response, await this.stepping(request, id));
  }

  @Get([':caseId/consent', ':caseId/consent-withdrawal'])
  @Policy('case.consent')
  async consentForm(@Req() request: Request, @Res() response: Response, @Param('caseId') id: string): Promise<void> {
    this.forms.show(request, response, await this.stepping(request, id));
  }

  @Post([':caseId/consent', ':caseId/consent-withdrawal'])
  @Policy('case.consent')
  async consent(@Req() request: Request, @Res() response: Response, @Param('caseId') id: string): Promise<void> {
    await this.forms.post(request, response, await this.stepping(request, id));
  }

  @Get(':caseId/close')
  @Policy('case.close')
  async closeForm(@Req() request: Request, @Res() response: Response, @Param('caseId') id: string): Promise<void> {
    this.forms.show(request, response, await this.stepping(request, id));
  }

  @Post(':caseId/close')
  @Policy('case.close')
  async close(@Req() request: Request, @Res() response: Response, @Param('caseId') id: string): Promise<void> {
    await this.forms.post(request, response, await this.stepping(request, id));
  }

  @Get(':caseId/reopen')
  @Policy('case.reopen')
  async reopenForm(@Req() request: Request, @Res() response: Response, @Param('caseId') id: string): Promise<void> {
    this.forms.show(request, response, await this.stepping(request, id));
  }

  @Post(':caseId/reopen')
  @Policy('case.reopen')
  async reopen(@Req() request: Request, @Res() response: Response, @Param('caseId') id: string): Promise<void> {
    await this.forms.post(request, response, await this.stepping(request, id));
  }

  private async referring(request: Request): Promise<PageForm<ReferralRequest>> {
    const viewer = request.viewer as Viewer;
    const schools = (await this.directory.schools()).filter(
      ({ urn }) => decide(viewer, { kind: 'school', urn }, 'case.refer').allow,
    );
    return {
      title: 'Refer a child',
      trail: [{ text: 'Home', href: '/' }, { text: 'Cases', href: '/cases' }, { text: 'Refer a child' }],
      type: ReferralRequest,
      fields: [...childFields, ...wordsFields, ...referralFields(schoolOptions(schools), this.platform.clock.today())],
      ...(schools.length === 1 ? { start: { homeUrn: schools[0]?.urn ?? '' } } : {}),
      submit: 'Refer the child',
      back: '/cases',
      complete: (plain) => ({ child: {}, facts: {}, ...plain }),
      alsoMissing: lacking,
      run: async (value, call) => {
        assertMayRefer(request, value.homeUrn);
        return this.actions.refer(value, call);
      },
      done: ({ caseId }) => `/cases/${String(caseId)}`,
      saved: 'The child is referred.',
    };
  }

  private async correcting(request: Request, caseId: string): Promise<PageForm<CaseCorrectionRequest>> {
    const found = await this.found(request, caseId);
    const state = await this.desk.caseState(caseId);
    if (state.status === 'none' || state.status === 'abandoned' || state.facts === FORGOTTEN) throw notFound();
    const timeline = await this.timeline.of(caseId, request.verdict?.fields ?? []);
    const standing = timeline.find(({ type }) => type === 'CaseReferred' || type === 'CaseCorrected');
    if (!standing) throw notFound();
    const schools = await this.directory.schools();
    const fields: Field[] = [
      ...correctionFields,
      ...referralFields(schoolOptions(schools), this.platform.clock.today()),
      ...wordsFields,
    ];
    return {
      title: 'Correct the referral',
      caption: captionOf(found),
      intro: [
        'Nothing is overwritten: the referral as it was stays on the timeline. A decision keeps the facts that it relied on.',
        'Words are kept as they are where you leave their boxes blank.',
      ],
      trail: trailOf(found, 'Correct the referral'),
      type: CaseCorrectionRequest,
      fields,
      start: startOf(fields, state),
      submit: 'Save the correction',
      back: `/cases/${caseId}`,
      hidden: { revision: found.revision },
      whatChanged: (sent) => this.newsSince(request, caseId, sent),
      complete: (plain) => ({ facts: {}, ...plain, correctedEventId: standing.eventId }),
      alsoMissing: lacking,
      run: async (value, call) => {
        assertMayRefer(request, value.homeUrn);
        return this.actions.correct(caseId, value, { expected: found.revision, ...call });
      },
      done: () => `/cases/${caseId}`,
      saved: 'The correction is recorded.',
    };
  }

  /** The form that the last part of the address names. */
  private async stepping(request: Request, caseId: string): Promise<PageForm<object>> {
    const found = await this.found(request, caseId);
    const step = request.path.slice(request.path.lastIndexOf('/') + 1) as Step;
    const form = this.formOf(step, caseId);
    return {
      ...form,
      caption: captionOf(found),
      trail: trailOf(found, form.title),
      back: `/cases/${caseId}`,
      done: () => `/cases/${caseId}`,
    } as PageForm<object>;
  }

  private formOf(
    step: Step,
    caseId: string,
  ): Pick<PageForm<never>, 'title' | 'type' | 'fields' | 'submit' | 'run' | 'saved'> {
    const form = <T extends object>(
      one: Pick<PageForm<T>, 'title' | 'type' | 'fields' | 'submit' | 'run' | 'saved' | 'intro'>,
    ) => one as unknown as Pick<PageForm<never>, 'title' | 'type' | 'fields' | 'submit' | 'run' | 'saved'>;
    switch (step) {
      case 'parent-view':
        return form<ParentViewRequest>({
          title: "Record the parent's view",
          type: ParentViewRequest,
          fields: viewFields('parent'),
          submit: 'Record the view',
          run: (value, call) => this.actions.parentView(caseId, value, call),
          saved: "The parent's view is recorded.",
        });
      case 'pupil-view':
        return form<PupilViewRequest>({
          title: "Record the child's view",
          type: PupilViewRequest,
          fields: viewFields('pupil'),
          submit: 'Record the view',
          run: (value, call) => this.actions.pupilView(caseId, value, call),
          saved: "The child's view is recorded.",
        });
      case 'consent':
        return form<ConsentRequest>({
          title: 'Record consent to share information',
          intro: ['This is not consent to a move.'],
          type: ConsentRequest,
          fields: consentFields,
          submit: 'Record consent',
          run: (value, call) => this.actions.consent(caseId, value, call),
          saved: 'Consent is recorded.',
        });
      case 'consent-withdrawal':
        return form<ConsentWithdrawalRequest>({
          title: 'Record that consent is withdrawn',
          type: ConsentWithdrawalRequest,
          fields: consentFields.filter((field) => field.kind !== 'heading' && field.name === 'party'),
          submit: 'Record the withdrawal',
          run: (value, call) => this.actions.withdrawConsent(caseId, value, call),
          saved: 'The withdrawal is recorded.',
        });
      case 'close':
        return form<ClosingRequest>({
          title: 'Close the case',
          type: ClosingRequest,
          fields: [
            {
              kind: 'radios',
              name: 'outcome',
              label: 'How did the case end?',
              ask: 'Choose how the case ended',
              options: options(CASE_OUTCOMES),
            },
          ],
          submit: 'Close the case',
          run: (value, call) => this.actions.close(caseId, value, call),
          saved: 'The case is closed. The child can be referred again.',
        });
      case 'reopen':
        return form<ReopeningRequest>({
          title: 'Reopen the case',
          type: ReopeningRequest,
          fields: [
            {
              kind: 'radios',
              name: 'because',
              label: 'Why is it reopened?',
              ask: 'Choose why the case is reopened',
              options: options(REOPENED_BECAUSE),
            },
          ],
          submit: 'Reopen the case',
          run: (value, call) => this.actions.reopen(caseId, value, call),
          saved: 'The case is open again.',
        });
      default:
        throw new Problem(404, 'not-found', 'Not found', 'There is no such form.');
    }
  }

  private async found(request: Request, caseId: string): Promise<CaseRead> {
    const found = await this.cases.one(caseId, request.viewer as Viewer);
    if (!found) throw notFound();
    return found;
  }

  private async newsSince(
    request: Request,
    caseId: string,
    sent: Readonly<Record<string, unknown>>,
  ): Promise<string[]> {
    const seen = Number(sent['revision']);
    const entries = await this.timeline.of(caseId, request.verdict?.fields ?? []);
    return entries
      .filter(({ stream, revision }) => stream === `case-${caseId}` && revision > seen)
      .map(({ sentence, by }) => `New: ${sentence} (${by})`);
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

const startOf = (fields: readonly Field[], { terms, facts }: ReferredCase): Values =>
  startValues(fields, { ...terms, facts });

const lacking = (typed: Readonly<Record<string, unknown>>): FieldError[] =>
  referralLacks(typed as Parameters<typeof referralLacks>[0]).map(({ field = '', sentence: remedy, code }) => ({
    field,
    remedy,
    code,
  }));
