/** `npm run check`: format, lint, types and boundaries, then what `npm test` runs (not with --static). */
import { requireNode } from './node-version.mjs';

await requireNode();
const { runProgram, Tally, test, tool } = await import('./steps.mjs');
const tally = new Tally();
await tally.step('format', () =>
  runProgram(tool('prettier/bin/prettier.cjs'), ['--check', '--log-level', 'warn', '.']),
);
await tally.step('lint', () => runProgram(tool('eslint/bin/eslint.js'), ['--max-warnings', '0', '.']));
await tally.step('types', () => runProgram(tool('typescript/bin/tsc'), ['--noEmit']));
await tally.step('boundaries', () =>
  runProgram(tool('dependency-cruiser/bin/dependency-cruise.mjs'), [
    '--config',
    '.dependency-cruiser.cjs',
    '--output-type',
    'err',
    'apps',
    'libs',
  ]),
);
if (!process.argv.includes('--static')) await test(tally);
process.exit(tally.finish());
