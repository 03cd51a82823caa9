/** The mutants of every *.json in this folder: a library adds a file of its own. */
const { readdirSync } = require('node:fs');
const { join } = require('node:path');

module.exports = readdirSync(__dirname)
  .filter((name) => name.endsWith('.json'))
  .sort()
  .flatMap((name) => require(join(__dirname, name)));
