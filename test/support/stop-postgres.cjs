/** After a run: stops the run's Postgres, if any spec has started it, and removes its folder. */
const { rmSync } = require('node:fs');
const { stopServer } = require('../../libs/embedded-postgres/src/server.ts');

module.exports = async function stopPostgres() {
  const folder = process.env.EVENHAND_TEST_DATA;
  await stopServer(folder);
  rmSync(folder, { recursive: true, force: true });
};
