import { type Bench, startBench } from './testing/bench';
import { noteStream, taken, takeNotes, write } from './testing/notes';
import { startWorker, type WorkerProcess } from './testing/processes';
import type { WorkerSettings } from './testing/worker';

jest.setTimeout(60_000);

let bench: Bench;
let workers: WorkerProcess[];
beforeEach(async () => {
  bench = await startBench();
  workers = [];
});
afterEach(async () => {
  for (const worker of workers) worker.kill('SIGKILL');
  await Promise.all(workers.map(({ ended }) => ended));
  await bench.end();
});

const worker = (changed: Partial<WorkerSettings> = {}): WorkerProcess => {
  const { url, dataFolder } = bench.database;
  const started = startWorker({ url, dataFolder, work: 'run', projection: 'witness', leaseMs: 400, ...changed });
  workers.push(started);
  return started;
};

const applied = async () =>
  (
    await bench.rows<{ events: number; applications: number; workers: number }>(
      'SELECT count(DISTINCT event_id)::int AS events, count(*)::int AS applications, count(DISTINCT by)::int AS workers FROM read.witness',
    )
  )[0];

const untilPassed = (position: string) =>
  bench.until('SELECT position::bigint >= $1 AS done FROM read.checkpoints', [position]);
const untilWrittenBy = (pid: number) =>
  bench.until('SELECT true AS done FROM read.witness WHERE by = $1 LIMIT 1', [String(pid)]);

describe('an owner that stands still past its lease', () => {
  it('between two batches writes nothing when it wakes up: no event is applied twice', async () => {
    await takeNotes(bench.store, 5);
    const first = worker();
    await first.says(({ started }) => started === true);
    await untilWrittenBy(first.pid);
    const second = worker();
    await second.says(({ started }) => started === true);

    first.kill('SIGSTOP');
    let position = await takeNotes(bench.store, 20);
    await untilPassed(position);
    await untilWrittenBy(second.pid);
    first.kill('SIGCONT');
    position = await takeNotes(bench.store, 20);
    await first.says(({ text }) => text?.includes('another owner') === true || text?.includes('wait for') === true);
    await untilPassed(position);

    second.kill('SIGSTOP');
    position = await takeNotes(bench.store, 20);
    await untilPassed(position);
    second.kill('SIGCONT');
    position = await takeNotes(bench.store, 20);
    await untilPassed(position);
    expect(await applied()).toEqual({ events: 85, applications: 85, workers: 2 });
  });

  it('in the middle of a transaction loses that transaction, and no event is applied twice', async () => {
    await takeNotes(bench.store, 5);
    const first = worker({ atWrite: 'hang' });
    await first.says(({ wrote }) => wrote !== undefined);
    first.kill('SIGSTOP');
    const second = worker();
    const position = await takeNotes(bench.store, 5);
    await untilPassed(position);
    await untilWrittenBy(second.pid);
    first.kill('SIGCONT');
    first.child.stdin?.write('go on\n');
    await first.says(({ text }) => text !== undefined);
    expect(await applied()).toEqual({ events: 10, applications: 10, workers: 1 });
  });
});

describe('checkpoint and writes are one transaction', () => {
  it('an owner killed between them leaves neither, and the next one goes on', async () => {
    const position = await takeNotes(bench.store, 5);
    const first = worker({ atWrite: 'kill' });
    await first.ended;
    expect(await applied()).toEqual({ events: 0, applications: 0, workers: 0 });
    expect(await bench.rows('SELECT position, events::int FROM read.checkpoints')).toEqual([
      { position: null, events: 0 },
    ]);
    worker();
    await untilPassed(position);
    expect(await applied()).toEqual({ events: 5, applications: 5, workers: 1 });
  });

  it('an owner killed again and again ends with every event once', async () => {
    let position = '';
    for (let round = 0; round < 4; round += 1) {
      const stream = noteStream();
      await write(bench.store, stream, 'no_stream', taken(round));
      position = await takeNotes(bench.store, 3);
      await worker({ atWrite: 'kill' }).ended;
    }
    worker();
    await untilPassed(position);
    expect(await applied()).toEqual({ events: 16, applications: 16, workers: 1 });
  });
});
