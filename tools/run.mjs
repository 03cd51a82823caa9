/**
 * `node tools/run.mjs local|web|worker|cli|bench …`: builds when a source has changed, then runs the program in this very process, so
 * that signals, standard input and exit codes are the program's own.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { followNpm, requireNode, root } from './node-version.mjs';

const PROGRAMS = {
  local: 'apps/local/src/main.js',
  web: 'apps/web/src/main.js',
  worker: 'apps/worker/src/main.js',
  cli: 'apps/cli/src/main.js',
  bench: 'bench/main.js',
};

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
