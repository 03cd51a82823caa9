import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMainstream, readSchoolList, SchoolListUnreadable } from '@app/directory';

const bytes = (text: string) => Buffer.from(text, 'utf8');

describe('a list of schools', () => {
  it('is read from the sample as GIAS gives it', () => {
    const schools = readSchoolList(readFileSync(join(__dirname, '../../../samples/schools.csv')));
    expect(schools).toHaveLength(48);
    expect(schools[0]).toEqual({
      urn: '990001',
      name: 'North Park School',
      type: 'Academy converter',
      status: 'Open',
      phase: 'Secondary',
      lowAge: 11,
      highAge: 16,
      capacity: 766,
      roll: 758,
      laCode: '999',
    });
  });

  it('has its columns in any order, ignores others, skips blank rows and keeps closed schools', () => {
    const list =
      '\uFEFFGender (name),EstablishmentStatus (name),establishmentname,URN\r\nMixed,Closed,"Ash, Elm",123456\r\n,,,\r\n';
    expect(readSchoolList(bytes(list))).toEqual([{ urn: '123456', name: 'Ash, Elm', status: 'Closed' }]);
  });

  it('is read as Windows-1252 when it is not UTF-8', () => {
    const list = Buffer.from('URN,EstablishmentName\n123456,St Andr\xe9\x92s', 'latin1');
    expect(readSchoolList(list)[0]?.name).toBe('St André’s');
  });

  it.each([
    ['', /empty/],
    ['Name\nAsh', /no column "URN", "EstablishmentName"/],
    ['URN,EstablishmentName\n12345,Ash', /line 2: URN is "12345": give the six digits/],
    ['URN,EstablishmentName\n123456,Ash\n123456,Elm', /line 3: URN is "123456": list each school once/],
    ['URN,EstablishmentName\n"123456,Ash', /no CSV/],
    ['PK\x03\x04\x00', /no text file/],
  ])('that cannot be used says why: %j', (text, message) => {
    expect(() => readSchoolList(bytes(text))).toThrow(SchoolListUnreadable);
    expect(() => readSchoolList(bytes(text))).toThrow(message);
  });

  it('with a row twice, or a capacity that is no number, is read all the same', () => {
    const text = 'URN,EstablishmentName,SchoolCapacity\n123456,Ash,many\n123456,Ash,900';
    expect(readSchoolList(bytes(text))).toEqual([{ urn: '123456', name: 'Ash', capacity: 900 }]);
  });
});

it('knows which types are mainstream, which are not, and which it does not know', () => {
  expect(isMainstream('Community school')).toBe(true);
  expect(isMainstream('University technical college')).toBe(true);
  for (const type of ['Pupil referral unit', 'Academy alternative provision converter', 'Free schools special']) {
    expect(isMainstream(type)).toBe(false);
  }
  expect(isMainstream('Something new')).toBeUndefined();
  expect(isMainstream(undefined)).toBeUndefined();
});
