import { hashOf } from './equality';
import { LeaseLost, ProjectionStopped } from './faults';
import { Lane } from './lane';
import { Page } from './page';
import { LIVE } from './projection';
import { rebuild } from './rebuild';
import { type Bench, startBench } from './testing/bench';
import { GROUPS, notes, noteStream, takeNotes, taken, witness, write } from './testing/notes';
import { startWorker } from './testing/processes';

jest.setTimeout(60_000);

let bench: Bench;
beforeEach(async () => {
  bench = await startBench();
});
afterEach(() => bench.end());

const indexes = (schema: string) =>
  bench.rows<{ name: string }>('SELECT indexname AS name FROM pg_indexes WHERE schemaname = $1 ORDER BY 1', [schema]);

describe('a rebuild', () => {
  it('while eight writers append, killed half way and run again, ends equal to the live tables', async () => {
    await takeNotes(bench.store, 1_500);
    const runner = bench.runner([notes, witness]);
    await runner.start();

    let writing = true;
    let written = 0;
    const writers = Array.from({ length: 8 }, async (_, n) => {
      while (writing) {
        const stream = noteStream();
        await write(bench.store, stream, 'no_stream', taken(n, GROUPS[n % 3]));
        await write(bench.store, stream, 0, { type: 'NoteStruck' });
        written += 2;
      }
    });
    const { url, dataFolder } = bench.database;
    const killed = startWorker({ url, dataFolder, work: 'rebuild', projection: 'notes', leaseMs: 500, batch: 100 });
    const told = await killed.says(({ progress }) => progress !== undefined && progress.done >= 500);
    killed.kill('SIGKILL');
    await killed.ended;
    const half = told.progress?.done ?? 0;
    const [left] = await bench.rows<{ events: number; rows: number }>(
      `SELECT events::int, (SELECT count(*)::int FROM read.notes) AS rows FROM read.checkpoints WHERE schema = 'rebuild_notes'`,
    );
    expect(left?.events).toBeGreaterThanOrEqual(half);

    const steps: { done: number; total: number }[] = [];
    const before = written;
    const [report] = await rebuild(bench.parts(), [notes], {
      batch: 200,
      leaseMs: 500,
      onProgress: (progress) => steps.push(progress),
    });
    expect(written).toBeGreaterThan(before);
    writing = false;
    await Promise.all(writers);

    expect(report).toMatchObject({ projection: 'notes', comparison: 'equal' });
    expect(steps[0]?.done).toBeGreaterThanOrEqual(half);
    expect(steps.at(-1)?.done).toBe(steps.at(-1)?.total);
    expect(await bench.rows(`SELECT FROM read.checkpoints WHERE schema <> 'read'`)).toEqual([]);
    expect(await bench.rows(`SELECT FROM pg_namespace WHERE nspname LIKE 'rebuild%'`)).toEqual([]);

    // The live runner goes on from the new tables, and what stands there is what a rebuild from nothing gives.
    await runner.catchUp();
    const swapped = await hashOf(bench.database.projector, notes);
    const [again] = await rebuild(bench.parts(), [notes], { batch: 1_000 });
    expect(again?.comparison).toBe('equal');
    expect(await hashOf(bench.database.projector, notes)).toBe(swapped);
    expect(
      await bench.rows('SELECT count(*)::int AS n, count(*) FILTER (WHERE struck)::int AS struck FROM read.notes'),
    ).toEqual([{ n: 1_500 + written / 2, struck: written / 2 }]);
    const [witnessed] = await bench.rows<{ n: number; ids: number }>(
      'SELECT count(*)::int AS n, count(DISTINCT event_id)::int AS ids FROM read.witness',
    );
    expect(witnessed).toEqual({ n: 1_500 + written, ids: 1_500 + written });
  });

  it('reads the log once for several read models, and indexes and grants the new tables', async () => {
    await takeNotes(bench.store, 300);
    const runner = bench.runner([notes, witness]);
    await runner.catchUp();
    const parts = bench.parts();
    const read = jest.spyOn(parts.store, 'readAll');
    const open = jest.fn(parts.open);
    const reports = await rebuild({ ...parts, open }, [notes, { ...witness, tables: uncomparedBy }], { batch: 100 });
    expect(reports.map(({ comparison, events }) => [comparison, events])).toEqual([
      ['equal', 300],
      ['equal', 300],
    ]);
    expect(open).toHaveBeenCalledTimes(300);
    expect(read.mock.calls.filter(([after]) => after === undefined)).toHaveLength(1);
    expect(await indexes('read')).toEqual([
      { name: 'checkpoints_pkey' },
      { name: 'notes_colour' },
      { name: 'notes_pkey' },
    ]);
    expect(await bench.rows('SELECT count(*)::int AS n FROM read.notes')).toEqual([{ n: 300 }]);
    await expect(bench.rows('DELETE FROM read.notes')).rejects.toMatchObject({ code: '42501' });
  });

  it('says when the live tables were wrong, and replaces them', async () => {
    await takeNotes(bench.store, 10, 3);
    const runner = bench.runner([notes]);
    await runner.start();
    await runner.catchUp();
    await bench.database.projector.query(
      'UPDATE read.notes SET amount = 4 WHERE stream = (SELECT min(stream) FROM read.notes)',
    );
    expect(await runner.rebuild()).toEqual([{ projection: 'notes', events: 10, comparison: 'different' }]);
    expect(await bench.rows('SELECT DISTINCT amount FROM read.notes')).toEqual([{ amount: 3 }]);
    const position = await takeNotes(bench.store, 1, 3);
    expect(await runner.waitFor(position, { timeoutMs: 20_000 })).toBe(true);
  });

  it('of a newer version is not written to by a runner of the older one', async () => {
    await takeNotes(bench.store, 10, 3);
    await bench.runner([notes]).catchUp();
    const parts = bench.parts();
    const older = new Lane(notes, LIVE, { ...parts, owner: 'older', leaseMs: 600_000 });
    await older.acquire({ retryStopped: false });
    const newer = { ...notes, version: 2 };
    expect(await rebuild(parts, [newer])).toMatchObject([{ comparison: 'notCompared', events: 10 }]);
    await takeNotes(bench.store, 1, 3);
    await older.take(new Page(await parts.store.readAll(older.position, 10), parts));
    expect(older.owned).toBe(false);
    expect(await bench.rows('SELECT count(*)::int AS n FROM read.notes')).toEqual([{ n: 10 }]);
    await bench.runner([newer]).catchUp();
    expect(await bench.rows('SELECT count(*)::int AS n FROM read.notes')).toEqual([{ n: 11 }]);
  });

  it('stops at a poison event and leaves the live tables alone', async () => {
    await takeNotes(bench.store, 10, 3);
    await bench.runner([notes]).catchUp();
    const before = await hashOf(bench.database.projector, notes);
    const broken = { ...notes, apply: async () => Promise.reject(new Error('broken')) };
    await expect(rebuild(bench.parts(), [broken])).rejects.toThrow(ProjectionStopped);
    expect(await hashOf(bench.database.projector, notes)).toBe(before);
    expect(await rebuild(bench.parts(), [notes])).toMatchObject([{ comparison: 'equal' }]);
  });

  it('that was taken over by another one writes nothing more', async () => {
    await takeNotes(bench.store, 300);
    const live = bench.runner([notes]);
    await live.catchUp();
    let overtaking: Promise<unknown> | undefined;
    const overtaken = rebuild(bench.parts(), [notes], {
      batch: 100,
      onProgress: () => {
        overtaking ??= bench.database.projector.query(
          `UPDATE read.checkpoints SET owner_epoch = owner_epoch + 1, owner = 'another' WHERE schema = 'rebuild_notes'`,
        );
      },
    });
    await expect(overtaken).rejects.toThrow(LeaseLost);
    await overtaking;
    expect(await bench.rows(`SELECT owner FROM read.checkpoints WHERE schema = 'rebuild_notes'`)).toEqual([
      { owner: 'another' },
    ]);
  });
});

/** Who wrote an event is no part of what is compared. */
const uncomparedBy = witness.tables.map((table) => ({ ...table, uncompared: ['by'] }));
