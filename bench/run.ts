/** What every benchmark says of its run: when, of which commit, on what; and where its numbers go. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { Interrupted } from './measure';
import { root } from './peers';
import { type Goal, goalLines } from './report';

export interface Options {
  readonly jsonFile: string | undefined;
  readonly quick: boolean;
  readonly seed: number;
  /** Events of the log that is worked on, where the benchmark has one. */
  readonly events: number | undefined;
  readonly signal: AbortSignal;
}

const SERVER_SETTINGS = [
  'server_version',
  'fsync',
  'synchronous_commit',
  'full_page_writes',
  'data_checksums',
  'shared_buffers',
  'max_wal_size',
];

type Settings = Readonly<Record<string, string>>;

/** One run of a benchmark: made at its start, so that the load is the one that it found. */
export class Run {
  private readonly started = new Date().toISOString();
  private readonly loadBefore = loadavg()[0]!;
  private readonly commit = commitOfCheckout();
  private readonly options: Options;
  readonly say = (line: string): void => void process.stderr.write(`${line}\n`);

  constructor(options: Options) {
    this.options = options;
  }

  /** @throws Interrupted */
  goOn(): void {
    if (this.options.signal.aborted) throw new Interrupted();
  }

  /** @param server that says how it is set */
  settingsOf(server: { settings(names: readonly string[]): Promise<Settings> }): Promise<Settings> {
    return server.settings(SERVER_SETTINGS);
  }

  /**
   * Prints the run, what was found and the goals; writes all of it to the JSON file, if one was asked for.
   * @param postgres undefined where none was used
   */
  report(
    title: string,
    postgres: Settings | undefined,
    found: { readonly lines: readonly string[]; readonly goals: readonly Goal[]; readonly numbers: object },
  ): void {
    const { jsonFile, quick, seed } = this.options;
    const run = {
      started: this.started,
      commit: this.commit,
      seed,
      quick,
      node: process.version,
      processors: availableParallelism(),
      processor: cpus()[0]?.model ?? 'unknown',
      load: { before: this.loadBefore, after: loadavg()[0]! },
      pg: versionInRoot('pg'),
      postgres,
    };
    const named = ([name, value]: [string, string]): string => (name === 'server_version' ? value : `${name}=${value}`);
    process.stdout.write(
      [
        `${title}, ${run.started}, commit ${run.commit}, seed ${seed}${quick ? ' (quick: a smoke run, no measurement)' : ''}`,
        `Node ${run.node}, ${postgres ? `pg ${run.pg}, ` : ''}${run.processors} processors (${run.processor}), ` +
          `load of the last minute ${run.load.before.toFixed(1)} at the start and ${run.load.after.toFixed(1)} at the end`,
        ...(postgres ? [`Postgres ${Object.entries(postgres).map(named).join(', ')}`] : []),
        ...found.lines,
        '',
        postgres ? 'Goals (architecture 6):' : 'Goals:',
        goalLines(found.goals),
        '',
      ].join('\n'),
    );
    if (jsonFile !== undefined) {
      writeFileSync(jsonFile, `${JSON.stringify({ ...run, ...found.numbers, goals: found.goals }, undefined, 2)}\n`);
      this.say(`All numbers are in ${jsonFile}.`);
    }
  }
}

export function versionInRoot(name: string): string {
  const file = join(root, 'node_modules', ...name.split('/'), 'package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

/** With a plus sign when what is measured differs from it. */
function commitOfCheckout(): string {
  const git = (...args: readonly string[]): string =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    const changed = git('status', '--porcelain', '--', 'bench', 'libs', 'apps') !== '';
    return `${git('rev-parse', '--short=12', 'HEAD')}${changed ? '+' : ''}`;
  } catch {
    return 'unknown (no git checkout)';
  }
}
