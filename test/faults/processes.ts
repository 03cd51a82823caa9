/** Programs of the harness as processes of their own that can be killed: TypeScript as jest runs it, one JSON object a line. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Edit } from './row';

const ROOT = join(__dirname, '../..');
const running = new Set<ChildProcess>();

/** None outlives the process that started it, but for its own SIGKILL. */
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

export interface Program<Said> {
  readonly pid: number;
  /** Sends a JSON object to its standard input. */
  tell(message: object): void;
  /** The first thing it says from now on, or has said and nobody took, that is wanted. Rejects when it ends without. */
  says(wanted: (said: Said) => boolean): Promise<Said>;
  kill(signal: NodeJS.Signals): void;
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
}

export interface ProgramOptions {
  /** Crash points, beside what is planted already. */
  readonly edits?: readonly Edit[];
  readonly env?: Readonly<Record<string, string>>;
  /** Hears every object, also those that `says` gives to somebody. */
  readonly onSaid?: (said: never) => void;
}

/** `file` from the root of the checkout; its settings are the first argument, as JSON. */
export function spawnProgram<Said extends object>(
  file: string,
  settings: object,
  { edits = [], env = {}, onSaid }: ProgramOptions = {},
): Program<Said> {
  const planted = [...(JSON.parse(process.env['PLANTED'] ?? '[]') as Edit[]), ...edits];
  const child = spawn(
    process.execPath,
    [
      '--enable-source-maps',
      '--require',
      join(ROOT, 'test/support/register.cjs'),
      join(ROOT, file),
      JSON.stringify(settings),
    ],
    { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, ...env, PLANTED: JSON.stringify(planted) } },
  );
  running.add(child);
  child.stdin.on('error', () => undefined); // Whoever was killed reads nothing.
  const said: Said[] = [];
  const waiting = new Set<() => void>();
  const look = (): void => [...waiting].forEach((one) => one());
  let over = false;
  createInterface({ input: child.stdout }).on('line', (line) => {
    const object = JSON.parse(line) as Said;
    onSaid?.(object as never);
    said.push(object);
    look();
  });
  const ended = new Promise<number | NodeJS.Signals>((resolve) =>
    child.on('close', (code, signal) => {
      running.delete(child);
      over = true;
      look();
      resolve(signal ?? code ?? 0);
    }),
  );
  return {
    pid: child.pid as number,
    ended,
    tell: (message) => void child.stdin.write(`${JSON.stringify(message)}\n`),
    kill: (signal) => void child.kill(signal),
    says: (wanted) =>
      new Promise((resolve, reject) => {
        const ask = (): void => {
          const at = said.findIndex(wanted);
          if (at < 0 && !over) return;
          waiting.delete(ask);
          if (at >= 0) resolve(said.splice(at, 1)[0] as Said);
          else
            reject(
              new Error(`${file} ended (${child.signalCode ?? child.exitCode}) without saying what was waited for.`),
            );
        };
        waiting.add(ask);
        ask();
      }),
  };
}

/** For the programs themselves: one JSON object a line on standard output. */
export const say = (message: object): void => void process.stdout.write(`${JSON.stringify(message)}\n`);

/** For the programs themselves: what they are told; they end when their standard input does. */
export function onTold<Told extends object>(hear: (told: Told) => void): void {
  createInterface({ input: process.stdin })
    .on('line', (line) => hear(JSON.parse(line) as Told))
    .on('close', () => process.exit(0));
}

/** For the programs themselves: the settings they were started with. */
export const settings = <Settings>(): Settings => JSON.parse(process.argv[2] ?? '{}') as Settings;
