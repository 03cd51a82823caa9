/**
 * What each family of statistics is asked to do at most (consistency.md 5.3), for `npm run -s bench -- statistics`: a million
 * decisions of 1,500 panels in six years, 12 panels an area. Pure: the same random numbers give the same work.
 */
import { fleissKappa, gwetAc1, jackknifedAlpha, krippendorffAlpha, pairAgreement } from '../statistics/agreement';
import { lowerTail, midP } from '../statistics/binomial';
import { type Alike, caseMix, MOST_EXACT } from '../statistics/case-mix';
import { pChart, xmr } from '../statistics/control-charts';
import { observedMinusExpected, RISK_ADJUSTED_H, riskAdjustedCusum, TABULAR, tabularCusum } from '../statistics/cusum';
import { fairShare } from '../statistics/fair-share';
import { adjustedForMany, listedAmongMany } from '../statistics/false-discovery';
import { firstViews } from '../statistics/first-views';
import { fisherExact } from '../statistics/fisher';
import {
  type Counts,
  drawnBoundaries,
  interpolatedFunnel,
  LOOK_TAIL,
  pooledShare,
  tailSignal,
  WATCH_TAIL,
} from '../statistics/funnel';
import { cohenKappa, twoRaterAc1 } from '../statistics/kappa';
import { calibration, logisticRegression } from '../statistics/logistic';
import { noiseAudit, occasionNoise } from '../statistics/noise-audit';
import { dispersionOfShares } from '../statistics/overdispersion';
import { type Feature, type Features, nearestPrecedents, type Precedent } from '../statistics/precedents';
import { clopperPearson, differenceOfShares, wilson } from '../statistics/proportions';
import { katz, koopman } from '../statistics/ratios';
import { rebased } from '../statistics/rebasing';
import { betaBinomial, normalShrinkage } from '../statistics/shrinkage';
import { standardisedRatio } from '../statistics/standardised-ratio';
import { mantelHaenszel, strataBaseline, stratumFinder } from '../statistics/strata';
import { kaplanMeier, logRank, type Spell } from '../statistics/survival';
import { timeliness } from '../statistics/timeliness';

/** Where a figure is asked for: pages have a budget, a baseline has the night. */
export type Page = 'area' | 'precedents' | 'national' | 'overnight';

type Random = () => number;

export interface Task {
  /** The question that it answers: a section of consistency.md. */
  readonly section: string;
  /** The file in statistics/. */
  readonly family: string;
  readonly work: string;
  readonly page: Page;
  readonly size: number;
  /** What there are so many of. */
  readonly of: string;
  /**
   * How many times as long twice the size takes, by the function's docstring (n log n is near 2); null where the size is
   * small, and the growth is measured with the same function's larger task.
   */
  readonly doubling: 2 | 4 | null;
  readonly prepare: (random: Random, size: number) => () => unknown;
}

const DECISIONS = 1_000_000;
const PANELS = 1_500;
const MONTHS = 72;
const AREA = 12;
const COMBINATIONS = 66_305;
/** Of one panel in six years. */
const A_PANEL = Math.round(DECISIONS / PANELS);
/** Decisions in an area in six years. */
const AN_AREA = AREA * A_PANEL;
const AREAS = PANELS / AREA;
/** Vignettes of one round. */
const A_ROUND = 20;
const NORM = 0.62;

const many = <T>(size: number, make: (at: number) => T): T[] => Array.from({ length: size }, (_, at) => make(at));
const whole = (random: Random, from: number, to: number): number => from + Math.floor(random() * (to - from + 1));
const yesNo = (random: Random, share: number): 0 | 1 => (random() < share ? 1 : 0);
const yesOf = (random: Random, n: number, share: number): number => {
  let yes = 0;
  for (let i = 0; i < n; i++) yes += yesNo(random, share);
  return yes;
};

/** Panels from a third to five thirds of the usual size, whose shares differ more than chance would make them. */
const panelsOf = (random: Random, size: number): Counts[] =>
  many(size, () => {
    const n = Math.round(A_PANEL * (1 / 3 + (4 / 3) * random()));
    return { n, y: yesOf(random, n, 0.5 + 0.24 * random()) };
  });

/** A panel's decisions of three years as the read model groups them: by expected share in millionths. */
const mixOf = (random: Random, decisions: number): { observed: number; cases: Alike[] } => {
  const groups = new Map<number, number>();
  let observed = 0;
  for (let i = 0; i < decisions; i++) {
    const expected = whole(random, 300, 900) / 1000;
    groups.set(expected, (groups.get(expected) ?? 0) + 1);
    observed += yesNo(random, expected);
  }
  return { observed, cases: [...groups].map(([probability, count]) => ({ probability, count })) };
};

const SCHEMA: readonly Feature[] = [
  { kind: 'nominal', weight: 2 },
  { kind: 'nominal', weight: 2 },
  { kind: 'ordinal', weight: 2, range: 3 },
  { kind: 'ordinal', weight: 1, range: 4 },
  { kind: 'numeric', weight: 1, range: 4 },
  { kind: 'numeric', weight: 1, range: 10 },
  { kind: 'asym', weight: 1 },
  { kind: 'asym', weight: 1 },
  { kind: 'asym', weight: 1 },
  { kind: 'asym', weight: 1 },
];
const featuresOf = (random: Random): Features => [
  `reason ${whole(random, 1, 8)}`,
  `need ${whole(random, 1, 12)}`,
  random() < 0.05 ? null : whole(random, 0, 3),
  whole(random, 0, 4),
  whole(random, 7, 11),
  random() < 0.1 ? null : whole(random, 0, 10),
  yesNo(random, 0.3),
  yesNo(random, 0.2),
  yesNo(random, 0.1),
  yesNo(random, 0.05),
];

/** Combinations of five factors with the decisions that share them. */
const combinationsOf = (random: Random, size: number) =>
  many(size, () => {
    const levels = [8, 4, 5, 12, 35].map((of) => whole(random, 1, of));
    const n = whole(random, 1, 29);
    return { levels, factors: levels.map(String), n, y: yesOf(random, n, 0.3 + 0.05 * (levels[0] as number)) };
  });

/** Spells by whole days, those that are alike counted together. */
const spellsOf = (random: Random, size: number): Spell[] => {
  const groups = new Map<number, number>();
  for (let i = 0; i < size; i++) {
    const key = 2 * whole(random, 1, 30 * MONTHS) + yesNo(random, 0.3);
    groups.set(key, (groups.get(key) ?? 0) + 1);
  }
  return [...groups].map(([key, count]) => ({ time: Math.floor(key / 2), event: key % 2 === 1 ? 1 : 0, count }));
};

/** Something to be done with panels' counts of six years. */
const onPanels =
  (once: (panels: readonly Counts[]) => unknown): Task['prepare'] =>
  (random, size) => {
    const panels = panelsOf(random, size);
    return () => once(panels);
  };

const funnel = onPanels((panels) => {
  const norm = pooledShare(panels) as number;
  const largest = panels.reduce((so, { n }) => Math.max(so, n), 0);
  return [
    panels.map((panel) => tailSignal(panel, norm)),
    drawnBoundaries(20, largest, norm, WATCH_TAIL),
    drawnBoundaries(20, largest, norm, LOOK_TAIL),
  ];
});

const caseMixes = (random: Random, size: number) => {
  const panels = many(size, () => mixOf(random, Math.round(A_PANEL / 2)));
  return () => panels.map((panel) => caseMix({ ...panel, overallRate: NORM }));
};

const shrinkage = onPanels(betaBinomial);

const charts = (random: Random, size: number) => {
  const panels = many(size, () => {
    const n = many(MONTHS, () => whole(random, 4, 14));
    return { n, y: n.map((count) => yesOf(random, count, NORM)), days: many(MONTHS, () => 20 + 30 * random()) };
  });
  return () => panels.map(({ y, n, days }) => [pChart(y, n), xmr(days, true)]);
};

const cusums = (random: Random, size: number) => {
  const panels = many(Math.ceil(size / A_PANEL), (at) => {
    const expected = many(Math.min(A_PANEL, size - at * A_PANEL), () => 0.3 + 0.6 * random());
    return { expected, outcomes: expected.map((e) => yesNo(random, e)), days: expected.map(() => 20 + 30 * random()) };
  });
  return () =>
    panels.map(({ outcomes, expected, days }) => [
      riskAdjustedCusum(outcomes, expected, { oddsRatio: 2, h: RISK_ADJUSTED_H }),
      riskAdjustedCusum(outcomes, expected, { oddsRatio: 1 / 2, h: RISK_ADJUSTED_H }),
      observedMinusExpected(outcomes, expected),
      tabularCusum(days, { target: 35, ...TABULAR }),
    ]);
};

const audit = (random: Random, size: number) => {
  const cube = many(A_ROUND, (at) => many(size, () => many(2, () => yesNo(random, at / A_ROUND))));
  const matrix = cube.map((row) => row.map(([first]) => first as number));
  return () => [noiseAudit(matrix), occasionNoise(cube)];
};

const agreement = (random: Random, size: number) => {
  const rows = many(size, (at) => {
    const counts = [0, 0, 0, 0];
    for (let panel = 0; panel < AREA; panel++) counts[whole(random, at % 3, 3)]! += 1;
    return counts;
  });
  return () => [
    pairAgreement(rows),
    fleissKappa(rows),
    gwetAc1(rows),
    krippendorffAlpha(rows, 'ordinal'),
    jackknifedAlpha(rows),
  ];
};

const ratios = (random: Random, size: number) => {
  const pairs = many(size, () => {
    const [n1, n2] = [whole(random, 30, 2_000), whole(random, 2_000, 20_000)];
    return [
      [yesOf(random, n1, NORM), n1],
      [yesOf(random, n2, NORM), n2],
    ] as [[number, number], [number, number]];
  });
  return () =>
    pairs.map(([one, other]) => [
      koopman(one, other),
      katz(one, other),
      differenceOfShares(one, other),
      wilson(...one),
      clopperPearson(...one),
    ]);
};

const schools = (random: Random, size: number, moves: number) => {
  const all = many(size, (at) => ({
    school: String(at),
    roll: whole(random, 400, 1_800),
    movesIn: yesOf(random, Math.round((2 * moves) / size), 0.5),
    movesOut: yesOf(random, Math.round((2 * moves) / size), 0.5),
  }));
  return () => fairShare(all);
};

const survival = (random: Random, size: number) => {
  const [panel, others] = [spellsOf(random, Math.ceil(size / 10)), spellsOf(random, size)];
  return () => [kaplanMeier(others), logRank(panel, others)];
};

const waits = (random: Random, size: number) => {
  const days = many(size, () => whole(random, 0, 200));
  return () => timeliness(days, 60);
};

export const TASKS: readonly Task[] = [
  {
    section: '2a',
    family: 'binomial',
    work: 'the exact tail of one count',
    page: 'national',
    size: DECISIONS,
    of: 'decisions',
    doubling: 2,
    prepare: (_, size) => () => lowerTail(Math.round(size * (NORM - 1 / Math.sqrt(size))), size, NORM),
  },
  { section: '2a', family: 'funnel', work: 'signals and lines', page: 'area', size: AREA, of: 'panels', doubling: null, prepare: funnel }, // prettier-ignore
  { section: '2a', family: 'funnel', work: 'signals and lines', page: 'national', size: PANELS, of: 'panels', doubling: 2, prepare: funnel }, // prettier-ignore
  {
    section: '2a',
    family: 'funnel',
    work: 'published limits, which no page draws',
    page: 'area',
    size: AREA,
    of: 'panels',
    doubling: null,
    prepare: onPanels((panels) => panels.map((panel) => interpolatedFunnel(panel, NORM))),
  },
  {
    section: '2a',
    family: 'false-discovery',
    work: 'mid-p and list',
    page: 'national',
    size: PANELS,
    of: 'panels',
    doubling: 2,
    prepare: onPanels((panels) => listedAmongMany(adjustedForMany(panels.map(({ n, y }) => midP(y, n, NORM))), 0.05)),
  },
  { section: '2a', family: 'case-mix', work: 'exact tails, three years', page: 'area', size: AREA, of: 'panels', doubling: null, prepare: caseMixes }, // prettier-ignore
  { section: '2a', family: 'case-mix', work: 'exact tails, three years', page: 'national', size: PANELS, of: 'panels', doubling: 2, prepare: caseMixes }, // prettier-ignore
  {
    section: '2a',
    family: 'case-mix',
    work: 'exact tails of one area as a whole',
    page: 'area',
    size: MOST_EXACT,
    of: 'decisions',
    doubling: 4,
    prepare: (random, size) => {
      const all = mixOf(random, size);
      return () => caseMix({ ...all, overallRate: NORM });
    },
  },
  {
    section: '2a',
    family: 'case-mix',
    work: 'above 5,000 decisions, by z',
    page: 'national',
    size: DECISIONS,
    of: 'decisions',
    doubling: 2,
    prepare: (random, size) => {
      const cases = many(Math.ceil(size / 15), () => ({ probability: 0.3 + 0.6 * random(), count: 15 }));
      return () => caseMix({ observed: Math.round(size * NORM), cases, overallRate: NORM });
    },
  },
  {
    section: '2a',
    family: 'overdispersion',
    work: 'spread between panels',
    page: 'national',
    size: PANELS,
    of: 'panels',
    doubling: 2,
    prepare: onPanels((panels) => dispersionOfShares(panels)),
  },
  {
    section: '2a',
    family: 'shrinkage',
    work: 'normal model',
    page: 'national',
    size: PANELS,
    of: 'panels',
    doubling: 2,
    prepare: onPanels(normalShrinkage),
  },
  { section: '2a', family: 'shrinkage', work: 'beta-binomial, intervals too', page: 'area', size: AREA, of: 'panels', doubling: null, prepare: shrinkage }, // prettier-ignore
  { section: '2a', family: 'shrinkage', work: 'beta-binomial, intervals too', page: 'national', size: PANELS, of: 'panels', doubling: 2, prepare: shrinkage }, // prettier-ignore
  {
    section: '2a',
    family: 'standardised-ratio',
    work: 'rare events, Byar and exact',
    page: 'national',
    size: PANELS,
    of: 'panels',
    doubling: 2,
    prepare: (random, size) => {
      const standard = { events: many(5, () => whole(random, 100, 1_000)), n: many(5, () => 200_000) };
      const panels = many(size, () => ({ events: many(5, () => whole(random, 0, 3)), n: many(5, () => 133) }));
      return () => panels.map((panel) => standardisedRatio(standard, panel));
    },
  },
  {
    section: '2a',
    family: 'strata',
    work: 'baseline, and the stratum of each',
    page: 'overnight',
    size: COMBINATIONS,
    of: 'combinations',
    doubling: 2,
    prepare: (random, size) => {
      const counts = combinationsOf(random, size);
      return () => {
        const stratumOf = stratumFinder(strataBaseline(counts));
        return counts.map(({ factors }) => stratumOf(factors)?.rate);
      };
    },
  },
  {
    section: '2a',
    family: 'logistic',
    work: 'baseline of 5 factors, calibrated',
    page: 'overnight',
    size: COMBINATIONS,
    of: 'combinations',
    doubling: 2,
    prepare: (random, size) => {
      const counts = combinationsOf(random, size);
      const rows = counts.map(({ levels }) => levels);
      return () => {
        const coef = logisticRegression(rows, counts)?.coef as readonly number[];
        const eta = rows.map((row) => row.reduce((so, level, j) => so + level * (coef[j + 1] as number), coef[0]!));
        return calibration(
          eta.map((value) => 1 / (1 + Math.exp(-value))),
          counts,
        );
      };
    },
  },
  { section: '2b', family: 'control-charts', work: 'p-chart and XmR, 72 months', page: 'area', size: AREA, of: 'panels', doubling: null, prepare: charts }, // prettier-ignore
  { section: '2b', family: 'control-charts', work: 'p-chart and XmR, 72 months', page: 'national', size: PANELS, of: 'panels', doubling: 2, prepare: charts }, // prettier-ignore
  { section: '2b', family: 'cusum', work: 'all four lines', page: 'area', size: AN_AREA, of: 'decisions', doubling: 2, prepare: cusums }, // prettier-ignore
  {
    section: '2b',
    family: 'rebasing',
    work: 'a series cut at three days',
    page: 'area',
    size: AN_AREA,
    of: 'decisions',
    doubling: 2,
    prepare: (_, size) => {
      const dayOf = (at: number) => new Date(Date.UTC(2020, 0, 1 + Math.floor((2_190 * at) / size))).toISOString();
      const points = many(size, (at) => ({ on: dayOf(at).slice(0, 10) }));
      const rebases = ['2021-09-01', '2023-01-01', '2024-09-01'].map((on) => ({ on, reason: 'A new protocol' }));
      return () => rebased(points, rebases);
    },
  },
  { section: '2c', family: 'noise-audit', work: '20 vignettes twice', page: 'area', size: AREA, of: 'panels', doubling: null, prepare: audit }, // prettier-ignore
  { section: '2c', family: 'noise-audit', work: '20 vignettes twice', page: 'national', size: PANELS, of: 'panels', doubling: 2, prepare: audit }, // prettier-ignore
  {
    section: '2c',
    family: 'first-views',
    work: 'six members a case',
    page: 'area',
    size: AN_AREA,
    of: 'decisions',
    doubling: 2,
    prepare: (random, size) => {
      const outcome = () => `outcome ${whole(random, 1, 4)}`;
      const cases = many(size, () => ({
        views: many(6, (at) => ({ outcome: outcome(), isChair: at === 0 })),
        decided: outcome(),
      }));
      return () => firstViews(cases);
    },
  },
  { section: '2d', family: 'agreement', work: 'all coefficients, jackknife', page: 'area', size: A_ROUND, of: 'vignettes', doubling: null, prepare: agreement }, // prettier-ignore
  { section: '2d', family: 'agreement', work: 'all coefficients, jackknife', page: 'national', size: A_ROUND * AREAS, of: 'vignettes', doubling: 2, prepare: agreement }, // prettier-ignore
  {
    section: '2d',
    family: 'kappa',
    work: 'panel and review, linear weights',
    page: 'area',
    size: 40,
    of: 'categories',
    doubling: 4,
    prepare: (random, size) => {
      const table = many(size, () => many(size, () => whole(random, 0, 9)));
      return () => [cohenKappa(table), cohenKappa(table, 'linear'), twoRaterAc1(table)];
    },
  },
  {
    section: '2e',
    family: 'precedents',
    work: 'the nearest 20 within 0.25',
    page: 'precedents',
    size: COMBINATIONS,
    of: 'combinations',
    doubling: 2,
    prepare: (random, size) => {
      const cases = many(size, (at): Precedent => ({
        id: `case-${whole(random, 0, 1e9)}-${at}`,
        features: featuresOf(random),
        outcome: `outcome ${whole(random, 1, 4)}`,
        decidedOn: `2025-${String(whole(random, 1, 12)).padStart(2, '0')}-15`,
      }));
      const query = featuresOf(random);
      return () => nearestPrecedents(query, cases, SCHEMA, { k: 20, within: 0.25 });
    },
  },
  { section: '2f', family: 'ratios, proportions', work: '6 groups at 3 stages by panel', page: 'area', size: 18 * AREA, of: 'pairs', doubling: null, prepare: ratios }, // prettier-ignore
  { section: '2f', family: 'ratios, proportions', work: '6 groups at 3 stages by area', page: 'national', size: 18 * AREAS, of: 'pairs', doubling: 2, prepare: ratios }, // prettier-ignore
  {
    section: '2f',
    family: 'fisher',
    work: 'one table',
    page: 'area',
    size: AN_AREA,
    of: 'decisions',
    doubling: 2,
    prepare: (_, size) => {
      const quarter = Math.round(size / 4);
      const table = [
        [quarter, quarter],
        [quarter - 20, quarter + 20],
      ];
      return () => fisherExact(table);
    },
  },
  {
    section: '2f',
    family: 'strata',
    work: 'Mantel-Haenszel',
    page: 'national',
    size: COMBINATIONS,
    of: 'strata',
    doubling: 2,
    prepare: (random, size) => {
      const strata = many(size, () => {
        const [a = 1, b = 0, c = 0, d = 0] = many(4, () => whole(random, 0, 7));
        return { a: a + 1, b, c, d };
      });
      return () => mantelHaenszel(strata);
    },
  },
  { section: '2g', family: 'fair-share', work: 'ratios, ranges and tails', page: 'area', size: 120, of: 'schools', doubling: null, prepare: (random, size) => schools(random, size, AN_AREA) }, // prettier-ignore
  { section: '2g', family: 'fair-share', work: 'ratios, ranges and tails', page: 'national', size: 3_500, of: 'schools', doubling: 2, prepare: (random, size) => schools(random, size, DECISIONS) }, // prettier-ignore
  { section: '2h', family: 'survival', work: 'Kaplan-Meier and log-rank', page: 'area', size: AN_AREA, of: 'moves', doubling: null, prepare: survival }, // prettier-ignore
  { section: '2h', family: 'survival', work: 'Kaplan-Meier and log-rank, by day', page: 'national', size: DECISIONS, of: 'moves', doubling: 2, prepare: survival }, // prettier-ignore
  { section: '2h', family: 'timeliness', work: 'median, range, centile', page: 'area', size: AN_AREA, of: 'decisions', doubling: 2, prepare: waits }, // prettier-ignore
  { section: '2h', family: 'timeliness', work: 'median, range, centile', page: 'national', size: DECISIONS, of: 'decisions', doubling: 2, prepare: waits }, // prettier-ignore
];
