/** `npm run -s reference-cases -- FILE`: a line a case, and at the end `N passed, N failed`. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { casesIn, MalformedFile, type Outcome, runCase } from './reference-cases';

function main([file, ...more]: readonly string[]): number {
  if (!file || more.length > 0) {
    process.stderr.write('Say which file: npm run -s reference-cases -- FILE\n');
    return 1;
  }
  let outcomes: Outcome[];
  try {
    // npm changes to the package's folder and says where it was called.
    outcomes = casesIn(readFileSync(resolve(process.env.INIT_CWD ?? '', file), 'utf8')).map(runCase);
  } catch (error) {
    const isNoFile = (error as NodeJS.ErrnoException).code !== undefined;
    if (!isNoFile && !(error instanceof MalformedFile)) throw error;
    process.stderr.write(`${file}: ${(error as Error).message}\n`);
    return 1;
  }
  const failed = outcomes.filter(({ failure }) => failure !== undefined).length;
  for (const { id, title, failure } of outcomes)
    process.stdout.write(`${failure === undefined ? 'passed' : 'FAILED'} ${id} ${failure ?? title}\n`);
  process.stdout.write(`${outcomes.length - failed} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
}

process.exitCode = main(process.argv.slice(2));
