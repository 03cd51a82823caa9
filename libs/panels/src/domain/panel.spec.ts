import { specification } from '@app/kernel';
import type { PanelEvent } from './events';
import { panelDecider, type PanelCommand } from './panel';
import { type Terms, termsOnADay } from './terms';

const CRITERION = '00000000-0000-4000-8000-00000000c001';
const terms: Terms = {
  version: '1',
  quorum: 3,
  requiredRoles: ['chair'],
  criteria: [{ id: CRITERION, version: '1', mandatory: true }],
  decisionTypes: ['managedMoveSupported', 'supportInSchool'],
  chairsActionAllowed: true,
};
const today = '2026-11-20';
const spec = specification(panelDecider, {
  provenance: 'live' as const,
  on: today,
  today,
  schoolKnown: (urn: string) => urn === '990001',
});
const establish: PanelCommand = { type: 'EstablishPanel', panelType: 'sharing', networkUrns: ['990001'] };
const established: PanelEvent = {
  type: 'PanelEstablished',
  data: { panelType: 'sharing', networkUrns: ['990001'] },
};
const adopt: PanelCommand = { type: 'AdoptTermsOfReference', ...terms };
const adopted: PanelEvent = { type: 'TermsOfReferenceAdopted', data: terms };

describe('a panel', () => {
  it('is established once', () => {
    spec.given([]).when(establish).then([established]);
    spec.given([established]).when(establish).then([]);
    spec
      .given([established])
      .when({ type: 'EstablishPanel', panelType: 'inclusion' })
      .thenRefused('panel-already-established');
  });

  it('says its type when asked; a register does not say it', () => {
    spec.given([]).when({ type: 'EstablishPanel' }).thenRefused('panel-type-missing');
    spec
      .given([])
      .when({ type: 'EstablishPanel' }, { provenance: 'register', on: '2024-03-01' })
      .then([{ type: 'PanelEstablished', data: { notRecorded: ['panelType'] } }]);
  });

  it.each(['live', 'register'] as const)('names schools that exist (%s)', (provenance) => {
    spec
      .given([])
      .when({ type: 'EstablishPanel', panelType: 'sharing', networkUrns: ['990002'] }, { provenance })
      .thenRefused('school-unknown');
  });

  it('adopts terms once for each version', () => {
    spec.given([established]).when(adopt).then([adopted]);
    spec.given([established, adopted]).when(adopt).then([]);
    spec
      .given([established, adopted])
      .when({ ...adopt, quorum: 4 })
      .thenRefused('terms-version-taken');
    spec
      .given([established, adopted])
      .when({ ...adopt, version: '2', quorum: 4 })
      .then([{ type: 'TermsOfReferenceAdopted', data: { ...terms, version: '2', quorum: 4 } }]);
    spec.given([]).when(adopt).thenRefused('panel-not-established');
  });

  it('gives every reason against terms at once', () => {
    const [criterion] = terms.criteria;
    spec
      .given([])
      .when({ ...adopt, criteria: [criterion!, criterion!], decisionTypes: [] })
      .thenRefused('panel-not-established', 'criterion-twice', 'no-decision-type');
  });

  it('does nothing in the future or, when asked, in the past', () => {
    spec.given([]).when(establish, { on: '2026-11-21' }).thenRefused('not-yet-happened');
    spec.given([]).when(establish, { on: '2026-11-19' }).thenRefused('enter-it-late');
    spec.given([]).when(establish, { on: '2026-11-19', provenance: 'lateEntry' }).then([established]);
  });
});

describe('the terms in force', () => {
  const history = [
    { event: established, occurredOn: '2025-01-10' },
    { event: adopted, occurredOn: '2025-09-01' },
    {
      event: { type: 'TermsOfReferenceAdopted', data: { ...terms, version: '2' } } as PanelEvent,
      occurredOn: '2026-01-05',
    },
    // Entered late: adopted before the second edition.
    {
      event: { type: 'TermsOfReferenceAdopted', data: { ...terms, version: '3' } } as PanelEvent,
      occurredOn: '2025-11-01',
    },
  ];
  it.each([
    ['2025-08-31', undefined],
    ['2025-09-01', '1'],
    ['2025-12-31', '3'],
    ['2026-01-05', '2'],
  ])('on %s are version %s', (day, version) => {
    const found = termsOnADay(history, day);
    expect(found.terms?.version).toBe(version);
    expect(found).toMatchObject({ established: true, everAdopted: true });
  });
  it('are none for a panel that does not exist', () => {
    expect(termsOnADay([], '2026-01-05')).toEqual({ established: false, everAdopted: false });
  });
});
