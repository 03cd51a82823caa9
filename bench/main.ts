/** `npm run bench -- append|load|rebuild|http|growth|false-signals|statistics …`. Numbers on stdout, progress on stderr. */
import { parseArgs } from 'node:util';
import { benchAppend } from './append';
import { DEFAULT_SEED } from './event';
import { benchFalseSignals } from './false-signals';
import { benchLoad } from './load';
import { benchGrowth } from './growth';
import { benchHttp } from './http';
import { Interrupted } from './measure';
import { benchRebuild } from './rebuild';
import type { Options } from './run';
import { benchStatistics } from './statistics';

const USAGE = `Usage: npm run -s bench -- append|load|rebuild|http|growth|false-signals|statistics [--json FILE] [--quick] [--seed NUMBER] [--events NUMBER]

  append     appending to the log, beside its peers
  load       loading a stream and folding it, beside reading its rows alone and the peers
  rebuild    every read model anew from a long log, beside emmett
  http       commands and pages of the built application with 8 clients
  growth     append, load, pages and rebuild at 10,000, 100,000 and 1,000,000 events
  false-signals  how often panels that all decide alike are signalled, beside theory
  statistics     every family of statistics at a million decisions, beside its share of a page's time

  --json FILE      writes every number to FILE
  --quick          a smoke run: shows that it works, not how fast it is
  --seed NUMBER    of the events' contents (${DEFAULT_SEED})
  --events NUMBER  how long the log is: of rebuild (1,000,000) and http (100,000)
`;

const BENCHMARKS: Readonly<Record<string, (options: Options) => Promise<void>>> = {
  append: benchAppend,
  load: benchLoad,
  rebuild: benchRebuild,
  http: benchHttp,
  growth: benchGrowth,
  'false-signals': benchFalseSignals,
  statistics: benchStatistics,
};

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'string' },
      quick: { type: 'boolean', default: false },
      seed: { type: 'string', default: String(DEFAULT_SEED) },
      events: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const [name = ''] = positionals;
  if (positionals.length !== 1 || !Object.hasOwn(BENCHMARKS, name)) throw new Error(`Say what to measure.\n${USAGE}`);
  if (!/^\d{1,9}$/.test(values.seed)) throw new Error(`--seed is "${values.seed}": give a whole number from 0.`);

  if (values.events !== undefined && !/^[1-9]\d{3,7}$/.test(values.events))
    throw new Error(`--events is "${values.events}": give a whole number from 1000.`);

  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopping.abort());
  await BENCHMARKS[name]!({
    jsonFile: values.json,
    quick: values.quick,
    seed: Number(values.seed),
    events: values.events === undefined ? undefined : Number(values.events),
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
