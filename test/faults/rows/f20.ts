import { ProjectionRunner } from '@app/projections';
import { setTimeout as pause } from 'node:timers/promises';
import { City, hashesOf, partsOn, projections } from '../city';
import { type Program, spawnProgram } from '../processes';
import type { RebuilderSaid, RebuilderSettings } from '../programs/rebuilder';
import { urlOfProjector } from '../projecting';
import type { Row } from '../row';

const EVENTS = 600;
const BATCH = 250;
/** Between two meetings that are written: what is appended must not outrun what is rebuilt. */
const PAUSE_MS = 150;
/** A killed rebuild's lease ends before the next goes on. */
const LEASE_MS = 1_500;
/** Then a new log begins. */
const RUNS_A_LOG = 10;

export const row: Row = {
  id: 'F20',
  title:
    'every read model of the application is rebuilt while others append and the live ones go on, and the rebuild is killed ' +
    'at random points and run again: live = rebuilt at the same position (I6)',
  unit: 'runs',
  goal: 200,
  bounded: 1,
  round: 10,
  plantedBugs: [
    {
      id: 'rebuild-swaps-without-the-last-events',
      file: 'libs/projections/src/rebuild.ts',
      find: '    if (target !== undefined) await catchUpWithin(parts, client, lane, target, batch);\n',
      replace: '',
    },
  ],

  async run({ count, random, signal, done, violation, counted, measured }) {
    for (let runs = 0; runs < count && !signal.aborted;) {
      const city = await City.create(random);
      const { database } = city;
      const settings: RebuilderSettings = { url: urlOfProjector(database), leaseMs: LEASE_MS, batch: BATCH };
      const start = (): Program<RebuilderSaid> => spawnProgram('test/faults/programs/rebuilder.ts', settings);
      const logger = { log: () => undefined, warn: () => undefined, error: (what: string) => violation(what) };
      const runner = new ProjectionRunner({ ...partsOn(database), projections, logger, leaseMs: 5_000 });
      let next = start();
      let writing = false;
      let writer = Promise.resolve();
      try {
        await city.grow(EVENTS);
        await runner.start();
        await runner.catchUp();
        for (const upTo = Math.min(count, runs + RUNS_A_LOG); runs < upTo && !signal.aborted; runs++) {
          writing = true;
          writer = (async () => {
            while (writing) {
              await city.grow(1);
              await pause(PAUSE_MS);
            }
          })();
          const began = city.length;
          let reports: RebuilderSaid;
          for (let kills = 1 + random.below(2); ; kills--) {
            const rebuilder = next;
            next = start();
            await rebuilder.says((said) => 'ready' in said);
            rebuilder.tell({ begin: true });
            if (kills > 0) {
              // Somewhere in it; now and then only when it has ended.
              const pages = 1 + random.below(6);
              for (let page = 0; page < pages; page++)
                if (!('progress' in (await rebuilder.says((said) => !('ready' in said))))) break;
              await pause(random.below(20));
              rebuilder.kill('SIGKILL');
              await rebuilder.ended;
              counted('rebuilds killed');
              continue;
            }
            reports = await rebuilder.says((said) => 'reports' in said || 'failed' in said);
            rebuilder.kill('SIGKILL');
            await rebuilder.ended;
            if ('reports' in reports) break;
            counted('rebuilds cut off');
            if (/Stopped|could not apply/.test(JSON.stringify(reports))) violation(JSON.stringify(reports));
          }
          writing = false;
          await writer;
          measured('events appended meanwhile', city.length - began, '');
          if ('reports' in reports)
            for (const { projection, comparison } of reports.reports)
              if (comparison !== 'equal') violation(`${projection} was ${comparison} when it was swapped in`);
          await runner.catchUp();
          for (const wrong of await city.wrongMonths()) violation(wrong);
          done();
        }
        const live = await hashesOf(database);
        await runner.rebuild({ leaseMs: 5_000 });
        const rebuilt = await hashesOf(database);
        projections.forEach(({ name }, n) => {
          if (live[n] !== rebuilt[n]) violation(`${name} is another one when it is rebuilt in peace`);
        });
      } finally {
        writing = false;
        await writer.catch(() => undefined);
        next.kill('SIGKILL');
        await next.ended;
        await runner.stop();
        await city.close();
      }
    }
  },
};
