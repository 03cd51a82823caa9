/** Which of the sender's columns are the register's. Pure. */
import { type Column, columns } from './row';

export interface Header {
  /** Where each known column stands in a row. */
  readonly at: ReadonlyMap<Column, number>;
  /** Names of columns that Evenhand does not know; they are ignored. */
  readonly unknown: readonly string[];
  /** Names of required columns that are not there. */
  readonly missing: readonly string[];
  /** Names of known columns that stand there more than once. */
  readonly twice: readonly string[];
}

const plain = (name: string): string => name.trim().replace(/\s+/g, ' ').toLowerCase();

/** The two columns that Evenhand adds when it sends rows back. */
const OURS = new Set(['validation results', 'errors']);

export function matchHeader(names: readonly string[]): Header {
  const known = new Map(columns.map(([column, { name }]) => [plain(name), column]));
  const at = new Map<Column, number>();
  const unknown: string[] = [];
  const twice: string[] = [];
  names.forEach((name, position) => {
    const column = known.get(plain(name));
    if (column === undefined) {
      if (name.trim() !== '' && !OURS.has(plain(name))) unknown.push(name.trim());
    } else if (at.has(column)) twice.push(name.trim());
    else at.set(column, position);
  });
  const missing = columns.flatMap(([column, { name, required }]) => (required && !at.has(column) ? [name] : []));
  return { at, unknown, missing, twice };
}
