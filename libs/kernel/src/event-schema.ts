/**
 * How an event type is declared: its fields by class (event-format.md 1). The class of a field is the group it stands
 * in, so a field without one cannot be written down.
 *
 * - `clear`: what the panel, a school or Evenhand did. Closed kinds only: there is no kind for open text here.
 * - `child`: what is true of a child. Stored as one sealed block; reads as `forgotten` once the child's key is gone.
 * - `words`: what a person wrote or is called. Stored in the vault; the log has `{ref, digest, keyVersion}`.
 */

/** A coded or counted value: its kind, what it means, and a check that answers what is wrong, or nothing. */
export interface Kind<T> {
  readonly kind: 'id' | 'urn' | 'code' | 'date' | 'instant' | 'number' | 'flag' | 'version' | 'list' | 'record';
  readonly describe: string;
  readonly meaning: string;
  readonly optional: boolean;
  check(value: unknown): string | undefined;
  /** What the value is made of, for whoever walks a schema: documentation, padding, generated tests. */
  readonly shape: Shape;
  /** Only for inference. */
  readonly _type?: T;
}

/** `codes` of a closed set; `item` of a list; `fields` of a record; `range` of a number, in steps. */
export interface Shape {
  readonly codes?: readonly string[];
  readonly item?: Kind<unknown>;
  readonly fields?: Readonly<Record<string, Kind<unknown>>>;
  readonly range?: { readonly min: number; readonly max: number; readonly step: number };
}

/** Words in the log are only a reference; `text` is there on the way in, before the vault has taken it. */
export interface VaultRef {
  readonly ref: string;
  readonly digest: string;
  readonly keyVersion: number;
}
export type Words = string | VaultRef;

export interface WordsField {
  readonly kind: 'words';
  readonly meaning: string;
}

/** A child's block whose key has been destroyed. */
export const FORGOTTEN = 'forgotten' as const;
export type Forgotten = typeof FORGOTTEN;

type Fields = Record<string, Kind<unknown>>;
type WordsFields = Record<string, WordsField>;
type ValueOf<K> = K extends Kind<infer T> ? T : never;
type OptionalKeys<F extends Fields> = { [K in keyof F]: undefined extends ValueOf<F[K]> ? K : never }[keyof F];
type Flatten<T> = { [K in keyof T]: T[K] };
export type StaticOf<F extends Fields> = Flatten<
  { readonly [K in Exclude<keyof F, OptionalKeys<F>>]: ValueOf<F[K]> } & {
    readonly [K in OptionalKeys<F>]?: Exclude<ValueOf<F[K]>, undefined>;
  }
>;

const kind = <T>(
  name: Kind<T>['kind'],
  describe: string,
  meaning: string,
  check: (value: unknown) => string | undefined,
  shape: Shape = {},
): Kind<T> => ({ kind: name, describe, meaning, optional: false, check, shape });

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;

/** True for a calendar date yyyy-mm-dd that exists. */
export function isCalendarDate(value: unknown): value is string {
  const parts = typeof value === 'string' ? DATE.exec(value) : null;
  if (!parts) return false;
  const date = new Date(`${value as string}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().slice(0, 10) === value;
}

/** An opaque reference: a lower-case UUID. */
export const id = (meaning: string): Kind<string> =>
  kind('id', 'id', meaning, (v) => (typeof v === 'string' && UUID.test(v) ? undefined : 'is not an id'));

/** A school's unique reference number. */
export const urn = (meaning: string): Kind<string> =>
  kind('urn', 'URN', meaning, (v) => (typeof v === 'string' && /^\d{6}$/.test(v) ? undefined : 'is not a URN'));

/** One of a closed set. */
export const code = <const C extends readonly string[]>(codes: C, meaning: string): Kind<C[number]> =>
  kind(
    'code',
    codes.length > 12 ? `code of ${codes.length}` : codes.join(' | '),
    meaning,
    (v) => (typeof v === 'string' && codes.includes(v) ? undefined : 'is not one of its codes'),
    { codes },
  );

/** A calendar date, Europe/London, yyyy-mm-dd. */
export const date = (meaning: string): Kind<string> =>
  kind('date', 'date', meaning, (v) => (isCalendarDate(v) ? undefined : 'is not a date'));

/** A UTC instant, ISO 8601 with milliseconds and Z. */
export const instant = (meaning: string): Kind<string> =>
  kind('instant', 'instant', meaning, (v) =>
    typeof v === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(v) ? undefined : 'is not an instant',
  );

/** A whole number within bounds. */
export const whole = (meaning: string, min = 0, max = 1_000_000): Kind<number> =>
  kind(
    'number',
    `whole ${min} to ${max}`,
    meaning,
    (v) =>
      Number.isInteger(v) && (v as number) >= min && (v as number) <= max
        ? undefined
        : 'is not a whole number in range',
    { range: { min, max, step: 1 } },
  );

/** Days counted in halves, from 0. */
export const halfDays = (meaning: string): Kind<number> =>
  kind(
    'number',
    'days in halves',
    meaning,
    (v) =>
      typeof v === 'number' && v >= 0 && v <= 1000 && Number.isInteger(v * 2)
        ? undefined
        : 'is not a count of half days',
    { range: { min: 0, max: 1000, step: 0.5 } },
  );

export const flag = (meaning: string): Kind<boolean> =>
  kind('flag', 'yes or no', meaning, (v) => (typeof v === 'boolean' ? undefined : 'is not yes or no'));

/** The version of a rule, a criterion or a code set: a number, or the date of an edition. */
export const version = (meaning: string): Kind<string> =>
  kind('version', 'version', meaning, (v) =>
    typeof v === 'string' && /^(\d{1,4}|\d{4}-\d{2}-\d{2})$/.test(v) ? undefined : 'is not a version',
  );

export const list = <T>(of: Kind<T>, meaning = of.meaning): Kind<readonly T[]> =>
  kind(
    'list',
    `list of ${of.describe}`,
    meaning,
    (v) => {
      if (!Array.isArray(v)) return 'is not a list';
      const wrong = v.findIndex((item) => of.check(item) !== undefined);
      return wrong < 0 ? undefined : `item ${wrong + 1} ${of.check(v[wrong])}`;
    },
    { item: of },
  );

export const record = <F extends Fields>(fields: F, meaning: string): Kind<StaticOf<F>> =>
  kind(
    'record',
    `{ ${Object.entries(fields)
      .map(([name, field]) => `${name}${field.optional ? '?' : ''}: ${field.describe}`)
      .join(', ')} }`,
    meaning,
    (v) => (v !== null && typeof v === 'object' && !Array.isArray(v) ? wrongField(fields, v) : 'is not a record'),
    { fields },
  );

export const optional = <T>(of: Kind<T>): Kind<T | undefined> => ({ ...of, optional: true }) as Kind<T | undefined>;

export const words = (meaning: string): WordsField => ({ kind: 'words', meaning });

function wrongField(fields: Fields, value: object): string | undefined {
  const given = value as Record<string, unknown>;
  for (const name of Object.keys(given)) if (!Object.hasOwn(fields, name)) return `${name} is not a field of it`;
  for (const [name, field] of Object.entries(fields)) {
    if (given[name] === undefined) {
      if (!field.optional) return `${name} is missing`;
    } else {
      const wrong = field.check(given[name]);
      if (wrong) return `${name} ${wrong}`;
    }
  }
  return undefined;
}

export interface EventType<
  Name extends string = string,
  C extends Fields = Fields,
  P extends Fields = Fields,
  W extends WordsFields = WordsFields,
> {
  /** The stored name: a storage format, never changed. */
  readonly name: Name;
  readonly version: number;
  readonly meaning: string;
  readonly clear: C;
  /** Present when the event is about a child. */
  readonly child?: P;
  readonly words: W;
  /** From version n to n + 1, on the opened data. One for every version below the current one. */
  readonly upcasters: Readonly<Record<number, (data: never) => unknown>>;
  /** Older stored names of the same event. */
  readonly aliases: readonly string[];
}

/**
 * Declares an event type. With `child`, its data also carries `pupilRef` and a `child` group that reads as `forgotten`
 * once the key is destroyed; with `words`, a `words` group whose values are text on the way in and references on the
 * way out.
 */
export function defineEvent<
  const Name extends string,
  C extends Fields,
  P extends Fields = never,
  W extends WordsFields = never,
>(
  name: Name,
  meaning: string,
  shape: {
    version?: number;
    clear: C;
    child?: P;
    words?: W;
    upcasters?: Readonly<Record<number, (data: never) => unknown>>;
    aliases?: readonly string[];
  },
): EventType<Name, C, P, W> {
  return {
    name,
    meaning,
    version: shape.version ?? 1,
    clear: shape.clear,
    ...(shape.child ? { child: shape.child } : {}),
    words: (shape.words ?? {}) as W,
    upcasters: shape.upcasters ?? {},
    aliases: shape.aliases ?? [],
  } as EventType<Name, C, P, W>;
}

type ChildPart<P> = [P] extends [never]
  ? unknown
  : P extends Fields
    ? { readonly pupilRef: string; readonly child: StaticOf<P> | Forgotten }
    : unknown;
type WordsPart<W> = [W] extends [never]
  ? unknown
  : W extends WordsFields
    ? { readonly words: { readonly [K in keyof W]?: Words } }
    : unknown;

/** The plain event of a declared type, as rules and projections see it. */
export type EventOf<T> =
  T extends EventType<infer Name, infer C, infer P, infer W>
    ? { readonly type: Name; readonly data: Flatten<StaticOf<C> & ChildPart<P> & WordsPart<W>> }
    : never;

/** What a child's sealed group holds when it is not forgotten. */
export type ChildOf<T> = T extends EventType<string, Fields, infer P, WordsFields> ? StaticOf<P> : never;

/** What is wrong with the plain data of an event, as `field problem`, or nothing. */
export function wrongWith(type: EventType, data: object): string | undefined {
  const { pupilRef, child, words: spoken, ...clear } = data as Record<string, unknown>;
  const inClear = wrongField(type.clear, clear);
  if (inClear) return inClear;
  if (type.child) {
    if (typeof pupilRef !== 'string' || !UUID.test(pupilRef)) return 'pupilRef is not an id';
    if (child !== FORGOTTEN) {
      if (child === null || typeof child !== 'object') return 'child is missing';
      const inChild = wrongField(type.child, child);
      if (inChild) return `child.${inChild}`;
    }
  } else if (pupilRef !== undefined || child !== undefined) return 'child is not a group of it';
  const given = (spoken ?? {}) as Record<string, unknown>;
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(type.words, name)) return `words.${name} is not a field of it`;
    const isRef = value !== null && typeof value === 'object' && typeof (value as VaultRef).ref === 'string';
    if (typeof value !== 'string' && !isRef) return `words.${name} is neither text nor a reference`;
  }
  return undefined;
}

/** The events of one stream type, by name. */
export interface Codec<E extends DomainEventLike = DomainEventLike> {
  /** The stream type: what stands before the first dash of a stream's name. */
  readonly category: string;
  readonly types: Readonly<Record<string, EventType>>;
  readonly _events?: E;
}
interface DomainEventLike {
  readonly type: string;
  readonly data: object;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- any declared event type, whatever its groups
export function defineCodec<const T extends readonly EventType<any, any, any, any>[]>(
  category: string,
  types: T,
): Codec<EventOf<T[number]>> {
  const byName: Record<string, EventType> = {};
  for (const type of types) {
    for (const name of [type.name, ...type.aliases]) {
      if (byName[name]) throw new Error(`${category}: the event name ${name} is declared twice`);
      byName[name] = type;
    }
  }
  return { category, types: byName };
}

/** The plain events of a codec. */
export type EventsOf<C> = C extends Codec<infer E> ? E : never;
