/** The peers lie in bench/peers with a package.json and lockfile of their own; the application never loads them. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Interrupted } from './measure';

/** Of the checkout: this file runs from bench/ and from dist/bench/. */
export const root = ((): string => {
  for (let folder = __dirname; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'bench', 'peers', 'package.json'))) return folder;
    if (folder === dirname(folder)) throw new Error('bench/peers/package.json is missing: run this in the checkout.');
  }
})();

const folder = join(root, 'bench', 'peers');
const requirePeer = createRequire(join(folder, 'package.json'));

interface Lock {
  readonly packages: Readonly<Record<string, { readonly version: string }>>;
}
const lockOf = (file: string): Lock => JSON.parse(readFileSync(file, 'utf8')) as Lock;

/** npm writes what it has installed into node_modules/.package-lock.json. */
function isInstalled(): boolean {
  const installed = join(folder, 'node_modules', '.package-lock.json');
  if (!existsSync(installed)) return false;
  const there = lockOf(installed).packages;
  return Object.entries(lockOf(join(folder, 'package-lock.json')).packages).every(
    ([name, { version }]) => name === '' || there[name]?.version === version,
  );
}

/** Installs the peers with `npm ci --ignore-scripts` unless they are there as locked. */
export async function installPeers(say: (line: string) => void, signal: AbortSignal): Promise<void> {
  if (isInstalled()) return;
  say('Installing the peers into bench/peers/node_modules (npm ci --ignore-scripts) …');
  // Without our npm's own variables, the peers' npm would take our package for its own.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_(?!config_)/i.test(name)));
  const child = spawn('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', folder], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
  });
  const stop = (): void => void child.kill();
  signal.addEventListener('abort', stop);
  let said = '';
  child.stdout.on('data', (part) => (said += String(part)));
  child.stderr.on('data', (part) => (said += String(part)));
  const code = await new Promise<number | null>((resolve) => {
    child.on('error', (error) => {
      said += error.message;
      resolve(null);
    });
    child.on('close', resolve);
  });
  signal.removeEventListener('abort', stop);
  if (signal.aborted) throw new Interrupted();
  if (code !== 0) {
    const error = said.split('\n').filter((line) => /error/i.test(line));
    throw new Error(
      'The peers could not be installed from the npm registry, and without them there is nothing to compare with. ' +
        `Try again where the registry can be reached, or run "npm ci --ignore-scripts" in ${folder}. npm said: ` +
        (error.slice(0, 3).join(' ') || said.trim()),
    );
  }
}

export const versionOf = (name: string): string =>
  lockOf(join(folder, 'package-lock.json')).packages[`node_modules/${name}`]!.version;

/** A peer as a module; the caller says what of it is used. */
export const peer = <Module>(name: string): Module => requirePeer(name) as Module;

export const peerFile = (...path: readonly string[]): string =>
  readFileSync(join(folder, 'node_modules', ...path), 'utf8');
