/** What every command of the operator gets and answers. */

export type ExitCode = 0 | 1 | 2;

export interface Arguments {
  readonly positionals: readonly string[];
  readonly values: {
    readonly json?: boolean;
    readonly schools?: string;
    readonly register?: string;
    readonly window?: string;
    readonly tier?: string;
    readonly csv?: boolean;
    readonly keys?: string;
    readonly list?: string;
    readonly because?: string;
    readonly quick?: boolean;
    readonly 'dry-run'?: boolean;
  };
}

/** The command cannot be carried out as it was given; the message says what to do. Exit code 1. */
export class CommandRefused extends Error {
  override readonly name = 'CommandRefused';
}
