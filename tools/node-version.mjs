/**
 * Sees to it that a tool runs on a Node that can run Evenhand (24.9: Jest loads Nest's modules from there on). npm's
 * platform packages bring one and put it first on the path of every npm script; a tool that is started by hand with an
 * older Node hands over to that one. Written so that an old Node still understands it.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..');

const fits = (version) => {
  const [major, minor] = version.replace(/^v/, '').split('.').map(Number);
  return major > 24 || (major === 24 && minor >= 9);
};

/** Signals that ask a program to stop, handed on to the one that does the work. */
export function passSignals(child) {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
}

/** Ends as the child ended. */
export function endLike(child) {
  child.on('error', (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

/** Returns when this process has a Node that fits; otherwise hands over to npm's, or ends with what to do. */
export async function requireNode() {
  if (fits(process.version)) return;
  const pinned = join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');
  const asked = existsSync(pinned)
    ? spawnSync(pinned, ['--version'], { encoding: 'utf8', shell: process.platform === 'win32' })
    : undefined;
  if (asked?.status === 0 && fits(asked.stdout.trim())) {
    const child = spawn(pinned, process.argv.slice(1), { stdio: 'inherit', shell: process.platform === 'win32' });
    passSignals(child);
    endLike(child);
    await new Promise(() => undefined);
  }
  process.stderr.write(
    `Evenhand needs Node 24.9 or newer, and this is ${process.version}.\n` +
      (existsSync(join(root, 'node_modules'))
        ? `npm has no Node package that runs on this machine (${process.platform} ${process.arch}). ` +
          'Install Node 24 from https://nodejs.org, then start again.\n'
        : 'Run npm ci first: it brings the Node that Evenhand uses.\n'),
  );
  process.exit(1);
}
