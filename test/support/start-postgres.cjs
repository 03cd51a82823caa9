/**
 * Before a run: names a folder for its Postgres. The first createTestDatabase starts the server in it, so that a run of
 * pure specs has none. Jest transforms what this file requires, so the launcher's TypeScript is used as it is.
 */
const { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { stopServer } = require('../../libs/embedded-postgres/src/server.ts');

const PREFIX = 'evenhand-test-';

/** What a run left that was killed: nobody else stops its server. */
async function sweep() {
  for (const name of readdirSync(tmpdir())) {
    const folder = join(tmpdir(), name);
    const owner = join(folder, 'jest.pid');
    if (!name.startsWith(PREFIX) || !existsSync(owner)) continue;
    try {
      process.kill(Number(readFileSync(owner, 'utf8')), 0);
    } catch (error) {
      if (error.code !== 'ESRCH') continue;
      await stopServer(folder).catch(() => undefined);
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

module.exports = async function startPostgres() {
  await sweep();
  const folder = mkdtempSync(join(tmpdir(), PREFIX));
  // Passable: as root, the server runs as nobody.
  require('node:fs').chmodSync(folder, 0o711);
  writeFileSync(join(folder, 'jest.pid'), String(process.pid));
  process.env.EVENHAND_TEST_DATA = folder;
};
