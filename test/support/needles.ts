/** Looks for many strings in much text at once, in whatever case they are written: which of them are in it. */
export class Needles {
  private readonly width: number;
  private readonly byStart = new Map<string, string[]>();

  /** Each of at least five characters: shorter ones occur by chance in ids and ciphertexts. */
  constructor(strings: Iterable<string>) {
    const all = [...new Set([...strings].map((text) => text.toLowerCase()))];
    const tooShort = all.find((text) => text.length < 5);
    if (tooShort !== undefined) throw new Error(`"${tooShort}" is too short to look for.`);
    this.width = Math.min(...all.map((text) => text.length));
    for (const needle of all) {
      const start = needle.slice(0, this.width);
      this.byStart.set(start, [...(this.byStart.get(start) ?? []), needle]);
    }
  }

  in(text: string): string[] {
    const hay = text.toLowerCase();
    const found = new Set<string>();
    for (let at = 0; at + this.width <= hay.length; at += 1) {
      for (const needle of this.byStart.get(hay.slice(at, at + this.width)) ?? [])
        if (hay.startsWith(needle, at)) found.add(needle);
    }
    return [...found];
  }
}
