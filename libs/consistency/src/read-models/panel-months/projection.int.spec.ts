import { randomUUID } from 'node:crypto';
import { type RecordedEvent } from '@app/event-store';
import { decisionIdOf } from '@app/kernel';
import { deliveredTwice, projectionsMigrations, transactionOn } from '@app/projections';
import { createTestDatabase, type TestDatabase } from '../../../../../test/support/database';
import { panelMonths } from './projection';

const panel = randomUUID();
const [first, second, third] = [1, 2, 3].map(() => decisionIdOf(randomUUID(), randomUUID())) as [
  string,
  string,
  string,
];
let position = 0;
const event = (decision: string, type: string, occurredOn: string, data: object): RecordedEvent =>
  ({
    stream: `decision-${decision}`,
    revision: 0,
    position: String(++position),
    id: randomUUID(),
    type,
    data,
    metadata: { occurredOn },
  }) as unknown as RecordedEvent;
const history = [
  event(first, 'PanelDecisionRecorded', '2026-05-08', { panelId: panel, decisionType: 'managedMoveSupported' }),
  event(second, 'DecisionDeferred', '2026-05-09', { panelId: panel }),
  event(third, 'PanelDecisionRecorded', '2026-06-01', { panelId: panel, decisionType: 'supportInSchool' }),
  event(first, 'DecisionCorrected', '2026-06-02', { panelId: panel, decisionType: 'supportInSchool' }),
  event(third, 'DecisionWithdrawn', '2026-06-03', {}),
];

describe('panel months', () => {
  let database: TestDatabase;
  beforeAll(async () => void (database = await createTestDatabase(projectionsMigrations)));
  afterAll(() => database.drop());

  it('counts a decision once however it is delivered', async () => {
    const { once, again, singly, stuttered } = await deliveredTwice(database.projector, panelMonths, history);
    expect([again, singly, stuttered]).toEqual([once, once, once]);
  });

  it('counts a deferral, moves a correction within its own month, and drops what was withdrawn', async () => {
    const client = await database.projector.connect();
    try {
      await client.query('begin; create schema counted; set local search_path to counted');
      for (const table of panelMonths.tables) await client.query(table.create);
      await panelMonths.apply(transactionOn(client), history);
      const { rows } = await client.query('select month::text, outcome, n from panel_months order by 1, 2');
      expect(rows).toEqual([
        { month: '2026-05-01', outcome: 'deferred', n: 1 },
        { month: '2026-05-01', outcome: 'supportInSchool', n: 1 },
      ]);
    } finally {
      await client.query('rollback');
      client.release();
    }
  });
});
