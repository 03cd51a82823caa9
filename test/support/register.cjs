/**
 * For child processes of specs: `node --require test/support/register.cjs file.ts` runs TypeScript as jest does, with
 * the same compiler settings, the same @app aliases and the same planted bug, if there is one.
 */
const { readFileSync } = require('node:fs');
const Module = require('node:module');
const { join } = require('node:path');
const { transformSync } = require('@swc/core');
const jest = require('../../jest.config.cjs');
const planted = require('../mutants/planted.cjs');

const [, settings] = jest.transform['^.+\\.ts$'];

require.extensions['.ts'] = (module, filename) => {
  const { code } = transformSync(planted(readFileSync(filename, 'utf8'), filename), {
    ...settings,
    filename,
    swcrc: false,
  });
  module._compile(code, filename);
};

const resolve = Module._resolveFilename;
Module._resolveFilename = function (request, ...rest) {
  const library = /^@app\/([^/]+)$/.exec(request);
  return resolve.call(this, library ? join(jest.rootDir, 'libs', library[1], 'src/index.ts') : request, ...rest);
};
