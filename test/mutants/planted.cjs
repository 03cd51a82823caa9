/**
 * The source of a file with what is planted in it: the mutant that MUTANT names, and the edits of PLANTED, a JSON list of
 * `{file, find, replace}` (a bug or a crash point of the fault harness). Child processes inherit both.
 */
const { join } = require('node:path');

const root = join(__dirname, '../..');

function edits() {
  const list = JSON.parse(process.env.PLANTED ?? '[]');
  const id = process.env.MUTANT;
  if (!id) return list;
  const mutant = require('./registry.cjs').find((one) => one.id === id);
  if (!mutant) throw new Error(`MUTANT="${id}" is not in test/mutants.`);
  return [...list, mutant];
}

module.exports = function planted(source, filename) {
  let changed = source;
  for (const { file, find, replace } of edits()) {
    if (filename !== join(root, file)) continue;
    if (changed.split(find).length !== 2)
      throw new Error(`"${find}" is not once in ${file}: bring what plants it up to date.`);
    changed = changed.replace(find, () => replace);
  }
  return changed;
};
