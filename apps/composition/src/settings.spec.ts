import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SETTINGS, settingsFrom, SettingsRefused } from './settings';

const DATA = { EVENHAND_DATA: '/tmp' };

/** Every sentence that the settings are refused with; none when they are taken. */
function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    settingsFrom({ ...DATA, ...env });
    return [];
  } catch (error) {
    if (error instanceof SettingsRefused) return error.problems;
    throw error;
  }
}

const AWAY = 'postgres://evenhand:correct-horse-battery@db.example:5432/evenhand';

describe('settings', () => {
  it('without any are those of this machine', () => {
    expect(settingsFrom(DATA)).toMatchObject({
      tenant: 'default',
      host: '127.0.0.1',
      port: undefined,
      metricsHost: '127.0.0.1',
      metricsPort: undefined,
      jsonLog: false,
      databaseUrl: undefined,
      eventStoreDbUrl: undefined,
    });
    expect(settingsFrom({ ...DATA, NODE_ENV: 'production' }).jsonLog).toBe(true);
    expect(settingsFrom({ ...DATA, NODE_ENV: 'production', EVENHAND_LOG: 'text' }).jsonLog).toBe(false);
  });

  it.each<[Record<string, string>]>([
    [{ PORT: '0', METRICS_PORT: '65535', HOST: '127.0.0.2' }],
    [{ HOST: '0.0.0.0', NODE_ENV: 'production' }],
    [{ DATABASE_URL: 'postgres://postgres:postgres@localhost/x' }],
    [{ DATABASE_URL: 'postgres:///x?host=/var/run/postgresql' }],
    [{ DATABASE_URL: `${AWAY}?sslmode=verify-full` }],
    [{ DATABASE_URL: AWAY.replace('db.example', 'postgres'), EVENHAND_PRIVATE_HOSTS: 'postgres' }],
    [{ EVENTSTOREDB_URL: 'esdb://127.0.0.1:2113?tls=false' }],
    [{ EVENTSTOREDB_URL: 'esdb://app:correct-horse-battery@a.example:2113,b.example:2113?tls=true' }],
    [{ PORT: '', EVENHAND_TENANT: '' }],
  ])('take %j', (env) => {
    expect(problemsOf(env)).toEqual([]);
  });

  it.each<[Record<string, string>, RegExp]>([
    [{ PORT: 'abc' }, /^PORT is "abc": give a whole number/],
    [{ PORT: '65536' }, /^PORT is "65536"/],
    [{ METRICS_PORT: '-1' }, /^METRICS_PORT is "-1"/],
    [{ NODE_ENV: 'prod' }, /^NODE_ENV is "prod": give production/],
    [{ HOST: '0.0.0.0' }, /^HOST is "0.0.0.0".*demonstration's sign-in.*NODE_ENV=production/],
    [{ HOST: '0.0.0.0', NODE_ENV: 'development' }, /^HOST is/],
    [{ EVENHAND_LOG: 'xml' }, /^EVENHAND_LOG is "xml"/],
    [{ EVENHAND_TENANT: 'a b' }, /^EVENHAND_TENANT is "a b"/],
    [{ EVENHAND_TENNANT: 'x' }, /^EVENHAND_TENNANT is no setting.*EVENHAND_TENANT is meant/],
    [{ EVENHAND_DATA: '/proc/version/x' }, /^EVENHAND_DATA is \/proc\/version\/x, /],
    [{ DATABASE_URL: 'mysql://x' }, /^DATABASE_URL must look like postgres:/],
    [{ DATABASE_URL: AWAY }, /^DATABASE_URL would send .* to db.example without TLS/],
    [{ DATABASE_URL: `${AWAY}?sslmode=disable` }, /without TLS/],
    [{ DATABASE_URL: `${AWAY}?sslmode=no-verify` }, /without TLS that is checked/],
    [{ DATABASE_URL: `${AWAY}?sslmode=require&uselibpqcompat=true` }, /without TLS that is checked/],
    [{ DATABASE_URL: 'postgres://u:correct-horse-battery@localhost/x?host=db.example' }, /db.example without TLS/],
    [{ DATABASE_URL: 'postgres://postgres:postgres@db.example/x?sslmode=verify-full' }, /easy to guess.*db.example/],
    [{ DATABASE_URL: 'postgres://evenhand@db.example/x?sslmode=verify-full' }, /no password/],
    [{ DATABASE_URL: AWAY, EVENHAND_PRIVATE_HOSTS: 'other' }, /without TLS/],
    [{ DATABASE_URL_OWNER: 'postgres://o:p@localhost/x' }, /^DATABASE_URL_APPLICATION and DATABASE_URL_PROJECTOR must/],
    [{ EVENTSTOREDB_URL: 'esdb://es.example:2113?tls=false' }, /^EVENTSTOREDB_URL has tls=false for a host/],
    [
      { EVENTSTOREDB_URL: 'esdb://admin:changeit@es.example:2113' },
      /^EVENTSTOREDB_URL has the password that the user admin/,
    ],
  ])('refuse %j', (env, sentence) => {
    expect(problemsOf(env)).toEqual([expect.stringMatching(sentence)]);
  });

  it('are refused all at once, and no sentence holds a password', () => {
    const problems = problemsOf({
      PORT: 'abc',
      EVENHAND_PORT: '1',
      DATABASE_URL: 'postgres://postgres:hunter2@db.example/x',
      EVENTSTOREDB_URL: 'esdb://admin:changeit@es.example:2113?tls=false',
    });
    expect(problems).toHaveLength(4);
    expect(problems.join('\n')).not.toMatch(/hunter2|changeit/);
  });

  it('are those of docs/operating.md, each with its sentence', () => {
    const text = readFileSync(join(__dirname, '../../../docs/operating.md'), 'utf8');
    const rows = [...text.matchAll(/^\| `([A-Z_]+)` +\| (.+?) +\|$/gm)].map(([, name, says]) => [name, says]);
    expect(rows).toEqual(SETTINGS.map(({ name, says }) => [name, says]));
  });
});
