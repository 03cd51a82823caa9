/** What a route is about, found by the ids in its address; the policy decides on it before the route runs. */
import type { Resource } from '@app/access';
import { isId } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { PLATFORM, type Platform } from '../../../composition/src/platform';

export type CaseResource = Extract<Resource, { kind: 'case' }> & { readonly pupilRef: string };

interface CaseRow {
  case_id: string;
  panel_id: string | null;
  home_urn: string;
  receiving_urn: string | null;
  pupil_ref: string;
}

const COLUMNS = 'case_id, panel_id, home_urn, receiving_urn, pupil_ref';

@Injectable()
export class Resources {
  constructor(@Inject(PLATFORM) private readonly platform: Platform) {}

  async case(caseId: string): Promise<CaseResource | undefined> {
    return this.caseWhere(`SELECT ${COLUMNS} FROM read.case_list WHERE case_id = $1`, caseId);
  }

  /** The case of a decision or move, by the stream of its own. */
  async caseOfStream(stream: string): Promise<CaseResource | undefined> {
    return this.caseWhere(
      `SELECT ${COLUMNS} FROM read.case_list
       WHERE case_id = (SELECT case_id FROM read.case_timeline WHERE stream = $1 LIMIT 1)`,
      stream,
    );
  }

  async panelOfMeeting(meetingId: string): Promise<string | undefined> {
    const { rows } = await this.platform.database.application.query<{ panel_id: string }>(
      'SELECT panel_id FROM read.meetings WHERE meeting_id = $1',
      [meetingId],
    );
    return rows[0]?.panel_id;
  }

  /** `missing` when the address names something that is not there; nothing when it names nothing. */
  async of(params: Readonly<Record<string, unknown>>): Promise<readonly Resource[] | 'missing'> {
    const found: Resource[] = [];
    const lookUp = async (name: string, find: (id: string) => Promise<Resource | undefined>): Promise<boolean> => {
      const id = params[name];
      if (id === undefined) return true;
      const resource = isId(id) ? await find(id) : undefined;
      if (resource) found.push(resource);
      return resource !== undefined;
    };
    const all = [
      await lookUp('caseId', (id) => this.case(id)),
      await lookUp('decisionId', (id) => this.caseOfStream(`decision-${id}`)),
      await lookUp('exclusionId', (id) => this.schoolOfExclusion(id)),
      await lookUp('moveId', (id) => this.caseOfStream(`move-${id}`)),
      await lookUp('panelId', async (panelId) => ({ kind: 'panel', panelId })),
      await lookUp('meetingId', async (id) => {
        const panelId = await this.panelOfMeeting(id);
        return panelId === undefined ? undefined : { kind: 'panel', panelId };
      }),
    ];
    return all.every(Boolean) ? found : 'missing';
  }

  /** The school that issued an exclusion, from its own stream. */
  private async schoolOfExclusion(id: string): Promise<Resource | undefined> {
    for await (const { data } of this.platform.store.readStream(`exclusion-${id}`)) {
      const { homeUrn } = data as { homeUrn?: unknown };
      return typeof homeUrn === 'string' ? { kind: 'school', urn: homeUrn } : undefined;
    }
    return undefined;
  }

  private async caseWhere(sql: string, param: string): Promise<CaseResource | undefined> {
    const { rows } = await this.platform.database.application.query<CaseRow>(sql, [param]);
    const row = rows[0];
    return (
      row && {
        kind: 'case',
        caseId: row.case_id,
        panelId: row.panel_id,
        homeUrn: row.home_urn,
        receivingUrn: row.receiving_urn,
        pupilRef: row.pupil_ref,
      }
    );
  }
}
