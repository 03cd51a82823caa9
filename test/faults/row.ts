/**
 * The form of a row of the test matrix (reliability-and-privacy.md 7.1). A row is one file in rows/, named for its id, that
 * exports `row`. It runs in a process of its own (run-row.ts); main.ts starts it, counts, resumes and reports.
 *
 * A row starts the processes it harms with `spawnProgram` of processes.ts, so that what is planted in it is planted there too.
 */

/** A change of one line of the real source, made as the file is loaded: a bug that the row must catch, or a crash point. */
export interface Edit {
  /** From the root of the checkout. */
  readonly file: string;
  /** Exactly once in the file. */
  readonly find: string;
  readonly replace: string;
}

export interface PlantedBug extends Edit {
  readonly id: string;
}

export interface Row {
  /** As in the matrix: `F7`. */
  readonly id: string;
  /** What is done, and what must hold all the same: one sentence. */
  readonly title: string;
  /** What is counted: `kills`, `restarts`, `appends`. */
  readonly unit: string;
  /** The figure of the matrix, in units. */
  readonly goal: number;
  /** Units of the bounded run that takes part in CI: some five seconds on two cores, with the start of its processes. */
  readonly bounded: number;
  /** Units a process does in a full run before its findings are kept and another begins; ten bounded runs unless told. */
  readonly round?: number;
  /** At least one. Each must be found in the bounded run. */
  readonly plantedBugs: readonly PlantedBug[];
  /** Answers when `count` units are done, or soon after the signal. Throws only when the row itself is broken. */
  run(round: Round): Promise<void>;
}

export interface Round {
  readonly count: number;
  /** Of this round: the run's seed, the row and the number of the round. */
  readonly seed: number;
  /** From the seed. */
  readonly random: Random;
  /** A folder of this round, removed after it. Passable for `nobody`, as whom Postgres runs. */
  readonly folder: string;
  /** Aborted when the user stops or the time is up. */
  readonly signal: AbortSignal;
  /** So many more units are done and checked. */
  done(units?: number): void;
  /** An invariant is broken; what, and where. A violation ends a planted run. */
  violation(what: string): void;
  /** A measured value, for the report's median, 95th percentile and greatest: `measured('first success after', 812, 'ms')`. */
  measured(name: string, value: number, unit: string): void;
  /** Something counted besides the units: `counted('unknown outcomes')`. */
  counted(name: string, by?: number): void;
}

export interface Random {
  /** From 0 to below 1. */
  next(): number;
  /** A whole number from 0 to below `below`. */
  below(below: number): number;
  pick<T>(from: readonly T[]): T;
}
