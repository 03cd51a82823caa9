const base = require('../../jest.config.cjs');

/** The project's own configuration, with the transform that plants a mutant. */
const [[pattern, [, options]]] = Object.entries(base.transform);
module.exports = { ...base, transform: { [pattern]: [require.resolve('./transform.cjs'), options] }, cache: false };
