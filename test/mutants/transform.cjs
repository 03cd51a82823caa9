/** Jest's transform with one line of one source file changed: the mutant that MUTANT names. */
const { join } = require('node:path');
const { createTransformer } = require('@swc/jest');

const root = join(__dirname, '../..');
const mutant = require('./registry.cjs').find(({ id }) => id === process.env.MUTANT);
if (!mutant) throw new Error(`MUTANT="${process.env.MUTANT}" is not in test/mutants.`);

module.exports = {
  createTransformer(options) {
    const swc = createTransformer(options);
    return {
      canInstrument: false,
      process(source, filename, jestOptions) {
        const changed =
          filename === join(root, mutant.file) ? source.replace(mutant.find, () => mutant.replace) : source;
        return swc.process(changed, filename, jestOptions);
      },
    };
  },
};
