/** A planted bug whose line has moved would be no bug any more: the run of its row breaks, and this says so earlier. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Row } from './row';

const rows = readdirSync(join(__dirname, 'rows')).map((name) => name.replace(/\.ts$/, ''));

it.each(rows)('%s: each planted bug changes one line that is there once', async (name) => {
  const { row } = (await import(`./rows/${name}`)) as { row: Row };
  expect(row.id.toLowerCase()).toBe(name);
  expect(row.plantedBugs).not.toEqual([]);
  for (const { id, file, find, replace } of row.plantedBugs) {
    const source = readFileSync(join(__dirname, '../..', file), 'utf8');
    expect([id, source.split(find).length, find === replace]).toEqual([id, 2, false]);
  }
});
