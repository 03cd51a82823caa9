import { decide } from '@app/access';
import type { Request } from 'express';
import { Problem } from '../http/problem';

/** A school in the body, not in the address: whoever refers speaks for it. Throws Problem 403. */
export function assertMayRefer({ viewer }: Request, homeUrn: string): void {
  if (!viewer || !decide(viewer, { kind: 'school', urn: homeUrn }, 'case.refer').allow) {
    throw new Problem(403, 'not-your-school', 'Not permitted', 'You can refer children of your own school only.', {
      errors: [{ field: 'homeUrn', value: homeUrn, remedy: 'Choose your own school.' }],
    });
  }
}
