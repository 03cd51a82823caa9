/**
 * Reads a sender's sheet without losing anything of it: its encoding, its header and every cell as it came, so that
 * refused rows can go back as they were sent (register.md).
 */
import { parse } from 'csv-parse/sync';

/** The largest file that is read, in bytes. */
export const MAX_FILE_BYTES = 64 * 1024 * 1024;

/** The file as a whole cannot be read: nothing of it was imported. The sentence says what to do. */
export class FileRefused extends Error {
  override readonly name = 'FileRefused';
  constructor(
    readonly code: 'unreadable' | 'too-large' | 'no-header' | 'column-missing' | 'column-twice',
    message: string,
  ) {
    super(message);
  }
}

export type SheetEncoding = 'utf-8' | 'utf-8-bom' | 'windows-1252';

export interface SheetRow {
  /** Counted from 1, the header and blank rows included, as a spreadsheet shows it. */
  readonly number: number;
  readonly cells: readonly string[];
}

export interface Sheet {
  readonly encoding: SheetEncoding;
  readonly header: readonly string[];
  /** Without rows that are wholly blank. */
  readonly rows: readonly SheetRow[];
}

/** The text of a file and the encoding it came in: UTF-8 with or without BOM, else Windows-1252. */
export function decoded(bytes: Uint8Array): { text: string; encoding: SheetEncoding } {
  if (bytes.length > MAX_FILE_BYTES)
    throw new FileRefused(
      'too-large',
      `The file has ${Math.ceil(bytes.length / 1_048_576)} MB and the limit is ${MAX_FILE_BYTES / 1_048_576} MB: split it and import the parts one after the other.`,
    );
  if (bytes.includes(0))
    throw new FileRefused(
      'unreadable',
      'The file is not a CSV file (it looks like a spreadsheet, a document or UTF-16 text): save it as "CSV UTF-8" and import that.',
    );
  const withoutBom = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  try {
    return {
      text: new TextDecoder('utf-8', { fatal: true }).decode(bytes),
      encoding: withoutBom ? 'utf-8-bom' : 'utf-8',
    };
  } catch {
    return { text: new TextDecoder('windows-1252').decode(bytes), encoding: 'windows-1252' };
  }
}

/** The sheet of a CSV file. Throws FileRefused before any row when the file as a whole cannot be read. */
export function readSheet(bytes: Uint8Array): Sheet {
  const { text, encoding } = decoded(bytes);
  let lines: SheetRow[];
  try {
    lines = parse(text, { relax_column_count: true, skip_empty_lines: false }).map((cells, i) => ({
      number: i + 1,
      cells,
    }));
  } catch (error) {
    const line = (error as { lines?: number }).lines;
    throw new FileRefused(
      'unreadable',
      `The file cannot be read as CSV${line ? ` at line ${line}` : ''}: a quotation mark there is not closed or stands inside a cell. Open it in a spreadsheet and save it as "CSV UTF-8" again.`,
    );
  }
  const filled = lines.filter(({ cells }) => cells.some((cell) => cell.trim() !== ''));
  const [header, ...rows] = filled;
  if (!header)
    throw new FileRefused('no-header', 'The file is empty: its first row must hold the names of the columns.');
  return { encoding, header: header.cells, rows };
}
