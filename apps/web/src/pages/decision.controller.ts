/** Record a decision: for the chair of a meeting, case by case in the order of the agenda. And correct one. */
import { Policy, type Viewer } from '@app/access';
import {
  DECISION_CORRECTED_BECAUSE,
  DecisionDesk,
  decisionsOfMeeting,
  type DecisionRow,
  type StandingRecord,
} from '@app/decisions';
import { Directory } from '@app/directory';
import { DECISION_TYPE_CODES, FORGOTTEN, type VaultRef } from '@app/kernel';
import { PanelDesk } from '@app/panels';
import { Controller, Get, Inject, Param, Post, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { PLATFORM, type Platform } from '../../../composition/src/platform';
import { ReadAudit } from '../access/read-audit';
import { DecisionActions, DecisionCorrectionRequest, DecisionRequest } from '../actions/decisions';
import type { Field, Values } from '../forms/fields';
import { type PageForm, PageForms } from '../forms/page-form';
import { startValues } from '../forms/start-values';
import { Code, Day } from '../http/fields';
import { type FieldError, notFound } from '../http/problem';
import { plain as plainOf } from '../http/plain';
import { askedFor, label, options, panelRole } from '../labels';
import { type CaseRead, CaseReading } from '../reading/cases';
import { heardAt, type MeetingRead, PanelReading } from '../reading/panels';
import { TimelineReading } from '../reading/timeline';
import { datesInWords, inWords } from '../views';
import { schoolOptions } from './case-forms';
import { type CriterionShown, decisionFields, decisionOf } from './decision-form';
import { namesOf } from './names';
import { type Crumb, renderPage } from './page';

/** The form of a chair: a decision, or that the case is put off. */
class DecisionForm extends DecisionRequest {
  @Code([...DECISION_TYPE_CODES, 'deferred'])
  declare decisionType: string;

  @Day({ optional: true })
  untilOn?: string;
}

interface AgendaLine {
  readonly caseId: string;
  readonly reference: string;
  readonly childName?: string;
  readonly href: string;
  readonly current: boolean;
  readonly standing: string;
}

@ApiExcludeController()
@Controller()
export class DecisionController {
  constructor(
    private readonly meetings: PanelReading,
    private readonly cases: CaseReading,
    private readonly actions: DecisionActions,
    private readonly forms: PageForms,
    private readonly timeline: TimelineReading,
    private readonly decisions: DecisionDesk,
    private readonly panelDesk: PanelDesk,
    private readonly directory: Directory,
    private readonly audit: ReadAudit,
    @Inject(PLATFORM) private readonly platform: Platform,
  ) {}

  @Get('meetings/:meetingId/cases/:caseId/decision')
  @Policy('decision.record')
  async show(
    @Req() request: Request,
    @Res() response: Response,
    @Param('meetingId') meetingId: string,
    @Param('caseId') caseId: string,
  ): Promise<void> {
    const { meeting, found, decided } = await this.matter(request, meetingId, caseId);
    await this.audit.note(request, 'decision form', [found]);
    const own = decided.find((decision) => decision.caseId === caseId);
    if (own) return this.showRecorded(request, response, meeting, found, decided, own);
    this.forms.show(request, response, await this.deciding(request, meeting, found, decided));
  }

  @Post('meetings/:meetingId/cases/:caseId/decision')
  @Policy('decision.record')
  async record(
    @Req() request: Request,
    @Res() response: Response,
    @Param('meetingId') meetingId: string,
    @Param('caseId') caseId: string,
  ): Promise<void> {
    const { meeting, found, decided } = await this.matter(request, meetingId, caseId);
    await this.forms.post(request, response, await this.deciding(request, meeting, found, decided));
  }

  @Get('decisions/:decisionId/correct')
  @Policy('decision.correct')
  async correctForm(
    @Req() request: Request,
    @Res() response: Response,
    @Param('decisionId') id: string,
  ): Promise<void> {
    this.forms.show(request, response, await this.correcting(request, id));
  }

  @Post('decisions/:decisionId/correct')
  @Policy('decision.correct')
  async correct(@Req() request: Request, @Res() response: Response, @Param('decisionId') id: string): Promise<void> {
    await this.forms.post(request, response, await this.correcting(request, id));
  }

  private async matter(
    request: Request,
    meetingId: string,
    caseId: string,
  ): Promise<{ meeting: MeetingRead; found: CaseRead; decided: readonly DecisionRow[] }> {
    const viewer = request.viewer as Viewer;
    const [meeting, found, decided] = await Promise.all([
      this.meetings.meeting(meetingId, viewer),
      this.cases.one(caseId, viewer),
      decisionsOfMeeting(this.platform.database.application, meetingId, this.platform.clock.today()),
    ]);
    if (!meeting || !found) throw notFound();
    return { meeting, found, decided };
  }

  private async deciding(
    request: Request,
    meeting: MeetingRead,
    found: CaseRead,
    decided: readonly DecisionRow[],
  ): Promise<PageForm<DecisionForm>> {
    const { meetingId, meetingOn, panelId } = meeting;
    const { caseId } = found;
    const today = this.platform.clock.today();
    const late = meetingOn < today;
    const { terms } = await this.panelDesk.termsOn(panelId, meetingOn);
    const relied = { caseRevision: found.revision, meetingRevision: meeting.revision };
    const reasons = await this.decisions.whyNot(
      { type: 'RecordDecision', caseId, meetingId, relied },
      late ? { provenance: 'lateEntry', on: meetingOn, today } : { provenance: 'live', on: today, today },
    );
    const criteria = await this.criteria(terms?.criteria ?? []);
    const fields = decisionFields({
      permitted: terms?.decisionTypes ?? DECISION_TYPE_CODES,
      criteria,
      schools: schoolOptions((await this.directory.schools()).filter(({ urn }) => urn !== found.homeUrn)),
      late,
    });
    const agenda = await this.agendaOf(request, meeting, caseId, decided);
    return {
      title: `Record the decision on ${found.childName ?? found.reference}`,
      caption: `${meeting.panel}, ${inWords(meetingOn)}`,
      trail: trailOf(meeting, found),
      view: 'decision',
      type: DecisionForm,
      fields,
      submit: 'Record the decision',
      back: `/meetings/${meetingId}`,
      hidden: { revision: found.revision },
      carried: { meetingRevision: meeting.revision },
      more: {
        ...(await this.around(meeting, found)),
        agenda,
        reasons: reasons.map(({ sentence }) => datesInWords(sentence)),
        story: (await this.timeline.of(caseId, request.verdict?.fields ?? [])).slice(0, 12),
      },
      whatChanged: async (sent) =>
        (await this.timeline.of(caseId, request.verdict?.fields ?? []))
          .filter(({ stream, revision }) => stream === `case-${caseId}` && revision > Number(sent['revision']))
          .map(({ sentence, by }) => `New: ${sentence} (${by})`),
      alsoMissing: (typed) => [
        ...reasons.map(({ sentence: remedy, code }) => ({ field: '', remedy, code })),
        ...(late ? [] : missingIn(typed, criteria)),
      ],
      shownAt: shownAt(terms?.criteria ?? []),
      complete: (typed, sent) => ({
        ...decisionOf(typed),
        relied: { caseRevision: found.revision, meetingRevision: numberOr(sent['meetingRevision'], meeting.revision) },
        ...(late ? { occurredOn: meetingOn } : {}),
      }),
      run: (value, call) => {
        const { decisionType, untilOn, reviewOn, ...content } = plainOf(value);
        return decisionType === 'deferred'
          ? this.actions.defer(
              meetingId,
              caseId,
              { ...content, ...((untilOn ?? reviewOn) ? { untilOn: (untilOn ?? reviewOn) as string } : {}) },
              call,
            )
          : this.actions.record(
              meetingId,
              caseId,
              { ...content, decisionType, ...(reviewOn ? { reviewOn } : {}) },
              call,
            );
      },
      done: () => `/meetings/${meetingId}/cases/${caseId}/decision`,
      saved: `The decision on ${found.reference} is recorded.`,
    };
  }

  private async showRecorded(
    request: Request,
    response: Response,
    meeting: MeetingRead,
    found: CaseRead,
    decided: readonly DecisionRow[],
    own: DecisionRow,
  ): Promise<void> {
    const agenda = await this.agendaOf(request, meeting, found.caseId, decided);
    const at = agenda.findIndex(({ caseId }) => caseId === found.caseId);
    const next = [...agenda.slice(at + 1), ...agenda.slice(0, at)].find(
      ({ standing }) => standing === 'Not decided yet',
    );
    const told = await this.timeline.of(found.caseId, request.verdict?.fields ?? []);
    renderPage(request, response, 'decision-recorded', {
      title: `The decision on ${found.childName ?? found.reference}`,
      caption: `${meeting.panel}, ${inWords(meeting.meetingOn)}`,
      trail: trailOf(meeting, found),
      found,
      meeting,
      own,
      standing: standingOf(own),
      entries: told.filter(({ stream }) => stream === `decision-${own.decisionId}`),
      agenda,
      next,
    });
  }

  private async correcting(request: Request, decisionId: string): Promise<PageForm<DecisionCorrectionRequest>> {
    const { state, revision } = await this.decisions.decision(decisionId);
    if (state.status !== 'standing' || state.recordId === undefined || revision === 'no_stream') throw notFound();
    const { record, recordId } = state;
    const { caseId, meetingId, panelId } = record;
    const viewer = request.viewer as Viewer;
    const [meeting, found] = await Promise.all([
      this.meetings.meeting(meetingId, viewer),
      this.cases.one(caseId, viewer),
    ]);
    if (!meeting || !found) throw notFound();
    const { terms } = await this.panelDesk.termsOn(panelId, meeting.meetingOn);
    const fields: Field[] = [
      { kind: 'heading', text: 'Why it is corrected' },
      {
        kind: 'radios',
        name: 'because',
        label: 'Why is the decision corrected?',
        ask: 'Choose why it is corrected',
        options: options(DECISION_CORRECTED_BECAUSE),
      },
      { kind: 'area', rows: 2, name: 'words.reason', label: 'In words' },
      ...decisionFields({
        permitted: terms?.decisionTypes ?? DECISION_TYPE_CODES,
        criteria: await this.criteria(terms?.criteria ?? []),
        schools: schoolOptions((await this.directory.schools()).filter(({ urn }) => urn !== found.homeUrn)),
        late: false,
      }),
    ];
    return {
      title: 'Correct the decision',
      caption: found.childName ? `${found.childName}, ${found.reference}` : found.reference,
      intro: [
        'Nothing is overwritten: what was recorded first stays on the timeline. Case, meeting and panel cannot be changed; withdraw the decision for that.',
      ],
      trail: trailOf(meeting, found),
      type: CorrectionForm,
      fields,
      start: startValues(fields, await this.recorded(record)),
      submit: 'Save the correction',
      back: `/cases/${caseId}`,
      hidden: { revision },
      whatChanged: async (sent) =>
        (await this.timeline.of(caseId, request.verdict?.fields ?? []))
          .filter((one) => one.stream === `decision-${decisionId}` && one.revision > Number(sent['revision']))
          .map(({ sentence, by }) => `New: ${sentence} (${by})`),
      shownAt: shownAt(terms?.criteria ?? []),
      complete: (typed) => ({ ...decisionOf(typed), correctedEventId: recordId }),
      run: (value, call) => {
        const { decisionType, reviewOn, ...content } = plainOf(value) as DecisionCorrectionRequest;
        const when = reviewOn === undefined ? {} : { reviewOn };
        const until = reviewOn === undefined ? {} : { untilOn: reviewOn };
        return this.actions.correct(
          decisionId,
          { caseId, meetingId },
          decisionType === 'deferred' || decisionType === undefined
            ? { ...content, ...until }
            : { ...content, ...when, decisionType },
          { expected: revision, ...call },
        );
      },
      done: () => `/cases/${caseId}`,
      saved: 'The correction is recorded.',
    } as PageForm<DecisionCorrectionRequest>;
  }

  /** A standing record as the form's fields hold it, with its words from the vault. */
  private async recorded(record: StandingRecord): Promise<object> {
    const refs = Object.entries(record.words).flatMap(([name, ref]) =>
      name === 'reason' || typeof ref !== 'object' ? [] : [[name, (ref as VaultRef).ref] as const],
    );
    const texts = await this.platform.words.read(refs.map(([, ref]) => ref));
    const child = record.child === FORGOTTEN ? undefined : record.child;
    return {
      ...record,
      decisionType: 'decisionType' in record && record.decisionType ? record.decisionType : 'deferred',
      ...('untilOn' in record && record.untilOn ? { reviewOn: record.untilOn } : {}),
      reasonCodes: child?.reasonCodes,
      missingInfo: child?.missingInfo,
      conditions: child?.conditions.map(({ code }) => code),
      departure: child?.departure?.because,
      finding: Object.fromEntries((child?.findings ?? []).map(({ criterion, finding }) => [criterion, finding])),
      words: Object.fromEntries(refs.map(([name, ref]) => [name, texts.get(ref)])),
    };
  }

  private async criteria(
    criteria: readonly { readonly id: string; readonly version: string; readonly mandatory: boolean }[],
  ): Promise<CriterionShown[]> {
    const wordings = new Map(
      (await this.directory.criteria()).map(({ id, version, wording }) => [`${id} ${version}`, wording]),
    );
    return criteria.map(({ id, version, mandatory }, at) => ({
      id,
      mandatory,
      wording: wordings.get(`${id} ${version}`) ?? `Criterion ${at + 1}`,
    }));
  }

  private async agendaOf(
    request: Request,
    meeting: MeetingRead,
    current: string,
    decided: readonly DecisionRow[],
  ): Promise<AgendaLine[]> {
    const cases = await this.cases.onAgenda({ agenda: heardAt(meeting) }, request.viewer as Viewer);
    return cases.map(({ caseId, reference, childName }) => {
      const own = decided.find((decision) => decision.caseId === caseId);
      return {
        caseId,
        reference,
        ...(childName === undefined ? {} : { childName }),
        href: `/meetings/${meeting.meetingId}/cases/${caseId}/decision`,
        current: caseId === current,
        standing: own ? standingOf(own) : 'Not decided yet',
      };
    });
  }

  /** Quorum and interests, which a chair sees before anything else. */
  private async around(meeting: MeetingRead, found: CaseRead): Promise<Record<string, unknown>> {
    const names = await namesOf(this.directory);
    return {
      meeting,
      found,
      requestedLabel: askedFor(found.requested),
      missingRoles: meeting.quorum?.missingRoles.map(panelRole) ?? [],
      interests: meeting.interests
        .filter(({ caseId }) => caseId === found.caseId)
        .map(({ memberRef, interest, action }) => `${names.person(memberRef)}: ${label(interest)}; ${label(action)}`),
    };
  }
}

/** A correction's form also takes "put off", which the record writes as no decision. */
class CorrectionForm extends DecisionCorrectionRequest {
  @Code([...DECISION_TYPE_CODES, 'deferred'])
  declare decisionType: string;
}

const standingOf = ({ withdrawn, deferred, decisionType }: DecisionRow): string =>
  withdrawn ? 'Withdrawn' : deferred ? 'Put off' : label(decisionType ?? '');

const trailOf = (meeting: MeetingRead, found: CaseRead): Crumb[] => [
  { text: 'Home', href: '/' },
  { text: 'Meetings', href: '/meetings' },
  { text: `${meeting.panel}, ${inWords(meeting.meetingOn)}`, href: `/meetings/${meeting.meetingId}` },
  { text: found.reference, href: `/cases/${found.caseId}` },
];

interface Criterion {
  readonly id: string;
  readonly mandatory: boolean;
}

/** What a decision of today cannot do without, whatever else is wrong: the decider would say so next. Put off, it needs less. */
function missingIn(typed: Readonly<Record<string, unknown>>, criteria: readonly CriterionShown[]): FieldError[] {
  const { findings = [], reasonCodes = [], words = {} } = typed as Partial<DecisionRequest>;
  const lacks = (field: string, missing: boolean): FieldError[] =>
    missing ? [{ field, remedy: 'Send this field.' }] : [];
  const putOff = typed['decisionType'] === 'deferred';
  return [
    ...lacks('reasonCodes', reasonCodes.length === 0),
    ...lacks('words.rationale', !words.rationale),
    ...criteria
      .filter(({ id, mandatory }) => !putOff && mandatory && !findings.some(({ criterion }) => criterion === id))
      .map(({ id, wording }) => ({ field: `finding.${id}`, remedy: `Choose a finding: ${wording}` })),
    ...lacks('legalBasis', !putOff && typed['legalBasis'] === undefined),
    ...lacks('method', typed['method'] === undefined),
  ];
}

/** Where the form shows what the decision calls otherwise. */
const shownAt =
  (criteria: readonly Criterion[]) =>
  (field: string, values: Values): string => {
    if (field === 'findings') {
      const open = criteria.find(({ id, mandatory }) => mandatory && !values[`finding.${id}`]);
      return `finding.${(open ?? criteria[0])?.id ?? ''}`;
    }
    if (field === 'votes') return 'votes.for';
    return field === 'untilOn' ? 'reviewOn' : field;
  };

const numberOr = (value: unknown, otherwise: number): number =>
  typeof value === 'string' && /^\d{1,7}$/.test(value) ? Number(value) : otherwise;
