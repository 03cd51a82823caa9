/**
 * Plants one bug at a time in the real source and asks whether the specs notice (reliability-and-privacy.md 7): each mutant
 * of the *.json beside this file must make at least one test of its specs fail by an assertion. A time-out, a compile error or a crash
 * does not count.
 *
 * A mutant: `id`, `file`, `find` (exactly once in the file), `replace`, `specs` (paths), and `only`
 * (a pattern of test names) where the whole spec is slow.
 *
 *   npm run -s mutants [id or part of it …]
 */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');
const LIMIT_MS = 300_000;
/** What Jest's expect, node:assert and fast-check (which quotes them) say, at the beginning of a line. */
const ASSERTION = /^\s*(Got |Error: |JestAssertionError: |Cause: )*(expect\(|AssertionError)/m;

const all = createRequire(import.meta.url)('./registry.cjs');
const wanted = process.argv.slice(2);
const mutants = wanted.length === 0 ? all : all.filter(({ id }) => wanted.some((part) => id.includes(part)));

const wrong = mutants.flatMap(wrongWith);
if (mutants.length === 0 || wrong.length > 0) {
  console.error(wrong.join('\n') || `No mutant is called ${wanted.join(', ')}.`);
  process.exit(1);
}

let caught = 0;
for (const mutant of mutants) {
  const { failed, trouble } = run(mutant);
  if (failed) caught++;
  console.log(`${failed ? 'caught    ' : 'NOT CAUGHT'} ${mutant.id}`);
  console.log(`           ${failed ? `by: ${failed}` : trouble}`);
}
console.log(`mutants caught ${caught}/${mutants.length}`);
process.exit(caught === mutants.length ? 0 : 1);

/** A mutant whose line has moved on would be the original, and pass for one that nobody notices. */
function wrongWith({ id, file, find, replace }) {
  const times = readFileSync(join(root, file), 'utf8').split(find).length - 1;
  if (times !== 1)
    return [`${id}: its line is ${times} times in ${file}, not once. Bring its entry in test/mutants up to date.`];
  return find === replace ? [`${id}: changes nothing.`] : [];
}

/** The name of the first test that failed by an assertion, or what happened instead. */
function run({ id, specs, only }) {
  const folder = mkdtempSync(join(tmpdir(), 'evenhand-mutant-'));
  const report = join(folder, 'report.json');
  const jest = ['--experimental-vm-modules', '--no-warnings', join(root, 'node_modules/jest/bin/jest.js')];
  const options = ['--config', join(here, 'jest.config.cjs'), '--runInBand', '--forceExit', '--silent'];
  const selection = only === undefined ? [] : ['--testNamePattern', only];
  const outcome = spawnSync(
    process.execPath,
    [...jest, ...options, '--json', '--outputFile', report, ...selection, '--runTestsByPath', ...specs],
    { cwd: root, env: { ...process.env, MUTANT: id }, stdio: ['ignore', 'ignore', 'pipe'], timeout: LIMIT_MS },
  );
  try {
    const tests = JSON.parse(readFileSync(report, 'utf8')).testResults.flatMap((file) => file.assertionResults);
    const failures = tests.filter(({ status }) => status === 'failed');
    const asserted = failures.find(({ failureMessages }) => failureMessages.some((message) => ASSERTION.test(message)));
    if (asserted) return { failed: asserted.fullName };
    const other = failures[0]?.failureMessages[0]?.split('\n')[0];
    const ran = tests.filter(({ status }) => status === 'passed').length;
    return { trouble: other ? `failed, but not by an assertion: ${other}` : `${ran} tests passed, none failed` };
  } catch {
    return {
      trouble: `jest gave no report (exit ${outcome.status ?? outcome.signal}): ${String(outcome.stderr).slice(-500)}`,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
