import { prepare } from './checkpoints';
import { Lane } from './lane';
import { Page } from './page';
import { LIVE } from './projection';
import { type Bench, startBench } from './testing/bench';
import { takeNotes, witness } from './testing/notes';

jest.setTimeout(60_000);

let bench: Bench;
let page: Page;
beforeEach(async () => {
  bench = await startBench();
  const parts = bench.parts();
  await takeNotes(bench.store, 6);
  await prepare(parts.pool, parts.store, witness, await parts.store.identity());
  page = new Page(await parts.store.readAll(undefined, 10), parts);
});
afterEach(() => bench.end());

const lane = (owner: string, leaseMs: number, projection = witness) =>
  new Lane(projection, LIVE, { ...bench.parts(), owner, leaseMs });
const take = { retryStopped: false };
const applications = async () => (await bench.rows('SELECT count(*)::int AS n FROM read.witness'))[0];

it('a lease is not taken while it lasts', async () => {
  const [first, second] = [lane('first', 600_000), lane('second', 600_000)];
  expect(await first.acquire(take)).toBe(true);
  expect(await second.acquire(take)).toBe(false);
  await first.release();
  expect(await second.acquire(take)).toBe(true);
});

it('an owner whose lease was taken over writes nothing: not a row and not its checkpoint', async () => {
  const [late, next] = [lane('late', 500), lane('next', 600_000)];
  expect(await late.acquire(take)).toBe(true);
  while (!(await next.acquire(take))) continue;
  await late.take(page);
  expect(late.owned).toBe(false);
  expect(await applications()).toEqual({ n: 0 });
  expect(await bench.rows('SELECT position, owner FROM read.checkpoints')).toEqual([{ position: null, owner: 'next' }]);

  await next.take(page);
  await late.take(page);
  expect(await applications()).toEqual({ n: 6 });
});

it('an owner that has lost its lease can neither prolong nor release nor stop what is another one’s', async () => {
  const [late, next] = [lane('late', 500), lane('next', 600_000)];
  await late.acquire(take);
  while (!(await next.acquire(take))) continue;
  await late.renew();
  expect(late.owned).toBe(false);
  await late.release();
  expect(await bench.rows('SELECT owner, state FROM read.checkpoints')).toEqual([{ owner: 'next', state: 'running' }]);
});

it('a page that was delivered before changes nothing', async () => {
  const owner = lane('owner', 600_000);
  await owner.acquire(take);
  await owner.take(page);
  await owner.take(page);
  await owner.renew();
  await owner.take(page);
  expect(await applications()).toEqual({ n: 6 });
  expect(owner.events).toBe(6);
});

it('takes a page up to a position', async () => {
  const owner = lane('owner', 600_000);
  await owner.acquire(take);
  await owner.take(page, page.records[2]?.position);
  expect(owner.position).toBe(page.records[2]?.position);
  expect(await applications()).toEqual({ n: 3 });
});

it('stops at the event that cannot be applied, with what is before it written and nothing after it', async () => {
  const poisonous = page.records[3];
  const owner = lane('owner', 600_000, {
    ...witness,
    async apply(tx, events) {
      await witness.apply(tx, events);
      if (events.some(({ id }) => id === poisonous?.id)) throw new Error('broken');
    },
  });
  await owner.acquire(take);
  await owner.take(page);
  expect(owner.poison).toMatchObject({ id: poisonous?.id, type: 'NoteTaken', position: poisonous?.position });
  expect(await applications()).toEqual({ n: 3 });
  expect(await bench.rows('SELECT position, state, owner FROM read.checkpoints')).toEqual([
    { position: page.records[2]?.position, state: 'stopped', owner: null },
  ]);
  expect(await lane('another', 600_000).acquire(take)).toBe(false);
  expect(await lane('another', 600_000).acquire({ retryStopped: true })).toBe(true);
});
