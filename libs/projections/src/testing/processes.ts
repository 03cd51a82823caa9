/** Starts the worker in a process of its own and waits for what it says. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { WorkerSettings } from './worker';

export interface Told {
  readonly started?: boolean;
  readonly wrote?: number;
  readonly text?: string;
  readonly failed?: string;
  readonly progress?: { readonly done: number; readonly total: number };
}

export interface WorkerProcess {
  readonly child: ChildProcess;
  readonly pid: number;
  /** The first thing it says, or has said, that is wanted. Rejects when the process ends without. */
  says(wanted: (told: Told) => boolean): Promise<Told>;
  readonly ended: Promise<void>;
  kill(signal: NodeJS.Signals): void;
}

const ROOT = join(__dirname, '../../../..');

export function startWorker(settings: WorkerSettings): WorkerProcess {
  const child = spawn(
    process.execPath,
    ['--require', join(ROOT, 'test/support/register.cjs'), join(__dirname, 'worker.ts'), JSON.stringify(settings)],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const told: Told[] = [];
  const waiting = new Set<() => void>();
  let over = false;
  const changed = () => waiting.forEach((look) => look());
  createInterface({ input: child.stdout }).on('line', (line) => {
    told.push(JSON.parse(line) as Told);
    changed();
  });
  const ended = new Promise<void>((resolve) =>
    child.on('close', () => {
      over = true;
      changed();
      resolve();
    }),
  );
  return {
    child,
    pid: child.pid as number,
    ended,
    kill: (signal) => void child.kill(signal),
    says: (wanted) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = told.find(wanted);
          if (found === undefined && !over) return;
          waiting.delete(look);
          if (found) resolve(found);
          else reject(new Error(`The worker ended; it said ${JSON.stringify(told)}.`));
        };
        waiting.add(look);
        look();
      }),
  };
}
