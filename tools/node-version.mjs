/**
 * Sees to it that a tool runs on a Node that can run Evenhand (24.9: Jest loads Nest's modules from there on). npm's
 * platform packages bring one. npm from 11.6 on puts it first on the path of every npm script; with an older npm, or started
 * by hand, a tool hands over to it. Written so that an old Node still understands it.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { setInterval } from 'node:timers';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const fits = (version) => {
  const [major, minor] = version.replace(/^v/, '').split('.').map(Number);
  return major > 24 || (major === 24 && minor >= 9);
};

export function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

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
export function followNpm() {
  if (!process.env.npm_lifecycle_event) return;
  const shell = process.ppid;
  const npm = parentOf(shell);
  setInterval(() => {
    if (process.ppid !== shell || (npm !== undefined && !isAlive(npm))) process.kill(process.pid, 'SIGTERM');
  }, 500).unref();
}

/** Runs a program in our place: its streams, its signals, its end. Never returns. */
export async function becomeNode(node, args) {
  const child = spawn(node, args, {
    stdio: 'inherit',
    env: { ...process.env, PATH: [dirname(node), process.env.PATH].filter(Boolean).join(delimiter) },
  });
  // What a terminal's Ctrl+C sends, it has sent to the child as well.
  process.on('SIGINT', () => (process.stdin.isTTY ? undefined : child.kill('SIGINT')));
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
  followNpm();
  await new Promise(() => undefined);
}

/** npm's Node for this machine, if it is installed and runs. */
function pinnedNode() {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const node = join(
    root,
    'node_modules',
    `node-${platform}-${process.arch}`,
    'bin',
    platform === 'win' ? 'node.exe' : 'node',
  );
  if (!existsSync(node)) return undefined;
  const asked = spawnSync(node, ['--version'], { encoding: 'utf8' });
  return asked.status === 0 && fits(asked.stdout.trim()) ? node : undefined;
}

/** The Node to run Evenhand with; ends with what to do where there is none. */
export function fittingNode() {
  if (fits(process.version)) return process.execPath;
  const pinned = pinnedNode();
  if (pinned) return pinned;
  process.stderr.write(
    `Evenhand needs Node 24.9 or newer, and this is ${process.version}.\n` +
      (existsSync(join(root, 'node_modules'))
        ? `npm has no Node package that runs on this machine (${process.platform} ${process.arch}). ` +
          'Install Node 24 from https://nodejs.org, then start again.\n'
        : 'Run npm ci first: it brings the Node that Evenhand uses.\n'),
  );
  process.exit(1);
}

/** Returns when this process has a Node that fits; otherwise hands over. */
export async function requireNode() {
  const node = fittingNode();
  if (node !== process.execPath) await becomeNode(node, process.argv.slice(1));
  if (!existsSync(join(root, 'node_modules'))) {
    process.stderr.write('Run npm ci first: node_modules is missing.\n');
    process.exit(1);
  }
}
