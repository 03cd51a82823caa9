/** YAML as objects, for specs that read compose files; by the parser that Prettier brings. Values stay text. */
import { parsers } from 'prettier/plugins/yaml';

export type Yaml = string | null | Yaml[] | { [key: string]: Yaml };

interface Node {
  readonly type: string;
  readonly value?: string;
  readonly anchor?: { readonly value: string } | null;
  readonly children: readonly (Node | null)[];
}

export async function parseYaml(text: string): Promise<Yaml> {
  // The only parser of the plugin; it takes no options of Prettier's.
  const root = (await parsers['yaml']!.parse(text, {} as never)) as Node;
  const body = root.children[0]!.children[1]!;
  return valueOf(body.children[0] ?? null, new Map());
}

function valueOf(node: Node | null, anchors: Map<string, Yaml>): Yaml {
  if (!node) return null;
  const value = plainValueOf(node, anchors);
  if (node.anchor) anchors.set(node.anchor.value, value);
  return value;
}

function plainValueOf(node: Node, anchors: Map<string, Yaml>): Yaml {
  switch (node.type) {
    case 'mapping':
    case 'flowMapping': {
      const map: { [key: string]: Yaml } = {};
      for (const item of node.children) {
        const key = valueOf(item!.children[0]!.children[0] ?? null, anchors) as string;
        const value = valueOf(item!.children[1]?.children[0] ?? null, anchors);
        // What is merged in is the weaker.
        if (key === '<<') Object.assign(map, { ...(value as object), ...map });
        else map[key] = value;
      }
      return map;
    }
    case 'sequence':
    case 'flowSequence':
      return node.children.map((item) =>
        item!.type === 'sequenceItem' || item!.type === 'flowSequenceItem'
          ? valueOf(item!.children[0] ?? null, anchors)
          : valueOf(item, anchors),
      );
    case 'alias':
      return anchors.get(node.value!)!;
    case 'null':
      return null;
    case 'plain':
    case 'quoteDouble':
    case 'quoteSingle':
    case 'blockLiteral':
      return node.value ?? '';
    default:
      throw new Error(`YAML of the kind "${node.type}" is not read here.`);
  }
}
