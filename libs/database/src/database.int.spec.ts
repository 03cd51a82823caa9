import type { MigrationInterface, QueryRunner } from 'typeorm';
import { Client } from 'pg';
import {
  createEmptyDatabase,
  createTestDatabase,
  testDataFolder,
  type TestDatabase,
} from '../../../test/support/database';
import { openDatabase } from './database';
import { urlAs } from './roles';

class OneOfEach1763899999991 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE log.events (n int PRIMARY KEY);
      INSERT INTO log.events VALUES (1);
      CREATE FUNCTION log.append(n int) RETURNS void LANGUAGE sql SECURITY DEFINER
        AS 'INSERT INTO log.events VALUES (n)';
      CREATE TABLE app.rows (id int GENERATED ALWAYS AS IDENTITY, word text);
      CREATE TABLE vault.words (id bigserial, word text);
      CREATE TABLE read.checkpoints (name text);
    `);
  }
  async down(): Promise<void> {}
}

const REFUSED = { code: '42501' };

describe('the roles of the database', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase([OneOfEach1763899999991]);
  });
  afterAll(() => database.drop());

  it.each([
    'UPDATE log.events SET n = 2',
    'DELETE FROM log.events',
    'TRUNCATE log.events',
    'INSERT INTO log.events VALUES (9)',
    'DROP TABLE log.events',
  ])('lets neither the application nor the projector %s', async (statement) => {
    await expect(database.application.query(statement)).rejects.toMatchObject(REFUSED);
    await expect(database.projector.query(statement)).rejects.toMatchObject(REFUSED);
  });

  it('lets the application append through the function, and read', async () => {
    await database.application.query('SELECT log.append(2)');
    const { rows } = await database.application.query('SELECT n FROM log.events ORDER BY n');
    expect(rows).toEqual([{ n: 1 }, { n: 2 }]);
  });

  it('lets the projector read the log but not append', async () => {
    expect((await database.projector.query('SELECT n FROM log.events')).rowCount).toBeGreaterThan(0);
    await expect(database.projector.query('SELECT log.append(3)')).rejects.toMatchObject(REFUSED);
  });

  it.each(['app.rows', 'vault.words'])('lets the application change %s and the projector not see it', async (table) => {
    await database.application.query(`INSERT INTO ${table} (word) VALUES ('a')`);
    await database.application.query(`UPDATE ${table} SET word = 'b'`);
    await database.application.query(`DELETE FROM ${table}`);
    await expect(database.projector.query(`SELECT * FROM ${table}`)).rejects.toMatchObject(REFUSED);
  });

  it('gives the schema read to the projector, and the application only looks', async () => {
    await database.projector.query('CREATE TABLE read.moves (n int)');
    await database.projector.query('INSERT INTO read.moves VALUES (1)');
    await database.projector.query(`INSERT INTO read.checkpoints VALUES ('moves')`);
    expect((await database.application.query('SELECT * FROM read.moves')).rowCount).toBe(1);
    expect((await database.application.query('SELECT * FROM read.checkpoints')).rowCount).toBe(1);
    await expect(database.application.query('DELETE FROM read.moves')).rejects.toMatchObject(REFUSED);
    await database.projector.query('ALTER TABLE read.moves RENAME TO moved');
    await database.projector.query('DROP TABLE read.moved');
  });
});

describe('opening', () => {
  it('twice at once makes one schema, and both work', async () => {
    const empty = await createEmptyDatabase();
    const settings = { url: empty.url, dataFolder: testDataFolder(), migrations: [OneOfEach1763899999991] };
    const both = await Promise.all([openDatabase(settings), openDatabase(settings)]);
    for (const one of both) expect((await one.application.query('SELECT n FROM log.events')).rows).toEqual([{ n: 1 }]);
    await Promise.all(both.map((one) => one.close()));
    await empty.drop();
  });

  it('with a data folder that has lost the passwords sets new ones', async () => {
    const empty = await createEmptyDatabase();
    const first = await openDatabase({ url: empty.url, dataFolder: `${testDataFolder()}/one`, migrations: [] });
    await first.close();
    const second = await openDatabase({ url: empty.url, dataFolder: `${testDataFolder()}/two`, migrations: [] });
    expect((await second.projector.query('SELECT 1')).rowCount).toBe(1);
    await second.close();
    await empty.drop();
  });

  it('says which three URLs to set where no role may be made, and works with them', async () => {
    const empty = await createEmptyDatabase();
    const admin = new Client({ connectionString: empty.url });
    await admin.connect();
    const dataFolder = testDataFolder();
    const user = (name: string): string => `${empty.name}_${name}`;
    const roleUrls = {
      owner: urlAs(empty.url, user('o'), 'pw'),
      application: urlAs(empty.url, user('a'), 'pw'),
      projector: urlAs(empty.url, user('p'), 'pw'),
    };
    try {
      for (const name of ['o', 'a', 'p', 'x']) await admin.query(`CREATE ROLE ${user(name)} LOGIN PASSWORD 'pw'`);
      await admin.query(`GRANT CREATE ON DATABASE ${empty.name} TO ${user('o')}, ${user('p')}`);
      const limited = urlAs(empty.url, user('x'), 'pw');
      await expect(openDatabase({ url: limited, dataFolder, migrations: [] })).rejects.toThrow(
        /may not make the database roles.*DATABASE_URL_OWNER, DATABASE_URL_APPLICATION and DATABASE_URL_PROJECTOR/,
      );
      const open = await openDatabase({ url: limited, dataFolder, migrations: [OneOfEach1763899999991], roleUrls });
      await open.application.query('SELECT log.append(7)');
      await expect(open.application.query('DELETE FROM log.events')).rejects.toMatchObject(REFUSED);
      await open.projector.query('CREATE TABLE read.moves (n int)');
      await open.close();
    } finally {
      await admin.end();
      await empty.drop();
      const after = new Client({ connectionString: new URL('/evenhand', empty.url).toString() });
      await after.connect();
      for (const name of ['o', 'a', 'p', 'x']) await after.query(`DROP ROLE IF EXISTS ${user(name)}`);
      await after.end();
    }
  });

  it('refuses an application or a projector who may do everything, both at once', async () => {
    const empty = await createEmptyDatabase();
    const roleUrls = { owner: empty.url, application: empty.url, projector: empty.url };
    await expect(
      openDatabase({ url: empty.url, dataFolder: testDataFolder(), migrations: [], roleUrls }),
    ).rejects.toThrow(/works as the application, is a superuser.*DATABASE_URL_APPLICATION.*\n.*works as the projector/);
    await empty.drop();
  });

  it('refuses an application who owns the log', async () => {
    const empty = await createEmptyDatabase();
    const admin = new Client({ connectionString: empty.url });
    await admin.connect();
    const user = `${empty.name}_o`;
    try {
      await admin.query(`CREATE ROLE ${user} LOGIN PASSWORD 'pw'`);
      await admin.query(`GRANT CREATE ON DATABASE ${empty.name} TO ${user}`);
      const url = urlAs(empty.url, user, 'pw');
      const roleUrls = { owner: url, application: url, projector: url };
      await expect(
        openDatabase({ url, dataFolder: testDataFolder(), migrations: [OneOfEach1763899999991], roleUrls }),
      ).rejects.toThrow(/works as the application, may change the log/);
    } finally {
      await admin.end();
      await empty.drop();
      const after = new Client({ connectionString: new URL('/evenhand', empty.url).toString() });
      await after.connect();
      await after.query(`DROP ROLE IF EXISTS ${user}`);
      await after.end();
    }
  });

  it('refuses a server that may lose what it confirmed', async () => {
    const empty = await createEmptyDatabase();
    const admin = new Client({ connectionString: empty.url });
    await admin.connect();
    await admin.query(`ALTER DATABASE ${empty.name} SET synchronous_commit = off`);
    await admin.end();
    await expect(openDatabase({ url: empty.url, dataFolder: testDataFolder(), migrations: [] })).rejects.toThrow(
      /synchronous_commit = off.*Set synchronous_commit = on/,
    );
    await empty.drop();
  });
});
