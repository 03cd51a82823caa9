/**
 * From the inputs of a kind of reference case to its figures, in the names of consistency.md 3.1. Each binding only
 * renames: what it computes, the statistics compute.
 */
import { roundedTo5, suppressed } from '../disclosure';
import { gate } from '../gates';
import {
  type Coefficient,
  countRatings,
  fleiss1971,
  fleissKappa,
  gwetAc1,
  jackknifedAlpha,
  krippendorffAlpha,
  pairAgreement,
} from '../statistics/agreement';
import { lowerTail } from '../statistics/binomial';
import { caseMix } from '../statistics/case-mix';
import { type PChart, pChart, type Xmr, xmr } from '../statistics/control-charts';
import { riskAdjustedCusum, tabularCusum } from '../statistics/cusum';
import {
  betaQuantile,
  chiSquareQuantile,
  chiSquareTails,
  normalQuantile,
  tQuantile,
} from '../statistics/distributions';
import { fairShare } from '../statistics/fair-share';
import { adjustedForMany, listedAmongMany } from '../statistics/false-discovery';
import { fisherExact } from '../statistics/fisher';
import { interpolatedFunnel, pooledShare, standardised, tailSignal } from '../statistics/funnel';
import { InvalidInput } from '../statistics/invalid-input';
import { cohenKappa, type TwoRaters, twoRaterAc1 } from '../statistics/kappa';
import { logisticRegression } from '../statistics/logistic';
import { chanceOfDisagreement, noiseAudit, occasionNoise } from '../statistics/noise-audit';
import { mean, percentile } from '../statistics/numbers';
import { dispersion } from '../statistics/overdispersion';
import { type Feature, type Features, gowerDistance, nearestPrecedents, shareOf } from '../statistics/precedents';
import { clopperPearson, differenceOfShares, wilson } from '../statistics/proportions';
import { katz, koopman } from '../statistics/ratios';
import { betaBinomial, normalShrinkage } from '../statistics/shrinkage';
import { byarLimits, exactPoissonLimits, standardisedRatio } from '../statistics/standardised-ratio';
import { expectedByStrata, mantelHaenszel } from '../statistics/strata';
import { kaplanMeier, logRank, type Spell } from '../statistics/survival';
import { timeliness } from '../statistics/timeliness';

interface Unit {
  readonly unit: string;
  readonly events: number;
  readonly n: number;
}

const countsOf = (units: readonly Unit[]) => units.map(({ events, n }) => ({ n, y: events }));

function funnel({
  units,
  target,
  levels,
}: {
  units: Unit[];
  target: number | 'pooled';
  levels: [inner: number, outer: number];
}) {
  const theta = target === 'pooled' ? (pooledShare(countsOf(units)) ?? null) : target;
  if (theta === null) throw new InvalidInput('units', 'without a decision', 'give at least one decision');
  const [inner, outer] = [...levels].sort((a, b) => a - b).map((level) => (1 - level) / 2) as [number, number];
  return {
    theta,
    rows: units.map(({ unit, events, n }) => {
      const counts = { n, y: events };
      return {
        unit,
        p: events / n,
        z: standardised(counts, theta),
        ...interpolatedFunnel(counts, theta, { inner, outer }),
        signal_exact: tailSignal(counts, theta),
      };
    }),
  };
}

function shrinkage({ units }: { units: Unit[] }) {
  const counts = countsOf(units);
  const normal = normalShrinkage(counts);
  const fit = betaBinomial(counts);
  return {
    normal: {
      theta: normal.theta,
      tau2: normal.tau2,
      rows: normal.rows.map(({ raw, weightOnOwn, shrunk, sd }, i) => ({
        unit: units[i]?.unit,
        raw,
        weight_on_own: weightOnOwn,
        eb: shrunk,
        sd,
      })),
    },
    beta_binomial: fit && {
      alpha: fit.alpha,
      beta: fit.beta,
      mu: fit.mu,
      M: fit.m,
      loglik: fit.logLikelihood,
      rows: fit.rows.map(({ raw, shrunk, ci95 }, i) => ({ unit: units[i]?.unit, raw, eb: shrunk, ci95 })),
    },
  };
}

function strata(inputs: {
  strata: { men_admitted: number; men_rejected: number; women_admitted: number; women_rejected: number }[];
}) {
  const tables = inputs.strata.map((one) => ({
    a: one.men_admitted,
    b: one.men_rejected,
    c: one.women_admitted,
    d: one.women_rejected,
  }));
  const adjusted = mantelHaenszel(tables);
  const { group1, group2 } = expectedByStrata(tables);
  const total = (cell: 'a' | 'b' | 'c' | 'd') => tables.reduce((so, table) => so + table[cell], 0);
  const [a, b, c, d] = [total('a'), total('b'), total('c'), total('d')];
  const crude = katz([a, a + b], [c, c + d]);
  return {
    crude_rr_men_vs_women: { rr: crude.rr, se_log: crude.seLog, ci: crude.ci },
    mantel_haenszel: {
      or_mh: adjusted.oddsRatio,
      rr_mh: adjusted.riskRatio,
      rr_se_log: adjusted.seLog,
      rr_ci: adjusted.ci,
      chi2: adjusted.chi2,
      chi2_cc: adjusted.chi2Corrected,
      expected_a: adjusted.expected,
      observed_a: adjusted.observed,
      var_a: adjusted.variance,
    },
    women_observed: group2.observed,
    women_expected: group2.expected,
    women_ratio: group2.ratio,
    men_observed: group1.observed,
    men_expected: group1.expected,
    men_ratio: group1.ratio,
  };
}

const xmrFigures = ({ mean: centre, amrUnscreened, amr, ucl, lcl, dropped, labels }: Xmr) => ({
  mean: centre,
  amr_unscreened: amrUnscreened,
  amr,
  ucl,
  lcl,
  mr_dropped: dropped,
  labels,
});

function pChartFigures({ pbar, points, signals, runs8, laneySigmaZ }: PChart) {
  return { pbar, ucl: points[0]?.ucl, lcl: points[0]?.lcl, signals, runs8, laney_sigma_z: laneySigmaZ };
}

function noiseFigures(matrix: number[][]) {
  const audit = noiseAudit(matrix);
  const { variance, descriptive, icc } = audit;
  return {
    grand_mean: audit.grandMean,
    judge_means: audit.judgeMeans,
    ms_cases: audit.msCases,
    ms_judges: audit.msJudges,
    ms_residual: audit.msResidual,
    ms_within: audit.msWithin,
    var_case: variance.case,
    var_level: variance.level,
    var_pattern: variance.pattern,
    var_system: variance.system,
    sd_level: Math.sqrt(variance.level),
    sd_pattern: Math.sqrt(variance.pattern),
    sd_system: Math.sqrt(variance.system),
    descriptive: {
      system_sq: descriptive.systemSq,
      level_sq: descriptive.levelSq,
      pattern_sq: descriptive.patternSq,
      system: Math.sqrt(descriptive.systemSq),
      level: Math.sqrt(descriptive.levelSq),
      pattern: Math.sqrt(descriptive.patternSq),
    },
    icc_1_1: icc.oneOne,
    icc_2_1: icc.twoOne,
    icc_3_1: icc.threeOne,
    icc_1_k: icc.oneK,
    icc_2_k: icc.twoK,
    icc_3_k: icc.threeK,
  };
}

const coefficient = ({ coef, pa, pe, se, ci }: Coefficient) => ({ coef, pa, pe, se, ci });

function votes({ matrix }: { matrix: number[][] }) {
  const counts = countRatings(matrix, [0, 1]);
  const pairs = pairAgreement(counts);
  return {
    noise: noiseFigures(matrix),
    pair_disagreement: pairs === null ? null : 1 - pairs,
    identity_check_2x_within_case_variance: chanceOfDisagreement(noiseAudit(matrix)),
    fleiss: coefficient(fleissKappa(counts)),
    gwet: coefficient(gwetAc1(counts)),
    alpha: krippendorffAlpha(counts),
  };
}

function ratings(inputs: { ratings: (number | string | null)[][]; categories: (number | string)[] }) {
  const counts = countRatings(inputs.ratings, inputs.categories);
  const areNumbers = inputs.categories.every((category) => typeof category === 'number');
  return {
    alpha: {
      nominal: krippendorffAlpha(counts),
      ordinal: krippendorffAlpha(counts, 'ordinal'),
      interval: areNumbers ? krippendorffAlpha(counts, 'interval', inputs.categories) : null,
      ratio: areNumbers ? krippendorffAlpha(counts, 'ratio', inputs.categories) : null,
    },
    jackknife_nominal: jackknifedAlpha(counts),
    gwet_ac1: coefficient(gwetAc1(counts)),
    fleiss: coefficient(fleissKappa(counts)),
  };
}

const feature = (kind: string, weight: number, range: number | null): Feature =>
  kind === 'ordinal' || kind === 'numeric'
    ? { kind, weight, range: range as number }
    : { kind: kind as 'nominal' | 'asym', weight };

function distances(inputs: { rows: Features[]; spec: string[]; ranges: (number | null)[] }) {
  const schema = inputs.spec.map((kind, j) => feature(kind, 1, inputs.ranges[j] ?? null));
  const lower = inputs.rows.map((row, i) =>
    inputs.rows.slice(0, i).map((other) => gowerDistance(row, other, schema).distance),
  );
  const all = lower.flat().filter((distance) => distance !== null);
  const at = (share: number) => (all.length === 0 ? null : percentile(all, share));
  return {
    first_lower_rows: lower.slice(1, 5),
    summary: {
      min: at(0),
      q1: at(0.25),
      median: at(0.5),
      mean: all.length === 0 ? null : mean(all),
      q3: at(0.75),
      max: at(1),
    },
  };
}

function precedents(inputs: {
  query: Features;
  cases: { id: string; features: Features; outcome: string }[];
  spec: [kind: string, weight: number][];
  ranges: (number | null)[];
  k: number;
}) {
  const schema = inputs.spec.map(([kind, weight], j) => feature(kind, weight, inputs.ranges[j] ?? null));
  const neighbours = nearestPrecedents(inputs.query, inputs.cases, schema, { k: inputs.k });
  return { neighbours, ...shareOf('agreed', neighbours) };
}

interface Group {
  readonly time: number[];
  readonly event: (0 | 1)[];
}

function survival({ group1, group2 }: { group1: Group; group2: Group }) {
  const spells = ({ time, event }: Group): Spell[] => {
    if (time.length !== event.length)
      throw new InvalidInput('the length of event', event.length, `give one for each of the ${time.length} times`);
    return time.map((value, i) => ({ time: value, event: event[i] as 0 | 1 }));
  };
  const curve = (group: Group) => {
    const { rows, median } = kaplanMeier(spells(group));
    return {
      rows: rows.map(({ time, atRisk, events, survival: share, se, ci }) => ({
        time,
        at_risk: atRisk,
        events,
        survival: share,
        se,
        ci_loglog: ci,
      })),
      median,
    };
  };
  return { km1: curve(group1), km2: curve(group2), logrank: logRank(spells(group1), spells(group2)) };
}

const pChartOf = ({ y, n }: { y: number[]; n: number[] }) => pChartFigures(pChart(y, n));
const fisherOf = ({ table }: { table: number[][] }) => {
  const { twoSided, less, greater } = fisherExact(table);
  return { two_sided: twoSided, less, greater };
};
const timelinessOf = (inputs: { days: number[]; standard_days: number }) => {
  const { median, ci, coverage, within, p90 } = timeliness(inputs.days, inputs.standard_days);
  return { median: { median, ci, coverage }, within, p90 };
};

/** By the id that consistency.md 3.1 gives a kind; P36 to P39 are kinds that it names twice. */
export const bindings: Readonly<Record<string, (inputs: never) => unknown>> = {
  P01: (inputs: {
    beta_inv: [number, number, number][];
    binom_cdf: [number, number, number][];
    chi2_cdf: [number, number][];
    chi2_inv: [number, number][];
    t_inv: [number, number][];
    normal_inv: number[];
  }) => ({
    beta_inv: inputs.beta_inv.map(([p, a, b]) => betaQuantile(p, a, b)),
    binom_cdf: inputs.binom_cdf.map(([k, n, p]) => lowerTail(k, n, p)),
    chi2_cdf: inputs.chi2_cdf.map(([x, df]) => chiSquareTails(x, df).lower),
    chi2_inv: inputs.chi2_inv.map(([p, df]) => chiSquareQuantile(p, df)),
    t_inv: inputs.t_inv.map(([p, df]) => tQuantile(p, df)),
    normal_inv: inputs.normal_inv.map((p) => normalQuantile(p)),
  }),
  P02: funnel,
  P03: (inputs: { z: number[]; s: number[]; winsorise: number; quantile_type: number }) => {
    if (inputs.quantile_type !== 7)
      throw new InvalidInput('quantile_type', inputs.quantile_type, 'give 7: percentiles are of type 7 throughout');
    const found = dispersion(inputs.z, inputs.s, inputs.winsorise);
    return {
      phi: found.phi,
      phi_winsorised: found.phiWinsorised,
      chi2: found.chi2,
      df: found.df,
      p_overdispersion: found.p,
      tau2: found.tau2,
      tau2_winsorised: found.tau2Winsorised,
    };
  },
  P04: shrinkage,
  P05: (inputs: { standard_events: number[]; standard_n: number[]; study_events: number[]; study_n: number[] }) => {
    const { observed, expected, ratio, byarCi, exactCi } = standardisedRatio(
      { events: inputs.standard_events, n: inputs.standard_n },
      { events: inputs.study_events, n: inputs.study_n },
    );
    return { observed, expected, ratio, byar_ci: byarCi, exact_ci: exactCi };
  },
  P06: ({ observed, conf }: { observed: number[]; conf: number }) => ({
    exact: observed.map((count) => exactPoissonLimits(count, conf)),
    byar: observed.map((count) => byarLimits(count, conf)),
  }),
  P07: (inputs: { observed: number; probabilities: number[]; overall_rate: number }) => {
    const found = caseMix({
      observed: inputs.observed,
      cases: inputs.probabilities.map((probability) => ({ probability, count: 1 })),
      overallRate: inputs.overall_rate,
    });
    return {
      observed: found.observed,
      expected: found.expected,
      ratio: found.ratio,
      adjusted_rate: found.adjustedRate,
      diff_per_100: found.differencePer100,
      variance: found.variance,
      z: found.z,
      p_le: found.lowerTail,
      p_ge: found.upperTail,
      mid_p_two_sided: found.midP,
    };
  },
  P08: strata,
  P09: ({ x, y }: { x: number[]; y: number[] }) =>
    logisticRegression(
      x.map((value) => [value]),
      y.map((outcome) => ({ n: 1, y: outcome })),
    ) ?? { coef: null, se: null, deviance: null },
  P10: (inputs: { x: number[]; screen_outliers: boolean }) => xmrFigures(xmr(inputs.x, inputs.screen_outliers)),
  P11: (inputs: { x: number[]; x_with_outlier_at_15: number[] }) => ({
    plain: xmrFigures(xmr(inputs.x, true)),
    outlier_screened: xmrFigures(xmr(inputs.x_with_outlier_at_15, true)),
    outlier_unscreened: xmrFigures(xmr(inputs.x_with_outlier_at_15, false)),
  }),
  P12: (inputs: {
    shift: number[];
    trend: number[];
    two_of_three: number[];
    outside: number[];
    screen_outliers: boolean;
  }) => {
    const chart = (x: number[]) => xmrFigures(xmr(x, inputs.screen_outliers));
    return {
      shift: chart(inputs.shift),
      trend: chart(inputs.trend),
      two_of_three: chart(inputs.two_of_three),
      outside: chart(inputs.outside),
    };
  },
  P13: pChartOf,
  P14: (inputs: { x: number[]; target: number; K: number; H: number }) => {
    const found = tabularCusum(inputs.x, { target: inputs.target, k: inputs.K, h: inputs.H });
    return {
      upper: found.upper,
      lower: found.lower,
      first_signal_upper: found.firstSignalUpper,
      first_signal_lower: found.firstSignalLower,
    };
  },
  P15: (inputs: { y: number[]; p: number[]; odds_ratio: number; h: number }) => {
    const { path, firstSignal } = riskAdjustedCusum(inputs.y, inputs.p, { oddsRatio: inputs.odds_ratio, h: inputs.h });
    return { path, first_signal: firstSignal };
  },
  P16: ({ matrix }: { matrix: number[][] }) => noiseFigures(matrix),
  P17: ({ cube }: { cube: number[][][] }) => {
    const { msCase, msJudge, msInteraction, msWithin, ss, variance } = occasionNoise(cube);
    return {
      ms_case: msCase,
      ms_judge: msJudge,
      ms_interaction: msInteraction,
      ms_within: msWithin,
      ss,
      var_case: variance.case,
      var_level: variance.level,
      var_pattern_stable: variance.stablePattern,
      var_occasion: variance.occasion,
    };
  },
  P18: votes,
  P19: ({ counts }: { counts: number[][] }) => ({
    fleiss1971: fleiss1971(counts),
    fleiss_gwet_se: coefficient(fleissKappa(counts)),
    gwet_ac1: coefficient(gwetAc1(counts)),
    alpha_nominal: krippendorffAlpha(counts),
    alpha_jackknife: jackknifedAlpha(counts),
  }),
  P20: ratings,
  P21: ({ table }: { table: TwoRaters }) => ({
    unweighted: cohenKappa(table),
    linear: cohenKappa(table, 'linear'),
  }),
  P22: (inputs: { table_a: TwoRaters; table_b: TwoRaters }) => {
    const figures = (table: TwoRaters) => {
      const { po, kappa } = cohenKappa(table);
      return { po, kappa, ac1: twoRaterAc1(table) };
    };
    return { table_a: figures(inputs.table_a), table_b: figures(inputs.table_b) };
  },
  P23: distances,
  P24: precedents,
  P25: ({ a, n1, b, n2 }: { a: number; n1: number; b: number; n2: number }) => {
    const { rr, seLog, ci } = katz([a, n1], [b, n2]);
    return { rr, se_log: seLog, ci };
  },
  P26: (inputs: Fractions & { zero_cell: Fractions }) => ({
    main: koopman([inputs.x1, inputs.n1], [inputs.x2, inputs.n2]),
    zero_cell: koopman([inputs.zero_cell.x1, inputs.zero_cell.n1], [inputs.zero_cell.x2, inputs.zero_cell.n2]),
  }),
  P27: (inputs: { x_n: [number, number][]; conf: number }) => ({
    wilson: inputs.x_n.map(([x, n]) => wilson(x, n, inputs.conf)),
    clopper_pearson: inputs.x_n.map(([x, n]) => clopperPearson(x, n, inputs.conf)),
  }),
  P28: fisherOf,
  P29: ({ p, q }: { p: number[]; q: number }) => {
    const adjusted = adjustedForMany(p);
    return { adjusted, rejected: listedAmongMany(adjusted, q) };
  },
  P30: ({ tables, threshold, round5 }: { tables: number[][][]; threshold: number; round5: number[] }) => ({
    tables: tables.map((table) => suppressed(table, threshold)),
    round5: round5.map(roundedTo5),
  }),
  P31: (inputs: { schools: { school: string; roll: number; moves_in: number; moves_out: number }[] }) => {
    const found = fairShare(
      inputs.schools.map(({ school, roll, moves_in: movesIn, moves_out: movesOut }) => ({
        school,
        roll,
        movesIn,
        movesOut,
      })),
    );
    return {
      total_in: found.totalIn,
      total_out: found.totalOut,
      dissimilarity: found.dissimilarity,
      rows: found.rows.map((row) => ({
        school: row.school,
        in_per_1000: row.inPer1000,
        out_per_1000: row.outPer1000,
        net_per_1000: row.netPer1000,
        expected_in: row.expectedIn,
        fair_share_ratio: row.ratio,
        ratio_ci: row.ci,
        p_le: row.lowerTail,
        p_ge: row.upperTail,
      })),
    };
  },
  P32: survival,
  P33: timelinessOf,
  P34: ({ x1, n1, x2, n2 }: Fractions) => differenceOfShares([x1, n1], [x2, n2]),
  P35: (inputs: {
    funnel: number[];
    series: [number, number, number][];
    agreement: [number, number][];
    ratio: [number, number, number, number][];
    km: [number, number][];
    precedents: number[];
  }) => ({
    funnel: inputs.funnel.map((n) => gate('funnel', { n })),
    series: inputs.series.map(([points, meanN, meanShare]) => gate('series', { points, meanN, meanShare })),
    agreement: inputs.agreement.map(([units, raters]) => gate('agreement', { units, raters })),
    ratio: inputs.ratio.map(([events1, n1, events2, n2]) => gate('ratio', { events1, n1, events2, n2 })),
    km: inputs.km.map(([n, events]) => gate('km', { n, events })),
    precedents: inputs.precedents.map((count) => gate('precedents', { count })),
  }),
  P36: pChartOf,
  P37: survival,
  P38: fisherOf,
  P39: timelinessOf,
};

interface Fractions {
  readonly x1: number;
  readonly n1: number;
  readonly x2: number;
  readonly n2: number;
}
