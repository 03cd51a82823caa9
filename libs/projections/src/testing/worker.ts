/**
 * A process of its own for the specs: runs or rebuilds the projections of `notes.ts` and tells what it does, one JSON
 * object a line. Started with its settings as JSON; ends when its standard input does.
 */
import { openDatabase } from '@app/database';
import { eventStoreMigrations, PostgresEventStore } from '@app/event-store';
import { projectionsMigrations } from '../migrations';
import type { Projection } from '../projection';
import { rebuild } from '../rebuild';
import { ProjectionRunner } from '../runner';
import { codecs, notes, open, witness } from './notes';

export interface WorkerSettings {
  readonly url: string;
  readonly dataFolder: string;
  readonly work: 'run' | 'rebuild';
  readonly projection: 'notes' | 'witness';
  readonly leaseMs: number;
  readonly batch?: number;
  /** What it does after its writes and before its commit, once: tells and waits for ever, or kills itself. */
  readonly atWrite?: 'hang' | 'kill';
}

const tell = (message: object) => process.stdout.write(`${JSON.stringify(message)}\n`);

function disturbed(projection: Projection, how: WorkerSettings['atWrite']): Projection {
  let done = how === undefined;
  return {
    ...projection,
    async apply(tx, events) {
      await projection.apply(tx, events);
      if (done) return;
      done = true;
      if (how === 'kill') process.kill(process.pid, 'SIGKILL');
      tell({ wrote: events.length });
      // The parent stops this process here; when it goes on, it goes on with its commit.
      await new Promise((resolve) => process.stdin.once('data', resolve));
    },
  };
}

async function main(settings: WorkerSettings): Promise<void> {
  const { url, dataFolder, leaseMs, batch } = settings;
  const database = await openDatabase({
    url,
    dataFolder,
    migrations: [...eventStoreMigrations, ...projectionsMigrations],
  });
  const store = new PostgresEventStore({ pool: database.projector });
  const projection = disturbed({ notes, witness }[settings.projection], settings.atWrite);
  const parts = { store, pool: database.projector, codecs, open };
  const say = (text: string) => tell({ text });
  if (settings.work === 'rebuild') {
    const onProgress = (progress: object) => tell({ progress });
    tell({ reports: await rebuild(parts, [projection], { leaseMs, ...(batch ? { batch } : {}), onProgress }) });
  } else {
    const logger = { log: say, warn: say, error: say };
    await new ProjectionRunner({ ...parts, projections: [projection], logger, leaseMs }).start();
    tell({ started: true });
  }
}

process.stdin.on('end', () => process.exit(0)).resume();
main(JSON.parse(process.argv[2] ?? '{}') as WorkerSettings).catch((error: unknown) => {
  tell({ failed: String(error) });
  process.exit(1);
});
