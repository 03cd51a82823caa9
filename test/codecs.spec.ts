/** What holds of every event that Evenhand writes, whatever library it is from (event-format.md 1 and 7). */
import { type DomainEvent, type EventType, newId, wrongWith } from '@app/kernel';
import fc from 'fast-check';
import { codecs } from '../apps/composition/src/codecs';
import type { StoredRecord } from '../libs/event-store/src/event-store';
import { commandEnvelope, memoryJournal } from '../libs/event-store/src/testing/journal';
import {
  arbitraryData,
  barestFields,
  fullestData,
  fullestFields,
  leavesOf,
  withValue,
} from './support/arbitrary-events';
import { plaintextIn } from './support/stored-bytes';

const everyEvent = codecs.flatMap((codec) =>
  Object.values(codec.types).map((type) => [`${codec.category}: ${type.name}`, { codec, type }] as const),
);
const everyChildEvent = everyEvent.filter(([, { type }]) => type.child);

/** What a string may be that stands in no set of codes. Written down here again, apart from the kernel's own checks. */
const CLOSED_FORMS = [
  /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  /^\d{1,6}$/,
  /^\d{4}-\d{2}-\d{2}$/,
  /^\d{4}-\d{2}-\d{2}T[\d:.]{12}Z$/,
];
const isClosed = (text: string) => CLOSED_FORMS.some((form) => form.test(text));
const anyText = fc
  .oneof(
    fc.string(),
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom(
      '',
      ' ',
      'Jamie Smith',
      '2011-02-03 ',
      'toString',
      '__proto__',
      'constructor',
      'A123456789012',
      'null',
    ),
  )
  .filter((text) => !isClosed(text));

describe.each(everyEvent)('%s', (_, { codec, type }) => {
  const pupilRef = newId();
  const full = fullestData(type, pupilRef);

  it('has nothing but closed kinds in clear and in the sealed block, and codes that say nothing but themselves', () => {
    for (const { kind } of [...leavesOf(type.clear), ...leavesOf(type.child ?? {})]) {
      expect(['id', 'urn', 'code', 'date', 'instant', 'number', 'flag', 'version']).toContain(kind.kind);
      for (const code of kind.shape.codes ?? []) expect(code).toMatch(/^[A-Za-z0-9][A-Za-z0-9-]{0,39}$/);
      if (kind.kind === 'code') expect(kind.shape.codes?.length).toBeGreaterThan(0);
    }
  });

  it('refuses a string that is in no closed set, wherever it stands', () => {
    const groups = [
      { at: [] as string[], fields: type.clear },
      { at: ['child'], fields: type.child ?? {} },
    ];
    for (const { at, fields } of groups) {
      for (const { path, kind } of leavesOf(fields)) {
        fc.assert(
          fc.property(anyText, (text) => {
            if (kind.shape.codes?.includes(text)) return;
            expect(wrongWith(type, withValue(full, [...at, ...path], text) as object)).toBeDefined();
          }),
          { numRuns: 30 },
        );
      }
    }
  });

  it('refuses a field that it does not have, wherever it stands', () => {
    expect(wrongWith(type, { ...full, note: 'He threw a chair' })).toBeDefined();
    expect(wrongWith(type, { ...full, words: { ...(full.words as object), another: 'x' } })).toBeDefined();
    expect(wrongWith(type, { ...full, child: { ...(full.child as object), another: 'x' } })).toBeDefined();
    for (const { path } of leavesOf(type.clear)) {
      if (path.length < 2) continue;
      expect(wrongWith(type, withValue(full, [...path.slice(0, -1), 'another'], 'x') as object)).toBeDefined();
    }
  });

  it('comes back from the log as it went in, its words by reference', async () => {
    const { journal, keys, words, store } = memoryJournal(codecs);
    await keys.create(pupilRef);
    await fc.assert(
      fc.asyncProperty(arbitraryData(type, pupilRef), async (data) => {
        const stream = `${codec.category}-${newId()}`;
        const event = { type: type.name, data } as DomainEvent;
        const outcome = await journal.append(codec, stream, 'no_stream', [event], commandEnvelope());
        const { events } = await journal.load(codec, stream);
        const back = events[0]!.data as { words?: Record<string, { ref: string; digest: string; keyVersion: number }> };
        expect(outcome).toMatchObject({ outcome: 'appended', events: [{ data: back }] });

        const { words: said, ...rest } = back;
        const { words: given, ...before } = data as { words?: Record<string, string> };
        expect(rest).toEqual(before);
        const texts = await words.read(Object.values(said ?? {}).map(({ ref }) => ref));
        const spoken = Object.entries(said ?? {}).map(([name, { ref }]) => [name, texts.get(ref)]);
        expect(Object.fromEntries(spoken)).toEqual(given ?? {});
        expect(plaintextIn(store.log.at(-1)!, type, data)).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });

  it('is accepted forgotten, and has an upcaster from every older version', () => {
    if (type.child) expect(wrongWith(type, { ...full, child: 'forgotten' })).toBeUndefined();
    const older = Array.from({ length: type.version - 1 }, (__, at) => String(at + 1));
    expect(Object.keys(type.upcasters)).toEqual(older);
  });
});

/** What stands in clear beside a child, by name: the list of event-format.md 1, 3 and 5. Anything else is sealed. */
const CLEAR_BESIDE_A_CHILD = [
  // references
  ...[
    'caseId',
    'meetingId',
    'panelId',
    'decisionId',
    'correctedEventId',
    'withdrawnEventId',
    'comparatorsShown',
    'relied',
  ],
  // schools
  ...['homeUrn', 'receivingUrn', 'fromUrn', 'toUrn'],
  // kind of case, what was asked and decided, how and on what basis
  ...['caseType', 'question', 'requested', 'decisionType', 'outcome', 'legalBasis', 'bindingOn', 'method', 'votes'],
  ...['agendaPosition', 'criteria', 'reviewKind'],
  // factors that are not the child's
  ...['nonChildFactors', 'placeAvailable', 'waitingList'],
  // dates of the panel's own acts
  ...['reviewOn', 'untilOn'],
];

it.each(everyChildEvent)('%s has nothing in clear but what may stand there', (_, { type }) => {
  expect(Object.keys(type.clear).filter((name) => !CLEAR_BESIDE_A_CHILD.includes(name))).toEqual([]);
});

describe.each(everyChildEvent)('the sealed block of %s', (_, { codec, type }) => {
  it('is as long for every code of every set, with all fields and with none', async () => {
    const pupilRef = newId();
    const { journal, keys, store } = memoryJournal(codecs);
    await keys.create(pupilRef);
    const child = type.child!;
    const variants = [barestFields(child), fullestFields(child)].flatMap((base) => [
      base,
      ...leavesOf(child).flatMap(({ path, kind }) =>
        (kind.shape.codes ?? []).map((code) => withValue(completed(type, base, path), path, code)),
      ),
    ]);
    const clear = fullestFields(type.clear);
    const events = variants.map((facts) => ({
      type: type.name,
      data: { ...clear, pupilRef, child: facts, ...(Object.keys(type.words).length > 0 ? { words: {} } : {}) },
    }));
    await journal.append(
      codec,
      `${codec.category}-${newId()}`,
      'no_stream',
      events as DomainEvent[],
      commandEnvelope(),
    );
    const lengths = new Set(store.log.map(ciphertextLength));
    expect(store.log).toHaveLength(variants.length);
    expect([...lengths]).toEqual([[...lengths][0]]);
    expect([...lengths][0]! % 256).toBe(0);
  });
});

const ciphertextLength = ({ data }: StoredRecord): number =>
  Buffer.from((data.sealed as unknown as { ciphertext: string }[])[0]!.ciphertext, 'base64').length;

/** The base with whatever the record or item on the path needs besides, so that it is still a whole event. */
function completed(type: EventType, base: Record<string, unknown>, path: readonly (string | number)[]): unknown {
  if (path.length < 2) return base;
  const full = fullestFields(type.child!);
  const parent = path
    .slice(0, -1)
    .reduce<unknown>((value, step) => (value as Record<string | number, unknown>)[step], full);
  return withValue(base, path.slice(0, -1), parent);
}
