/** Panels side by side, as a page, as JSON and as CSV: one set of rows (libs/consistency). */
import { Policy } from '@app/access';
import {
  decisionsByPanel,
  funnelSvg,
  type PanelsSideBySide,
  panelRowsCsv,
  panelsSideBySide,
  rowOf,
  type Tier,
  UnknownWindow,
} from '@app/consistency';
import { Controller, Get, Inject, Query, Req, Res } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiProduces, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { PLATFORM, type Platform } from '../../../composition/src/platform';
import { invalid, Problem } from '../http/problem';
import { renderPage } from './page';

@ApiTags('consistency')
@Controller()
export class ConsistencyController {
  constructor(@Inject(PLATFORM) private readonly platform: Platform) {}

  @Get('consistency/panels')
  @ApiExcludeEndpoint()
  @Policy('consistency.read')
  async page(@Req() request: Request, @Res() response: Response, @Query('window') window?: unknown): Promise<void> {
    const { compared, dataTo } = await this.compare(2, window);
    const trail = [{ text: 'Home', href: '/' }, { text: 'Panels side by side' }];
    if (!compared) {
      renderPage(request, response, 'panels-side-by-side', { title: 'Panels side by side', trail });
      return;
    }
    const { finding, funnel, window: chosen } = compared;
    renderPage(request, response, 'panels-side-by-side', {
      title: 'Panels side by side',
      trail,
      finding,
      // Made on the server from numbers and escaped names only: the one piece of markup that a template takes as it is.
      chart: funnel && funnelSvg(funnel, finding),
      falseAlarms: compared.falseAlarms,
      rows: compared.results.map(rowOf).map((row) => ({ ...row, word: signalWord(row.signal) })),
      windows: compared.windows.map(({ key, label }) => ({ key, label, current: key === chosen.key })),
      chosen,
      dataTo,
    });
  }

  @Get(['consistency/panels.csv'])
  @ApiExcludeEndpoint()
  @Policy('consistency.read')
  async download(@Res() response: Response, @Query('window') window?: unknown): Promise<void> {
    const { compared } = await this.compare(2, window);
    sendCsv(response, compared);
  }

  /** The same rows as the page, JSON or (with `format=csv`) CSV. Tier 1, the true numbers, is for a director. */
  @Get('api/consistency/panels')
  @Policy('consistency.read')
  @ApiQuery({ name: 'window', required: false, description: 'One of the windows offered; 36-months unless told.' })
  @ApiQuery({ name: 'tier', required: false, enum: ['1', '2', '3'], description: 'Disclosure tier; 2 unless told.' })
  @ApiQuery({ name: 'format', required: false, enum: ['json', 'csv'] })
  @ApiProduces('application/json', 'text/csv')
  async rows(
    @Req() request: Request,
    @Res() response: Response,
    @Query('window') window?: unknown,
    @Query('tier') tier: unknown = '2',
    @Query('format') format: unknown = 'json',
  ): Promise<void> {
    if (tier !== '1' && tier !== '2' && tier !== '3') {
      throw invalid([{ field: 'tier', value: shown(tier), remedy: 'Send 1, 2 or 3.' }]);
    }
    if (format !== 'json' && format !== 'csv') {
      throw invalid([{ field: 'format', value: shown(format), remedy: 'Send json or csv.' }]);
    }
    if (tier === '1' && request.viewer?.role !== 'director') {
      throw new Problem(403, 'tier-not-permitted', 'Not permitted', 'True numbers of every panel are for a director.');
    }
    const { compared, dataTo } = await this.compare(Number(tier) as Tier, window);
    if (format === 'csv') return sendCsv(response, compared);
    response.json({
      window: compared?.window ?? null,
      windows: compared?.windows ?? [],
      tier: Number(tier),
      dataTo: dataTo ?? null,
      finding: compared?.finding ?? null,
      rows: (compared?.results ?? []).map(rowOf),
    });
  }

  private async compare(
    tier: Tier,
    window: unknown,
  ): Promise<{ compared: PanelsSideBySide | undefined; dataTo: string | undefined }> {
    if (window !== undefined && typeof window !== 'string') {
      throw invalid([{ field: 'window', value: shown(window), remedy: 'Send one window.' }]);
    }
    const { months, dataTo } = await decisionsByPanel(this.platform.database.application);
    try {
      return { compared: panelsSideBySide(months, { tier, ...(window ? { windowKey: window } : {}) }), dataTo };
    } catch (error) {
      if (!(error instanceof UnknownWindow)) throw error;
      throw invalid([{ field: 'window', value: shown(window), remedy: `Send one of: ${error.offered.join(', ')}.` }]);
    }
  }
}

const shown = (value: unknown): string => String(value).slice(0, 40);

const signalWord = (signal: string): string => (signal === 'none' ? '' : signal);

function sendCsv(response: Response, compared: PanelsSideBySide | undefined): void {
  response
    .type('text/csv')
    .attachment('panels-side-by-side.csv')
    .send(panelRowsCsv((compared?.results ?? []).map(rowOf)));
}
