/** Who is asking: the person of the session, with the interests that the meetings have recorded so far. */
import { isRole, type Viewer } from '@app/access';
import { Directory, type Person } from '@app/directory';
import { Inject, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { PLATFORM, type Platform } from '../../../composition/src/platform';

declare module 'express-serve-static-core' {
  interface Request {
    viewer?: Viewer;
    person?: Person;
  }
}

@Injectable()
export class Viewers {
  constructor(
    @Inject(PLATFORM) private readonly platform: Platform,
    private readonly directory: Directory,
  ) {}

  /** Sets `request.viewer` and `request.person`; neither when nobody is signed in, or the person is there no more. */
  async recognise(request: Request): Promise<Viewer | undefined> {
    const ref = request.session?.personRef;
    if (ref === undefined) return undefined;
    const person = await this.directory.person(ref);
    if (!person || !isRole(person.role)) return undefined;
    request.person = person;
    request.viewer = {
      ref: person.personRef,
      role: person.role,
      panelIds: person.panelIds,
      urns: person.urns,
      interests: await this.interestsOf(person.personRef),
    };
    return request.viewer;
  }

  private async interestsOf(memberRef: string): Promise<string[]> {
    const { rows } = await this.platform.database.application.query<{ case_id: string }>(
      `SELECT DISTINCT interest->>'caseId' AS case_id
       FROM read.meetings, jsonb_array_elements(interests) AS interest
       WHERE interests @> $2::jsonb AND interest->>'memberRef' = $1`,
      [memberRef, JSON.stringify([{ memberRef }])],
    );
    return rows.map((row) => row.case_id);
  }
}
