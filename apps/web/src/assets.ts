/** The few files that pages load, from wherever the build or the package has them. */
import express, { type Express } from 'express';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { govukFolder } from './views';

/** In dist the style sheet lies beside; from the sources it is the one of the last build. */
const styleSheet = (): string | undefined =>
  [join(__dirname, 'assets/evenhand.css'), join(__dirname, '../../../dist/apps/web/src/assets/evenhand.css')].find(
    (path) => existsSync(path),
  );

export function serveAssets(app: Express): void {
  const files: Readonly<Record<string, string | undefined>> = {
    'evenhand.css': styleSheet(),
    'evenhand.js': join(__dirname, 'assets/evenhand.js'),
    'icon.svg': join(__dirname, 'assets/icon.svg'),
    'govuk-frontend.js': join(govukFolder(), 'govuk/govuk-frontend.min.js'),
  };
  const assets = express.Router();
  for (const [name, path] of Object.entries(files)) {
    if (path === undefined) continue;
    assets.get(`/${name}`, (_request, response) => {
      response.sendFile(path, { cacheControl: false, headers: { 'Cache-Control': 'public, max-age=300' } });
    });
  }
  app.use('/assets', assets);
}
