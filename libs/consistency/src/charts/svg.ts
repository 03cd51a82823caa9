/** The little that every chart shares: escaping, and one look for axes and words. Deterministic strings, no DOM. */

export const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** A number as an SVG attribute: at most two decimals. */
export const px = (value: number): string => String(Math.round(value * 100) / 100);

export interface Frame {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly width: number;
  readonly height: number;
}

/** A figure that says in words what it shows, for those who do not see it. */
export const svg = ({ id, title, description, width, height }: Frame, body: string): string =>
  `<svg class="chart" xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="${id}-title ${id}-desc" ` +
  `viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="Arial, sans-serif" font-size="14">` +
  `<title id="${id}-title">${escaped(title)}</title><desc id="${id}-desc">${escaped(description)}</desc>${body}</svg>`;

export const text = (x: number, y: number, words: string, attributes = ''): string =>
  `<text x="${px(x)}" y="${px(y)}" fill="#0b0c0c" ${attributes}>${escaped(words)}</text>`;

/** Where a picture begins right of these names, at 14 px; at least at `least`. */
export const rightOf = (names: readonly string[], least: number): number =>
  Math.max(least, ...names.map((name) => Math.ceil(name.length * 7.3) + 24));
