/** `npm run test:eventstoredb`: the contract suite over the real server of EVENTSTOREDB_URL. Fails when there is none. */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

if (!process.env.EVENTSTOREDB_URL) {
  process.stderr.write(
    'EVENTSTOREDB_URL is not set, so nothing was tested. Name a running EventStoreDB 23.10, for example\n' +
      '  EVENTSTOREDB_URL="esdb://127.0.0.1:2113?tls=false" npm run test:eventstoredb\n' +
      'The log need not be empty; the tests write to streams of their own.\n',
  );
  process.exit(2);
}

const root = join(dirname(fileURLToPath(import.meta.url)), '../../../../..');
const require = createRequire(import.meta.url);
// The whole configuration but the Postgres of the other suites, which a run over EventStoreDB does not need
const config = { ...require(join(root, 'jest.config.cjs')) };
delete config.globalSetup;
delete config.globalTeardown;
config.roots = [join(root, 'libs/event-store')];
config.testMatch = ['**/eventstoredb/testing/real-server.ts'];

const jest = spawnSync(
  process.execPath,
  [
    '--experimental-vm-modules',
    '--no-warnings',
    join(root, 'node_modules/jest/bin/jest.js'),
    '--config',
    JSON.stringify(config),
    '--runInBand',
    '--verbose',
    '--testTimeout=60000',
  ],
  { cwd: root, stdio: 'inherit' },
);
process.exit(jest.status ?? 1);
