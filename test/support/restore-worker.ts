/** A process of its own that restores a backup and stands still once it is in the stage it was told: for specs to kill. */
import { restore, type RestoreStage } from '../../apps/composition/src/safekeeping';

interface Told {
  readonly env: NodeJS.ProcessEnv;
  readonly backup: string;
  readonly keys: string;
  readonly stage: RestoreStage;
}

const { env, backup, keys, stage } = JSON.parse(process.argv[2] ?? '{}') as Told;
process.stdin.on('end', () => process.exit(0)).resume();
restore(env, backup, {
  keys,
  onProgress: (at) => {
    if (at !== stage) return;
    process.stdout.write(`${JSON.stringify({ there: stage })}\n`);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  },
}).catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exit(1);
});
