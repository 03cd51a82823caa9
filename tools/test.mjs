/** `npm test`: builds and boots dist, runs every spec, names what was left out. Arguments go to Jest, which then runs alone. */
import { requireNode } from './node-version.mjs';

await requireNode();
const { Tally, test } = await import('./steps.mjs');
const tally = new Tally();
await test(tally, process.argv.slice(2));
process.exit(tally.finish());
