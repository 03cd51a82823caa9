import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ClientBase } from 'pg';
import { from } from 'pg-copy-streams';
import type { CopiedValue, ProjectionTransaction } from './projection';

/** A client, in a transaction of its own, as a projection writes with it. */
export const transactionOn = (client: ClientBase): ProjectionTransaction => ({
  query: (sql, params) => client.query(sql, params as unknown[] | undefined),
  copy: (...rows) => copyRows(client, ...rows),
});

/** Rows into a table by COPY in its text format: a third of the processor time of an INSERT from arrays. */
async function copyRows(
  client: ClientBase,
  table: string,
  columns: readonly string[],
  rows: readonly (readonly CopiedValue[])[],
): Promise<void> {
  if (rows.length === 0) return;
  let text = '';
  for (const row of rows) text += `${row.map(copied).join('\t')}\n`;
  await pipeline(Readable.from([text]), client.query(from(`COPY ${table} (${columns.join(', ')}) FROM STDIN`)));
}

const SPECIAL = /[\\\t\n\r]/;
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

function copied(value: CopiedValue): string {
  if (value === null) return '\\N';
  if (typeof value !== 'string') return String(value);
  return SPECIAL.test(value) ? value.replace(/[\\\t\n\r]/g, (special) => ESCAPES[special]!) : value;
}
