/** Values of any declared event, made from its schema: arbitrary ones, the fullest, and the barest. */
import type { EventType, Kind } from '@app/kernel';
import fc from 'fast-check';

type Fields = Readonly<Record<string, Kind<unknown>>>;

const anyDay = fc
  .date({ min: new Date('1995-01-01'), max: new Date('2035-12-31'), noInvalidDate: true })
  .map((instant) => instant.toISOString());

export function arbitraryOf(kind: Kind<unknown>): fc.Arbitrary<unknown> {
  const { shape } = kind;
  switch (kind.kind) {
    case 'id':
      return fc.uuid();
    case 'urn':
      return fc.integer({ min: 100_000, max: 999_999 }).map(String);
    case 'code':
      return fc.constantFrom(...(shape.codes ?? []));
    case 'date':
      return anyDay.map((text) => text.slice(0, 10));
    case 'instant':
      return anyDay;
    case 'number': {
      const { min, max, step } = shape.range!;
      return fc.integer({ min: min / step, max: max / step }).map((steps) => steps * step);
    }
    case 'flag':
      return fc.boolean();
    case 'version':
      return fc.oneof(
        fc.integer({ min: 1, max: 9999 }).map(String),
        anyDay.map((text) => text.slice(0, 10)),
      );
    case 'list':
      return fc.array(arbitraryOf(shape.item!), { maxLength: 4 });
    case 'record':
      return arbitraryFields(shape.fields!);
  }
}

export function arbitraryFields(fields: Fields): fc.Arbitrary<Record<string, unknown>> {
  const requiredKeys = Object.keys(fields).filter((name) => !fields[name]!.optional);
  const model = Object.fromEntries(Object.entries(fields).map(([name, kind]) => [name, arbitraryOf(kind)]));
  return fc.record(model, { requiredKeys, noNullPrototype: true });
}

/** Plain data of an event: words as text. */
export function arbitraryData(type: EventType, pupilRef: string): fc.Arbitrary<Record<string, unknown>> {
  const said = Object.keys(type.words);
  const words = fc.record(Object.fromEntries(said.map((name) => [name, fc.string({ unit: 'grapheme' })])), {
    requiredKeys: [],
    noNullPrototype: true,
  });
  return fc
    .tuple(arbitraryFields(type.clear), arbitraryFields(type.child ?? {}), words)
    .map(([clear, child, spoken]) => ({
      ...clear,
      ...(type.child ? { pupilRef, child } : {}),
      ...(said.length > 0 ? { words: spoken } : {}),
    }));
}

/** The same for each call: with every optional field, two items in each list and the last of its codes. */
export function fullest(kind: Kind<unknown>): unknown {
  const { shape } = kind;
  switch (kind.kind) {
    case 'id':
      return '11111111-1111-4111-8111-111111111111';
    case 'urn':
      return '123456';
    case 'code':
      return shape.codes!.at(-1);
    case 'date':
      return '2026-03-02';
    case 'instant':
      return '2026-03-02T09:30:00.000Z';
    case 'number':
      return shape.range!.min + shape.range!.step;
    case 'flag':
      return true;
    case 'version':
      return '2026-09-01';
    case 'list':
      return [fullest(shape.item!), fullest(shape.item!)];
    case 'record':
      return fullestFields(shape.fields!);
  }
}

export const fullestFields = (fields: Fields): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).map(([name, kind]) => [name, fullest(kind)]));

/** Without any optional field, and with empty lists. */
export const barestFields = (fields: Fields): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(fields)
      .filter(([, kind]) => !kind.optional)
      .map(([name, kind]) => [name, barest(kind)]),
  );

const barest = (kind: Kind<unknown>): unknown =>
  kind.kind === 'list' ? [] : kind.kind === 'record' ? barestFields(kind.shape.fields!) : fullest(kind);

export const fullestData = (type: EventType, pupilRef: string): Record<string, unknown> => ({
  ...fullestFields(type.clear),
  ...(type.child ? { pupilRef, child: fullestFields(type.child) } : {}),
  ...(Object.keys(type.words).length > 0
    ? { words: Object.fromEntries(Object.keys(type.words).map((name) => [name, `What was said: ${name}`])) }
    : {}),
});

/** Where a value that is no list or record stands in a group of fields; a list is entered at its first item. */
export interface Leaf {
  readonly path: readonly (string | number)[];
  readonly kind: Kind<unknown>;
}

export function leavesOf(fields: Fields, path: readonly (string | number)[] = []): Leaf[] {
  const enter = (kind: Kind<unknown>, at: readonly (string | number)[]): Leaf[] =>
    kind.kind === 'list'
      ? enter(kind.shape.item!, [...at, 0])
      : kind.kind === 'record'
        ? leavesOf(kind.shape.fields!, at)
        : [{ path: at, kind }];
  return Object.entries(fields).flatMap(([name, kind]) => enter(kind, [...path, name]));
}

/** A copy with one value changed; lists and records on the way are made where they are absent. */
export function withValue(data: unknown, path: readonly (string | number)[], value: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (typeof step === 'number') {
    const copy = Array.isArray(data) ? [...(data as unknown[])] : [];
    copy[step] = withValue(copy[step], rest, value);
    return copy;
  }
  const copy = { ...(data as Record<string, unknown> | undefined) };
  copy[step] = withValue(copy[step], rest, value);
  return copy;
}
