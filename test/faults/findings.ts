/** What is known of a row so far: units done, violations, measurements; kept between full runs in `.faults/`. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Row } from './row';
import type { Heard } from './run-row';

const FOLDER = join(__dirname, '../../.faults');
/** As many values of a measurement are kept: its quantiles need no more. */
const SAMPLES = 20_000;

interface Kept {
  done: number;
  rounds: number;
  ms: number;
  violations: { what: string; seed: number }[];
  /** Rounds that broke or hung, and why. */
  broken: string[];
  counted: Record<string, number>;
  measured: Record<string, { unit: string; values: number[] }>;
}

export class Findings {
  #kept: Kept = { done: 0, rounds: 0, ms: 0, violations: [], broken: [], counted: {}, measured: {} };
  #seed = 0;
  #file: string | undefined;

  constructor(readonly row: Row) {}

  /** Those of earlier full runs, unless they are to be forgotten; kept again after every round. */
  static kept(row: Row, forget: boolean): Findings {
    const findings = new Findings(row);
    const file = join(FOLDER, `${row.id}.json`);
    if (forget) rmSync(file, { force: true });
    if (existsSync(file)) findings.#kept = JSON.parse(readFileSync(file, 'utf8')) as Kept;
    findings.#file = file;
    return findings;
  }

  get done(): number {
    return this.#kept.done;
  }

  get ms(): number {
    return this.#kept.ms;
  }

  get violations(): Kept['violations'] {
    return this.#kept.violations;
  }

  get broken(): readonly string[] {
    return this.#kept.broken;
  }

  get counted(): Kept['counted'] {
    return this.#kept.counted;
  }

  get measured(): Kept['measured'] {
    return this.#kept.measured;
  }

  /** Nothing was violated, no round broke, and something was done at all. */
  get sound(): boolean {
    return this.violations.length === 0 && this.broken.length === 0 && this.done > 0;
  }

  /** A tenth of the figure at least: less counts as not done. */
  get worthTelling(): boolean {
    return this.done * 10 >= this.row.goal;
  }

  get verdict(): string {
    if (this.violations.length > 0) return `${this.violations.length} VIOLATIONS`;
    return this.broken.length > 0 ? `BROKEN: ${this.broken.join('; ')}` : 'no violation';
  }

  /** The seed of the next round. */
  beginRound(seed: number): number {
    const text = `${seed} ${this.row.id} ${this.#kept.rounds++}`;
    return (this.#seed = createHash('sha256').update(text).digest().readUInt32BE());
  }

  hear(heard: Heard): void {
    const kept = this.#kept;
    if ('done' in heard) kept.done += heard.done;
    else if ('violation' in heard) kept.violations.push({ what: heard.violation, seed: this.#seed });
    else if ('counted' in heard) kept.counted[heard.counted] = (kept.counted[heard.counted] ?? 0) + heard.by;
    else {
      const { values } = (kept.measured[heard.measured] ??= { unit: heard.unit, values: [] });
      if (values.length < SAMPLES) values.push(heard.value);
    }
  }

  endRound(ms: number, broken: string | undefined): void {
    this.#kept.ms += ms;
    if (broken !== undefined) this.#kept.broken.push(`${broken} (seed ${this.#seed})`);
    if (this.#file === undefined) return;
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(`${this.#file}.new`, JSON.stringify(this.#kept));
    renameSync(`${this.#file}.new`, this.#file);
  }
}
