/** Rebuilds every read model of the application over a made-up city (city.ts), from when it is told until it is killed. */
import { rebuild, type RebuildReport } from '@app/projections';
import { Pool } from 'pg';
import { partsOn, projections } from '../city';
import { onTold, say, settings } from '../processes';

export interface RebuilderSettings {
  /** Of the projector's role. */
  readonly url: string;
  readonly leaseMs: number;
  readonly batch: number;
}

export type RebuilderSaid =
  | { readonly ready: true }
  | { readonly progress: number }
  | { readonly reports: readonly RebuildReport[] }
  /** Cut off by the database, or another rebuild took over: it can be run again. */
  | { readonly failed: string };

const { url, leaseMs, batch } = settings<RebuilderSettings>();
const pool = new Pool({ connectionString: url, max: 4 });
pool.on('error', () => undefined);
pool.on('connect', (client) => client.on('error', () => undefined));
onTold(() => {
  const onProgress = ({ done }: { done: number }): void => say({ progress: done } satisfies RebuilderSaid);
  rebuild(partsOn({ projector: pool }), projections, { leaseMs, batch, onProgress }).then(
    (reports) => say({ reports } satisfies RebuilderSaid),
    (error: unknown) => say({ failed: String(error) } satisfies RebuilderSaid),
  );
});
say({ ready: true } satisfies RebuilderSaid);
