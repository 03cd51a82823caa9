/** The steps that `npm test` and `npm run check` share, and how they count. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { once } from 'node:events';
import { build } from './build.mjs';
import { root } from './node-version.mjs';

const inCi = ['true', '1'].includes(process.env.CI ?? '');
const say = (text) => process.stdout.write(`${text}\n`);

export class Tally {
  passed = 0;
  failed = 0;
  skipped = 0;
  leftOut = [];

  /** Runs a step that passes or throws. */
  async step(title, work) {
    say(`\n— ${title}`);
    try {
      await work();
      this.passed += 1;
      return true;
    } catch (error) {
      this.failed += 1;
      say(`FAILED ${title}: ${error.message}`);
      return false;
    }
  }

  /** Names what was left out and ends with the line alone that says how it went. In CI nothing may be left out. */
  finish() {
    if (this.leftOut.length > 0) {
      say(`\nLeft out${inCi ? ', which CI does not allow' : ''}:`);
      for (const line of this.leftOut) say(`  ${line}`);
    }
    const failed = this.failed + (inCi ? this.skipped : 0);
    say('');
    const skipped = this.skipped > 0 && !inCi ? `, ${this.skipped} skipped` : '';
    say(`${this.passed} passed, ${failed} failed${skipped}`);
    return failed === 0 ? 0 : 1;
  }
}

export async function runProgram(program, args, env = {}) {
  const child = spawn(process.execPath, [program, ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
  });
  const [code, signal] = await once(child, 'exit');
  if (code !== 0) throw new Error(signal ? `ended by ${signal}` : `exit code ${code}`);
}

export const tool = (path) => join(root, 'node_modules', path);

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

/** Starts the built application on an empty data folder, waits until it says that it is ready, and stops it. */
async function boot() {
  const folder = mkdtempSync(join(tmpdir(), 'evenhand-boot-'));
  const env = { ...process.env, EVENHAND_DATA: join(folder, 'data'), PORT: String(await freePort()) };
  for (const name of Object.keys(env)) if (/^(DATABASE_URL|EVENTSTOREDB_URL)/.test(name)) delete env[name];
  const child = spawn(process.execPath, [join(root, 'dist/apps/local/src/main.js'), '--empty'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env,
  });
  let said = '';
  try {
    const ended = once(child, 'exit');
    const ready = new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`not ready after two minutes. It said:\n${said}`)), 120_000);
      const hear = (part) => {
        said += part;
        if (said.includes('Evenhand is ready')) resolve(clearTimeout(timer));
      };
      child.stdout.on('data', hear);
      child.stderr.on('data', hear);
      child.on('exit', (code) => reject(clearTimeout(timer) ?? new Error(`it ended with ${code} and said:\n${said}`)));
    });
    await ready;
    const address = said.match(/http:\/\/[\w.:[\]-]+/)?.[0];
    if (address) {
      const { status } = await fetch(address, { redirect: 'manual' });
      if (status >= 500) throw new Error(`${address} answered ${status}`);
    }
    child.kill('SIGTERM');
    const [code, signal] = await ended;
    if (code !== 0) throw new Error(`it stopped with ${code ?? signal} and said:\n${said}`);
    if (existsSync(join(env.EVENHAND_DATA, 'postgres', 'postmaster.pid'))) throw new Error('its Postgres still runs');
  } finally {
    if (child.exitCode === null) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs Jest and adds its counts; what it skipped is named, shortest reason first: `[needs …]` in a title (test/support/programs.ts). */
async function jest(tally, args) {
  const folder = mkdtempSync(join(tmpdir(), 'evenhand-jest-'));
  const file = join(folder, 'results.json');
  const child = spawn(
    process.execPath,
    [
      '--experimental-vm-modules',
      '--no-warnings',
      tool('jest/bin/jest.js'),
      '--json',
      `--outputFile=${file}`,
      '--maxWorkers=2',
      '--workerIdleMemoryLimit=1GB',
      // A busy machine is no failure: what hangs still ends.
      '--testTimeout=60000',
      ...args,
    ],
    // With --json Jest reports on standard error and prints the object; we read it from the file.
    { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const [code, signal] = await once(child, 'exit');
  if (!existsSync(file)) {
    tally.failed += 1;
    say(`FAILED Jest gave no results (${signal ?? `exit code ${code}`}).`);
    return;
  }
  const results = JSON.parse(readFileSync(file, 'utf8'));
  rmSync(folder, { recursive: true });
  tally.passed += results.numPassedTests;
  tally.failed += results.numFailedTests + results.numRuntimeErrorTestSuites;
  tally.skipped += results.numPendingTests + results.numTodoTests;
  if (results.numTotalTests === 0) {
    tally.failed += 1;
    say('FAILED no test was found.');
  } else if (code !== 0 && tally.failed === 0) {
    tally.failed += 1;
    say(`FAILED Jest ended with exit code ${code}.`);
  }
  const reasons = new Map();
  for (const suite of results.testResults) {
    for (const test of suite.assertionResults) {
      if (!['pending', 'todo', 'skipped'].includes(test.status)) continue;
      const needs = test.fullName.match(/\[needs ([^\]]+)\]/)?.[1];
      const reason = needs
        ? `for want of ${needs}: ${relative(root, suite.name)}`
        : `${test.fullName} (${relative(root, suite.name)})`;
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }
  }
  for (const [reason, count] of reasons) tally.leftOut.push(`${reason}: ${count} ${count === 1 ? 'test' : 'tests'}`);
}

/** A bounded run of every row of the fault harness, and the bugs they must catch (`npm run faults` by itself does the same). */
async function faults(tally) {
  const child = spawn(process.execPath, ['--require', './test/support/register.cjs', 'test/faults/main.ts'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let report = '';
  child.stdout.on('data', (part) => (report += part));
  const [code, signal] = await once(child, 'exit');
  say(report);
  const [, passed, failed] = report.match(/(\d+) passed, (\d+) failed\s*$/) ?? [];
  tally.passed += Number(passed ?? 0);
  tally.failed += Number(failed ?? 0);
  if (code !== 0 && !Number(failed)) {
    tally.failed += 1;
    say(`FAILED the faults ended with ${signal ?? `exit code ${code}`}.`);
  }
}

/** What `npm test` runs. With arguments for Jest, only Jest. */
export async function test(tally, args = []) {
  if (args.length === 0) {
    if (await tally.step('build of dist', () => build({ force: true }))) await tally.step('boot of dist', boot);
  }
  say('\n— unit, integration and end to end');
  await jest(tally, args);
  if (args.length === 0) {
    say('\n— faults');
    await faults(tally);
  }
}
