/** The list of cases and the search for a child. What was searched for stands in no address, session or log. */
import { mayEver, Policy, type Viewer } from '@app/access';
import { type CaseFilter, COUNTED_UP_TO } from '@app/cases';
import { DECISION_TYPE_CODES, isCalendarDate, isId, isUpn, newId, normalisedUpn } from '@app/kernel';
import { Body, Controller, Get, Inject, Post, Query, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { PLATFORM, type Platform } from '../../../composition/src/platform';
import { importRowsOn } from '../../../composition/src/register-import';
import { ReadAudit } from '../access/read-audit';
import { label } from '../labels';
import { CaseReading, PAGE_SIZE } from '../reading/cases';
import { PanelReading } from '../reading/panels';
import { plural } from '../views';
import { renderPage } from './page';

const OUTCOMES = [...DECISION_TYPE_CODES, 'deferred', 'none'] as const;
const STATUSES = ['referred', 'accepted', 'decided', 'closed'] as const;
const REFERENCE = /^[A-Z]{2}-\d{4}-\d{1,7}$/;
const KEPT_SEARCHES = 5;

type Asked = Readonly<Record<string, string>>;

@ApiExcludeController()
@Controller('cases')
export class CaseListController {
  constructor(
    private readonly cases: CaseReading,
    private readonly panels: PanelReading,
    private readonly audit: ReadAudit,
    @Inject(PLATFORM) private readonly platform: Platform,
  ) {}

  @Get()
  @Policy('case.read')
  async list(@Req() request: Request, @Res() response: Response, @Query() query: unknown): Promise<void> {
    const viewer = request.viewer as Viewer;
    const asked = knownParts(query);
    const search =
      asked.search === undefined ? undefined : request.session.searches?.find(({ id }) => id === asked.search);
    const filter: CaseFilter = {
      ...(asked.panel === undefined ? {} : { panelId: asked.panel }),
      ...(asked.outcome === undefined ? {} : { outcome: asked.outcome }),
      ...(asked.status === undefined ? {} : { status: asked.status as (typeof STATUSES)[number] }),
      ...(search ? found(search) : asked.search === undefined ? {} : { pupilRefs: [] }),
    };
    const { cases, total, more } = await this.cases.list(viewer, filter, placeOf(asked));
    await this.audit.note(request, search ? 'search' : 'case list', cases);
    const panels = await this.panels.panels(viewer);
    const uncounted = total > COUNTED_UP_TO;
    const from = uncounted ? Number(asked.from ?? 1) : Math.min(Number(asked.from ?? 1), Math.max(total, 1));
    const last = cases.at(-1);
    renderPage(request, response, 'cases', {
      title: search ? 'What the search found' : 'Cases',
      trail: [{ text: 'Home', href: '/' }, { text: 'Cases' }],
      cases: cases.map((one) => ({
        ...one,
        standing: label(one.outcome ?? one.status),
      })),
      total,
      counted: uncounted ? `More than ${COUNTED_UP_TO.toLocaleString('en-GB')} cases` : plural(total, 'case'),
      from,
      to: from + cases.length - 1,
      next:
        more && last
          ? address({ ...asked, after: `${last.lastEventOn}_${last.caseId}`, from: String(from + PAGE_SIZE) })
          : undefined,
      first: asked.after === undefined ? undefined : address({ ...asked, after: undefined, from: undefined }),
      searched: search !== undefined || asked.search !== undefined,
      panelOptions: choices(
        panels.map(({ panelId, name }) => [panelId, name]),
        asked.panel,
      ),
      outcomeOptions: choices(
        OUTCOMES.map((code) => [code, code === 'none' ? 'Not decided yet' : label(code)]),
        asked.outcome,
      ),
      statusOptions: choices(
        STATUSES.map((code) => [code, label(code)]),
        asked.status,
      ),
      search: asked.search,
      tags: [
        ...tag('Panel', panels.find(({ panelId }) => panelId === asked.panel)?.name, { ...asked, panel: undefined }),
        ...tag('Outcome', asked.outcome && (asked.outcome === 'none' ? 'Not decided yet' : label(asked.outcome)), {
          ...asked,
          outcome: undefined,
        }),
        ...tag('Stage', asked.status && label(asked.status), { ...asked, status: undefined }),
        ...tag('Search', asked.search && 'what you looked for', { ...asked, search: undefined }),
      ],
      mayRefer: mayEver(viewer, 'case.refer'),
    });
  }

  /** Posted, and answered by an address with an opaque id of the session. */
  @Post('search')
  @Policy('case.search')
  async search(@Req() request: Request, @Res() response: Response, @Body() body: unknown): Promise<void> {
    const { sought } = (body ?? {}) as { sought?: unknown };
    const typed = typeof sought === 'string' ? sought.normalize('NFC').trim().slice(0, 200) : '';
    if (typed === '') return response.redirect(303, '/cases');
    const upn = normalisedUpn(typed);
    const reference = typed.replace(/\s/g, '').toUpperCase();
    const pupilRefs = isUpn(upn)
      ? [await this.platform.pupils.findByUpn(upn)].filter((ref): ref is string => ref !== undefined)
      : REFERENCE.test(reference)
        ? []
        : [
            ...(await this.pupilsByRegisterReference(typed)),
            ...(await this.platform.pupils.searchByName(typed)).keys(),
          ].slice(0, 1000);
    const id = newId();
    const search = { id, pupilRefs, ...(REFERENCE.test(reference) ? { reference } : {}) };
    request.session.searches = [search, ...(request.session.searches ?? [])].slice(0, KEPT_SEARCHES);
    await new Promise<void>((resolve, reject) =>
      request.session.save((error?: unknown) => (error ? reject(error) : resolve())),
    );
    response.redirect(303, `/cases?search=${id}`);
  }

  /** Of a register's own reference only a hash is kept, so it is tried as typed and in capitals. */
  private async pupilsByRegisterReference(typed: string): Promise<string[]> {
    const rows = importRowsOn(this.platform);
    return (
      await Promise.all([...new Set([typed, typed.toUpperCase()])].map((one) => rows.pupilsByReference(one)))
    ).flat();
  }
}

const found = ({ pupilRefs, reference }: { pupilRefs: string[]; reference?: string }): CaseFilter =>
  reference === undefined ? { pupilRefs } : { reference };

/** Only the parts of the address that mean something, each once. */
function knownParts(query: unknown): Asked & { from?: string } {
  const given = (query ?? {}) as Record<string, unknown>;
  const asked: Record<string, string> = {};
  const take = (name: string, fits: (value: string) => boolean): void => {
    const value = given[name];
    if (typeof value === 'string' && fits(value)) asked[name] = value;
  };
  take('panel', isId);
  take('outcome', (value) => (OUTCOMES as readonly string[]).includes(value));
  take('status', (value) => (STATUSES as readonly string[]).includes(value));
  take('search', isId);
  take('after', (value) => placeOf({ after: value }) !== undefined);
  take('from', (value) => /^[1-9]\d{0,6}$/.test(value));
  return asked;
}

function placeOf({ after = '' }: Asked): { lastEventOn: string; caseId: string } | undefined {
  const [lastEventOn, caseId] = after.split('_');
  return isCalendarDate(lastEventOn) && isId(caseId) ? { lastEventOn, caseId } : undefined;
}

function address(parts: Readonly<Record<string, string | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parts)) if (value !== undefined) query.set(name, value);
  const text = query.toString();
  return text === '' ? '/cases' : `/cases?${text}`;
}

const choices = (pairs: readonly (readonly [string, string])[], chosen: string | undefined) => [
  { value: '', text: 'Any' },
  ...pairs.map(([value, text]) => ({ value, text, selected: value === chosen })),
];

const tag = (name: string, text: string | undefined, rest: Readonly<Record<string, string | undefined>>) =>
  text === undefined ? [] : [{ name, text, href: address({ ...rest, after: undefined, from: undefined }) }];
