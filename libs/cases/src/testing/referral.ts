/** What a school sends about a child, for specs and programs that need no application of their own. */
import { upnCheckLetter } from '@app/kernel';

/** A UPN that nobody has had before in this run, with its check letter. */
export function newUpn(): string {
  const digits = `999${String(Math.floor(Math.random() * 1e9)).padStart(9, '0')}`;
  return `${upnCheckLetter(digits)}${digits}`;
}

export const referral = (over: object = {}): object => ({
  child: { name: 'Ada Canary', dateOfBirth: '2013-03-01', upn: newUpn() },
  homeUrn: '990001',
  caseType: 'ManagedMove',
  requested: 'managedMoveSupported',
  referrerRole: 'senco',
  headSignOff: true,
  facts: {
    ncYear: 9,
    mainReason: 'DB',
    senProvision: 'K',
    primaryNeed: 'SEMH',
    careStatus: 'notLookedAfter',
    freeSchoolMeals: false,
    ethnicity: 'WBRI',
    sex: 'F',
    supportCycles: 2,
    daysSuspended: 1.5,
    previousMoves: 0,
    interventions: ['mentoring'],
  },
  words: { strengths: 'Kind to younger children' },
  ...over,
});
