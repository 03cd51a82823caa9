import { Policy, type Viewer } from '@app/access';
import type { CaseFilter } from '@app/cases';
import { DECISION_TYPE_CODES, isCalendarDate, isId } from '@app/kernel';
import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { ReadAudit } from '../access/read-audit';
import { type FieldError, invalid, notFound } from '../http/problem';
import { CaseReading } from '../reading/cases';
import { TimelineReading } from '../reading/timeline';

const STATUSES = ['referred', 'accepted', 'decided', 'closed'] as const;
const OUTCOMES = [...DECISION_TYPE_CODES, 'deferred', 'none'] as const;

@ApiTags('cases')
@Controller('api/cases')
export class CaseReadingController {
  constructor(
    private readonly cases: CaseReading,
    private readonly timeline: TimelineReading,
    private readonly audit: ReadAudit,
  ) {}

  @Get()
  @Policy('case.read')
  @ApiOperation({
    summary:
      'The cases that you may read, the last touched first; 25 a page, the next by `after`; `total` ends at 10,001',
  })
  @ApiQuery({ name: 'panelId', required: false })
  @ApiQuery({ name: 'outcome', required: false, enum: OUTCOMES })
  @ApiQuery({ name: 'status', required: false, enum: STATUSES })
  @ApiQuery({ name: 'reference', required: false, description: 'Such as MM-2026-0003' })
  @ApiQuery({ name: 'after', required: false, description: 'The `next` of the page before' })
  async list(@Req() request: Request, @Query() query: Record<string, unknown>): Promise<object> {
    const viewer = request.viewer as Viewer;
    const { filter, after } = asked(query);
    const { cases, total, more } = await this.cases.list(viewer, filter, after);
    await this.audit.note(request, 'api case list', cases);
    const last = cases.at(-1);
    return { total, cases, next: more && last ? `${last.lastEventOn}_${last.caseId}` : null };
  }

  @Get(':caseId')
  @Policy('case.read')
  @ApiOperation({ summary: 'A case with its timeline; its ETag is what If-Match names' })
  async one(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @Param('caseId') caseId: string,
  ): Promise<object> {
    const found = await this.cases.one(caseId, request.viewer as Viewer);
    if (!found) throw notFound();
    await this.audit.note(request, 'api case', [found]);
    const fields = request.verdict?.fields ?? [];
    const { childName, ncYear, ...rest } = found;
    response.set('ETag', `"r${found.revision}"`);
    return {
      ...rest,
      ...(fields.includes('names') && childName !== undefined ? { childName } : {}),
      ...(fields.includes('child') ? { ncYear } : {}),
      timeline: await this.timeline.of(caseId, fields),
    };
  }
}

/** Throws Problem 400 for a part that is unknown or does not fit. */
function asked(query: Readonly<Record<string, unknown>>): {
  filter: CaseFilter;
  after?: { lastEventOn: string; caseId: string };
} {
  const checks: Readonly<Record<string, { fits(value: string): boolean; remedy: string }>> = {
    panelId: { fits: isId, remedy: 'Send the id of a panel.' },
    outcome: {
      fits: (value) => (OUTCOMES as readonly string[]).includes(value),
      remedy: `Send one of: ${OUTCOMES.join(', ')}.`,
    },
    status: {
      fits: (value) => (STATUSES as readonly string[]).includes(value),
      remedy: `Send one of: ${STATUSES.join(', ')}.`,
    },
    reference: {
      fits: (value) => /^[A-Za-z]{2}-\d{4}-\d{1,7}$/.test(value),
      remedy: 'Send a reference such as MM-2026-0003.',
    },
    after: { fits: (value) => placeOf(value) !== undefined, remedy: 'Send the `next` of the page before.' },
  };
  const errors = Object.entries(query).flatMap(([field, value]): FieldError[] => {
    const check = Object.hasOwn(checks, field) ? checks[field] : undefined;
    if (!check) return [{ field: field.slice(0, 60), remedy: 'Leave this out: it is not known here.' }];
    return typeof value === 'string' && check.fits(value)
      ? []
      : [{ field, value: String(value).slice(0, 60), remedy: check.remedy }];
  });
  if (errors.length > 0) throw invalid(errors);
  const { after, ...filter } = query as Record<string, string>;
  const place = after === undefined ? undefined : placeOf(after);
  return { filter: filter as CaseFilter, ...(place ? { after: place } : {}) };
}

function placeOf(after: string): { lastEventOn: string; caseId: string } | undefined {
  const [lastEventOn, caseId] = after.split('_');
  return isCalendarDate(lastEventOn) && isId(caseId) ? { lastEventOn, caseId } : undefined;
}
