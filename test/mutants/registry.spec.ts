/** A planted bug whose line has moved would be no bug any more: `npm run mutants` refuses it, and this says so earlier. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Mutant {
  readonly id: string;
  readonly file: string;
  readonly find: string;
}
const mutants = readdirSync(__dirname)
  .filter((name) => name.endsWith('.json'))
  .flatMap((name) => JSON.parse(readFileSync(join(__dirname, name), 'utf8')) as Mutant[]);

it.each(mutants.map((mutant) => [mutant.id, mutant] as const))(
  '%s changes one line that is there once',
  (_, mutant) => {
    const source = readFileSync(join(__dirname, '../..', mutant.file), 'utf8');
    expect(source.split(mutant.find)).toHaveLength(2);
  },
);
