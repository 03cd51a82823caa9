/** The source of a file, with its one line changed when it is the file of the mutant that MUTANT names. */
const { join } = require('node:path');

const root = join(__dirname, '../..');

module.exports = function planted(source, filename) {
  const id = process.env.MUTANT;
  if (!id) return source;
  const mutant = require('./registry.cjs').find((one) => one.id === id);
  if (!mutant) throw new Error(`MUTANT="${id}" is not in test/mutants.`);
  return filename === join(root, mutant.file) ? source.replace(mutant.find, () => mutant.replace) : source;
};
