/** The pictures of docs/consistency-methods.md: a file a question, which exports its `example` from invented data. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

export interface Example {
  /** Quoted under the picture. */
  readonly sentence: string;
  /** Quoted elsewhere in its section. */
  readonly also?: readonly string[];
  readonly svg: string;
}

/** By the name of the file, which is that of the picture. */
export const examples = (): Promise<{ readonly name: string; readonly example: Example }[]> =>
  Promise.all(
    readdirSync(__dirname)
      .filter((file) => file !== 'index.ts')
      .sort()
      .map(async (file) => ({
        name: file.replace(/\.ts$/, ''),
        example: ((await import(join(__dirname, file))) as { example: Example }).example,
      })),
  );
