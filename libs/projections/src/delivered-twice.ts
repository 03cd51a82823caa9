import type { RecordedEvent } from '@app/event-store';
import type { Pool } from 'pg';
import { hashWithin } from './equality';
import { applyWithin } from './lane';
import { checkProjection, type Projection } from './projection';
import { createTables } from './tables';
import { inTransaction } from './transaction';

/**
 * For the spec of every projection: hashes of its tables after the same events came in one batch, again on top of that,
 * one by one, and one by one each of them twice. All four must be equal. It works in a schema of its own, which it drops.
 */
export async function deliveredTwice(
  pool: Pool,
  projection: Projection,
  events: readonly RecordedEvent[],
): Promise<{ readonly once: string; readonly again: string; readonly singly: string; readonly stuttered: string }> {
  checkProjection(projection);
  const schema = `twice_${projection.name}`;
  const mine = events.filter((event) => projection.types.includes(event.type));
  return inTransaction(pool, async (client) => {
    const apply = async (batches: readonly (readonly RecordedEvent[])[]): Promise<string> => {
      for (const batch of batches) {
        await client.query(`SET LOCAL search_path TO "${schema}"`);
        await applyWithin(client, projection, batch);
      }
      return hashWithin(client, projection, schema);
    };
    await client.query(`CREATE SCHEMA "${schema}"`);
    await createTables(client, projection, schema);
    const once = await apply([mine]);
    const again = await apply([mine]);
    await createTables(client, projection, schema);
    const singly = await apply(mine.map((event) => [event]));
    await createTables(client, projection, schema);
    const stuttered = await apply(mine.flatMap((event) => [[event], [event]]));
    await client.query(`DROP SCHEMA "${schema}" CASCADE`);
    return { once, again, singly, stuttered };
  });
}
