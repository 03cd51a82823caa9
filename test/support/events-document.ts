/** Writes docs/events.md from the codecs: stream, name, version, each field with its class and meaning. */
import type { Codec, EventType, Kind } from '@app/kernel';

const HEAD = `# Events

Generated from the codecs; \`npm test\` fails when it differs. To write it anew: \`UPDATE_DOCS=1 npm run jest -- test/events-document\`.

Classes: **clear** stands in the log as it is; **child** stands in one sealed block, readable as long as the child's key is
there, and reads as \`forgotten\` afterwards; **vault** stands in the log as \`{ref, digest, keyVersion}\`, its text in the vault.
An event with child fields also carries the child's \`pupilRef\`, inside the block. A field marked ? may be absent: it was not
recorded. Every event carries the envelope besides: command, actor, \`occurredOn\`, \`recordedAt\`, provenance, source, rule set
and schema version.
`;

const cell = (text: string): string => text.replaceAll('|', '\\|');

function typeOf(kind: Kind<unknown>): string {
  const { codes, item, fields } = kind.shape;
  if (codes) return codes.map((code) => `\`${code}\``).join(', ');
  if (item) return `list of: ${typeOf(item)}`;
  if (fields) {
    const inner = Object.entries(fields).map(
      ([name, field]) => `\`${name}${field.optional ? '?' : ''}\`: ${typeOf(field)}`,
    );
    return `{ ${inner.join('; ')} }`;
  }
  return kind.describe;
}

const fieldRows = (group: string, fields: Readonly<Record<string, Kind<unknown>>>): string[] =>
  Object.entries(fields).map(
    ([name, kind]) =>
      `| \`${name}\`${kind.optional ? '?' : ''} | ${group} | ${cell(kind.meaning)} | ${cell(typeOf(kind))} |`,
  );

function section(category: string, type: EventType): string {
  const rows = [
    ...fieldRows('clear', type.clear),
    ...fieldRows('child', type.child ?? {}),
    ...Object.entries(type.words).map(([name, { meaning }]) => `| \`${name}\`? | vault | ${cell(meaning)} | text |`),
  ];
  const older = type.aliases.length > 0 ? ` Reads older ${type.aliases.map((name) => `\`${name}\``).join(', ')}.` : '';
  return [
    `### ${type.name}`,
    '',
    `\`${category}-{id}\`, version ${type.version}.${older} ${type.meaning}`,
    '',
    ...(rows.length > 0
      ? ['| field | class | meaning | values |', '| --- | --- | --- | --- |', ...rows]
      : ['No fields.']),
    '',
  ].join('\n');
}

export function eventsDocument(codecs: readonly Codec[]): string {
  const streams = codecs.map(({ category, types }) =>
    [`## ${category}-{id}`, '', ...[...new Set(Object.values(types))].map((type) => section(category, type))].join(
      '\n',
    ),
  );
  return [HEAD, ...streams].join('\n');
}
