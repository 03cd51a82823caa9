import { AbandonStaleReferrals, CaseDesk } from '@app/cases';
import { type Clock, systemClock } from '@app/kernel';
import type { INestApplicationContext } from '@nestjs/common';
import type { Platform } from '../../apps/composition/src/platform';
import { startPolicies } from '../../apps/composition/src/policies';

/** Past the ten minutes that a referral is waited for. */
const later: Clock = { ...systemClock, now: () => new Date(Date.now() + 11 * 60_000) };

export const deskOn = ({ journal, directory, keys }: Platform, clock: Clock): CaseDesk =>
  new CaseDesk(journal, directory, clock, keys);

/** The worker's policies on a platform, once, eleven minutes from now. */
export async function tickOnce(platform: Platform): Promise<void> {
  const stale = new AbandonStaleReferrals(deskOn(platform, later), platform.database);
  // Of Nest's application they ask nothing but this one part.
  const app = { get: () => stale } as unknown as INestApplicationContext;
  await startPolicies(app, platform, { error: (message) => process.stderr.write(`${message}\n`) }).stop();
}
