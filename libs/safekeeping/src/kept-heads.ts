/**
 * Heads of the log outside the database (event-format.md 6): whoever edits the log and builds the read models anew from it
 * does not have the key that these lines are signed with. Appended to, never rewritten.
 */
import type { DailyHead } from '@app/event-store';
import { appendLines, type KeyStore, makeFolder } from '@app/vault';
import { createHmac } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';

interface Line extends DailyHead {
  /** The log's identity: a data folder may have served another one. */
  readonly log: string;
  /** UTC instant. */
  readonly keptAt: string;
  /** A backup that ends here was restored: heads kept earlier of what came after it are void. */
  readonly restored?: true;
  readonly signature: string;
}

export interface HeadsOutside {
  /** That the log must have, oldest first. */
  readonly heads: readonly DailyHead[];
  /** UTC instant at which the newest of them was kept. */
  readonly newestKeptAt: string | undefined;
  /** Numbers of lines that were not written with this tenant's key, from 1. */
  readonly forged: readonly number[];
}

const HOUR_MS = 60 * 60 * 1000;

export class KeptHeads {
  /** @param path `<data folder>/log-heads.jsonl` */
  constructor(
    readonly path: string,
    private readonly keys: Pick<KeyStore, 'tenantKey'>,
  ) {}

  read(log: string): HeadsOutside {
    const text = existsSync(this.path) ? readFileSync(this.path, 'utf8') : '';
    let heads: Line[] = [];
    const forged: number[] = [];
    text.split('\n').forEach((written, at) => {
      // A line that a crash cut off was never relied on.
      if (written === '' || !written.endsWith('}')) return;
      const line = parsed(written);
      if (!line || this.sign(line) !== line.signature) forged.push(at + 1);
      else if (line.log === log) {
        if (line.restored) heads = heads.filter(({ events }) => events <= line.events);
        if (line.events > 0) heads.push(line);
      }
    });
    return {
      heads: heads.map(({ day, events, lastEventId, digest }) => ({ day, events, lastEventId, digest })),
      newestKeptAt: heads.at(-1)?.keptAt,
      forged,
    };
  }

  /** Quiet when this head is there already. On the disk when it returns. */
  keep(log: string, head: DailyHead, now: Date): void {
    if (this.read(log).heads.some(({ events, digest }) => events === head.events && digest === head.digest)) return;
    this.append({ log, ...plain(head), keptAt: now.toISOString() });
  }

  /** The policy: keeps the newest head when the log has grown and the one before is an hour old. */
  keepHourly(log: string, heads: readonly DailyHead[], now: Date): void {
    const newest = heads.at(-1);
    const { heads: kept, newestKeptAt } = this.read(log);
    if (!newest || newest.events <= (kept.at(-1)?.events ?? 0)) return;
    if (newestKeptAt === undefined || now.getTime() - Date.parse(newestKeptAt) >= HOUR_MS) this.keep(log, newest, now);
  }

  /** After a restore on purpose: the log ends here, and what was kept of later events counts no more. */
  noteRestore(log: string, head: DailyHead, now: Date): void {
    this.append({ log, ...plain(head), keptAt: now.toISOString(), restored: true });
  }

  private append(line: Omit<Line, 'signature'>): void {
    makeFolder(dirname(this.path));
    appendLines(this.path, [JSON.stringify({ ...line, signature: this.sign(line) })]);
  }

  private sign({ log, day, events, lastEventId, digest, keptAt, restored }: Omit<Line, 'signature'>): string {
    const said = JSON.stringify(['head', log, day, events, lastEventId, digest, keptAt, restored ?? false]);
    return createHmac('sha256', this.keys.tenantKey('evidence')).update(said).digest('hex');
  }
}

const plain = ({ day, events, lastEventId, digest }: DailyHead): DailyHead => ({ day, events, lastEventId, digest });

function parsed(text: string): Line | undefined {
  try {
    return JSON.parse(text) as Line;
  } catch {
    return undefined;
  }
}
