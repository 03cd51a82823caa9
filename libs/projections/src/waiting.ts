import { setTimeout as pause } from 'node:timers/promises';
import type { EventStore, Position } from '@app/event-store';
import type { Pool } from 'pg';
import { LIVE, type Projection } from './projection';

export interface WaitOptions {
  /** 2,000 unless told. */
  readonly timeoutMs?: number;
  /** Names; all unless told. */
  readonly projections?: readonly string[];
}

export const DEFAULT_WAIT_MS = 2_000;
export const POLL_MS = 10;

export type Standing = 'passed' | 'behind' | 'stopped';

/** Where the read models stand against a position, by their checkpoints: tables that do not fit have passed nothing. */
export async function standings(
  pool: Pool,
  store: EventStore,
  projections: readonly Projection[],
  position: Position,
): Promise<ReadonlyMap<string, Standing>> {
  const { rows } = await pool.query<{ projection: string; position: string | null; version: number; state: string }>(
    'SELECT projection, position, version, state FROM read.checkpoints WHERE schema = $1 AND projection = ANY ($2)',
    [LIVE, projections.map(({ name }) => name)],
  );
  const found = new Map(rows.map((row) => [row.projection, row]));
  return new Map(
    projections.map(({ name, version }): [string, Standing] => {
      const row = found.get(name);
      if (row === undefined || row.version !== version || row.state === 'rebuilding') return [name, 'behind'];
      if (row.position !== null && store.compare(row.position, position) >= 0) return [name, 'passed'];
      return [name, row.state === 'stopped' ? 'stopped' : 'behind'];
    }),
  );
}

/**
 * Resolves to true once the read models have passed a position, from any process, by polling their checkpoints; to false
 * after the time-out, or at once when one of them has stopped before it. Never throws for a database that is away.
 */
export async function waitForProjections(
  parts: { readonly pool: Pool; readonly store: EventStore; readonly projections: readonly Projection[] },
  position: Position,
  options: WaitOptions = {},
): Promise<boolean> {
  const wanted = named(parts.projections, options.projections);
  const ask = async (): Promise<Standing> => {
    const all = [...(await standings(parts.pool, parts.store, wanted, position)).values()];
    return all.includes('stopped') ? 'stopped' : all.includes('behind') ? 'behind' : 'passed';
  };
  return until(ask, () => pause(POLL_MS), options.timeoutMs);
}

/** Asks until it has passed or stopped, or the time is over, whichever is first. */
export async function until(
  ask: () => Promise<Standing>,
  next: () => Promise<unknown>,
  timeoutMs = DEFAULT_WAIT_MS,
): Promise<boolean> {
  const over = new AbortController();
  const asking = async (): Promise<boolean> => {
    while (!over.signal.aborted) {
      const standing = await ask().catch(() => 'behind' as const);
      if (standing !== 'behind') return standing === 'passed';
      await next();
    }
    return false;
  };
  const tooLate = pause(timeoutMs, false, { signal: over.signal }).catch(() => false);
  try {
    return await Promise.race([asking(), tooLate]);
  } finally {
    over.abort();
  }
}

/** The projections of these names, or all. Throws on a name that is none of them. */
export function named(projections: readonly Projection[], names: readonly string[] | undefined): readonly Projection[] {
  if (names === undefined) return projections;
  return names.map((name) => {
    const found = projections.find((projection) => projection.name === name);
    if (found === undefined)
      throw new Error(`There is no projection ${name}: it is one of ${projections.map((p) => p.name).join(', ')}.`);
    return found;
  });
}
