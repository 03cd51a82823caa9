/**
 * A projector to be harmed: runs read models of libs/projections/src/testing/notes.ts as a worker runs its own. Says
 * `ready` once it is loaded, begins when it is told a moment, and at that moment kills or stops itself (`moments` are
 * planted by the rows as edits that call `moment(name)`).
 */
import { Pool } from 'pg';
import { PostgresEventStore } from '../../../libs/event-store/src/postgres/postgres-event-store';
import { ProjectionRunner } from '../../../libs/projections/src/runner';
import { codecs, notes, open, witness } from '../../../libs/projections/src/testing/notes';
import { onTold, say, settings } from '../processes';

export interface ProjectorSettings {
  /** Of the projector's role. */
  readonly url: string;
  readonly projections: readonly ('notes' | 'witness')[];
  readonly leaseMs: number;
  readonly batch?: number;
}

/** When it happens, at the how-manieth time, and which signal the process sends itself. */
export interface Harm {
  readonly moment: string;
  readonly nth: number;
  readonly signal: 'SIGKILL' | 'SIGSTOP';
}

/** It begins when first told; a later word replaces what is to happen to it. */
export type ProjectorTold = { readonly begin: Harm | 'unharmed' };
export type ProjectorSaid = { readonly ready: true } | { readonly begun: true } | { readonly harmed: string };

let harm: Harm | undefined;
let left = 0;
Object.assign(globalThis, {
  moment: (name: string): void => {
    if (name !== harm?.moment || left === 0 || --left > 0) return;
    if (harm.signal === 'SIGSTOP') say({ harmed: name } satisfies ProjectorSaid);
    process.kill(process.pid, harm.signal);
  },
});

function begin({ url, projections, leaseMs, batch }: ProjectorSettings): void {
  const pool = new Pool({ connectionString: url, max: 4 });
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  const quiet = {
    log: () => undefined,
    warn: () => undefined,
    error: (what: string) => process.stderr.write(`${what}\n`),
  };
  const runner = new ProjectionRunner({
    store: new PostgresEventStore({ pool }),
    pool,
    projections: projections.map((name) => ({ notes, witness })[name]),
    codecs,
    open,
    logger: quiet,
    leaseMs,
    ...(batch === undefined ? {} : { batch }),
  });
  void runner.start().then(() => say({ begun: true } satisfies ProjectorSaid));
}

let begun = false;
onTold<ProjectorTold>((told) => {
  harm = told.begin === 'unharmed' ? undefined : told.begin;
  left = harm?.nth ?? 0;
  if (!begun) begin(settings<ProjectorSettings>());
  begun = true;
});
say({ ready: true } satisfies ProjectorSaid);
