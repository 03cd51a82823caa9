/**
 * The one place between codec and store (event-format.md 1): plain events are checked, sealed and put into an envelope
 * on the way in, and opened, upcast and checked on the way out. Rules and projections see plain fields, or `forgotten`.
 */
import {
  type Clock,
  type Codec,
  derivedId,
  type DomainEvent,
  type EventType,
  FORGOTTEN,
  isCalendarDate,
  isId,
  type VaultRef,
  type Words,
  wrongWith,
} from '@app/kernel';
import type { SealedBlock, Sealer, WordsOwner, WordsToKeep, WordsVault } from '@app/vault';
import type { CommandEnvelope, Envelope } from './envelope';
import type {
  AppendOutcome,
  EventStore,
  ExpectedRevision,
  JsonObject,
  Position,
  StoredEvent,
  StoredRecord,
} from './event-store';
import { sealedLength } from './sealed-length';

/** An event as rules and projections see it. */
export interface RecordedEvent<E extends DomainEvent = DomainEvent> {
  readonly stream: string;
  readonly revision: number;
  readonly position: Position;
  readonly id: string;
  /** The current name; an older stored name has been read as its alias. */
  readonly type: E['type'];
  /** Plain and of the current version. `child` is `forgotten` once the key is destroyed; words are references. */
  readonly data: E['data'];
  readonly metadata: Envelope;
  /** What the log holds: sealed, as it was written. */
  readonly stored: StoredRecord;
}

/** What an append has written, before anyone reads it back. */
export type AppendedEvent<E extends DomainEvent = DomainEvent> = Omit<RecordedEvent<E>, 'position' | 'stored'>;

/** The outcome of an append; when appended, with the events as they now read. */
export type JournalOutcome<E extends DomainEvent = DomainEvent> =
  | (Extract<AppendOutcome, { outcome: 'appended' }> & { readonly events: readonly AppendedEvent<E>[] })
  | Exclude<AppendOutcome, { outcome: 'appended' }>;

/** The log holds an event of a name or version that no codec knows: this Evenhand is older than its log. */
export class UnknownEvent extends Error {
  override readonly name = 'UnknownEvent';
}

/** An event that does not fit its codec or envelope. The message names fields, never values. */
export class MalformedEvent extends Error {
  override readonly name = 'MalformedEvent';
}

/** How often an append whose outcome the store could not settle is sent again, with the same bytes, before giving up. */
const RESENDS = 2;

interface JournalParts {
  readonly store: EventStore;
  readonly codecs: readonly Codec[];
  readonly sealer: Sealer;
  readonly words: WordsVault;
  readonly clock: Clock;
  /** The rule edition in force on a calendar date. */
  ruleSetOn(date: string): string;
  /** Told of every append as the store answered it, `unavailable` where it could not be asked; for metrics. */
  onAppend?(outcome: AppendOutcome['outcome'] | 'unavailable', seconds: number): void;
}

export class Journal {
  private readonly typesOf = new Map<string, Readonly<Record<string, EventType>>>();

  constructor(private readonly parts: JournalParts) {
    for (const { category, types } of parts.codecs) {
      if (this.typesOf.has(category)) throw new Error(`The streams ${category}-… have two codecs: merge them.`);
      this.typesOf.set(category, types);
    }
  }

  /** A stream's events up to a revision (inclusive; all when undefined), and the revision of the last of them. */
  async load<E extends DomainEvent>(
    codec: Codec<E>,
    stream: string,
    upTo?: number,
  ): Promise<{ events: RecordedEvent<E>[]; revision: ExpectedRevision }> {
    belongs(codec, stream);
    const events: RecordedEvent<E>[] = [];
    for await (const record of this.parts.store.readStream(stream)) {
      if (upTo !== undefined && record.revision > upTo) break;
      events.push(this.open(record) as RecordedEvent<E>);
    }
    return { events, revision: events.at(-1)?.revision ?? 'no_stream' };
  }

  /**
   * Seals and appends the events of one command: all of them, at the expected revision, or none. Their words are in the
   * vault before. An outcome that the store could not settle is asked again with the bytes already made.
   * Throws MalformedEvent (a fault of the caller) and KeyMissing (the child was forgotten, or never had a case).
   */
  async append<E extends DomainEvent>(
    codec: Codec<E>,
    stream: string,
    expected: ExpectedRevision,
    events: readonly E[],
    command: CommandEnvelope,
  ): Promise<JournalOutcome<E>> {
    belongs(codec, stream);
    const wrong = wrongWithCommand(command);
    if (wrong) throw new MalformedEvent(`${stream}: ${wrong}.`);
    const sealed = this.seal(codec, stream, events, command);
    if (sealed.words.length > 0) await this.parts.words.keep(sealed.words);
    let outcome = await this.send(stream, expected, sealed.stored);
    for (let resent = 0; outcome.outcome === 'unknown' && resent < RESENDS; resent += 1) {
      outcome = await this.send(stream, expected, sealed.stored);
    }
    if (outcome.outcome !== 'appended') return outcome;
    const { firstRevision } = outcome;
    return { ...outcome, events: sealed.plain.map((event, at) => ({ ...event, revision: firstRevision + at })) };
  }

  private async send(
    stream: string,
    expected: ExpectedRevision,
    events: readonly StoredEvent[],
  ): Promise<AppendOutcome> {
    const began = performance.now();
    let said: AppendOutcome['outcome'] | 'unavailable' = 'unavailable';
    try {
      const outcome = await this.parts.store.append(stream, expected, events);
      said = outcome.outcome;
      return outcome;
    } finally {
      this.parts.onAppend?.(said, (performance.now() - began) / 1000);
    }
  }

  /** Opens, upcasts and checks a record of the log. Throws UnknownEvent, MalformedEvent, KeyMissing and SealBroken. */
  open(record: StoredRecord): RecordedEvent {
    const where = `${record.stream} at revision ${record.revision}`;
    const type = this.typesOf.get(record.stream.slice(0, record.stream.indexOf('-')))?.[record.type];
    if (!type) throw new UnknownEvent(`${where} holds ${record.type}, which this version of Evenhand does not know.`);
    const metadata = record.metadata as unknown as Envelope;
    let data = this.openData(record, type, metadata, where);
    for (let at = metadata.schemaVersion; at !== type.version; at += 1) {
      const upcast = type.upcasters[at] as ((older: object) => object) | undefined;
      if (!upcast)
        throw new UnknownEvent(
          `${where} holds version ${at} of ${record.type}; this version of Evenhand reads up to ${type.version}.`,
        );
      data = upcast(data);
    }
    const wrong = wrongWith(type, data);
    if (wrong) throw new MalformedEvent(`${where}, ${record.type}: ${wrong}.`);
    const { stream, revision, position, id } = record;
    return { stream, revision, position, id, type: type.name, data, metadata, stored: record };
  }

  private openData(record: StoredRecord, type: EventType, metadata: Envelope, where: string): object {
    const { sealed, words, ...clear } = record.data as unknown as StoredData;
    const data: Record<string, unknown> = clear;
    if (type.child) {
      const block = sealed?.[0];
      if (!block) throw new MalformedEvent(`${where}, ${record.type}: its sealed block is missing.`);
      data.pupilRef = block.pupilRef;
      data.child = this.parts.sealer.open(
        { tenant: metadata.tenant, eventId: record.id, storedType: record.type },
        block,
      );
    }
    if (words || hasWords(type)) data.words = words ?? {};
    return data;
  }

  private seal<E extends DomainEvent>(
    codec: Codec<E>,
    stream: string,
    events: readonly E[],
    command: CommandEnvelope,
  ): { stored: StoredEvent[]; plain: Omit<AppendedEvent<E>, 'revision'>[]; words: WordsToKeep[] } {
    const recordedAt = this.parts.clock.now().toISOString();
    const ruleSet = this.parts.ruleSetOn(command.occurredOn);
    const { commandId, tenant } = command;
    const words: WordsToKeep[] = [];
    const stored: StoredEvent[] = [];
    const plain: Omit<AppendedEvent<E>, 'revision'>[] = [];
    events.forEach((event, index) => {
      const type = codec.types[event.type];
      if (!type || type.name !== event.type) {
        throw new MalformedEvent(`${stream}: ${event.type} is not an event of ${codec.category} streams.`);
      }
      const wrong = wrongWith(type, event.data);
      if (wrong) throw new MalformedEvent(`${stream}, ${event.type}: ${wrong}.`);
      const id = derivedId(commandId, index);
      // What JSON would leave out is left out here, so that the event reads the same before and after the log.
      const given = JSON.parse(JSON.stringify(event.data)) as PlainData;
      const { pupilRef, child, words: spoken, ...clear } = given;
      if (child === FORGOTTEN) throw new MalformedEvent(`${stream}, ${event.type}: child is forgotten, not facts.`);

      const keep = (path: string, owner: WordsOwner, text: string): VaultRef => {
        const ref = derivedId(id, path);
        words.push({ ref, owner, ...(pupilRef ? { about: pupilRef } : {}), stream, commandId, text });
        return this.parts.sealer.reference(ref, owner, text);
      };
      const refs: Record<string, VaultRef> = {};
      for (const [name, value] of Object.entries(spoken ?? {})) {
        refs[name] =
          typeof value === 'string' ? keep(`words.${name}`, pupilRef ? { pupilRef } : { tenant }, value) : value;
      }
      const metadata: Envelope = {
        $correlationId: command.correlationId,
        $causationId: command.causationId,
        commandId,
        index,
        tenant,
        actor: command.actor,
        occurredOn: command.occurredOn,
        ...(command.occurredAt === undefined ? {} : { occurredAt: command.occurredAt }),
        recordedAt,
        provenance: command.provenance,
        ...(command.lateEntryReason === undefined
          ? {}
          : { lateEntryReason: keep('metadata.lateEntryReason', { tenant }, command.lateEntryReason) }),
        ...(command.source === undefined ? {} : { source: command.source }),
        ruleSet,
        schemaVersion: type.version,
      };
      const data: StoredData = {
        ...clear,
        ...(type.child && pupilRef
          ? {
              sealed: [
                this.parts.sealer.seal(
                  { tenant, eventId: id, storedType: type.name, pupilRef },
                  child ?? {},
                  sealedLength(type),
                ),
              ],
            }
          : {}),
        ...(Object.keys(refs).length > 0 ? { words: refs } : {}),
      };
      stored.push({ id, type: type.name, data: data as JsonObject, metadata: metadata as unknown as JsonObject });
      const asRead = { ...given, ...(hasWords(type) ? { words: refs } : {}) };
      plain.push({ stream, id, type: event.type, data: asRead as E['data'], metadata });
    });
    return { stored, plain, words };
  }
}

interface PlainData {
  readonly pupilRef?: string;
  readonly child?: object | typeof FORGOTTEN;
  readonly words?: Readonly<Record<string, Words>>;
}

/** The shape of an event's data in the log. */
type StoredData = {
  readonly sealed?: readonly SealedBlock[];
  readonly words?: Readonly<Record<string, VaultRef>>;
};

const hasWords = (type: EventType): boolean => Object.keys(type.words).length > 0;

function belongs(codec: Codec, stream: string): void {
  const [, category, id] = /^([^-]+)-(.+)$/.exec(stream) ?? [];
  if (category !== codec.category || !isId(id)) {
    throw new MalformedEvent(`A stream of ${codec.category} is named ${codec.category}-{id}.`);
  }
}

/** Only opaque references and codes stand in clear metadata: what is wrong with a command's envelope, or nothing. */
function wrongWithCommand(command: CommandEnvelope): string | undefined {
  const { actor, source } = command;
  for (const name of ['commandId', 'correlationId', 'causationId'] as const) {
    if (!isId(command[name])) return `${name} is not an id`;
  }
  if (!/^[a-z0-9-]{1,64}$/.test(command.tenant))
    return 'tenant is not an opaque id (lower-case letters, digits, dashes)';
  if (!isId(actor.ref)) return 'actor.ref is not an id';
  if (!/^[a-z][A-Za-z]{0,39}$/.test(actor.role)) return 'actor.role is not a code';
  if (actor.onBehalfOf !== undefined && !isId(actor.onBehalfOf)) return 'actor.onBehalfOf is not an id';
  if (!isCalendarDate(command.occurredOn)) return 'occurredOn is not a date';
  if (command.occurredAt !== undefined && !isInstant(command.occurredAt)) return 'occurredAt is not an instant';
  if ((command.provenance === 'lateEntry') !== Boolean(command.lateEntryReason?.trim())) {
    return 'lateEntryReason is required with a late entry, and only there';
  }
  if ((command.provenance === 'register') !== (source !== undefined)) {
    return 'source is required for a row of a register, and only there';
  }
  if (source && !(isId(source.importId) && Number.isInteger(source.row))) return 'source is not an import and a row';
  return undefined;
}

const isInstant = (value: string): boolean =>
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value) && !Number.isNaN(Date.parse(value));
