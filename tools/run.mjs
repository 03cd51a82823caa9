/**
 * `node tools/run.mjs local|web|worker|cli|bench …`: builds when a source has changed, then runs the program in this very process, so
 * that signals, standard input and exit codes are the program's own.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setInterval } from 'node:timers';
import { pathToFileURL } from 'node:url';
import { requireNode, root } from './node-version.mjs';

const PROGRAMS = {
  local: 'apps/local/src/main.js',
  web: 'apps/web/src/main.js',
  worker: 'apps/worker/src/main.js',
  cli: 'apps/cli/src/main.js',
  bench: 'bench/main.js',
};

const isAlive = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
};

/** The parent of a process, where the system tells without a program: Linux. */
function parentOf(pid) {
  try {
    return Number(
      readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) \S+ /s, '')
        .split(' ')[0],
    );
  } catch {
    return undefined;
  }
}

/**
 * npm runs us in a shell that does not hand a signal on. When npm or that shell has gone we were meant to go too: without
 * this, a killed `npm start` leaves us behind with its port.
 */
function followNpm() {
  if (!process.env.npm_lifecycle_event) return;
  const shell = process.ppid;
  const npm = parentOf(shell);
  setInterval(() => {
    if (process.ppid !== shell || (npm !== undefined && !isAlive(npm))) process.kill(process.pid, 'SIGTERM');
  }, 500).unref();
}

await requireNode();
followNpm();
const [name, ...rest] = process.argv.slice(2);
if (!Object.hasOwn(PROGRAMS, name ?? '')) {
  process.stderr.write(`Say which program to run: ${Object.keys(PROGRAMS).join(', ')}.\n`);
  process.exit(1);
}
try {
  const { build } = await import('./build.mjs');
  await build();
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
const main = join(root, 'dist', PROGRAMS[name]);
if (!existsSync(main)) {
  process.stderr.write(`${main} is missing: run npm run build.\n`);
  process.exit(1);
}
process.argv = [process.execPath, main, ...rest];
await import(pathToFileURL(main).href);
