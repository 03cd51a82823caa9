/** docs/events.md says what the codecs say. UPDATE_DOCS=1 writes it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { codecs } from '../apps/composition/src/codecs';
import { eventsDocument } from './support/events-document';

const PATH = join(__dirname, '../docs/events.md');

it('docs/events.md is what the codecs say (UPDATE_DOCS=1 writes it)', () => {
  const text = eventsDocument(codecs);
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(PATH, text);
  expect(readFileSync(PATH, 'utf8')).toBe(text);
});

it('names every event and every field', () => {
  const text = eventsDocument(codecs);
  for (const { types } of codecs) {
    for (const type of Object.values(types)) {
      const part = text.slice(text.indexOf(`### ${type.name}\n`)).split('\n### ')[0]!;
      for (const name of Object.keys({ ...type.clear, ...type.child, ...type.words }))
        expect(part).toContain(`\`${name}\``);
    }
  }
});
