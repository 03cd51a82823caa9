/**
 * `npm run faults -- [ROW…] [--full] [--minutes N] [--seed N] [--report FILE] [--fresh] [--no-planted]`: the fault rows of
 * reliability-and-privacy.md 7.1, each in processes of its own, and the bugs that each must catch. Progress on standard
 * error, the report on standard output; ends with `N passed, N failed`.
 */
import { stopServer } from '@app/embedded-postgres';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { Findings } from './findings';
import { report } from './report';
import type { Edit, Row } from './row';
import type { Asked, Heard } from './run-row';

const load = createRequire(__filename);
/** As before and after a run of the specs: a Postgres that the rows share, in a folder that goes with it. */
const startPostgres = load('../support/start-postgres.cjs') as () => Promise<void>;
const stopPostgres = load('../support/stop-postgres.cjs') as () => Promise<void>;

const ROOT = join(__dirname, '../..');
/** Two cores, and rows that measure. */
const LANES = 2;
/** A planted run is done at its first violation, and mostly waits for its processes to start. */
const PLANTED_LANES = 4;
/** A round that takes longer than this hangs, which no row may; a bounded one should take seconds. */
const ROUND_LIMIT_MS = 20 * 60_000;
const BOUNDED_LIMIT_MS = 3 * 60_000;
/** A planted bug may also show as a standstill; then it is not caught. */
const PLANTED_LIMIT_MS = 2 * 60_000;
/** For what a round that is asked to end has to put away. */
const GRACE_MS = 20_000;

const USAGE = `npm run faults -- [ROW …] [--full] [--minutes N] [--seed N] [--report FILE] [--fresh] [--no-planted]

  ROW            such as F7; all unless told
  --full         to the figures of the matrix; a run that was stopped goes on where it was
  --minutes N    with --full: so long for each row at most
  --seed N       what happens when, and to whom; printed, 20261122 unless told
  --report FILE  writes the report there as well
  --fresh        with --full: forgets what earlier runs have found
  --no-planted   leaves the planted bugs out
`;

interface Options {
  readonly full: boolean;
  readonly seed: number;
  readonly minutes: number | undefined;
}

/** Only those that are asked for are loaded. */
function rowsNamed(names: readonly string[]): Row[] {
  const all = readdirSync(join(__dirname, 'rows'))
    .flatMap((name) => /^f(\d+)\.ts$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b)
    .map((number) => `F${number}`);
  const unknown = names.filter((name) => !all.includes(name.toUpperCase()));
  if (unknown.length > 0) throw new Error(`There is no row ${unknown.join(', ')}: there are ${all.join(', ')}.`);
  return all
    .filter((id) => names.length === 0 || names.some((name) => name.toUpperCase() === id))
    .map((id) => (load(join(__dirname, 'rows', `${id.toLowerCase()}.ts`)) as { row: Row }).row);
}

/** Work in so many lanes, in order. */
async function inLanes(lanes: number, work: readonly (() => Promise<void>)[], signal: AbortSignal): Promise<void> {
  const left = [...work];
  const lane = async (): Promise<void> => {
    for (let next = left.shift(); next && !signal.aborted; next = left.shift()) await next();
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

interface RoundEnd {
  /** Of the process; undefined when it was cut off. */
  readonly code: number | undefined;
  readonly ms: number;
}

/** Runs a round and hands on what it finds; `enough` ends it early. Of the round nothing is left, however it ended. */
async function runRound(
  asked: Omit<Asked, 'folder'>,
  planted: readonly Edit[],
  limitMs: number,
  signal: AbortSignal,
  hear: (heard: Heard, enough: () => void) => void,
): Promise<RoundEnd> {
  const begun = performance.now();
  const folder = mkdtempSync(join(process.env['EVENHAND_TEST_DATA']!, `${asked.id}-`));
  // Passable: as root, its servers run as nobody.
  chmodSync(folder, 0o711);
  const child: ChildProcess = spawn(
    process.execPath,
    [
      '--require',
      join(ROOT, 'test/support/register.cjs'),
      join(__dirname, 'run-row.ts'),
      JSON.stringify({ ...asked, folder } satisfies Asked),
    ],
    {
      cwd: ROOT,
      detached: true,
      // A planted bug makes noise that is no news.
      stdio: ['ignore', 'pipe', planted.length > 0 ? 'ignore' : 'inherit'],
      env: { ...process.env, PLANTED: JSON.stringify(planted) },
    },
  );
  let ended = false;
  let cut = false;
  // With the processes that it started, also those that it has stopped.
  const kill = (): void => {
    cut = true;
    if (!ended) process.kill(-child.pid!, 'SIGKILL');
  };
  const limit = setTimeout(kill, limitMs);
  let grace: NodeJS.Timeout | undefined;
  const stop = (): void => {
    child.kill('SIGTERM');
    grace ??= setTimeout(kill, GRACE_MS);
  };
  signal.addEventListener('abort', stop, { once: true });
  createInterface({ input: child.stdout! }).on('line', (line) => hear(JSON.parse(line) as Heard, stop));
  const [code] = (await once(child, 'close')) as [number | null];
  ended = true;
  clearTimeout(limit);
  clearTimeout(grace);
  signal.removeEventListener('abort', stop);
  await stopServer(folder).catch(() => undefined);
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  return { code: cut ? undefined : (code ?? undefined), ms: performance.now() - begun };
}

/** One bounded round, or rounds until the figure, the time or the user says stop. */
async function runRow(row: Row, findings: Findings, { full, seed, minutes }: Options, signal: AbortSignal) {
  const until = minutes === undefined ? Infinity : performance.now() + minutes * 60_000;
  const ending = new AbortController();
  const stop = (): void => ending.abort();
  signal.addEventListener('abort', stop, { once: true });
  const clock = until === Infinity ? undefined : setTimeout(stop, until - performance.now());
  try {
    do {
      const left = row.goal - findings.done;
      const count = full ? Math.min(left, row.round ?? 10 * row.bounded) : row.bounded;
      if (count <= 0) break;
      const round = findings.beginRound(seed);
      const before = findings.done;
      const { code, ms } = await runRound(
        { id: row.id, count, seed: round },
        [],
        full ? ROUND_LIMIT_MS : BOUNDED_LIMIT_MS,
        ending.signal,
        (heard) => {
          findings.hear(heard);
          if ('done' in heard) progress(row, findings, full);
          if ('violation' in heard) process.stderr.write(`${row.id} VIOLATION (seed ${round}): ${heard.violation}\n`);
        },
      );
      findings.endRound(
        ms,
        // What was stopped from outside is no finding, however it ended: the next run goes on from what was done.
        ending.signal.aborted
          ? undefined
          : wrongWith(code, findings.done - before < count && findings.violations.length === 0),
      );
    } while (full && findings.sound && !ending.signal.aborted);
  } finally {
    clearTimeout(clock);
    signal.removeEventListener('abort', stop);
  }
  process.stderr.write(
    `${row.id}: ${findings.done} ${row.unit} in ${Math.round(findings.ms / 1000)} s, ${findings.verdict}\n`,
  );
}

function wrongWith(code: number | undefined, short: boolean): string | undefined {
  if (code === undefined) return 'a round hung and was cut off';
  if (code !== 0) return `a round broke (exit code ${code})`;
  return short ? 'a round ended before its count' : undefined;
}

const told = new Map<string, number>();
/** A line each tenth. */
function progress(row: Row, findings: Findings, full: boolean): void {
  const tenths = Math.floor((10 * findings.done) / (full ? row.goal : row.bounded));
  if (tenths <= (told.get(row.id) ?? 0) || !full) return;
  told.set(row.id, tenths);
  process.stderr.write(`${row.id}: ${findings.done} of ${row.goal} ${row.unit}\n`);
}

/** How a planted bug was found, in the bounded configuration; undefined when nobody noticed. */
async function caught(row: Row, bug: Edit, seed: number, signal: AbortSignal): Promise<string | undefined> {
  let found: string | undefined;
  await runRound(
    { id: row.id, count: row.bounded, seed: new Findings(row).beginRound(seed) },
    [bug],
    PLANTED_LIMIT_MS,
    signal,
    (heard, enough) => {
      if (!('violation' in heard)) return;
      found ??= heard.violation;
      enough();
    },
  );
  return found;
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      full: { type: 'boolean', default: false },
      minutes: { type: 'string' },
      seed: { type: 'string', default: '20261122' },
      report: { type: 'string' },
      fresh: { type: 'boolean', default: false },
      'no-planted': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  if (!/^\d{1,9}$/.test(values.seed)) throw new Error(`--seed is "${values.seed}": give a whole number from 0.`);
  if (values.minutes !== undefined && !/^\d+(\.\d+)?$/.test(values.minutes))
    throw new Error(`--minutes is "${values.minutes}": give a number.`);
  const options: Options = {
    full: values.full,
    seed: Number(values.seed),
    minutes: values.minutes === undefined ? undefined : Number(values.minutes),
  };
  const rows = rowsNamed(positionals);
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopping.abort());
  process.stderr.write(
    `Faults: ${rows.length} rows, seed ${options.seed}, ${options.full ? 'to the full figures' : 'bounded'}.\n`,
  );
  const begun = new Date();
  await startPostgres();
  const found = rows.map((row) => (options.full ? Findings.kept(row, values.fresh) : new Findings(row)));
  const bugs = values['no-planted'] ? [] : rows.flatMap((row) => row.plantedBugs.map((bug) => ({ row, bug })));
  const caughtBy = new Map<string, string | undefined>();
  try {
    await inLanes(
      LANES,
      rows.map((row, n) => () => runRow(row, found[n]!, options, stopping.signal)),
      stopping.signal,
    );
    await inLanes(
      PLANTED_LANES,
      bugs.map(({ row, bug }) => async () => {
        const begun = performance.now();
        const by = await caught(row, bug, options.seed, stopping.signal);
        caughtBy.set(bug.id, by);
        process.stderr.write(
          `${row.id} ${by === undefined ? 'NOT CAUGHT' : 'caught'} in ${Math.round((performance.now() - begun) / 1000)} s: ${bug.id}\n`,
        );
      }),
      stopping.signal,
    );
  } finally {
    await stopPostgres();
  }
  const text = report({ found, bugs, caughtBy, begun, seed: options.seed, full: options.full });
  process.stdout.write(text);
  if (values.report) writeFileSync(values.report, text);
  const failed =
    found.filter((one) => !one.sound || (options.full && !one.worthTelling)).length +
    bugs.filter(({ bug }) => caughtBy.get(bug.id) === undefined).length;
  process.stdout.write(`\n${found.length + bugs.length - failed} passed, ${failed} failed\n`);
  return failed === 0 && !stopping.signal.aborted ? 0 : 1;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
