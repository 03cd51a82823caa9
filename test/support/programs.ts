/** Programs that a spec needs and a machine may lack. What is left out for want of one, `npm test` names. */
import { accessSync, constants } from 'node:fs';
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

/** As `describe`, left out and named when the browser is missing. */
export function describeInBrowser(title: string, specs: (chromium: string) => void): void {
  const chromium = chromiumPath();
  if (chromium) describe(title, () => specs(chromium));
  else describe.skip(`${title} [needs a browser: install chromium, or set CHROMIUM_PATH]`, () => specs(''));
}
