import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { binomialProbability } from './statistics/binomial';
import { interpolatedFunnel, tailSignal } from './statistics/funnel';
import { sum } from './statistics/numbers';
import { examples } from './testing/examples';

const DOCS = join(__dirname, '../../../docs');
const PICTURES = join(DOCS, 'consistency-methods');
const page = () => readFileSync(join(DOCS, 'consistency-methods.md'), 'utf8');
/** The cells of the page's tables, a row a line. */
const rows = () =>
  page()
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()).join(' | ')); // prettier-ignore

it('every picture is what the code draws now (UPDATE_DOCS=1 writes them)', async () => {
  const all = await examples();
  for (const { name, example } of all) {
    const file = join(PICTURES, `${name}.svg`);
    if (process.env.UPDATE_DOCS === '1') writeFileSync(file, `${example.svg}\n`);
    expect({ name, drawn: readFileSync(file, 'utf8') }).toEqual({ name, drawn: `${example.svg}\n` });
  }
  expect(readdirSync(PICTURES).sort()).toEqual(all.map(({ name }) => `${name}.svg`));
});
it('the page shows every picture, described, with its sentence under it', async () => {
  for (const { name, example } of await examples()) {
    const [, under] = page().split(`](consistency-methods/${name}.svg)`);
    expect({ name, under: under?.trimStart().split('\n')[0] }).toEqual({ name, under: `> ${example.sentence}` });
    for (const words of example.also ?? []) expect(page()).toContain(`\n> ${words}\n`);
    expect(page()).toMatch(new RegExp(`!\\[[^\\]]{20,}\\]\\(consistency-methods/${name}\\.svg\\)`));
  }
});
it('no picture has a style, a script or a name that another one has', async () => {
  const ids: string[] = [];
  for (const { example } of await examples()) {
    expect(example.svg).not.toMatch(/style=|<style|<script|NaN|undefined|Infinity/);
    expect(example.svg).toMatch(/^<svg class="chart" [^>]*role="img" aria-labelledby="(\S+)-title \1-desc"/);
    for (const [, size] of example.svg.matchAll(/font-size="(\d+)"/g)) expect(Number(size)).toBeGreaterThanOrEqual(12);
    ids.push(...[...example.svg.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id as string));
  }
  expect(new Set(ids).size).toBe(ids.length);
});
it('the page says what a panel can learn from its own numbers as the code computes it', () => {
  const [norm, truth] = [0.62, 0.42];
  const whole = (share: number) => String(Math.round(100 * share));
  for (const n of [10, 20, 30, 50, 100, 200]) {
    const { lo95, hi95, lo998, hi998 } = interpolatedFunnel({ n, y: 0 }, norm);
    const seen = sum(
      Array.from({ length: n + 1 }, (_, y) =>
        tailSignal({ n, y }, norm) === 'low3' ? binomialProbability(y, n, truth) : 0,
      ),
    );
    expect(rows()).toContain(
      `${n} | ${whole(lo95)} to ${whole(hi95)} | ${whole(lo998)} to ${whole(hi998)} | ${whole(seen)} in 100`,
    );
  }
});
