/** A database of its own for a spec, on the run's Postgres, with the roles and schemas of the real one. */
import { openDatabase, roleNames, type Database, type DatabaseSettings } from '@app/database';
import { ensureServer } from '@app/embedded-postgres';
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Client, escapeIdentifier } from 'pg';

export interface TestDatabase extends Database {
  /** The administrator's. */
  readonly url: string;
  /** Of this database alone: keys and files of a spec may lie here too. */
  readonly dataFolder: string;
  /** Closes the pools and removes the database and its roles. */
  drop(): Promise<void>;
}

/** The run's data folder (test/support/start-postgres.cjs). */
export function testDataFolder(): string {
  const folder = process.env['EVENHAND_TEST_DATA'];
  if (!folder) throw new Error('EVENHAND_TEST_DATA is not set: run the specs through npm run jest.');
  return folder;
}

/** An empty database on the run's Postgres, without roles or schemas. */
export async function createEmptyDatabase(): Promise<{ name: string; url: string; drop(): Promise<void> }> {
  const server = await ensureServer(testDataFolder());
  const name = `t_${process.pid}_${randomBytes(5).toString('hex')}`;
  const asAdministrator = async (work: (client: Client) => Promise<void>): Promise<void> => {
    const client = new Client({ connectionString: server.url });
    await client.connect();
    try {
      await work(client);
    } finally {
      await client.end();
    }
  };
  await asAdministrator(async (client) => void (await client.query(`CREATE DATABASE ${escapeIdentifier(name)}`)));
  const url = new URL(server.url);
  url.pathname = `/${name}`;
  return {
    name,
    url: url.toString(),
    drop: () =>
      asAdministrator(async (client) => {
        await client.query(`DROP DATABASE IF EXISTS ${escapeIdentifier(name)} WITH (FORCE)`);
        for (const role of Object.values(roleNames(name)))
          await client.query(`DROP ROLE IF EXISTS ${escapeIdentifier(role)}`);
      }),
  };
}

export async function createTestDatabase(migrations: DatabaseSettings['migrations'] = []): Promise<TestDatabase> {
  const empty = await createEmptyDatabase();
  const dataFolder = join(testDataFolder(), empty.name);
  const database = await openDatabase({ url: empty.url, dataFolder, migrations });
  return {
    ...database,
    url: empty.url,
    dataFolder,
    async drop() {
      await database.close();
      await empty.drop();
      rmSync(dataFolder, { recursive: true, force: true });
    },
  };
}
