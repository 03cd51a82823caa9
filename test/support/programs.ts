/** Programs that a spec needs and a machine may lack. What is left out for want of one, `npm test` names. */
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

function onPath(...names: readonly string[]): string | undefined {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    for (const name of names) {
      try {
        accessSync(join(folder, name), constants.X_OK);
        return join(folder, name);
      } catch {
        // Not here.
      }
    }
  }
  return undefined;
}

/** CHROMIUM_PATH, or Debian's Chromium or another on the path. */
export const chromiumPath = (): string | undefined =>
  process.env['CHROMIUM_PATH'] ?? onPath('chromium', 'chromium-browser', 'google-chrome');

/** Where Debian's package puts the programs of PostgreSQL 15, the servers' and the clients'. */
const POSTGRES_15 = '/usr/lib/postgresql/15/bin';

/** As `describe`, left out and named when Debian's postgresql-15 is missing. */
export function describeWithPostgres15(title: string, specs: (programs: string) => void): void {
  if (existsSync(join(POSTGRES_15, 'pg_dump')) && existsSync(join(POSTGRES_15, 'postgres')))
    describe(title, () => specs(POSTGRES_15));
  else
    describe.skip(`${title} [needs PostgreSQL 15 from Debian: apt install postgresql-15 postgresql-client-15]`, () =>
      specs(''));
}

/** As `describe`, left out and named when the browser is missing. */
export function describeInBrowser(title: string, specs: (chromium: string) => void): void {
  const chromium = chromiumPath();
  if (chromium) describe(title, () => specs(chromium));
  else describe.skip(`${title} [needs a browser: install chromium, or set CHROMIUM_PATH]`, () => specs(''));
}
