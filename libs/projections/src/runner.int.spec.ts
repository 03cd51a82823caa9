import { deliveredTwice } from './delivered-twice';
import { hashOf } from './equality';
import { ForeignCheckpoint, NewerCheckpoint, ProjectionStopped } from './faults';
import type { Projection } from './projection';
import { type Bench, startBench } from './testing/bench';
import { noteStream, notes, open, takeNotes, taken, witness, write } from './testing/notes';
import { waitForProjections } from './waiting';

jest.setTimeout(60_000);

let bench: Bench;
beforeEach(async () => {
  bench = await startBench();
});
afterEach(() => bench.end());

const amounts = () =>
  bench.rows<{ amount: number; struck: boolean }>('SELECT amount, struck FROM read.notes ORDER BY amount');

/** Throws at an amount, once it is asked to. */
const throwingAt = (amount: number, name = 'notes'): Projection & { throws: boolean } => ({
  ...notes,
  name,
  tables: notes.tables.map((table) => ({
    ...table,
    name,
    create: table.create.replace('TABLE notes', `TABLE ${name}`),
    indexes: [],
  })),
  throws: true,
  async apply(tx, events) {
    const poisonous = events.some((event) => (event.data as { amount?: number }).amount === amount);
    if (this.throws && poisonous) throw new Error('Kelly Smith was not expected');
    await notes.apply(
      {
        ...tx,
        query: (sql, params) =>
          tx.query(
            sql.replace(/INTO notes|UPDATE notes/g, (m) => m.replace('notes', name)),
            params,
          ),
      },
      events,
    );
  },
});

describe('a runner', () => {
  it('applies what was there before, and then what comes', async () => {
    await takeNotes(bench.store, 20, 7);
    const runner = bench.runner([notes, witness], { batch: 6 });
    await runner.start();
    const stream = noteStream();
    await write(bench.store, stream, 'no_stream', taken(9));
    const struck = await write(bench.store, stream, 0, { type: 'NoteStruck' });
    if (struck.outcome !== 'appended') throw new Error(struck.outcome);
    expect(await runner.waitFor(struck.position, { timeoutMs: 20_000 })).toBe(true);
    expect(await amounts()).toEqual([
      ...Array.from({ length: 20 }, () => ({ amount: 7, struck: false })),
      { amount: 9, struck: true },
    ]);
    expect(
      await bench.rows('SELECT count(*)::int AS n, count(DISTINCT event_id)::int AS ids FROM read.witness'),
    ).toEqual([{ n: 22, ids: 22 }]);
  });

  it('moves its checkpoint past events that the projection does not read', async () => {
    const stream = noteStream();
    await write(bench.store, stream, 'no_stream', taken(1));
    const read = await write(bench.store, stream, 0, { type: 'NoteRead' }, { type: 'NoteRead' });
    const runner = bench.runner([notes]);
    await runner.catchUp();
    const [checkpoint] = await bench.rows('SELECT position, events::int, state FROM read.checkpoints');
    expect(read).toMatchObject({ outcome: 'appended' });
    expect(checkpoint).toEqual({ position: (read as { position: string }).position, events: 3, state: 'running' });
  });

  it('reads an older stored name as its alias', async () => {
    await write(bench.store, noteStream(), 'no_stream', { ...taken(3), type: 'NoteWritten' });
    await bench.runner([notes]).catchUp();
    expect(await amounts()).toEqual([{ amount: 3, struck: false }]);
  });

  it('lets the application read the tables and not change them', async () => {
    await takeNotes(bench.store, 1);
    await bench.runner([notes]).catchUp();
    await expect(bench.rows('DELETE FROM read.notes')).rejects.toMatchObject({ code: '42501' });
    expect(await amounts()).toHaveLength(1);
  });

  it('goes on by itself after its connections were cut', async () => {
    await takeNotes(bench.store, 3);
    const runner = bench.runner([notes, witness]);
    await runner.start();
    for (let round = 0; round < 5; round += 1) {
      await bench.database.projector.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE usename = current_user AND datname = current_database() AND pid <> pg_backend_pid()`,
      );
      const position = await takeNotes(bench.store, 3);
      expect(await runner.waitFor(position, { timeoutMs: 30_000 })).toBe(true);
    }
    expect(
      await bench.rows('SELECT count(*)::int AS n, count(DISTINCT event_id)::int AS ids FROM read.witness'),
    ).toEqual([{ n: 18, ids: 18 }]);
  });

  it('waits while the database refuses its writes, and then goes on', async () => {
    let refusing = true;
    const refused: Projection = {
      ...notes,
      async apply(tx, events) {
        // admin_shutdown: what a restart of Postgres answers.
        if (refusing) await tx.query(`DO $$ BEGIN RAISE EXCEPTION 'going away' USING ERRCODE = '57P01'; END $$`);
        await notes.apply(tx, events);
      },
    };
    const position = await takeNotes(bench.store, 2);
    const runner = bench.runner([refused]);
    await runner.start();
    expect(await runner.waitFor(position, { timeoutMs: 400 })).toBe(false);
    expect((await runner.health())[0]).toMatchObject({ name: 'notes' });
    expect((await runner.health())[0]?.poison).toBeUndefined();
    refusing = false;
    expect(await runner.waitFor(position, { timeoutMs: 30_000 })).toBe(true);
  });
});

describe('a poison event', () => {
  it.each([
    ['throws', taken(13)],
    ['does not fit its codec', { type: 'NoteTaken', data: { group: 'red', amount: -1 } }],
    ['has a version from the future', { ...taken(13), schemaVersion: 2 }],
  ])('that %s stops its projection exactly there, and shows; the others go on', async (_, poisonous) => {
    await takeNotes(bench.store, 3, 1);
    const appended = await write(bench.store, noteStream(), 'no_stream', taken(2), poisonous, taken(4));
    if (appended.outcome !== 'appended') throw new Error(appended.outcome);
    const onlyStruck: Projection = { ...witness, types: ['NoteStruck'] };
    const runner = bench.runner([throwingAt(13), onlyStruck]);
    await runner.start();
    expect(await runner.waitFor(appended.position, { timeoutMs: 20_000, projections: ['witness'] })).toBe(true);
    await bench.until(`SELECT state = 'stopped' AS done FROM read.checkpoints`);

    expect((await amounts()).map(({ amount }) => amount)).toEqual([1, 1, 1, 2]);
    const at = String(Number(appended.position) - 1);
    const health = await runner.health();
    expect(health).toMatchObject([
      { name: 'notes', state: 'stopped', poison: { type: 'NoteTaken', position: at } },
      { name: 'witness', state: 'running', lag: 0 },
    ]);
    expect(health[0]?.position).toBe(String(Number(appended.position) - 2));
    const errors = bench.said.filter(({ level }) => level === 'error');
    expect(errors).toHaveLength(1);
    expect(errors[0]?.message).toContain(`position ${at}`);
    expect(JSON.stringify([health, bench.said])).not.toContain('Kelly');
    await expect(runner.waitFor(appended.position, { timeoutMs: 600_000 })).resolves.toBe(false);
    await expect(runner.catchUp()).rejects.toThrow(ProjectionStopped);
  });

  it('of a type that nobody knows stops every projection', async () => {
    await write(bench.store, noteStream(), 'no_stream', taken(1), { type: 'NoteFolded' }, taken(2));
    const runner = bench.runner([notes, witness]);
    await runner.start();
    await bench.until(`SELECT count(*) = 2 AS done FROM read.checkpoints WHERE state = 'stopped'`);
    expect(await amounts()).toEqual([{ amount: 1, struck: false }]);
    expect((await runner.health()).map(({ poison }) => poison?.type)).toEqual(['NoteFolded', 'NoteFolded']);
  });

  it('is tried again by a start, and by no other runner in passing', async () => {
    const position = await takeNotes(bench.store, 2, 13);
    const projection = throwingAt(13);
    const first = bench.runner([projection, witness], { leaseMs: 300 });
    const second = bench.runner([projection, witness], { leaseMs: 300 });
    await first.start();
    await second.start();
    await bench.until(`SELECT state = 'stopped' AS done FROM read.checkpoints`);
    const stopped = `SELECT owner_epoch::text AS epoch FROM read.checkpoints WHERE projection = 'notes'`;
    const [before] = await bench.rows(stopped);
    // Long enough for several elections of both: the lease of the other projection has been prolonged.
    const [lease] = await bench.rows<{ until: string }>('SELECT max(lease_until)::text AS until FROM read.checkpoints');
    await bench.until(`SELECT lease_until > $1::timestamptz + interval '1 s' AS done FROM read.checkpoints`, [
      lease?.until,
    ]);
    expect(await bench.rows(stopped)).toEqual([before]);

    projection.throws = false;
    await first.stop();
    await first.start();
    expect(await second.waitFor(position, { timeoutMs: 20_000 })).toBe(true);
    expect((await second.health())[0]).toMatchObject({ state: 'running' });
    expect((await second.health())[0]?.poison).toBeUndefined();
  });
});

describe('a checkpoint', () => {
  it('of another log refuses to start, and names both', async () => {
    const other = '11111111-1111-4111-8111-111111111111';
    await bench.runner([notes]).catchUp();
    await bench.database.projector.query('UPDATE read.checkpoints SET store_id = $1', [other]);
    const log = await bench.store.identity();
    const starting = bench.runner([notes]).start();
    await expect(starting).rejects.toThrow(ForeignCheckpoint);
    await expect(starting).rejects.toThrow(new RegExp(`${other}.*${log}`));
  });

  it('of a newer version refuses to start', async () => {
    await bench.runner([{ ...notes, version: 2 }]).catchUp();
    await expect(bench.runner([notes]).start()).rejects.toThrow(NewerCheckpoint);
  });

  it('of an older version has the tables built anew, without those that are no longer wanted', async () => {
    await takeNotes(bench.store, 30, 5);
    const older: Projection = {
      ...notes,
      tables: [...notes.tables, { name: 'notes_old', create: 'CREATE TABLE notes_old (id text)', indexes: [] }],
    };
    await bench.runner([older]).catchUp();
    const newer: Projection = {
      ...notes,
      version: 2,
      apply: async (tx, events) => {
        await notes.apply(tx, events);
        await tx.query('UPDATE notes SET amount = 6');
      },
    };
    const position = await takeNotes(bench.store, 1, 5);
    const runner = bench.runner([newer]);
    await runner.start();
    expect(await runner.waitFor(position, { timeoutMs: 20_000 })).toBe(true);
    expect(new Set((await amounts()).map(({ amount }) => amount))).toEqual(new Set([6]));
    expect(await bench.rows(`SELECT to_regclass('read.notes_old') AS old`)).toEqual([{ old: null }]);
    expect(bench.said.some(({ message }) => message.includes('version 1, and 2 is wanted'))).toBe(true);
  });

  it('without its tables has them built anew', async () => {
    await takeNotes(bench.store, 4);
    await bench.runner([notes]).catchUp();
    await bench.database.projector.query('DROP TABLE read.notes');
    await bench.runner([notes]).catchUp();
    expect(await amounts()).toHaveLength(4);
  });

  it.each([
    ['a table', 'DROP TABLE read.notes'],
    ['the checkpoint', `DELETE FROM read.checkpoints WHERE projection = 'notes'`],
  ])('that loses %s while a runner works has both built anew, without a start', async (_, lose) => {
    await takeNotes(bench.store, 5);
    const runner = bench.runner([notes, witness], { leaseMs: 300 });
    await runner.start();
    await runner.catchUp();
    await bench.database.projector.query(lose);
    const position = await takeNotes(bench.store, 3);
    expect(await runner.waitFor(position, { timeoutMs: 30_000 })).toBe(true);
    expect(await amounts()).toHaveLength(8);
    expect(await bench.rows(`SELECT state, events::int FROM read.checkpoints WHERE projection = 'notes'`)).toEqual([
      { state: 'running', events: 8 },
    ]);
    expect(bench.said.filter(({ level }) => level === 'error').map(({ message }) => message)).toEqual([
      'The read model notes has lost a table or its checkpoint: it is built anew.',
    ]);
  });

  it('that is lost leaves readers what they have until the new tables are there', async () => {
    await takeNotes(bench.store, 5);
    await bench.runner([notes]).catchUp();
    await bench.database.projector.query('DELETE FROM read.checkpoints');
    let go!: () => void;
    const held = new Promise<void>((resolve) => (go = resolve));
    const slow: Projection = { ...notes, apply: (tx, events) => held.then(() => notes.apply(tx, events)) };
    const runner = bench.runner([slow]);
    await runner.start();
    expect(await amounts()).toHaveLength(5);
    await bench.until(`SELECT count(*) = 2 AS done FROM read.checkpoints WHERE state = 'rebuilding'`);
    expect(await amounts()).toHaveLength(5);
    go();
    await runner.catchUp();
    expect(await amounts()).toHaveLength(5);
    expect(await bench.rows('SELECT state FROM read.checkpoints')).toEqual([{ state: 'running' }]);
  });

  it('past the end of the log has them built anew', async () => {
    await takeNotes(bench.store, 4);
    await bench.runner([notes]).catchUp();
    await bench.database.projector.query(`UPDATE read.checkpoints SET position = '900'; DELETE FROM read.notes`);
    await bench.runner([notes]).catchUp();
    expect(await amounts()).toHaveLength(4);
  });
});

describe('two runners', () => {
  it('share the work, and either can say what the other has done', async () => {
    const first = bench.runner([notes, witness]);
    const second = bench.runner([notes, witness]);
    await Promise.all([first.start(), second.start()]);
    for (let round = 0; round < 10; round += 1) {
      const position = await takeNotes(bench.store, 8);
      expect(
        await Promise.all([first, second].map((runner) => runner.waitFor(position, { timeoutMs: 20_000 }))),
      ).toEqual([true, true]);
    }
    const parts = { pool: bench.database.application, store: bench.store, projections: [notes] };
    const head = (await bench.store.head()) as string;
    expect(await waitForProjections(parts, head)).toBe(true);
    expect(await waitForProjections(parts, String(Number(head) + 1), { timeoutMs: 50 })).toBe(false);
    expect(
      await bench.rows('SELECT count(*)::int AS n, count(DISTINCT event_id)::int AS ids FROM read.witness'),
    ).toEqual([{ n: 80, ids: 80 }]);
  });

  it('hand over at once when one is stopped', async () => {
    const first = bench.runner([notes], { leaseMs: 600_000 });
    const second = bench.runner([notes], { leaseMs: 600_000 });
    await first.start();
    await second.start();
    await first.stop();
    const position = await takeNotes(bench.store, 1);
    expect(await second.waitFor(position, { timeoutMs: 20_000 })).toBe(true);
  });
});

describe('equality', () => {
  const hash = () => hashOf(bench.database.projector, notes);

  it('sees every column but the uncompared, and no order', async () => {
    await takeNotes(bench.store, 5);
    await bench.runner([notes]).catchUp();
    const before = await hash();
    const change = (sql: string) => bench.database.projector.query(sql);
    await change(`UPDATE read.notes SET seen = 'elsewhere'`);
    expect(await hash()).toBe(before);
    await change('CREATE TABLE read.copy AS SELECT * FROM read.notes ORDER BY stream DESC; DELETE FROM read.notes');
    await change('INSERT INTO read.notes SELECT * FROM read.copy');
    expect(await hash()).toBe(before);
    await change('UPDATE read.notes SET amount = amount + 1 WHERE stream = (SELECT min(stream) FROM read.notes)');
    expect(await hash()).not.toBe(before);
    await change(
      'UPDATE read.notes SET amount = 1; DELETE FROM read.notes WHERE stream = (SELECT min(stream) FROM read.notes)',
    );
    expect(await hash()).not.toBe(before);
  });

  it('holds however often and in whatever batches the same events are delivered', async () => {
    const stream = noteStream();
    await write(bench.store, stream, 'no_stream', taken(1), { type: 'NoteStruck' });
    await takeNotes(bench.store, 5);
    const events = (await bench.store.readAll(undefined, 100)).map(open);
    const hashes = await deliveredTwice(bench.database.projector, notes, events);
    expect(new Set(Object.values(hashes)).size).toBe(1);
    const wrong = await deliveredTwice(bench.database.projector, witness, events);
    expect(wrong.again).not.toBe(wrong.once);
  });
});
