/**
 * `verify`: do the log, its read models, their checkpoints, the vault and the keys still say the same (event-format.md 6,
 * reliability-and-privacy.md 3.3)? It changes nothing but a head that it keeps of a log that is intact.
 */
import { type DailyHead, type Envelope, readHeads, type StoredRecord, verifyLog } from '@app/event-store';
import { type Clock, londonDate, type VaultRef } from '@app/kernel';
import { compareWithLog, type Projection, ProjectionStopped, type RebuildParts } from '@app/projections';
import {
  isTextOf,
  type KeyStore,
  type SealedBlock,
  SUPPRESSION_LIST,
  type SuppressionList,
  type WordsOwner,
  type WordsVault,
} from '@app/vault';
import type { Pool } from 'pg';
import type { KeptHeads } from './kept-heads';

/** Something that is wrong: where, what, and what to do about it. No names, no words, no facts of a child. */
export interface Finding {
  readonly where: 'log' | 'readModels' | 'checkpoints' | 'vault' | 'keys';
  readonly what: string;
  readonly remedy: string;
}

export interface VerifyReport {
  readonly intact: boolean;
  readonly events: number;
  readonly digest: string;
  /** Heads that the log was compared with, in the database and signed outside it. */
  readonly headsInDatabase: number;
  readonly headsOutside: number;
  /** Events up to the newest head outside: what comes after it is covered in the database only. */
  readonly eventsCoveredOutside: number;
  /** Read models compared with the log. */
  readonly readModels: number;
  readonly children: number;
  readonly forgotten: number;
  readonly words: number;
  readonly findings: readonly Finding[];
}

export interface VerifyParts extends RebuildParts {
  readonly application: Pool;
  readonly projections: readonly Projection[];
  readonly keys: KeyStore;
  readonly words: WordsVault;
  readonly suppression: SuppressionList;
  readonly heads: KeptHeads;
  readonly clock: Clock;
}

export type VerifyStage = 'log' | 'readModels';

export interface VerifyOptions {
  /** Leaves out the comparison of the read models with ones built anew. */
  readonly quick?: boolean;
  readonly onProgress?: (stage: VerifyStage, progress: { readonly done: number; readonly total: number }) => void;
  readonly signal?: AbortSignal;
}

/** Of each kind of finding this many are named; the rest are counted. */
const NAMED = 5;

export async function verify(parts: VerifyParts, options: VerifyOptions = {}): Promise<VerifyReport> {
  const { store, application, projections, heads, clock } = parts;
  const findings: Finding[] = [];
  const id = await store.identity();
  // Before the log is read: what they say must be in it, whatever is appended meanwhile.
  const checkpoints = await checkpointsOf(application);
  const inDatabase = await headsInDatabase(application);
  const outside = heads.read(id);
  const total = Number(
    (await application.query('SELECT coalesce(max(events), 0) AS n FROM read.checkpoints')).rows[0].n,
  );

  const vault = new VaultCheck(parts);
  const passed = checkpoints.map((checkpoint) => ({ ...checkpoint, found: 0 }));
  const streams = new Map<string, number>();
  const torn = new Some();
  let newestDay = '';
  const log = await verifyLog(store, [...inDatabase, ...outside.heads], async (records, events) => {
    options.signal?.throwIfAborted();
    for (const record of records) {
      const revision = (streams.get(record.stream) ?? -1) + 1;
      if (record.revision !== revision)
        torn.add(`${record.stream} goes from revision ${revision - 1} to ${record.revision}`);
      streams.set(record.stream, record.revision);
      for (const at of passed)
        if (at.position !== null && store.compare(record.position, at.position) <= 0) at.found += 1;
      newestDay = laterOf(newestDay, record);
    }
    await vault.take(records);
    options.onProgress?.('log', { done: events, total: Math.max(total, events) });
  });

  if (!log.intact) findings.push(headFinding(log, new Set(outside.heads), heads.path));
  if (outside.forged.length > 0)
    findings.push({
      where: 'log',
      what: `${heads.path}: ${plural(outside.forged.length, 'line')} (${outside.forged.slice(0, NAMED).join(', ')}) not written with this tenant's key.`,
      remedy:
        'Somebody wrote to this file, or the keys folder is another one: restore the file and the keys from their backup.',
    });
  if (torn.count > 0)
    findings.push({
      where: 'log',
      what: `${plural(torn.count, 'stream')} with an event missing or out of order: ${torn.named()}.`,
      remedy: RESTORE,
    });

  const head = await store.head();
  for (const found of passed) findings.push(...checkpointFindings(found, id, head, parts));
  for (const { name } of projections)
    if (log.events > 0 && !checkpoints.some(({ projection }) => projection === name))
      findings.push({
        where: 'checkpoints',
        what: `The read model ${name} is not there.`,
        remedy: 'Start Evenhand: it builds what is missing.',
      });
  findings.push(...(await vault.findings()));
  const compared = options.quick ? [] : await compareReadModels(parts, options, findings);

  const report: VerifyReport = {
    intact: findings.length === 0,
    events: log.events,
    digest: log.digest,
    headsInDatabase: inDatabase.length,
    headsOutside: outside.heads.length,
    eventsCoveredOutside: outside.heads.at(-1)?.events ?? 0,
    readModels: compared.length,
    children: vault.children,
    forgotten: vault.forgotten,
    words: vault.words,
    findings,
  };
  if (report.intact && vault.last)
    heads.keep(id, { day: newestDay, events: log.events, lastEventId: vault.last.id, digest: log.digest }, clock.now());
  return report;
}

const RESTORE =
  'Stop Evenhand, keep this database for whoever looks into it, and restore the newest backup that verifies.';
const plural = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;

/** Names the first few and counts all. */
class Some {
  count = 0;
  private readonly first: string[] = [];
  add(what: string): void {
    this.count += 1;
    if (this.first.length < NAMED) this.first.push(what);
  }
  named(): string {
    return [...this.first, ...(this.count > NAMED ? [`and ${this.count - NAMED} more`] : [])].join('; ');
  }
}

function laterOf(day: string, record: StoredRecord): string {
  const at = new Date((record.metadata as unknown as Envelope).recordedAt);
  const recorded = Number.isNaN(at.getTime()) ? day : londonDate(at);
  return recorded > day ? recorded : day;
}

type NotIntact = Extract<Awaited<ReturnType<typeof verifyLog>>, { intact: false }>;

function headFinding({ kept, found, sound }: NotIntact, outside: ReadonlySet<DailyHead>, path: string): Finding {
  const where = outside.has(kept) ? `outside the database (${path})` : 'in the database';
  const from = (sound?.events ?? 0) + 1;
  if (!found || found.events < kept.events)
    return {
      where: 'log',
      what: `The log ends after event ${found?.events ?? 0}, but on ${kept.day} it had ${kept.events}, as kept ${where}: its end is missing.`,
      remedy: `${RESTORE} If you have put the database back to an earlier time yourself, move ${path} aside and verify again.`,
    };
  return {
    where: 'log',
    what: `Something between event ${from} and event ${kept.events} (${kept.day}) was changed, added, removed or put in another order: the digest differs from the one kept ${where}.`,
    remedy: RESTORE,
  };
}

interface Checkpoint {
  readonly projection: string;
  readonly version: number;
  readonly store_id: string;
  readonly position: string | null;
  readonly events: string;
  readonly state: string;
}

const checkpointsOf = async (pool: Pool): Promise<Checkpoint[]> =>
  (
    await pool.query<Checkpoint>(
      `SELECT projection, version, store_id, position, events::text, state FROM read.checkpoints
        WHERE schema = 'read' ORDER BY projection`,
    )
  ).rows;

async function headsInDatabase(pool: Pool): Promise<DailyHead[]> {
  const { rows } = await pool.query<{ there: boolean }>(`SELECT to_regclass('read.log_digest') IS NOT NULL AS there`);
  return rows[0]?.there ? readHeads(pool) : [];
}

function checkpointFindings(
  { projection, version, store_id, position, events, state, found }: Checkpoint & { found: number },
  id: string,
  head: string | undefined,
  { store, projections }: VerifyParts,
): Finding[] {
  const of = projections.find(({ name }) => name === projection);
  const wrong = (what: string, remedy = REBUILD): Finding[] => [
    { where: 'checkpoints', what: `The read model ${projection} ${what}.`, remedy },
  ];
  if (!of) return [];
  if (store_id !== id)
    return wrong(
      `was built from the log ${store_id}, but this log is ${id}`,
      'Connect the log it was built from, or restore.',
    );
  if (version > of.version)
    return wrong(`has version ${version}, and this Evenhand knows ${of.version}`, 'Start the newer Evenhand.');
  if (state === 'stopped')
    return wrong(
      'has stopped at an event that it cannot apply',
      'The health page names the event: correct the cause, start again.',
    );
  if (state === 'rebuilding' || version < of.version)
    return wrong('is being built anew', 'Verify again when it is built.');
  if (position === null) return [];
  if (head === undefined || store.compare(position, head) > 0) return wrong('claims events beyond the end of the log');
  if (found !== Number(events))
    return wrong(`claims ${events} events up to its checkpoint, but the log has ${found} there`);
  return [];
}

const REBUILD =
  'Somebody changed the checkpoint or the log: if the log is as it was kept, delete the row of this read model in read.checkpoints and start Evenhand, which builds it anew.';

/** Everything the log refers to outside itself: words, keys, the suppression list. */
class VaultCheck {
  words = 0;
  last: StoredRecord | undefined;
  private readonly states = new Map<string, 'kept' | 'destroyed' | 'absent' | 'broken'>();
  private readonly missing = new Some();
  private readonly changed = new Some();
  private readonly leftOver = new Some();

  constructor(private readonly parts: VerifyParts) {}

  get children(): number {
    return this.states.size;
  }

  get forgotten(): number {
    return [...this.states.values()].filter((state) => state === 'destroyed').length;
  }

  async take(records: readonly StoredRecord[]): Promise<void> {
    this.last = records.at(-1) ?? this.last;
    const references = records.flatMap(referencesIn);
    for (const { about } of references) if (about) this.stateOf(about);
    for (const record of records) for (const { pupilRef } of sealedIn(record)) this.stateOf(pupilRef);
    const texts = await this.textsOf(references.map(({ reference }) => reference.ref));
    const pending = await this.beingForgotten(references, texts);
    for (const { where, reference, owner, about } of references) {
      this.words += 1;
      const text = texts.get(reference.ref);
      const gone = about !== undefined && (this.stateOf(about) === 'destroyed' || pending.has(about));
      if (gone) {
        if (text !== undefined && !pending.has(about)) this.leftOver.add(where);
      } else if (text === undefined) this.missing.add(where);
      else if (text === BROKEN || !this.fits(reference, owner, text)) this.changed.add(where);
    }
  }

  async findings(): Promise<Finding[]> {
    const { suppression, application } = this.parts;
    const suppressed = new Set(suppression.entries().map(({ pupilRef }) => pupilRef));
    const lost = new Some();
    const broken = new Some();
    const unlisted = new Some();
    const back = new Some();
    for (const [pupilRef, state] of this.states) {
      if (state === 'absent' && !suppressed.has(pupilRef)) lost.add(pupilRef);
      if (state === 'broken') broken.add(pupilRef);
      if (state === 'destroyed' && !suppressed.has(pupilRef)) unlisted.add(pupilRef);
      if (state === 'kept' && suppressed.has(pupilRef)) back.add(pupilRef);
    }
    const { rows } = await application.query<{ pupil_ref: string }>(
      `SELECT pupil_ref FROM unnest($1::uuid[]) AS suppressed (pupil_ref)
        WHERE EXISTS (SELECT FROM vault.pupils p WHERE p.pupil_ref = suppressed.pupil_ref)
           OR EXISTS (SELECT FROM vault.lookup l WHERE l.pupil_ref = suppressed.pupil_ref)
           OR EXISTS (SELECT FROM vault.words w WHERE w.about = suppressed.pupil_ref)`,
      [[...suppressed]],
    );
    for (const { pupil_ref } of rows) if (this.states.get(pupil_ref) !== 'kept') back.add(pupil_ref);
    const found = (some: Some, where: Finding['where'], what: string, remedy: string): Finding[] =>
      some.count === 0 ? [] : [{ where, what: `${what}: ${some.named()}.`, remedy }];
    return [
      ...found(
        lost,
        'keys',
        `The keys of ${plural(lost.count, 'child')} are missing`.replace('childs', 'children'),
        KEYS,
      ),
      ...found(broken, 'keys', 'Key files that do not open', KEYS),
      ...found(
        unlisted,
        'keys',
        'Children whose keys are destroyed but who are not on the suppression list',
        `Restore ${SUPPRESSION_LIST} in the data folder from its backup: without it a restore would bring them back.`,
      ),
      ...found(
        back,
        'vault',
        'Children on the suppression list of whom something is here again',
        'Restart Evenhand: it forgets them again before it opens.',
      ),
      ...found(this.missing, 'vault', 'Words that the log refers to and the vault does not have', VAULT),
      ...found(this.changed, 'vault', 'Words that are not what the log was told', VAULT),
      ...found(this.leftOver, 'vault', 'Words of forgotten children that are still there', 'Restart Evenhand.'),
    ];
  }

  private stateOf(pupilRef: string) {
    let state = this.states.get(pupilRef);
    if (state === undefined) this.states.set(pupilRef, (state = this.look(pupilRef)));
    return state;
  }

  private look(pupilRef: string) {
    const { keys } = this.parts;
    try {
      return keys.find(pupilRef) ? 'kept' : keys.state(pupilRef);
    } catch {
      return 'broken';
    }
  }

  private fits(reference: VaultRef, owner: WordsOwner, text: string): boolean {
    try {
      return isTextOf(this.parts.keys, reference, owner, text);
    } catch {
      return false;
    }
  }

  /** One row that does not open must not hide the others. */
  private async textsOf(refs: readonly string[]): Promise<ReadonlyMap<string, string | typeof BROKEN>> {
    try {
      return await this.parts.words.read(refs);
    } catch {
      const texts = new Map<string, string | typeof BROKEN>();
      for (const ref of refs)
        for (const [of, text] of await this.parts.words.read([ref]).catch(() => [[ref, BROKEN] as const]))
          texts.set(of, text);
      return texts;
    }
  }

  /** Whose rows may be gone already while the key is still there. */
  private async beingForgotten(references: readonly Reference[], texts: ReadonlyMap<string, unknown>) {
    const without = references.filter(({ reference }) => !texts.has(reference.ref)).flatMap(({ about }) => about ?? []);
    if (without.length === 0) return new Set<string>();
    const { rows } = await this.parts.application.query<{ pupil_ref: string }>(
      'SELECT pupil_ref FROM vault.forgettings WHERE done_at IS NULL AND pupil_ref = ANY ($1)',
      [without],
    );
    return new Set(rows.map(({ pupil_ref }) => pupil_ref));
  }
}

const BROKEN = Symbol('does not open');
const KEYS = 'Restore the keys folder from its backup: without a key nothing recorded of the child can be read.';
const VAULT = 'Somebody changed or deleted rows of the vault: restore the newest backup that verifies.';

interface Reference {
  /** Stream and revision. */
  readonly where: string;
  readonly reference: VaultRef;
  readonly owner: WordsOwner;
  /** The child with whom they go. */
  readonly about: string | undefined;
}

/** Whatever somebody has put there instead is the digest's matter, and the projections'. */
const sealedIn = ({ data }: StoredRecord): readonly SealedBlock[] => {
  const { sealed } = data as { sealed?: unknown };
  return Array.isArray(sealed) ? (sealed as SealedBlock[]).filter((block) => typeof block?.pupilRef === 'string') : [];
};

function referencesIn(record: StoredRecord): Reference[] {
  const { words } = record.data as { words?: Readonly<Record<string, VaultRef>> };
  const { tenant, lateEntryReason } = record.metadata as unknown as Envelope;
  const about = sealedIn(record)[0]?.pupilRef;
  const where = `${record.stream} at revision ${record.revision}`;
  const owner: WordsOwner = about === undefined ? { tenant } : { pupilRef: about };
  return [
    ...Object.values(words ?? {}).map((reference) => ({ where, reference, owner, about })),
    ...(lateEntryReason ? [{ where, reference: lateEntryReason, owner: { tenant }, about }] : []),
  ];
}

async function compareReadModels(parts: VerifyParts, options: VerifyOptions, findings: Finding[]) {
  try {
    const reports = await compareWithLog(parts, parts.projections, {
      onProgress: (progress) => options.onProgress?.('readModels', progress),
      ...(options.signal ? { signal: options.signal } : {}),
    });
    for (const { projection, comparison } of reports)
      if (comparison === 'different')
        findings.push({
          where: 'readModels',
          what: `The read model ${projection} is not what the log says.`,
          remedy:
            'Somebody changed its tables: delete its row in read.checkpoints and start Evenhand, which builds it anew.',
        });
    return reports.filter(({ comparison }) => comparison !== 'notCompared');
  } catch (error) {
    if (!(error instanceof ProjectionStopped)) throw error;
    findings.push({ where: 'readModels', what: error.message, remedy: RESTORE });
    return [];
  }
}
