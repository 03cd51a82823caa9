/** The SQL form and the function are one policy: for generated viewers and cases they let the same rows through. */
import fc from 'fast-check';
import { Client } from 'pg';
import { createTestDatabase } from '../../../test/support/database';
import { CASE_ACTIONS, decide, type Resource, scopeSql } from './policy';
import { ROLES } from './viewer';

const ids = Array.from({ length: 6 }, (_, at) => `00000000-0000-4000-8000-00000000000${at}`);
const urns = ['990001', '990002', '990003'];
const viewers = fc.record({
  ref: fc.constantFrom(...ids),
  role: fc.constantFrom(...ROLES),
  panelIds: fc.subarray(ids.slice(0, 3)),
  urns: fc.subarray(urns),
  interests: fc.subarray(ids),
});
const cases = fc.uniqueArray(
  fc.record({
    kind: fc.constant('case' as const),
    caseId: fc.constantFrom(...ids),
    panelId: fc.option(fc.constantFrom(...ids.slice(0, 4)), { nil: null }),
    homeUrn: fc.constantFrom(...urns),
    receivingUrn: fc.option(fc.constantFrom(...urns), { nil: null }),
  }),
  { selector: (one) => one.caseId, minLength: 1 },
);

describe('the policy as SQL', () => {
  it('passes the rows that the function allows, and no others', async () => {
    const database = await createTestDatabase([]);
    const client = new Client({ connectionString: database.url });
    await client.connect();
    try {
      await client.query(
        'CREATE TEMP TABLE case_list (case_id uuid, panel_id uuid, home_urn text, receiving_urn text)',
      );
      await fc.assert(
        fc.asyncProperty(viewers, cases, fc.constantFrom(...CASE_ACTIONS), async (viewer, rows, action) => {
          await client.query('TRUNCATE case_list');
          for (const row of rows)
            await client.query('INSERT INTO case_list VALUES ($1, $2, $3, $4)', [
              row.caseId,
              row.panelId,
              row.homeUrn,
              row.receivingUrn,
            ]);
          const scope = scopeSql(viewer, undefined, action);
          const { rows: passed } = await client.query<{ case_id: string }>(
            `SELECT case_id FROM case_list WHERE ${scope.sql}`,
            scope.params,
          );
          const allowed = rows.filter((row: Resource) => decide(viewer, row, action).allow).map((row) => row.caseId);
          expect(passed.map((row) => row.case_id).sort()).toEqual(allowed.sort());
        }),
        { numRuns: 150 },
      );
    } finally {
      await client.end();
      await database.drop();
    }
  });

  it('finds a panel’s cases and a school’s in an index, however many others there are', async () => {
    const database = await createTestDatabase([]);
    const client = new Client({ connectionString: database.url });
    await client.connect();
    try {
      await client.query(
        `CREATE TEMP TABLE case_list (case_id uuid, panel_id uuid, home_urn text, receiving_urn text);
         CREATE INDEX ON case_list (panel_id); CREATE INDEX ON case_list (home_urn); CREATE INDEX ON case_list (receiving_urn);
         SET enable_seqscan TO off`,
      );
      for (const role of ['chair', 'referrer'] as const) {
        const scope = scopeSql({ ref: ids[0]!, role, panelIds: [ids[1]!], urns: [urns[0]!], interests: [] });
        const plan = await client.query(`EXPLAIN SELECT case_id FROM case_list WHERE ${scope.sql}`, scope.params);
        expect([role, JSON.stringify(plan.rows)]).toEqual([role, expect.stringContaining('Index Cond')]);
      }
    } finally {
      await client.end();
      await database.drop();
    }
  });
});
