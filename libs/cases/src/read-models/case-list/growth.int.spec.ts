/** What a page of cases costs does not grow with the cases that it does not show: rows touched, from Postgres' own count. */
import { createTestDatabase, type TestDatabase } from '../../../../../test/support/database';
import { projectionsMigrations } from '@app/projections';
import { caseList } from './projection';
import { COUNTED_UP_TO, countCases, findCases } from './query';

const CLOSED = 30_000;
const everything = { sql: 'true', params: [] };

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase(projectionsMigrations);
  const { create, indexes, name } = caseList.tables.at(-1)!;
  await database.projector.query(`set search_path to read; ${create}; ${indexes.join('; ')}`);
  await database.projector.query(
    `insert into read.${name} (case_id, reference, pupil_ref, case_type, home_urn, requested, status, last_event_on,
       provenance, revision)
     select gen_random_uuid(), 'MM-' || n, gen_random_uuid(), 'ManagedMove', '990001', 'managedMoveSupported',
       case when n <= 20 then 'referred' else 'closed' end, date '2016-09-01' + n / 10, 'live', 0
     from generate_series(1, $1) n`,
    [CLOSED + 20],
  );
  await database.projector.query(`analyze read.${name}`);
});
afterAll(() => database.drop());

/** Runs a query and answers how many rows were touched for it, those included that a filter threw away. */
async function touched(
  ask: (pool: { query(sql: string, params?: unknown[]): Promise<{ rows: object[] }> }) => Promise<unknown>,
) {
  let rows = 0;
  const count = (node: Record<string, unknown>): void => {
    const below = (node.Plans ?? []) as Record<string, unknown>[];
    if (below.length === 0)
      rows +=
        (Number(node['Actual Rows']) + Number(node['Rows Removed by Filter'] ?? 0)) * Number(node['Actual Loops']);
    below.forEach(count);
  };
  await ask({
    query: async (sql, params) => {
      const plan = await database.application.query(`explain (analyze, timing off, format json) ${sql}`, params);
      count((plan.rows[0] as { 'QUERY PLAN': [{ Plan: Record<string, unknown> }] })['QUERY PLAN'][0].Plan);
      return { rows: [{ n: 0 }] };
    },
  });
  return rows;
}

it('who waits for a panel is found without the closed cases, however old the ones that wait', async () => {
  expect(await touched((pool) => findCases(pool, everything, { status: 'referred' }, { limit: 50 }))).toBeLessThan(60);
});

it('the first page of all cases touches what it shows', async () => {
  expect(await touched((pool) => findCases(pool, everything, {}, { limit: 26 }))).toBeLessThan(40);
});

it('more cases than are counted are not counted', async () => {
  expect(await touched((pool) => countCases(pool, everything, {}))).toBeLessThan(COUNTED_UP_TO + 10);
  expect(await countCases(database.application, everything, {})).toBe(COUNTED_UP_TO + 1);
});
