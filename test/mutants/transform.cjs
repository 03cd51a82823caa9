/** Jest's transform with one line of one source file changed: the mutant that MUTANT names. */
const { createTransformer } = require('@swc/jest');
const planted = require('./planted.cjs');

module.exports = {
  createTransformer(options) {
    const swc = createTransformer(options);
    return {
      canInstrument: false,
      process: (source, filename, jestOptions) => swc.process(planted(source, filename), filename, jestOptions),
    };
  },
};
