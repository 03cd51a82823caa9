/** `npm run bench -- append …`: measures the event log against its peers. Numbers on stdout, progress on stderr. */
import { parseArgs } from 'node:util';
import { benchAppend } from './append';
import { DEFAULT_SEED } from './event';
import { Interrupted } from './measure';

const USAGE = `Usage: npm run -s bench -- append [--json FILE] [--quick] [--seed NUMBER]

  --json FILE    writes every number to FILE
  --quick        a smoke run of some 20 seconds: shows that it works, not how fast it is
  --seed NUMBER  of the events' contents (${DEFAULT_SEED})
`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'string' },
      quick: { type: 'boolean', default: false },
      seed: { type: 'string', default: String(DEFAULT_SEED) },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  if (positionals.length !== 1 || positionals[0] !== 'append') throw new Error(`Say what to measure.\n${USAGE}`);
  if (!/^\d{1,9}$/.test(values.seed)) throw new Error(`--seed is "${values.seed}": give a whole number from 0.`);

  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopping.abort());
  await benchAppend({
    jsonFile: values.json,
    quick: values.quick,
    seed: Number(values.seed),
    signal: stopping.signal,
  });
  return 0;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(error instanceof Interrupted ? 130 : 1);
  },
);
