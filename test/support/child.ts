/** A program of the application as a process of its own, run from the sources, with everything that it writes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');
const running = new Set<ChildProcess>();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

export interface Child {
  /** Standard output and error, as they came. */
  readonly written: () => string;
  /** The first match in what it has written, or writes. Rejects, with all of it, when the program ends without. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  kill(signal: NodeJS.Signals): void;
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
}

/** @param main such as `apps/web/src/main.ts` */
export function startChild(main: string, env: Readonly<Record<string, string>>): Child {
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(DATABASE_URL|EVENTSTOREDB_URL|EVENHAND_|NODE_ENV|HOST$|PORT$)/.test(name),
    ),
  );
  const child = spawn(process.execPath, ['--require', join(ROOT, 'test/support/register.cjs'), join(ROOT, main)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...inherited, ...env },
  });
  running.add(child);
  let written = '';
  const waiting = new Set<() => void>();
  const look = (): void => waiting.forEach((one) => one());
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (part) => {
      written += String(part);
      look();
    });
  let over = false;
  const ended = new Promise<number | NodeJS.Signals>((resolve) =>
    child.once('close', (code, signal) => {
      over = true;
      running.delete(child);
      look();
      resolve(code ?? signal ?? 1);
    }),
  );
  return {
    written: () => written,
    says: (pattern) =>
      new Promise((resolve, reject) => {
        const one = (): void => {
          const found = pattern.exec(written);
          if (!found && !over) return;
          waiting.delete(one);
          if (found) resolve(found);
          else reject(new Error(`It ended without saying ${String(pattern)}:\n${written}`));
        };
        waiting.add(one);
        one();
      }),
    kill: (signal) => void child.kill(signal),
    ended,
  };
}
