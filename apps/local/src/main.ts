/** `npm start`: everything in one process, on the embedded Postgres unless DATABASE_URL names another. */
import { eventStoreMigrations } from '@app/event-store';
import { openStores } from '../../composition/src/stores';

async function main(): Promise<void> {
  const stores = await openStores(process.env, eventStoreMigrations);
  let stopping: Promise<void> | undefined;
  const stop = (): void => {
    stopping ??= stores.close().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  process.stdout.write(`Evenhand is ready. Its data is in ${stores.clusterFolder ?? stores.dataFolder}.\n`);
  // Until the pages are served from here, nothing else keeps the process alive.
  setInterval(() => undefined, 60_000);
}

main().catch((error: unknown) => {
  process.stderr.write(`Evenhand could not start: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
