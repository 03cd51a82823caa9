/** Panels and their meetings as the read models have them, with the names of the directory. */
import type { Viewer } from '@app/access';
import { Directory } from '@app/directory';
import { Inject, Injectable } from '@nestjs/common';
import { PLATFORM, type Platform } from '../../../composition/src/platform';

export interface MeetingRead {
  readonly meetingId: string;
  readonly panelId: string;
  readonly panel: string;
  /** yyyy-mm-dd */
  readonly meetingOn: string;
  readonly kind: 'ordinary' | 'chairsAction';
  readonly agenda: readonly { readonly caseId: string; readonly part?: string }[];
  /** What was decided at it; all that is known of a meeting in a panel's own register, which keeps no agenda. */
  readonly decided: readonly { readonly caseId: string }[];
  readonly attendees: readonly {
    readonly memberRef: string;
    readonly role: string;
    readonly urn?: string;
    readonly mode: string;
    readonly votes: boolean;
  }[];
  readonly quorum: {
    readonly met: boolean;
    readonly quorum: number;
    readonly present: number;
    readonly missingRoles: readonly string[];
  } | null;
  readonly interests: readonly {
    readonly memberRef: string;
    readonly caseId: string;
    readonly interest: string;
    readonly action: string;
  }[];
  readonly revision: number;
}

export interface PanelRead {
  readonly panelId: string;
  readonly name: string;
  readonly panelType: string | null;
  /** The terms adopted, as the read model keeps them. */
  readonly terms: unknown;
  readonly revision: number | null;
}

interface MeetingRow {
  meeting_id: string;
  panel_id: string;
  meeting_on: string;
  kind: 'ordinary' | 'chairsAction';
  agenda: MeetingRead['agenda'] | null;
  decided: readonly string[];
  attendees: MeetingRead['attendees'] | null;
  quorum: MeetingRead['quorum'];
  interests: MeetingRead['interests'] | null;
  revision: number;
}

const MEETING = `meeting_id, panel_id, meeting_on::text, kind, agenda, attendees, quorum, interests, revision,
  ARRAY (SELECT DISTINCT case_id FROM read.decisions
         WHERE decisions.meeting_id = meetings.meeting_id AND NOT withdrawn ORDER BY case_id) AS decided`;

export const MEETINGS_SHOWN = 60;

@Injectable()
export class PanelReading {
  constructor(
    @Inject(PLATFORM) private readonly platform: Platform,
    private readonly directory: Directory,
  ) {}

  /** The panels that the viewer serves; all of them for who oversees. */
  async panels(viewer: Viewer): Promise<PanelRead[]> {
    const { rows } = await this.platform.database.application.query<{
      panel_id: string;
      panel_type: string | null;
      terms: unknown;
      revision: number;
    }>('SELECT panel_id, panel_type, terms, revision FROM read.panel_terms');
    const known = new Map(rows.map((row) => [row.panel_id, row]));
    const panels = await this.directory.panels();
    return panels
      .filter(({ panelId }) => oversees(viewer) || viewer.panelIds.includes(panelId))
      .map(({ panelId, name }) => {
        const row = known.get(panelId);
        return {
          panelId,
          name,
          panelType: row?.panel_type ?? null,
          terms: row?.terms ?? null,
          revision: row?.revision ?? null,
        };
      });
  }

  /** Meetings of the viewer's panels, the newest day first. */
  async meetings(viewer: Viewer, limit = MEETINGS_SHOWN): Promise<MeetingRead[]> {
    const { rows } = await this.platform.database.application.query<MeetingRow>(
      `SELECT ${MEETING} FROM read.meetings WHERE $1 OR panel_id = ANY ($2::uuid[])
       ORDER BY meetings.meeting_on DESC, panel_id, kind LIMIT $3`,
      [oversees(viewer), viewer.panelIds, limit],
    );
    return this.named(rows, viewer);
  }

  async meeting(meetingId: string, viewer: Viewer): Promise<MeetingRead | undefined> {
    const { rows } = await this.platform.database.application.query<MeetingRow>(
      `SELECT ${MEETING} FROM read.meetings WHERE meeting_id = $1`,
      [meetingId],
    );
    return (await this.named(rows, viewer))[0];
  }

  /** A case in which the viewer has an interest is on no agenda for them. */
  private async named(rows: readonly MeetingRow[], viewer: Viewer): Promise<MeetingRead[]> {
    const names = new Map((await this.directory.panels()).map(({ panelId, name }) => [panelId, name]));
    const visible = <T extends { caseId: string }>(items: readonly T[] | null): T[] =>
      (items ?? []).filter(({ caseId }) => !viewer.interests.includes(caseId));
    return rows.map((row) => ({
      meetingId: row.meeting_id,
      panelId: row.panel_id,
      panel: names.get(row.panel_id) ?? 'Panel without a name',
      meetingOn: row.meeting_on,
      kind: row.kind,
      agenda: visible(row.agenda),
      decided: visible(row.decided.map((caseId) => ({ caseId }))),
      attendees: row.attendees ?? [],
      quorum: row.quorum,
      interests: visible(row.interests),
      revision: row.revision,
    }));
  }
}

/** Whose cases a meeting heard, or will: its agenda, or where none was recorded what it decided. */
export const heardAt = ({ agenda, decided }: MeetingRead): MeetingRead['agenda'] =>
  agenda.length > 0 ? agenda : decided;

const oversees = (viewer: Viewer): boolean => viewer.role === 'director' || viewer.role === 'administrator';
