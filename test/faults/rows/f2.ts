import { hashOf, ProjectionRunner, rebuild } from '@app/projections';
import { setTimeout as pause } from 'node:timers/promises';
import { notes, witness } from '../../../libs/projections/src/testing/notes';
import { NAMES_OF_MOMENTS, NoteLog, type Projector, startProjector, urlOfProjector } from '../projecting';
import type { Row } from '../row';

/** After so many kills the read models are rebuilt, and a new log begins. */
const KILLS_A_LOG = 50;
/** A killed owner's lease must end before the next one works: it is short here, 5 s in the application. */
const LEASE_MS = 150;
/** Processes that are loaded while another one works. */
const AHEAD = 2;
const LIMIT_MS = 60_000;

const MOMENTS_IN_TURN = [...NAMES_OF_MOMENTS.filter((name) => name !== 'afterTables'), 'anywhere'];

export const row: Row = {
  id: 'F2',
  title:
    'a projector is killed at every point of its work: at every moment the read models are what an independent fold says ' +
    'at their checkpoint, each event applied once, and at the end live = rebuilt = folded (I6)',
  unit: 'kills',
  goal: 10_000,
  bounded: 14,
  round: 250,
  plantedBugs: [
    {
      id: 'projection-checkpoint-before-writes',
      file: 'libs/projections/src/lane.ts',
      find: '          await this.moveCheckpoint(client, upTo, count);\n',
      replace: `          await this.moveCheckpoint(client, upTo, count);
          await client.query('COMMIT');
          await client.query(this.#begin());\n`,
    },
    {
      id: 'projection-writes-before-checkpoint',
      file: 'libs/projections/src/lane.ts',
      find: '          await this.moveCheckpoint(client, upTo, count);\n',
      replace: `          await applyWithin(client, this.projection, events, fault) ;
          await client.query('COMMIT');
          await client.query(this.#begin());
          await this.moveCheckpoint(client, upTo, count);
          events = [];\n`,
    },
  ],

  async run({ count, random, signal, done, violation, counted }) {
    let kills = 0;
    while (kills < count && !signal.aborted) {
      const log = await NoteLog.create(random);
      const settings = {
        url: urlOfProjector(log.database),
        projections: ['notes', 'witness'] as const,
        leaseMs: LEASE_MS,
      };
      const ahead: Projector[] = [];
      try {
        const before = kills;
        const upTo = Math.min(count, before + KILLS_A_LOG);
        for (; kills < upTo && !signal.aborted; kills++) {
          while (ahead.length < AHEAD) ahead.push(startProjector(settings));
          const victim = ahead.shift()!;
          await victim.says((said) => 'ready' in said);
          // Each point in turn, then any. Tables are made once a log.
          const first = kills % KILLS_A_LOG === 0;
          const moment = first ? 'afterTables' : MOMENTS_IN_TURN[kills % MOMENTS_IN_TURN.length]!;
          const nth = first || moment === 'afterLease' ? 1 : 1 + random.below(3);
          await log.write(1 + random.below(6));
          victim.tell({ begin: { moment, nth, signal: 'SIGKILL' } });
          const anywhere =
            moment === 'anywhere' ? pause(random.below(300)).then(() => victim.kill('SIGKILL')) : undefined;
          let over = false;
          const ended = victim.ended.then(() => (over = true));
          const limit = performance.now() + LIMIT_MS;
          while (!over) {
            await log.write(1 + random.below(4));
            await Promise.race([ended, pause(random.below(30))]);
            if (performance.now() > limit) throw new Error(`The moment ${moment} never came.`);
          }
          await anywhere;
          await log.settled();
          counted(`killed ${moment}`);
          for (const wrong of await log.wrong()) violation(`killed ${moment}: ${wrong}`);
          done();
        }
        // Stopped before the first kill: nothing has been written that could be compared.
        if (kills === before) return;
        const runner = new ProjectionRunner({ ...log.parts(), projections: [notes, witness], leaseMs: LEASE_MS });
        await runner.catchUp();
        for (const wrong of await log.wrong()) violation(`after ${kills} kills: ${wrong}`);
        const live = await hashOf(log.database.projector, notes);
        const [report] = await rebuild(log.parts(), [notes]);
        if (report?.comparison !== 'equal' || (await hashOf(log.database.projector, notes)) !== live)
          violation(`after ${kills} kills the rebuilt notes are ${report?.comparison} to the live ones`);
        counted('read models compared with their rebuild');
      } finally {
        ahead.forEach((one) => one.kill('SIGKILL'));
        await Promise.all(ahead.map(({ ended }) => ended));
        await log.close();
      }
    }
  },
};
