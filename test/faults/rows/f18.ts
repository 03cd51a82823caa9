import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { noteStream } from '../../../libs/projections/src/testing/notes';
import { spawnProgram } from '../processes';
import type { ProjectorSaid, ProjectorSettings } from '../programs/projector';
import { NoteLog, urlOfProjector } from '../projecting';
import type { Edit, Row } from '../row';

/** The projector is slowed to so many events a second, and the producer writes ten times as many. */
const PACE = 100;
const APPEND = 20;
const APPENDS_A_SECOND = (10 * PACE) / APPEND;
/** Bytes of an event, so that a backlog that is held in memory shows. */
const PADDING = 'x'.repeat(12_000);
/** Seconds of overload, after which the projector catches up and a new log begins: the 30 minutes are made of them. */
const STRETCH = 30;
/** Of the projector's heap: ample for batches of a fixed size, too small for a backlog. */
const HEAP_MIB = 112;
/** What all its memory may grow by in the second half of a stretch, as a part of what the backlog grows by, and at least. */
const SHARE = 0.5;
const ROOM_MIB = 60;
const LIMIT_MS = 120_000;

const slowed: Edit = {
  file: 'libs/projections/src/testing/notes.ts',
  find: '    const takings = events.filter',
  replace: `    if (!require('node:fs').existsSync(process.env['HURRY']!))
      await new Promise((resolve) => setTimeout(resolve, (1_000 * events.length) / Number(process.env['PACE'])));
    const takings = events.filter`,
};

export const row: Row = {
  id: 'F18',
  title:
    'a producer writes ten times what the projector takes: it lags, its memory stays as it is however long the backlog is ' +
    '(stretches of 30 s), and once it is quick again it catches up at five times that rate or more, with nothing missing',
  unit: 'seconds',
  goal: 1_800,
  bounded: 12,
  round: 120,
  plantedBugs: [
    {
      id: 'feed-reads-ahead-without-limit',
      file: 'libs/projections/src/feed.ts',
      find: '    this.#batches = subscription[Symbol.asyncIterator]();',
      replace: `    const source = subscription[Symbol.asyncIterator]();
    const kept: IteratorResult<readonly StoredRecord[]>[] = [];
    let wake: (() => void) | undefined;
    void (async () => {
      for (;;) {
        kept.push(await source.next());
        wake?.();
      }
    })();
    this.#batches = {
      next: async () => {
        while (kept.length === 0) await new Promise<void>((resolve) => (wake = resolve));
        return kept.shift()!;
      },
    };`,
    },
  ],

  async run({ count, random, folder, signal, done, violation, counted, measured }) {
    for (let seconds = 0, stretch = 0; seconds < count && !signal.aborted; stretch++) {
      const log = await NoteLog.create(random);
      const hurry = join(folder, `hurry-${stretch}`);
      const settings: ProjectorSettings = {
        url: urlOfProjector(log.database),
        projections: ['notes'],
        leaseMs: 10_000,
        batch: PACE,
      };
      const length = Math.min(STRETCH, count - seconds);
      const projector = spawnProgram<ProjectorSaid>('test/faults/programs/projector.ts', settings, {
        edits: [slowed],
        env: { HURRY: hurry, PACE: String(PACE), NODE_OPTIONS: `--max-old-space-size=${HEAP_MIB}` },
      });
      const rss = (): number =>
        Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${projector.pid}/status`, 'utf8'))![1]) / 1024;
      let over = false;
      void projector.ended.then(() => (over = true));
      const passed = async (): Promise<number> => {
        const { rows } = await log.database.application.query<{ events: string }>(
          `SELECT events FROM read.checkpoints WHERE schema = 'read'`,
        );
        return Number(rows[0]?.events ?? 0);
      };
      let produced = 0;
      const append = async (): Promise<void> => {
        const events = Array.from({ length: APPEND }, (_, n) => ({
          id: randomUUID(),
          type: n === 0 ? 'NoteTaken' : 'NoteStruck',
          data: n === 0 ? { group: 'red', amount: 1 } : {},
          metadata: { schemaVersion: 1, recordedAt: new Date().toISOString(), padding: PADDING },
        }));
        const { outcome } = await log.store.append(noteStream(), 'no_stream', events as never);
        if (outcome !== 'appended') throw new Error(`The producer was told ${outcome}.`);
        produced += APPEND;
      };
      try {
        projector.tell({ begin: 'unharmed' });
        await projector.says((said) => 'begun' in said);
        let half: { readonly rss: number; readonly produced: number } | undefined;
        const began = performance.now();
        for (let second = 0; second < length && !signal.aborted; second++) {
          const until = performance.now() + 1_000;
          for (let n = 0; n < APPENDS_A_SECOND; n += 5) await Promise.all(Array.from({ length: 5 }, append));
          await pause(Math.max(0, until - performance.now()));
          if (over) {
            violation(
              `with a heap of ${HEAP_MIB} MiB it ended while ${produced - (await passed())} events waited for it`,
            );
            return;
          }
          if (second === Math.floor(length / 2)) half = { rss: rss(), produced };
        }
        const grown = rss() - half!.rss;
        const held = ((produced - half!.produced) * PADDING.length) / 2 ** 20;
        measured('memory grew in the second half by', grown, 'MiB');
        measured('while the backlog grew by', held, 'MiB');
        if (grown > Math.max(ROOM_MIB, SHARE * held))
          violation(`its memory grew by ${Math.round(grown)} MiB while the backlog grew by ${Math.round(held)} MiB`);
        const overloaded = (performance.now() - began) / 1_000;
        const taken = await passed();
        const backlog = produced - taken;
        const live = taken / overloaded;
        counted('events of backlog', backlog);
        measured('producer over projector', produced / Math.max(1, taken), 'times');
        if (backlog < produced / 2)
          throw new Error(`The projector kept up (${taken} of ${produced}): it was not overloaded.`);

        writeFileSync(hurry, '');
        const hurried = performance.now();
        while ((await passed()) < produced) {
          if (over) {
            violation(`with a heap of ${HEAP_MIB} MiB it ended while ${backlog} events waited for it`);
            return;
          }
          if (performance.now() - hurried > LIMIT_MS) {
            violation(`${produced - (await passed())} of ${backlog} events are still behind after ${LIMIT_MS} ms`);
            return;
          }
        }
        const rate = backlog / ((performance.now() - hurried) / 1_000);
        measured('live rate', live, 'events/s');
        measured('catch-up rate', rate, 'events/s');
        if (rate < 5 * live)
          violation(`it caught up at ${Math.round(rate)} events a second, live it took ${Math.round(live)}`);
        const { rows } = await log.database.application.query<{ rows: number; struck: number }>(
          'SELECT count(*)::int AS rows, (count(*) FILTER (WHERE struck))::int AS struck FROM read.notes',
        );
        if (rows[0]!.rows !== produced / APPEND || rows[0]!.struck !== produced / APPEND)
          violation(`of ${produced / APPEND} notes ${rows[0]!.rows} are there and ${rows[0]!.struck} are struck out`);
        seconds += length;
        done(length);
      } finally {
        projector.kill('SIGKILL');
        await projector.ended;
        await log.close();
      }
    }
  },
};
