/** Cases as a person may see them: the read models within the viewer's scope, with names from vault and directory. */
import { scopeSql, type Viewer } from '@app/access';
import { caseById, type CaseFilter, type CaseListRow, countCases, findCases } from '@app/cases';
import { Directory } from '@app/directory';
import { Inject, Injectable } from '@nestjs/common';
import { PLATFORM, type Platform } from '../../../composition/src/platform';
import type { MeetingRead } from './panels';

export interface CaseRead extends CaseListRow {
  /** From the vault; absent when nothing is kept, or the child was forgotten. */
  readonly childName?: string;
  readonly panel: string | null;
  readonly homeSchool: string;
  readonly receivingSchool: string | null;
}

export const PAGE_SIZE = 25;

@Injectable()
export class CaseReading {
  constructor(
    @Inject(PLATFORM) private readonly platform: Platform,
    private readonly directory: Directory,
  ) {}

  private get pool() {
    return this.platform.database.application;
  }

  /** One page of the cases that the viewer may read, the last touched first. */
  async list(
    viewer: Viewer,
    filter: CaseFilter,
    after?: { readonly lastEventOn: string; readonly caseId: string },
  ): Promise<{ cases: CaseRead[]; total: number; more: boolean }> {
    const scope = scopeSql(viewer);
    const [rows, total] = await Promise.all([
      findCases(this.pool, scope, filter, { limit: PAGE_SIZE + 1, ...(after ? { after } : {}) }),
      countCases(this.pool, scope, filter),
    ]);
    return { cases: await this.named(rows.slice(0, PAGE_SIZE)), total, more: rows.length > PAGE_SIZE };
  }

  async one(caseId: string, viewer: Viewer): Promise<CaseRead | undefined> {
    const row = await caseById(this.pool, scopeSql(viewer), caseId);
    return row && (await this.named([row]))[0];
  }

  /** Open cases that wait to be heard: of no panel yet, or of this one. */
  async waiting(viewer: Viewer, panelId?: string): Promise<CaseRead[]> {
    const scope = scopeSql(viewer);
    const filters: CaseFilter[] = [
      { status: 'referred' },
      { status: 'accepted' },
      { status: 'decided', outcome: 'deferred' },
    ];
    const found = await Promise.all(filters.map((filter) => findCases(this.pool, scope, filter, { limit: 50 })));
    const rows = found
      .flat()
      .filter((row) => panelId === undefined || row.panelId === null || row.panelId === panelId)
      .sort((a, b) => a.reference.localeCompare(b.reference, 'en-GB'));
    return this.named(rows);
  }

  /** The cases of a meeting's agenda, in its order, that the viewer may read. */
  async onAgenda(meeting: Pick<MeetingRead, 'agenda'>, viewer: Viewer): Promise<CaseRead[]> {
    const scope = scopeSql(viewer);
    const rows = await Promise.all(meeting.agenda.map(({ caseId }) => caseById(this.pool, scope, caseId)));
    return this.named(rows.flatMap((row) => row ?? []));
  }

  private async named(rows: readonly CaseListRow[]): Promise<CaseRead[]> {
    const [identities, panels, schools] = await Promise.all([
      this.platform.pupils.identities(rows.map((row) => row.pupilRef)),
      this.directory.panels(),
      this.directory.schools(),
    ]);
    const panelNames = new Map(panels.map(({ panelId, name }) => [panelId, name]));
    const schoolNames = new Map(schools.map(({ urn, name }) => [urn, name]));
    return rows.map((row) => {
      const childName = identities.get(row.pupilRef)?.name;
      return {
        ...row,
        ...(childName === undefined ? {} : { childName }),
        panel: row.panelId === null ? null : (panelNames.get(row.panelId) ?? null),
        homeSchool: schoolNames.get(row.homeUrn) ?? row.homeUrn,
        receivingSchool: row.receivingUrn === null ? null : (schoolNames.get(row.receivingUrn) ?? row.receivingUrn),
      };
    });
  }
}
