/**
 * The one place for disclosure control (consistency.md 1.2; reference case P30). Applied on the server after the query
 * and before any answer, for the reader's tier.
 */

import { checkCount, checkMatrix } from './statistics/invalid-input';

/** 1: members, for cases they lawfully see. 2: directors and analysts inside the agreement. 3: published. */
export type Tier = 1 | 2 | 3;

/** Withheld. It does not mean "1 to 4". */
export const WITHHELD = 'c' as const;
export type Withheld = typeof WITHHELD;

/** What a released number is: a share, given in per cent, a count (of cases, also expected ones), an index around 0 to 1, or a ratio or days. */
export type Unit = 'share' | 'count' | 'index' | 'number';

/** Rounds to the nearest 5, for tier 3. */
export const roundedTo5 = (value: number): number => Math.round(value / 5) * 5;

export interface SuppressedTable {
  /** Small cells: 1 up to below the threshold. */
  readonly primary: boolean[][];
  /** With the cells that are withheld so that no total gives a small one away. */
  readonly final: boolean[][];
  readonly display: (number | Withheld)[][];
}

/**
 * Primary and secondary suppression of a table whose row and column totals are published. While a line has exactly one
 * withheld cell, its smallest remaining cell above zero goes too (ties: leftmost, topmost; zeros only if nothing else).
 */
export function suppressed(table: readonly (readonly number[])[], threshold: number): SuppressedTable {
  checkCount('threshold', threshold, 1);
  checkMatrix('table', table, 1, 1);
  table.forEach((row, r) => row.forEach((value, c) => checkCount(`table[${r}][${c}]`, value)));
  const primary = table.map((row) => row.map((cell) => cell > 0 && cell < threshold));
  const final = withSecondary(table, primary);
  return {
    primary,
    final,
    display: table.map((row, r) => row.map((value, c) => (final[r]?.[c] ? WITHHELD : value))),
  };
}

/** The cells to withhold, with those that must not be worked out from the totals of their lines. */
function withSecondary(table: readonly (readonly number[])[], primary: readonly (readonly boolean[])[]): boolean[][] {
  const final = primary.map((row) => [...row]);
  const lines = [
    ...table.map((row, r) => row.map((_, c) => [r, c] as const)),
    ...(table[0] ?? []).map((_, c) => table.map((_row, r) => [r, c] as const)),
  ];
  const cell = ([r, c]: readonly [number, number]) => (table[r] as readonly number[])[c] as number;
  const isWithheld = ([r, c]: readonly [number, number]) => (final[r] as boolean[])[c] as boolean;
  for (let changed = true; changed;) {
    changed = false;
    for (const line of lines) {
      if (line.filter(isWithheld).length !== 1) continue;
      const open = line.filter((at) => !isWithheld(at));
      const candidates = open.some((at) => cell(at) > 0) ? open.filter((at) => cell(at) > 0) : open;
      const [smallest] = [...candidates].sort((a, b) => cell(a) - cell(b) || a[1] - b[1] || a[0] - b[0]);
      if (!smallest) continue;
      (final[smallest[0]] as boolean[])[smallest[1]] = true;
      changed = true;
    }
  }
  return final;
}

/** The smallest count that is not small on a tier. */
const leastShown = (tier: 2 | 3): number => (tier === 2 ? 5 : 10);

/**
 * What a table withholds: small counts and small totals of rows, rows of which all is in one column, and what would give
 * these away. With more than one column the total of a row is a cell of its own, the last.
 */
function withheldIn(table: readonly (readonly number[])[], least: number): boolean[][] {
  const isSmall = (count: number) => count > 0 && count < least;
  const withTotals = table.map((row) => (row.length > 1 ? [...row, sumOf(row)] : row));
  const primary = withTotals.map((row, r) => {
    const isOneSided = row.length > 1 && (table[r] as number[]).filter((count) => count > 0).length < 2;
    return row.map((count, c) => isSmall(count) || (isOneSided && c < row.length - 1));
  });
  return withSecondary(withTotals, primary);
}

const sumOf = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);

/** A share's two counts may be shown on a tier: neither side is small, and neither side is empty ("all refused"). */
function splitMayBeShown(n: number, y: number, tier: Tier): boolean {
  if (tier === 1) return true;
  const least = leastShown(tier);
  return y >= least && n - y >= least;
}

/** One published window over months (0 or 1 a month), with its value and whether it must not be known. */
interface WindowCell {
  readonly key: string;
  readonly months: readonly number[];
  readonly value: number;
  readonly mayBeShown: boolean;
  /** The one that readers open first: withheld last. */
  readonly keep: boolean;
}

/**
 * Overlapping windows can be subtracted from each other. While a hidden window is a combination of shown ones, withholds the
 * smallest of these. Answers the keys that are withheld beyond the hidden ones.
 */
function withheldAgainstDifferencing(cells: readonly WindowCell[]): ReadonlySet<string> {
  const hidden = cells.filter((cell) => !cell.mayBeShown);
  let shown = cells.filter((cell) => cell.mayBeShown);
  const withheld = new Set<string>();
  if (hidden.length === 0) return withheld;
  for (;;) {
    const solve = solver(shown.map((cell) => cell.months));
    const solvable = [...hidden, ...cells.filter((cell) => withheld.has(cell.key))]
      .map((cell) => solve(cell.months) ?? [])
      .find((parts) => parts.length > 0);
    if (!solvable) return withheld;
    const [next] = solvable
      .map((part) => shown[part] as WindowCell)
      .sort((a, b) => Number(a.keep) - Number(b.keep) || a.value - b.value || (a.key < b.key ? -1 : 1));
    withheld.add((next as WindowCell).key);
    shown = shown.filter((cell) => cell !== next);
  }
}

/** Whether a vector is a linear combination of others. */
export const isCombinationOf = (vectors: readonly (readonly number[])[], target: readonly number[]): boolean =>
  solver(vectors)(target) !== null;

/**
 * Says of which vectors another one is a linear combination, by their positions; null where it is none (Gaussian
 * elimination, which keeps beside each row what it was made of).
 */
function solver(vectors: readonly (readonly number[])[]): (target: readonly number[]) => readonly number[] | null {
  const isZero = (x: number | undefined) => Math.abs(x ?? 0) <= 1e-9;
  const basis: { readonly row: readonly number[]; readonly lead: number }[] = [];
  const reduced = (row: number[]): number[] => {
    for (const { row: base, lead } of basis) {
      if (isZero(row[lead])) continue;
      const factor = (row[lead] as number) / (base[lead] as number);
      for (let i = 0; i < row.length; i++) row[i] = (row[i] as number) - factor * (base[i] as number);
    }
    return row;
  };
  vectors.forEach((vector, i) => {
    const row = reduced([...vector, ...vectors.map((_, j) => Number(i === j))]);
    const lead = row.findIndex((x, at) => at < vector.length && !isZero(x));
    if (lead >= 0) basis.push({ row, lead });
  });
  return (target) => {
    const row = reduced([...target, ...vectors.map(() => 0)]);
    if (!row.slice(0, target.length).every(isZero)) return null;
    return vectors.flatMap((_, j) => (isZero(row[target.length + j]) ? [] : [j]));
  };
}

/** The keys of the windows that stay open beside each other and beside those that are published already. */
function openAmong(
  windows: readonly WindowCounts[],
  published: readonly WindowCounts[],
  mayBeShown: (counts: WindowCounts) => boolean,
): ReadonlySet<string> {
  const cellsOf = (some: readonly WindowCounts[]) =>
    some.map((window) => ({ ...window, value: window.n, mayBeShown: mayBeShown(window) }));
  const openOf = (cells: readonly WindowCell[], beside: readonly WindowCell[] = []) => {
    const withheld = withheldAgainstDifferencing([...beside, ...cells]);
    return new Set(cells.filter((cell) => cell.mayBeShown && !withheld.has(cell.key)).map((cell) => cell.key));
  };
  const before = openOf(cellsOf(published));
  const settled = cellsOf(published).map((cell) => ({ ...cell, mayBeShown: before.has(cell.key), keep: true }));
  return openOf(cellsOf(windows), settled);
}

/** One panel's counts in one published window, which covers some months (1) and not others (0). */
export interface WindowCounts {
  readonly key: string;
  readonly months: readonly number[];
  readonly n: number;
  readonly y: number;
  /** The one that readers open first: withheld last. */
  readonly keep: boolean;
}

/** So many of so many, as far as a tier may know them: null is under the gate, "c" is withheld. */
export interface DisclosedShare {
  readonly decisions: number | Withheld | null;
  readonly supported: number | Withheld | null;
}

/** A number as far as a tier may know it: null where there is none or the gate hides it, "c" where it is withheld. */
export type Shown = number | Withheld | null;

/** A row of counts that add up to a total. */
export interface DisclosedCounts<Name extends string> {
  readonly total: Shown;
  readonly counts: Readonly<Record<Name, Shown>>;
}

/**
 * A value as a reader of a tier may know it. Only this file makes one, so what carries one has been through disclosure
 * control: a `Result` cannot be made without it.
 */
export class Disclosed<Value> {
  /** Makes the type nominal: an object of the same form is none. */
  declare protected readonly made: true;

  private constructor(
    readonly tier: Tier,
    readonly value: Value,
    /** Range, signal, sentence and chart point may be shown beside it. */
    readonly isOpen: boolean,
    /** What stands for a figure that is not open. */
    private readonly blank: Withheld | null = WITHHELD,
  ) {}

  /** A panel's share in the window `key` of those that are published; see `shares`. */
  static share(
    windows: readonly WindowCounts[],
    { key, ...rest }: { key: string; tier: Tier; countMayBeShown: (n: number) => boolean },
  ): Disclosed<DisclosedShare> {
    const own = Disclosed.shares(windows, rest).get(key);
    if (!own) throw new Error(`There is no window "${key}" among those that are published.`);
    return own;
  }

  /**
   * A panel's shares in windows that are published together, by key. On tiers 2 and 3 the number of decisions is null under
   * the gate, both counts of a small or one-sided split are withheld, and so are counts that could be solved for from the
   * others, and from windows that are `published` elsewhere, which are settled first.
   */
  static shares(
    windows: readonly WindowCounts[],
    {
      tier,
      countMayBeShown,
      published = [],
    }: { tier: Tier; countMayBeShown: (n: number) => boolean; published?: readonly WindowCounts[] },
  ): ReadonlyMap<string, Disclosed<DisclosedShare>> {
    const isAllowed = (counts: WindowCounts) => countMayBeShown(counts.n);
    const countOpen = openAmong(windows, published, isAllowed);
    const splitOpen = openAmong(windows, published, (own) => isAllowed(own) && splitMayBeShown(own.n, own.y, tier));
    const shown = (count: number) => (tier === 3 ? roundedTo5(count) : count);
    return new Map(
      windows.map(({ key, n, y }) => {
        const allowed = countMayBeShown(n);
        if (tier === 1) return [key, new Disclosed(tier, { decisions: n, supported: y }, allowed, null)];
        if (!allowed) return [key, new Disclosed(tier, { decisions: null, supported: null }, false, null)];
        const isOpen = countOpen.has(key) && splitOpen.has(key);
        const value = {
          decisions: countOpen.has(key) ? shown(n) : WITHHELD,
          supported: isOpen ? shown(y) : WITHHELD,
        };
        return [key, new Disclosed<DisclosedShare>(tier, value, isOpen)];
      }),
    );
  }

  /**
   * A table of counts of one fixed release, row by row, whose totals of rows and columns readers may know. Beyond tier 1
   * small counts are withheld, both sides of a row that all falls to one side ("all refused"), and what would give these
   * away; a row is open where none of its counts is withheld, and a row that its gate hides (`permitted`) shows no count.
   */
  static table<Name extends string>(
    rows: readonly Readonly<Record<Name, number>>[],
    { tier, permitted }: { tier: Tier; permitted: (row: Readonly<Record<Name, number>>, r: number) => boolean },
  ): Disclosed<DisclosedCounts<Name>>[] {
    const cells = rows.map((row) => Object.values<number>(row));
    checkMatrix('rows', cells, 1, 1);
    cells.forEach((row, r) => row.forEach((count, c) => checkCount(`rows[${r}][${c}]`, count)));
    const isWithheld =
      tier === 1 ? cells.map((row) => [...row, 0].map(() => false)) : withheldIn(cells, leastShown(tier));
    return rows.map((row, r) => {
      const own = cells[r] as number[];
      const flags = isWithheld[r] as boolean[];
      const isPermitted = permitted(row, r);
      const shown = (count: number, withheld: boolean): Shown =>
        !isPermitted && tier > 1 ? null : withheld ? WITHHELD : tier === 3 ? roundedTo5(count) : count;
      const counts = Object.fromEntries(
        Object.keys(row).map((name, c) => [name, shown(own[c] as number, flags[c] as boolean)]),
      ) as Record<Name, Shown>;
      return new Disclosed<DisclosedCounts<Name>>(
        tier,
        { total: shown(sumOf(own), flags.at(-1) as boolean), counts },
        isPermitted && !flags.includes(true),
        isPermitted ? WITHHELD : null,
      );
    });
  }

  /** A figure that is computed from values of which each is released: open where all of them are. */
  static over(parts: readonly Disclosed<unknown>[], tier: Tier): Disclosed<object> {
    return new Disclosed(
      tier,
      {},
      parts.every((part) => part.isOpen),
    );
  }

  /**
   * A count that runs up to a total, given at several points, the earliest first: how many by then. Beyond tier 1 a point is
   * open only where neither those since the last open point nor those still left are few, so that no two points give away a
   * small count.
   */
  static running(
    soFar: readonly number[],
    { tier, total, permitted }: { tier: Tier; total: number; permitted: boolean },
  ): Disclosed<{ readonly total: Shown }>[] {
    const least = tier === 1 ? 0 : leastShown(tier);
    const value = { total: tier === 3 ? roundedTo5(total) : total };
    let last = 0;
    return soFar.map((count, i) => {
      checkCount(`soFar[${i}]`, count, i === 0 ? 0 : (soFar[i - 1] as number), total);
      const isOpen = permitted && count - last >= least && total - count >= least;
      if (isOpen) last = count;
      return permitted || tier === 1
        ? new Disclosed(tier, value, isOpen, permitted ? WITHHELD : null)
        : new Disclosed(tier, { total: null }, false, null);
    });
  }

  /** The value with figures that were computed from it, rounded for the tier: shown and withheld with it. */
  with<Name extends string>(
    unit: Unit,
    figures: Readonly<Record<Name, number | null>>,
  ): Disclosed<Value & Readonly<Record<Name, Shown>>> {
    const released = Object.fromEntries(
      Object.entries<number | null>(figures).map(([name, figure]) => [
        name,
        !this.isOpen ? this.blank : figure === null ? null : this.rounded(figure, unit),
      ]),
    ) as Record<Name, Shown>;
    return new Disclosed(this.tier, { ...this.value, ...released }, this.isOpen, this.blank);
  }

  /** A released number; on tiers 2 and 3 whole per cents, an index to two decimals, else one; counts to 5 on tier 3. */
  rounded(value: number, unit: Unit): number {
    if (this.tier === 3 && unit === 'count') return roundedTo5(value);
    const scaled = unit === 'share' ? 100 * value : value;
    const decimals = this.tier === 1 ? 4 : { share: 0, count: 1, index: 2, number: 1 }[unit];
    return Number(scaled.toFixed(decimals)) + 0;
  }
}
