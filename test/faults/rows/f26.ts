import { startEmbeddedPostgres } from '@app/embedded-postgres';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { forgettingOn } from '../../../apps/composition/src/forgetting';
import { openPlatform } from '../../../apps/composition/src/platform';
import { backUpOn, restore, verifyOn } from '../../../apps/composition/src/safekeeping';
import { importSample, wholeLog } from '../../support/sample-city';
import { spawnProgram } from '../processes';
import type { Row, Round } from '../row';

/** The stages in which the process that restores is killed, in turn. */
const STAGES = ['loading', 'readModels', 'log'] as const;
const ROWS_AT_A_TIME = 6;

export const row: Row = {
  id: 'F26',
  title:
    'a backup is made while an import writes, and the process that restores it is killed: every event of it is there, ' +
    'nothing opens before the restore has finished, everything verifies and positions go on',
  unit: 'restores',
  goal: 100,
  bounded: 2,
  round: 10,
  plantedBugs: [
    {
      id: 'backup-of-several-moments',
      file: 'libs/safekeeping/src/backup.ts',
      find: 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY',
      replace: 'BEGIN READ ONLY',
    },
    {
      id: 'backup-without-words',
      file: 'libs/safekeeping/src/backup.ts',
      find: "export const NOT_KEPT = ['app.sessions',",
      replace: "export const NOT_KEPT = ['vault.words', 'app.sessions',",
    },
    {
      id: 'unfinished-restore-opens',
      file: 'apps/composition/src/platform.ts',
      find: 'if (!whileRestoring) await assertRestoreFinished(database.application);',
      replace: '',
    },
  ],

  async run(round) {
    const { count, random, folder, signal, done, violation, counted } = round;
    const postgres = await startEmbeddedPostgres({ dataFolder: folder });
    const platform = await openPlatform({ EVENHAND_DATA: folder });
    const admin = new Client({ connectionString: postgres.url });
    await admin.connect();
    try {
      let rows = 2 * ROWS_AT_A_TIME;
      await importSample(platform, 0, rows);
      for (let at = 0; at < count && !signal.aborted; at += 1) {
        const backup = join(folder, `backup-${at}`);
        const keys = join(folder, `keys-${at}`);
        const importing = importSample(platform, rows, (rows += ROWS_AT_A_TIME));
        await pause(random.below(100));
        const made = await backUpOn(platform, backup, keys).catch((error: unknown) => {
          violation(`backup ${at}, while others wrote: ${String(error)}`);
        });
        await importing;
        if (!made) continue;
        const { events } = made.manifest.log;
        const before = (await wholeLog(platform.store)).slice(0, events);
        counted('events that came after their backup', Number(await platform.store.head()) - events);

        await admin.query(`CREATE DATABASE restored_${at}`);
        const url = new URL(postgres.url);
        url.pathname = `/restored_${at}`;
        const env = { DATABASE_URL: url.toString(), EVENHAND_DATA: join(folder, `restored-${at}`) };
        try {
          await killedAndFinished(round, at, { env, backup, keys });
          if (signal.aborted) break;
          const restored = await openPlatform(env);
          try {
            const after = await wholeLog(restored.store);
            if (JSON.stringify(after) !== JSON.stringify(before))
              violation(`restore ${at}: the log had ${before.length} events and has ${after.length}, or they differ`);
            const [child] = (await restored.database.application.query('SELECT pupil_ref FROM vault.pupils LIMIT 1'))
              .rows;
            await forgettingOn(restored).forget(child.pupil_ref, 'erasureUpheld');
            if (Number(await restored.store.head()) !== events + 1)
              violation(`restore ${at}: the event after ${events} was given position ${await restored.store.head()}`);
            await restored.runner.catchUp();
            const report = await verifyOn(restored);
            for (const { what } of report.findings) violation(`restore ${at}: ${what}`);
          } finally {
            await restored.close();
          }
        } catch (error) {
          violation(`restore ${at}: ${String(error)}`);
        }
        await admin.query(`DROP DATABASE restored_${at} WITH (FORCE)`);
        done();
      }
    } finally {
      await admin.end();
      await platform.close();
      await postgres.stop();
    }
  },
};

interface Place {
  readonly env: { readonly DATABASE_URL: string; readonly EVENHAND_DATA: string };
  readonly backup: string;
  readonly keys: string;
}

async function killedAndFinished(
  { violation, measured, counted, signal }: Round,
  at: number,
  { env, backup, keys }: Place,
) {
  const stage = STAGES[at % STAGES.length]!;
  const worker = spawnProgram<{ there: string }>('test/support/restore-worker.ts', { env, backup, keys, stage });
  await worker.says(() => true);
  worker.kill('SIGKILL');
  await worker.ended;
  counted(`killed while ${stage}`);
  if (stage === 'loading') {
    const client = new Client({ connectionString: env.DATABASE_URL });
    await client.connect();
    const { rows } = await client.query('SELECT FROM log.events').finally(() => client.end());
    if (rows.length > 0) violation(`restore ${at}: killed while loading, ${rows.length} events are there`);
  } else {
    const opened = await openPlatform(env).catch((error: unknown) => {
      if (!/has not finished/.test(String(error))) throw error;
    });
    if (opened) violation(`restore ${at}: killed while ${stage}, and the database opens`);
    await opened?.close();
  }
  if (signal.aborted) return;
  const started = performance.now();
  const { done } = await restore(env, backup, { keys });
  measured('restore, once killed, to its end', performance.now() - started, 'ms');
  for (const { what } of done?.verified.findings ?? []) violation(`restore ${at}: ${what}`);
}
