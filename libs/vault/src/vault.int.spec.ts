import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fixedClock, newId } from '@app/kernel';
import { Client } from 'pg';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database';
import {
  assertTenantKey,
  createSealer,
  FileKeyStore,
  type ForgottenPupil,
  Forgetting,
  KeysWrong,
  PostgresWords,
  Pupils,
  SUPPRESSION_LIST,
  SuppressionList,
  sweepWords,
  vaultMigrations,
  type WordsToKeep,
} from '.';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase(vaultMigrations);
});
afterAll(() => database.drop());

/** Keys, suppression list and vault in a folder of their own; the tables are shared by the specs of this file. */
function openVault(folder = join(database.dataFolder, newId())) {
  const keys = new FileKeyStore(join(folder, 'keys'));
  const suppression = new SuppressionList(join(folder, SUPPRESSION_LIST), keys);
  const pool = database.application;
  return { folder, keys, suppression, pool, words: new PostgresWords(pool, keys), pupils: new Pupils(pool, keys) };
}

const aText = (pupilRef: string, text: string, more: Partial<WordsToKeep> = {}): WordsToKeep => ({
  ref: newId(),
  owner: { pupilRef },
  stream: `case-${newId()}`,
  commandId: newId(),
  text,
  ...more,
});

/** A UPN-like string of its own for each call. */
const someUpn = () => `X${randomBytes(6).toString('hex').toUpperCase()}`;

describe('words', () => {
  it('come back by ref, in one batch, kept twice as once, and lie there unreadable', async () => {
    const { keys, words, pool } = openVault();
    const pupilRef = newId();
    await keys.create(pupilRef);
    const kept = [
      aText(pupilRef, 'Größe “1” \\u0000 and a line\n'),
      aText(pupilRef, ''),
      aText(pupilRef, 'Late', { owner: { tenant: 'default' } }),
    ];
    await words.keep(kept);
    await words.keep([...kept, ...kept]);
    await words.keep([]);
    const read = await words.read([...kept.map(({ ref }) => ref), newId()]);
    expect([...read]).toEqual(expect.arrayContaining(kept.map(({ ref, text }) => [ref, text])));
    expect(read.size).toBe(3);
    const { rows } = await pool.query('SELECT ciphertext FROM vault.words WHERE ref = ANY ($1)', [
      kept.map(({ ref }) => ref),
    ]);
    for (const { ciphertext } of rows as { ciphertext: Buffer }[]) {
      expect(ciphertext.length).toBe(256);
      expect(ciphertext.includes('Late')).toBe(false);
    }
  });

  it('of a forgotten child are left out; moved to another ref they do not open', async () => {
    const { keys, words, pool } = openVault();
    const [gone, here] = [newId(), newId()];
    await keys.create(gone);
    await keys.create(here);
    const [hers, his] = [aText(gone, 'hers'), aText(here, 'his')];
    await words.keep([hers, his]);
    await keys.destroy(gone);
    expect([...(await words.read([hers.ref, his.ref]))]).toEqual([[his.ref, 'his']]);
    const elsewhere = newId();
    await pool.query('UPDATE vault.words SET ref = $2 WHERE ref = $1', [his.ref, elsewhere]);
    await expect(words.read([elsewhere])).rejects.toThrow(/does not open/);
  });

  it('are swept only when old, and only those that no event of their command refers to', async () => {
    const { keys, words, pool } = openVault();
    const pupilRef = newId();
    await keys.create(pupilRef);
    await pool.query('UPDATE vault.words SET settled = true');
    const [referred, orphan, young] = [aText(pupilRef, 'a'), aText(pupilRef, 'b'), aText(pupilRef, 'c')];
    await words.keep([referred, orphan, young]);
    await pool.query(`UPDATE vault.words SET kept_at = now() - interval '2 hours' WHERE ref = ANY ($1)`, [
      [referred.ref, orphan.ref],
    ]);
    const asked: string[] = [];
    const refsInStream = async (stream: string, commandId: string) => {
      asked.push(`${stream} ${commandId}`);
      return new Set(commandId === referred.commandId ? [referred.ref] : []);
    };
    expect(await sweepWords(pool, refsInStream)).toBe(1);
    expect(asked.sort()).toEqual([referred, orphan].map((word) => `${word.stream} ${word.commandId}`).sort());
    expect([...(await words.read([referred.ref, orphan.ref, young.ref])).values()].sort()).toEqual(['a', 'c']);
    expect(await sweepWords(pool, refsInStream)).toBe(0);
    expect(asked).toHaveLength(2);
  });
});

describe('pupils', () => {
  it('are reserved once a UPN, however many ask at once', async () => {
    const { pupils } = openVault();
    const upn = someUpn();
    expect(await pupils.findByUpn(upn)).toBeUndefined();
    const reserved = await Promise.all(Array.from({ length: 20 }, () => pupils.reserve(upn)));
    expect(reserved.filter(({ made }) => made)).toHaveLength(1);
    expect(new Set(reserved.map(({ pupilRef }) => pupilRef)).size).toBe(1);
    expect(await pupils.findByUpn(` ${upn.toLowerCase()} `)).toBe(reserved[0]?.pupilRef);
  });

  it('are found by the beginnings of name words, without accents or case', async () => {
    const { pupils, keys } = openVault();
    const named = async (name: string) => {
      const pupilRef = newId();
      await keys.create(pupilRef);
      await pupils.remember(pupilRef, { name, dateOfBirth: '2011-02-03' });
      return pupilRef;
    };
    const [zoe, obrien, long] = [
      await named('Zoë Müller-Stone'),
      await named("Sean O'Brien"),
      await named('Wolfeschlegelstein Ann'),
    ];
    const found = async (typed: string) => [...(await pupils.searchByName(typed)).keys()];
    expect(await found('zoe')).toEqual([zoe]);
    expect(await found('STO mul')).toEqual([zoe]);
    expect(await found('O’Br')).toEqual([obrien]);
    expect(await found('wolfeschlegelst')).toEqual([long]);
    expect(await found('wolfeschlegelxx')).toEqual([]);
    expect(await found('zoe brien')).toEqual([]);
    expect(await found(' - ')).toEqual([]);
    await pupils.remember(zoe, { name: 'Zara Stone', upn: 'X' });
    expect(await found('zoe')).toEqual([]);
    expect(await pupils.identities([zoe, newId()])).toEqual(new Map([[zoe, { name: 'Zara Stone', upn: 'X' }]]));
  });
});

describe('the tenant key and the records', () => {
  it('must belong together', async () => {
    const mine = openVault();
    await assertTenantKey(mine.pool, mine.keys.check);
    await assertTenantKey(mine.pool, mine.keys.check);
    const another = openVault();
    await expect(assertTenantKey(another.pool, another.keys.check)).rejects.toThrow(KeysWrong);
  });
});

describe('forgetting', () => {
  const CANARY = 'Canary';
  const clock = fixedClock('2026-11-22T12:00:00.000Z');

  /** A child with a canary in every vault field, and what the rest of the system would keep. */
  async function twoChildren() {
    const vault = openVault();
    const log: ForgottenPupil[] = [];
    const elsewhere = new Set<string>();
    const child = async (mark: string) => {
      const upn = someUpn();
      const { pupilRef } = await vault.pupils.reserve(upn);
      await vault.keys.create(pupilRef);
      await vault.pupils.remember(pupilRef, { name: `${mark} ${CANARY}name`, dateOfBirth: '2011-02-03', upn });
      const texts = [
        aText(pupilRef, `${mark}${CANARY}text`),
        aText(pupilRef, `${mark}${CANARY}late`, { owner: { tenant: 'default' }, about: pupilRef }),
      ];
      await vault.words.keep(texts);
      elsewhere.add(pupilRef);
      const block = createSealer(vault.keys).seal(
        { tenant: 'default', eventId: pupilRef, storedType: 'X', pupilRef },
        { reason: `${mark}${CANARY}sealed` },
      );
      return { pupilRef, upn, refs: texts.map(({ ref }) => ref), block };
    };
    const parts = {
      ...vault,
      clock,
      appendForgotten: async (forgotten: ForgottenPupil) => {
        if (!log.some(({ commandId }) => commandId === forgotten.commandId)) log.push(forgotten);
      },
      forgetters: [async (pupilRef: string) => void elsewhere.delete(pupilRef)],
    };
    return { ...vault, parts, log, elsewhere, her: await child('Her'), him: await child('Him') };
  }

  type World = Awaited<ReturnType<typeof twoChildren>>;

  /** Everything that lies anywhere: every table of the database as the administrator reads it, and the data folder. */
  async function everything({ folder }: { folder: string }): Promise<string> {
    const administrator = new Client({ connectionString: database.url });
    await administrator.connect();
    const { rows } = await administrator.query<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
       WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
    );
    const held: string[] = [];
    for (const { name } of rows)
      held.push((await administrator.query(`SELECT t::text FROM ${name} AS t`)).rows.map((row) => row.t).join('\n'));
    await administrator.end();
    for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      const file = join(folder, path);
      held.push(path, statSync(file).isFile() ? readFileSync(file, 'latin1') : '');
    }
    return held.join('\n');
  }

  const rowsOf = async ({ pool }: World, pupilRef: string) =>
    (
      await pool.query<{ n: number }>(
        `SELECT (SELECT count(*) FROM vault.words WHERE about = $1 OR pupil_ref = $1) + (SELECT count(*) FROM vault.pupils WHERE pupil_ref = $1)
              + (SELECT count(*) FROM vault.lookup WHERE pupil_ref = $1) AS n`,
        [pupilRef],
      )
    ).rows[0]?.n;

  async function isForgotten(world: World) {
    const { her, keys, pupils, words, suppression, log, elsewhere } = world;
    const found = await everything(world);
    for (const mark of [`Her${CANARY}`, `Her ${CANARY}`, her.upn, '2011-02-03']) expect(found).not.toContain(mark);
    expect(keys.state(her.pupilRef)).toBe('destroyed');
    expect(createSealer(keys).open({ tenant: 'default', eventId: her.pupilRef, storedType: 'X' }, her.block)).toBe(
      'forgotten',
    );
    expect(await rowsOf(world, her.pupilRef)).toBe('0');
    expect(await words.read(her.refs)).toEqual(new Map());
    expect(await pupils.identities([her.pupilRef])).toEqual(new Map());
    expect(await pupils.findByUpn(her.upn)).toBeUndefined();
    expect(suppression.isSuppressed(her.upn, '2026-11-22')).toBe(true);
    expect(suppression.isSuppressed(her.upn, '2026-11-23')).toBe(false);
    expect(suppression.entries().filter(({ pupilRef }) => pupilRef === her.pupilRef)).toHaveLength(1);
    expect(log).toEqual([
      expect.objectContaining({ pupilRef: her.pupilRef, on: '2026-11-22', because: 'erasureUpheld' }),
    ]);
    expect(elsewhere.has(her.pupilRef)).toBe(false);
  }

  async function neighbourIsUnchanged({ him, keys, pupils, words, suppression, elsewhere }: World) {
    const sealer = createSealer(keys);
    expect(sealer.open({ tenant: 'default', eventId: him.pupilRef, storedType: 'X' }, him.block)).toEqual({
      reason: `Him${CANARY}sealed`,
    });
    expect([...(await words.read(him.refs)).values()].sort()).toEqual([`Him${CANARY}late`, `Him${CANARY}text`]);
    expect((await pupils.identities([him.pupilRef])).get(him.pupilRef)).toMatchObject({ upn: him.upn });
    expect([...(await pupils.searchByName('him canary')).keys()]).toContain(him.pupilRef);
    expect(suppression.isSuppressed(him.upn, '2026-01-01')).toBe(false);
    expect(elsewhere.has(him.pupilRef)).toBe(true);
  }

  beforeEach(async () => {
    for (const table of ['words', 'pupils', 'lookup', 'forgettings']) {
      await database.application.query(`DELETE FROM vault.${table}`);
    }
  });

  /** What only she has left behind: ciphertexts, HMACs and her wrapped key, in the form a dump shows them in. */
  async function traces({ pool, her, folder }: World): Promise<string[]> {
    const { rows } = await pool.query<{ trace: string }>(
      `SELECT ciphertext::text AS trace FROM vault.words WHERE about = $1
       UNION SELECT ciphertext::text FROM vault.pupils WHERE pupil_ref = $1
       UNION SELECT unnest(name_tokens)::text FROM vault.pupils
             WHERE pupil_ref = $1 AND cardinality(name_tokens) > 0
       EXCEPT SELECT unnest(name_tokens)::text FROM vault.pupils WHERE pupil_ref <> $1
       UNION SELECT upn_hmac::text FROM vault.lookup WHERE pupil_ref = $1`,
      [her.pupilRef],
    );
    const key = readFileSync(
      join(folder, 'keys', 'children', her.pupilRef.slice(0, 2), `${her.pupilRef}.key`),
      'latin1',
    );
    return [...rows.map(({ trace }) => trace.slice(2)), key];
  }

  it('leaves no trace of the child anywhere, and the neighbour as he was', async () => {
    const world = await twoChildren();
    const forgetting = new Forgetting(world.parts);
    const before = await traces(world);
    expect(before.length).toBeGreaterThan(6);
    const held = await everything(world);
    for (const trace of before) expect(held).toContain(trace);
    await forgetting.forget(world.her.pupilRef, 'erasureUpheld');
    const left = await everything(world);
    for (const trace of before) expect(left).not.toContain(trace);
    await isForgotten(world);
    await neighbourIsUnchanged(world);
    await forgetting.forget(world.her.pupilRef, 'erasureUpheld');
    expect(await forgetting.finish()).toBe(0);
    await isForgotten(world);
  });

  it('takes a code for the reason, never words', async () => {
    const { parts, her } = await twoChildren();
    await expect(new Forgetting(parts).forget(her.pupilRef, 'The mother of Jamie asked')).rejects.toThrow(/check/);
  });

  it('takes the steps in their order', async () => {
    const world = await twoChildren();
    const { parts, her, keys, suppression } = world;
    const seen: unknown[] = [];
    const look = async () =>
      seen.push([
        suppression.has(her.pupilRef),
        Number(await rowsOf(world, her.pupilRef)) > 0,
        keys.state(her.pupilRef),
      ]);
    await new Forgetting({
      ...parts,
      appendForgotten: async () => void (await look()),
      forgetters: [async () => void (await look())],
    }).forget(her.pupilRef, 'erasureUpheld');
    await look();
    expect(seen).toEqual([
      [true, true, 'kept'],
      [true, true, 'kept'],
      [true, false, 'destroyed'],
    ]);
  });

  const crash = async (): Promise<never> => {
    throw new Error('crash');
  };
  const crashing = (world: World, statement: RegExp) => ({
    ...world.parts,
    pool: {
      query: (async (sql: string, params: unknown[]) =>
        statement.test(sql) ? crash() : world.pool.query(sql, params)) as unknown as typeof world.pool.query,
    },
  });

  it.each<[string, (world: World) => World['parts']]>([
    ['before the list', (world) => ({ ...crashing(world, /FROM vault.lookup WHERE/) }) as World['parts']],
    ['before the event', ({ parts }) => ({ ...parts, appendForgotten: crash })],
    [
      'after the event',
      ({ parts }) => ({ ...parts, appendForgotten: async (f) => (await parts.appendForgotten(f), crash()) }),
    ],
    ['before the rows of others', ({ parts }) => ({ ...parts, forgetters: [crash] })],
    ['between the rows', (world) => crashing(world, /DELETE FROM vault.pupils/) as World['parts']],
    ['before the last rows', (world) => crashing(world, /DELETE FROM vault.lookup/) as World['parts']],
    [
      'before the key',
      ({ parts }) => ({ ...parts, keys: Object.assign(Object.create(parts.keys), { destroy: crash }) }),
    ],
    ['after the key', (world) => crashing(world, /SET done_at = now/) as World['parts']],
  ])('is finished by the policy after a crash %s', async (_, broken) => {
    const world = await twoChildren();
    await expect(new Forgetting(broken(world)).forget(world.her.pupilRef, 'erasureUpheld')).rejects.toThrow('crash');
    await expect(new Forgetting(broken(world)).finish()).rejects.toThrow(/1 of 1 forgettings are not finished/);
    expect(await new Forgetting(world.parts).finish()).toBe(1);
    await isForgotten(world);
    await neighbourIsUnchanged(world);
  });

  it('one failure does not hold up the others', async () => {
    const world = await twoChildren();
    const { her, him, parts } = world;
    const broken = { ...parts, appendForgotten: crash };
    for (const { pupilRef } of [her, him])
      await expect(new Forgetting(broken).forget(pupilRef, 'erasureUpheld')).rejects.toThrow();
    const half = {
      ...parts,
      appendForgotten: (f: ForgottenPupil) => (f.pupilRef === her.pupilRef ? crash() : Promise.resolve()),
    };
    await expect(new Forgetting(half).finish()).rejects.toThrow(/1 of 2/);
    expect([world.keys.state(her.pupilRef), world.keys.state(him.pupilRef)]).toEqual(['kept', 'destroyed']);
  });

  it('is done again after a restore, from the suppression list alone', async () => {
    const world = await twoChildren();
    const { her, pool, parts, keys } = world;
    const tables = ['words', 'pupils', 'lookup', 'forgettings'];
    const backup = await Promise.all(
      tables.map(async (table) => (await pool.query(`SELECT to_jsonb(t) AS row FROM vault.${table} AS t`)).rows),
    );
    const [shard, name] = [join(world.folder, 'keys', 'children', her.pupilRef.slice(0, 2)), `${her.pupilRef}.key`];
    const key = readFileSync(join(shard, name));
    const forgetting = new Forgetting(parts);
    await forgetting.forget(her.pupilRef, 'erasureUpheld');
    expect(await forgetting.applySuppression()).toBe(0);

    for (const [at, table] of tables.entries()) {
      await pool.query(`DELETE FROM vault.${table}`);
      for (const { row } of backup[at] as { row: unknown }[]) {
        await pool.query(`INSERT INTO vault.${table} SELECT * FROM jsonb_populate_record(NULL::vault.${table}, $1)`, [
          JSON.stringify(row),
        ]);
      }
    }
    rmSync(join(shard, `${her.pupilRef}.gone`));
    writeFileSync(join(shard, name), key);
    world.log.length = 0;
    expect(keys.state(her.pupilRef)).toBe('kept');
    expect((await world.pupils.identities([her.pupilRef])).size).toBe(1);

    expect(await forgetting.applySuppression()).toBe(1);
    expect(world.log).toEqual([expect.not.objectContaining({ because: expect.anything() })]);
    world.log.splice(0, 1, { ...world.log[0]!, because: 'erasureUpheld' });
    await isForgotten(world);
    await neighbourIsUnchanged(world);
    expect(await forgetting.applySuppression()).toBe(0);
  });

  it('gives the same child a new pupilRef at a later referral, and can forget that one too', async () => {
    const world = await twoChildren();
    const { her, pupils, keys, parts, suppression } = world;
    await new Forgetting(parts).forget(her.pupilRef, 'erasureUpheld');
    const later = await pupils.reserve(her.upn);
    expect(later.made).toBe(true);
    expect(later.pupilRef).not.toBe(her.pupilRef);
    await keys.create(later.pupilRef);
    await new Forgetting({ ...parts, clock: fixedClock('2027-03-01T12:00:00.000Z') }).forget(
      later.pupilRef,
      'erasureUpheld',
    );
    expect(suppression.isSuppressed(her.upn, '2027-03-01')).toBe(true);
    expect(await pupils.findByUpn(her.upn)).toBeUndefined();
  });
});
