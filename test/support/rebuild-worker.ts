/**
 * A process of its own that rebuilds every read model of the application and tells how far it is, one JSON object a line:
 * for specs to kill. Started with the settings of its parent's platform as JSON.
 */
import { rebuild } from '@app/projections';
import { codecs } from '../../apps/composition/src/codecs';
import { openPlatform } from '../../apps/composition/src/platform';

const tell = (message: object): void => void process.stdout.write(`${JSON.stringify(message)}\n`);

async function main(env: NodeJS.ProcessEnv): Promise<void> {
  const { store, database, journal, projections } = await openPlatform(env);
  const parts = { store, pool: database.projector, codecs, open: journal.open.bind(journal) };
  await rebuild(parts, projections, {
    batch: 250,
    leaseMs: 1_000,
    onProgress: (progress) => tell({ progress }),
  });
  tell({ done: true });
}

process.stdin.on('end', () => process.exit(0)).resume();
main(JSON.parse(process.argv[2] ?? '{}') as NodeJS.ProcessEnv).catch((error: unknown) => {
  tell({ failed: String(error) });
  process.exit(1);
});
