/** The report of a run of the fault rows, in the form of reliability-and-privacy.md 7.5: the only place for a figure. */
import { execFileSync } from 'node:child_process';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Findings } from './findings';
import type { PlantedBug, Row } from './row';

export interface Reported {
  readonly found: readonly Findings[];
  readonly bugs: readonly { readonly row: Row; readonly bug: PlantedBug }[];
  /** The violation that showed a planted bug, by its id. */
  readonly caughtBy: ReadonlyMap<string, string | undefined>;
  readonly begun: Date;
  readonly seed: number;
  readonly full: boolean;
}

const NOT_RUN = [
  'a real EventStoreDB server or cluster: the rows of EventStoreDB run on the scripted double of its protocol',
  'a power cut: SIGKILL leaves what the operating system holds, and does not test a disk that lies about fsync',
  'a network between machines, another operating system, more than two cores',
];

const number = (value: number): string => value.toLocaleString('en-GB');

function commit(): string {
  const git = (...words: string[]): string =>
    execFileSync('git', words, { cwd: join(__dirname, '../..'), encoding: 'utf8' }).trim();
  try {
    return git('rev-parse', '--short=12', 'HEAD') + (git('status', '--porcelain') === '' ? '' : ' with changes on top');
  } catch {
    return 'unknown';
  }
}

function quantiles(values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (part: number): number => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0;
  return `median ${number(at(0.5))}, 95 % ${number(at(0.95))}, most ${number(sorted.at(-1) ?? 0)}`;
}

/** What a zero says, and what a row that came less than a tenth of the way does not. */
function finding({ row, done, sound, worthTelling, verdict }: Findings, full: boolean): string {
  if (!sound) return done === 0 ? `nothing was done: ${verdict}` : verdict;
  const bound = `0; below ${((100 * 3) / done).toPrecision(2)} % a unit (95 %)`;
  if (!full) return bound;
  if (done >= row.goal) return `${bound}; figure reached`;
  return worthTelling ? bound : `NOT DONE: less than a tenth of the figure (${bound})`;
}

export function report({ found, bugs, caughtBy, begun, seed, full }: Reported): string {
  const caught = bugs.filter(({ bug }) => caughtBy.get(bug.id) !== undefined).length;
  const ran = found.filter(({ done }) => done > 0);
  const lines = [
    `# Faults: ${full ? 'full run' : 'bounded run'} of ${begun.toISOString().slice(0, 16)}Z`,
    '',
    `Commit ${commit()}, seed ${seed}. Node ${process.version}, Linux ${release()}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ` +
      `${Math.round(totalmem() / 2 ** 30)} GiB. Two rows at a time.`,
    '',
    '| row | what was done | done | figure | violations | minutes |',
    '| --- | --- | ---: | ---: | --- | ---: |',
    ...found.map(
      (one) =>
        `| ${one.row.id} | ${one.row.title} | ${number(one.done)} ${one.row.unit} | ${number(one.row.goal)} | ${finding(one, full)} | ${(one.ms / 60_000).toFixed(1)} |`,
    ),
    '',
    ...ran.flatMap(({ row, measured, counted }) => [
      ...Object.entries(measured).map(
        ([name, { unit, values }]) => `- ${row.id}, ${name} (${unit}): ${quantiles(values)}`,
      ),
      ...Object.entries(counted).map(([name, count]) => `- ${row.id}, ${name}: ${number(count)}`),
    ]),
    ...found.flatMap(({ row, violations }) =>
      violations.map(({ what, seed: of }) => `- ${row.id} VIOLATION (seed ${of}): ${what}`),
    ),
  ];
  if (bugs.length > 0) {
    lines.push(
      '',
      'Planted bugs, each in the bounded configuration:',
      '',
      ...bugs.map(({ row, bug }) => `- ${row.id} ${bug.id}: ${caughtBy.get(bug.id) ?? 'NOT CAUGHT'}`),
      '',
      `mutants caught ${caught}/${bugs.length}`,
    );
  }
  lines.push('', `Not run: ${NOT_RUN.join('; ')}.`, '');
  return lines.join('\n');
}
