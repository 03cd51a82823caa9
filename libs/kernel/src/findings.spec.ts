import { absent, breach, impossible, judge, Refused, whenAsked } from '@app/kernel';

const all = [
  () => breach('against-view', 'The parent is against it.'),
  () => [breach('against-view', 'The parent is against it.'), absent('signature', 'signature-missing', 'Sign it.')],
  () => whenAsked('closed', 'It is closed.'),
  () => undefined,
];
const judged = (provenance: 'live' | 'register', rules: Parameters<typeof judge>[0] = all) =>
  judge(rules, {}, {}, { provenance });

describe('what rules find', () => {
  it('refuses what is asked with every reason', () => {
    expect((judged('live') as Refused).reasons.map((reason) => reason.code)).toEqual([
      'against-view',
      'against-view',
      'signature-missing',
      'closed',
    ]);
  });

  it('marks what is recorded, each code once, and leaves empty lists out', () => {
    expect(judged('register')).toEqual({ breaches: ['against-view'], notRecorded: ['signature'] });
    expect(judged('register', [() => undefined])).toEqual({});
  });

  it('refuses what cannot have happened in every mode, with the impossible reasons only', () => {
    const rules = [...all, () => impossible('same-school', 'It is the same school.')];
    expect((judged('register', rules) as Refused).reasons.map((reason) => reason.code)).toEqual(['same-school']);
  });
});
