/** What Evenhand does by itself, every minute: each step repeatable, also from two processes at once. */
import { AbandonStaleReferrals } from '@app/cases';
import { readHeads, wordsInStream } from '@app/event-store';
import { sweepWords } from '@app/vault';
import type { INestApplicationContext } from '@nestjs/common';
import { forgettingOn } from './forgetting';
import type { Platform } from './platform';
import { returnedFiles } from './register-import';
import { headsOn } from './safekeeping';

const EVERY_MS = 60_000;

interface PolicyLogger {
  error(message: string): void;
}

/** Ticks until stopped; one failure stops no other policy. */
export function startPolicies(
  app: INestApplicationContext,
  platform: Platform,
  logger: PolicyLogger,
): { stop(): Promise<void> } {
  const forgetting = forgettingOn(platform);
  const returned = returnedFiles(platform.stores.dataFolder);
  const policies: Readonly<Record<string, () => Promise<unknown>>> = {
    'finish-forgetting': () => forgetting.finish(),
    'abandon-stale-referrals': () => app.get(AbandonStaleReferrals).tick(platform.tenant),
    'sweep-words': () => sweepWords(platform.database.application, wordsInStream(platform.store)),
    // A key that comes again after this is a new request.
    'sweep-requests': () =>
      platform.database.application.query("delete from app.requests where reserved_at < now() - interval '7 days'"),
    'keep-log-heads': async () =>
      headsOn(platform).keepHourly(
        await platform.store.identity(),
        await readHeads(platform.database.application),
        platform.clock.now(),
      ),
    'sweep-returned-files': () => returned.sweep(platform.clock.now()),
  };
  const tick = async (): Promise<void> => {
    for (const [name, policy] of Object.entries(policies)) {
      try {
        await policy();
      } catch (error) {
        logger.error(
          `The policy ${name} failed and is tried again: ${error instanceof Error ? error.name : 'unknown'}`,
        );
      }
    }
  };
  let ticking = tick();
  const timer = setInterval(() => void (ticking = ticking.then(tick)), EVERY_MS);
  return {
    async stop() {
      clearInterval(timer);
      await ticking;
    },
  };
}
