/**
 * Editions of the DfE guidance on suspension, permanent exclusion and pupil movement (domain.md A.0). An edition is named
 * by the day it came into force; a fact is governed by the edition in force on the day it happened.
 */
export const RULE_EDITIONS = [
  '2012-09-01',
  '2017-09-01',
  '2022-09-01',
  '2023-09-01',
  '2024-08-19',
  '2026-07-26',
] as const;

/** No trial periods for managed moves from this day (domain.md A.1 MM6). */
export const NO_TRIALS_FROM = '2026-07-26';

/** The edition in force on a day; the oldest one for days before it. */
export const ruleSetOn = (day: string): string =>
  RULE_EDITIONS.findLast((edition) => edition <= day) ?? RULE_EDITIONS[0];
