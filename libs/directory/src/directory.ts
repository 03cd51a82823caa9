/** Schools, panels, people and wordings: reference rows of schema `app`, by opaque reference or URN; not event-sourced. */
import { newId } from '@app/kernel';
import type { School } from './school-list';

export interface PanelRow {
  readonly panelId: string;
  readonly name: string;
}

export interface Person {
  readonly personRef: string;
  readonly name: string;
  /** A role of the access policy. */
  readonly role: string;
  readonly panelIds: readonly string[];
  readonly urns: readonly string[];
  /** One of the people of the demonstration city, whom the sign-in picker offers. */
  readonly demo: boolean;
}

/** A criterion's wording, versioned: decisions name id and version. */
export interface Criterion {
  readonly id: string;
  readonly version: string;
  readonly wording: string;
}

interface Row {
  readonly [column: string]: unknown;
}
/** What the directory needs of a pg pool or client. */
export interface DirectoryPool {
  query(sql: string, params?: unknown[]): Promise<{ rows: Row[] }>;
}

const SCHOOL_COLUMNS = 'urn, name, type, status, phase, low_age, high_age, capacity, roll, la_code';

export class Directory {
  constructor(private readonly pool: DirectoryPool) {}

  async school(urn: string): Promise<School | undefined> {
    return (await this.rows(`select ${SCHOOL_COLUMNS} from app.schools where urn = $1`, [urn])).map(toSchool)[0];
  }

  /** All schools, closed ones too, by name. */
  async schools(): Promise<School[]> {
    return (await this.rows(`select ${SCHOOL_COLUMNS} from app.schools order by name, urn`)).map(toSchool);
  }

  /** Adds schools and brings known ones up to date; a school that the list leaves out stays. Answers how many there were. */
  async loadSchools(schools: readonly School[]): Promise<number> {
    const column = (of: (school: School) => unknown) => schools.map((school) => of(school) ?? null);
    await this.rows(
      `insert into app.schools (${SCHOOL_COLUMNS})
       select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::smallint[], $7::smallint[],
                            $8::integer[], $9::integer[], $10::text[])
       on conflict (urn) do update set
         (name, type, status, phase, low_age, high_age, capacity, roll, la_code) =
         (excluded.name, excluded.type, excluded.status, excluded.phase, excluded.low_age, excluded.high_age,
          excluded.capacity, excluded.roll, excluded.la_code)`,
      [
        column((s) => s.urn),
        column((s) => s.name),
        column((s) => s.type),
        column((s) => s.status),
        column((s) => s.phase),
        column((s) => s.lowAge),
        column((s) => s.highAge),
        column((s) => s.capacity),
        column((s) => s.roll),
        column((s) => s.laCode),
      ],
    );
    return schools.length;
  }

  async panels(): Promise<PanelRow[]> {
    return (await this.rows('select panel_id, name from app.panels order by name')).map(toPanel);
  }

  /** By name, whatever its case and spacing. */
  async panelByName(name: string): Promise<PanelRow | undefined> {
    const rows = await this.rows('select panel_id, name from app.panels where name_key = $1', [nameKey(name)]);
    return rows.map(toPanel)[0];
  }

  /** The one id of a panel of that name; `isNew` for the caller that made it. */
  async reservePanel(name: string): Promise<{ panelId: string; isNew: boolean }> {
    const key = nameKey(name);
    if (key === '') throw new Error('A panel needs a name: it is blank.');
    const panelId = newId();
    const made = await this.rows(
      `insert into app.panels (panel_id, name, name_key) values ($1, $2, $3)
       on conflict (name_key) do nothing returning panel_id`,
      [panelId, tidied(name), key],
    );
    if (made.length > 0) return { panelId, isNew: true };
    const found = await this.panelByName(name);
    if (!found) throw new Error(`The panel "${name}" was removed while it was being reserved: try again.`);
    return { panelId: found.panelId, isNew: false };
  }

  /** The one id of a panel's meeting of that day (yyyy-mm-dd) and kind; `isNew` for the caller that made it. */
  async reserveMeeting(panelId: string, date: string, kind: string): Promise<{ meetingId: string; isNew: boolean }> {
    const meetingId = newId();
    const made = await this.rows(
      `insert into app.meetings_reserved (meeting_id, panel_id, meeting_on, kind) values ($1, $2, $3, $4)
       on conflict (panel_id, meeting_on, kind) do nothing returning meeting_id`,
      [meetingId, panelId, date, kind],
    );
    if (made.length > 0) return { meetingId, isNew: true };
    const found = await this.rows(
      'select meeting_id from app.meetings_reserved where panel_id = $1 and meeting_on = $2 and kind = $3',
      [panelId, date, kind],
    );
    return { meetingId: String(found[0]?.meeting_id), isNew: false };
  }

  async persons(): Promise<Person[]> {
    return (await this.rows(`select ${PERSON_COLUMNS} from app.persons order by name, person_ref`)).map(toPerson);
  }

  async person(ref: string): Promise<Person | undefined> {
    return (await this.rows(`select ${PERSON_COLUMNS} from app.persons where person_ref = $1`, [ref])).map(toPerson)[0];
  }

  async savePerson(person: Person): Promise<void> {
    await this.rows(
      `insert into app.persons (${PERSON_COLUMNS}) values ($1, $2, $3, $4::uuid[], $5::text[], $6)
       on conflict (person_ref) do update set
         (name, role, panel_ids, urns, demo) =
         (excluded.name, excluded.role, excluded.panel_ids, excluded.urns, excluded.demo)`,
      [person.personRef, person.name, person.role, person.panelIds, person.urns, person.demo],
    );
  }

  async criteria(): Promise<Criterion[]> {
    const rows = await this.rows('select id, version, wording from app.criteria order by id, version');
    return rows.map((row) => ({ id: String(row.id), version: String(row.version), wording: String(row.wording) }));
  }

  /** A wording never changes under its version: saving it again is quiet, another wording needs another version. */
  async saveCriterion({ id, version, wording }: Criterion): Promise<void> {
    await this.rows(
      'insert into app.criteria (id, version, wording) values ($1, $2, $3) on conflict (id, version) do nothing',
      [id, version, wording],
    );
    const kept = await this.rows('select wording from app.criteria where id = $1 and version = $2', [id, version]);
    if (kept[0]?.wording !== wording) {
      throw new Error(`Version ${version} of criterion ${id} has another wording: give the new wording a new version.`);
    }
  }

  private async rows(sql: string, params: unknown[] = []): Promise<Row[]> {
    return (await this.pool.query(sql, params)).rows;
  }
}

const PERSON_COLUMNS = 'person_ref, name, role, panel_ids, urns, demo';

const tidied = (name: string): string => name.normalize('NFC').trim().replace(/\s+/g, ' ');
const nameKey = (name: string): string => tidied(name).toLowerCase();

const toPanel = (row: Row): PanelRow => ({ panelId: String(row.panel_id), name: String(row.name) });

const toPerson = (row: Row): Person => ({
  personRef: String(row.person_ref),
  name: String(row.name),
  role: String(row.role),
  panelIds: row.panel_ids as string[],
  urns: row.urns as string[],
  demo: row.demo === true,
});

function toSchool(row: Row): School {
  const fields = {
    urn: row.urn,
    name: row.name,
    type: row.type,
    status: row.status,
    phase: row.phase,
    lowAge: row.low_age,
    highAge: row.high_age,
    capacity: row.capacity,
    roll: row.roll,
    laCode: row.la_code,
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null)) as unknown as School;
}
