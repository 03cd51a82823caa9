/** Files of refused rows on the server's disk: made readable only to its user, and gone after 24 hours (register.md). */
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const KEPT_FOR_MS = 24 * 60 * 60 * 1000;

export class ReturnedFiles {
  /** @param folder `<data folder>/returned` */
  constructor(private readonly folder: string) {}

  /** Writes a file under the id of its import; answers its path. */
  async keep(importId: string, bytes: Uint8Array): Promise<string> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const path = join(this.folder, `refused-${importId}.csv`);
    await writeFile(path, bytes, { mode: 0o600 });
    return path;
  }

  /** Removes what is older than 24 hours at an instant. */
  async sweep(now: Date): Promise<void> {
    await this.remove(async (path) => now.getTime() - (await stat(path)).mtimeMs >= KEPT_FOR_MS);
  }

  /** Removes every file: a child who is forgotten may be in any of them. */
  async clear(): Promise<void> {
    await this.remove(async () => true);
  }

  private async remove(which: (path: string) => Promise<boolean>): Promise<void> {
    const names = await readdir(this.folder).catch(() => []);
    for (const name of names) {
      const path = join(this.folder, name);
      if (await which(path)) await rm(path, { force: true });
    }
  }
}
