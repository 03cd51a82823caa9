import type { StoredRecord } from '@app/event-store';
import { Page } from './page';
import { checkProjection, type Projection } from './projection';
import { codecs, notes, open, taken, witness } from './testing/notes';

const record = (position: number, event: { type: string; data?: object; schemaVersion?: number }): StoredRecord => ({
  stream: 'note-1',
  revision: position,
  position: String(position),
  id: `id-${position}`,
  type: event.type,
  data: (event.data ?? {}) as never,
  metadata: { schemaVersion: event.schemaVersion ?? 1 },
});

const onlyStruck: Projection = { ...witness, types: ['NoteStruck'] };
const positions = (a: string, b: string) => Number(a) - Number(b);

it('opens each record once for all, and none that nobody reads', () => {
  const opening = jest.fn(open);
  const page = new Page([record(1, taken(1)), record(2, { type: 'NoteRead' })], { codecs, open: opening });
  for (const projection of [notes, witness, onlyStruck]) page.portionFor(projection);
  expect(opening).toHaveBeenCalledTimes(1);
});

it('passes what the projection does not read', () => {
  const page = new Page([record(1, { type: 'NoteStruck' }), record(2, { type: 'NoteRead' })], { codecs, open });
  expect(page.portionFor(onlyStruck)).toMatchObject({ records: 2, upTo: '2', events: [{ id: 'id-1' }] });
  expect(page.portionFor(onlyStruck, [])).toBeUndefined();
});

it.each([
  [undefined, undefined, [1, 2, 3, 5]],
  ['2', undefined, [3, 5]],
  ['0', '3', [1, 2, 3]],
  ['2', '4', [3]],
  ['3', '4', []],
  ['5', undefined, []],
])('after %p and up to %p it has %p', (after, upTo, there) => {
  const page = new Page(
    [1, 2, 3, 5].map((position) => record(position, taken(position))),
    { codecs, open },
  );
  expect(page.between(after, upTo, positions).map(({ position }) => Number(position))).toEqual(there);
});

it('ends before a record that cannot be read, for those who read it', () => {
  const page = new Page([record(1, taken(1)), record(2, { ...taken(1), schemaVersion: 9 }), record(3, taken(3))], {
    codecs,
    open,
  });
  expect(page.portionFor(notes)).toMatchObject({
    records: 1,
    upTo: '1',
    unreadable: { record: { id: 'id-2' } },
  });
  expect(page.portionFor(onlyStruck)).toEqual({ events: [], records: 3, upTo: '3' });
});

it('ends before a record of an unknown type or category, for everybody', () => {
  const foreign = { ...record(2, taken(1)), stream: 'letter-1' };
  for (const unknown of [record(2, { type: 'NoteBurnt' }), foreign]) {
    const page = new Page([record(1, taken(1)), unknown], { codecs, open });
    expect(page.portionFor(onlyStruck)).toMatchObject({
      records: 1,
      unreadable: { record: { id: 'id-2' } },
    });
  }
});

it.each([
  [{ name: 'Notes' }, /"Notes" is not snake_case/],
  [{ name: 'a'.repeat(41) }, /at most 40/],
  [{ tables: [{ name: 'n; drop', create: '', indexes: [] }] }, /snake_case/],
  [{ tables: [] }, /has no table/],
  [{ version: 0 }, /version 0/],
])('a projection declared wrongly says what to correct: %#', (wrong, sentence) => {
  expect(() => checkProjection({ ...notes, ...wrong })).toThrow(sentence);
});
