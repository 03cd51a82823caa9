import type { Actor } from '@app/event-store';
import { v5 } from 'uuid';

/** Whoever runs commands on the server: no person of the directory, the same opaque reference each time. */
export const operator = (tenant: string): Actor => ({
  ref: v5(`operator of ${tenant}`, v5.URL),
  role: 'operator',
});
