/** The growth benchmark: what an append, a load, a page's queries and a rebuild cost behind 10,000, 100,000 and 1,000,000 events. */
import type { Viewer } from '@app/access';
import { caseCodec, caseDecider, caseTimelineOf } from '@app/cases';
import { decisionsByPanel } from '@app/consistency';
import { fold, newId } from '@app/kernel';
import { Client } from 'pg';
import { CaseReading } from '../apps/web/src/reading/cases';
import { PanelReading } from '../apps/web/src/reading/panels';
import { eventsOf } from './event';
import { keptFolder, type Loaded, openLoaded } from './loaded';
import { millisecondsOf, type Spread, spreadOf } from './measure';
import { type Goal, tableOf } from './report';
import { type Options, Run } from './run';
import { startScratchServer } from './scratch-server';

const FULL = { sizes: [10_000, 100_000, 1_000_000], rounds: 9, warmUpMs: 100, measuredMs: 300, rebuild: true };
const QUICK = { sizes: [1_000, 2_000], rounds: 1, warmUpMs: 10, measuredMs: 50, rebuild: true };
/** A page may cost this much more behind the longest log than behind the shortest. */
const AT_MOST = 2;

/** Milliseconds of one kind of work, by size of the log. */
interface Grown {
  readonly work: string;
  readonly page: boolean;
  readonly bySize: Readonly<Record<string, Spread>>;
}

export async function benchGrowth(options: Options): Promise<void> {
  const { quick, seed, signal } = options;
  const run = new Run(options);
  const { say } = run;
  const plan = quick ? QUICK : FULL;
  const server = await startScratchServer(keptFolder());
  const all = new Map<string, { page: boolean; bySize: Record<string, Spread> }>();
  try {
    const settings = await run.settingsOf(server);
    for (const events of plan.sizes) {
      const loaded = await openLoaded({ server, events, seed, signal, say });
      try {
        const note = (work: string, page: boolean, value: Spread): void => {
          const grown = all.get(work) ?? { page, bySize: {} };
          grown.bySize[events] = value;
          all.set(work, grown);
          say(`${events} events, ${work}: ${value.median.toFixed(2)}`);
        };
        const works = await worksOn(loaded);
        const took = new Map(works.map(({ work }) => [work, [] as number[]]));
        // What a run that was killed has left is taken out as well.
        await takeBack(loaded);
        try {
          for (let round = 0; round < plan.rounds; round++)
            for (const { work, once } of works) {
              run.goOn();
              took.get(work)!.push(await millisecondsOf(once, plan));
            }
        } finally {
          await takeBack(loaded);
        }
        for (const { work, page } of works) note(work, page, spreadOf(took.get(work)!));
        const from = performance.now();
        await loaded.platform.runner.rebuild({ signal });
        note('rebuild of every read model, an event', false, spreadOf([(performance.now() - from) / events]));
      } finally {
        await loaded.close();
      }
    }
    const grown: Grown[] = [...all].map(([work, rest]) => ({ work, ...rest }));
    const [first, last] = [plan.sizes[0]!, plan.sizes.at(-1)!];
    const factor = ({ bySize }: Grown): number => bySize[last]!.median / bySize[first]!.median;
    const goals: Goal[] = grown
      .filter(({ page }) => page)
      .map((one) => ({
        goal: `${one.work}: behind the longest log at most ${AT_MOST} times as behind the shortest`,
        value: spreadOf([factor(one)]),
        met: factor(one) <= AT_MOST,
      }));
    run.report('Growth benchmark', settings, {
      lines: [
        `Milliseconds, median of ${plan.rounds} rounds of ${plan.measuredMs} ms, one caller; pages are their queries as the web application asks them,`,
        'names from vault and directory included, without HTTP and templates.',
        '',
        tableOf(
          ['work', ...plan.sizes.map((size) => `${size.toLocaleString('en-GB')} events`), 'longest ÷ shortest'],
          grown.map((one) => [
            one.work,
            ...plan.sizes.map((size) => one.bySize[size]!.median.toFixed(3)),
            factor(one).toFixed(2),
          ]),
        ),
      ],
      goals,
      numbers: { plan, grown },
    });
  } finally {
    await server.remove();
  }
}

interface Work {
  readonly work: string;
  readonly page: boolean;
  once(): Promise<unknown>;
}

async function worksOn({ platform, panelIds }: Loaded): Promise<Work[]> {
  const { application } = platform.database;
  const director: Viewer = { ref: newId(), role: 'director', panelIds: [], urns: [], interests: [] } as never;
  const chair: Viewer = { ...director, role: 'chair', panelIds: [panelIds[0]!] } as never;
  const cases = new CaseReading(platform, platform.directory);
  const panels = new PanelReading(platform, platform.directory);
  const { rows } = await application.query<{ case_id: string }>(
    'select case_id from read.case_list order by last_event_on desc, case_id limit 200',
  );
  let next = 0;
  const some = (): string => rows[next++ % rows.length]!.case_id;
  const make = eventsOf(1);
  let stream = '';
  let revision = 0;
  return [
    {
      work: 'append one event',
      page: false,
      once: async () => {
        revision = stream === '' || revision === 9 ? 0 : revision + 1;
        if (revision === 0) stream = `decision-${newId()}`;
        const outcome = await platform.store.append(stream, revision === 0 ? 'no_stream' : revision - 1, [make()]);
        if (outcome.outcome !== 'appended') throw new Error(`Not appended: ${outcome.outcome}`);
      },
    },
    {
      work: 'load and fold a case',
      page: false,
      once: async () => fold(caseDecider, (await platform.journal.load(caseCodec, `case-${some()}`)).events as never),
    },
    { work: 'case list, director', page: true, once: () => cases.list(director, {}) },
    { work: 'case list, chair', page: true, once: () => cases.list(chair, {}) },
    { work: 'cases that wait (home)', page: true, once: () => cases.waiting(director) },
    {
      work: 'case page',
      page: true,
      once: async () => {
        const caseId = some();
        await cases.one(caseId, director);
        await caseTimelineOf(application, caseId);
      },
    },
    { work: 'meetings', page: true, once: () => panels.meetings(director) },
    { work: 'panels side by side', page: true, once: () => decisionsByPanel(application) },
  ];
}

/** The appended events are no valid ones: the administrator takes them out of the log again. */
async function takeBack({ url, events }: Loaded): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('set session_replication_role to replica');
    await client.query('delete from log.events where position > $1', [events]);
  } finally {
    await client.end();
  }
}
