/**
 * The demo city: the sample register through the importer, then, by live commands, a meeting today with terms of
 * reference, members and three open cases. Loaded once; a start that was killed half way is finished by the next one,
 * because every id comes from the one random id that is written first.
 */
import {
  AcceptCase,
  RecordConsent,
  RecordParentView,
  RecordPupilView,
  ReferCase,
  type ReferredFacts,
} from '@app/cases';
import { readSchoolList } from '@app/directory';
import type { CommandEnvelope, Executed } from '@app/event-store';
import { derivedId, newId, upnCheckLetter } from '@app/kernel';
import {
  AdoptTermsOfReference,
  type Attendee,
  ConfirmQuorum,
  OrderAgenda,
  RecordAttendance,
  ScheduleMeeting,
} from '@app/panels';
import type { ImportSummary } from '@app/register';
import { keyForFirstCase } from '@app/vault';
import type { Command, CommandBus } from '@nestjs/cqrs';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { operator } from '../../composition/src/operator';
import type { Platform } from '../../composition/src/platform';
import { registerImport } from '../../composition/src/register-import';

/** The panel that meets today. */
const PANEL = 'North';
const SAMPLES = join(__dirname, '../../../../samples');

interface DemoState {
  /** Random; every other id of the demo is derived from it. */
  readonly seed: string;
  /** The day of the meeting. */
  readonly on: string;
  readonly registerIn: boolean;
  readonly done: boolean;
}

export interface DemoProgress {
  (progress: { readonly done: number; readonly total: number }): void;
}

/** Loads the demo city unless it is there. Answers what the register's import said, when it ran now. */
export async function loadDemo(
  platform: Platform,
  bus: CommandBus,
  onProgress: DemoProgress,
): Promise<ImportSummary | undefined> {
  const file = join(platform.stores.dataFolder, 'demo.json');
  const keep = (state: DemoState): DemoState => {
    writeFileSync(`${file}.new`, JSON.stringify(state), { mode: 0o600 });
    renameSync(`${file}.new`, file);
    return state;
  };
  let state = existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as DemoState)
    : keep({ seed: newId(), on: platform.clock.today(), registerIn: false, done: false });
  if (state.done) return undefined;

  let summary: ImportSummary | undefined;
  if (!state.registerIn) {
    await platform.directory.loadSchools(readSchoolList(readFileSync(join(SAMPLES, 'schools.csv'))));
    summary = await registerImport(platform).run({
      bytes: readFileSync(join(SAMPLES, 'decision-register.csv')),
      fileName: 'decision-register.csv',
      register: 'main',
      actor: operator(platform.tenant),
      onProgress,
    });
    state = keep({ ...state, registerIn: true });
  }
  await new DemoMeeting(platform, bus, state).prepare();
  keep({ ...state, done: true });
  return summary;
}

interface DemoChild {
  readonly name: string;
  readonly bornOn: string;
  readonly homeUrn: string;
  readonly facts: ReferredFacts;
  readonly strengths: string;
  readonly whatHelps: string;
  readonly circumstances: string;
  readonly parent: { readonly stance: 'supportsMove' | 'unsure' | 'opposesMove'; readonly view: string };
  /** Left out where the panel must still ask the child. */
  readonly pupil?: { readonly stance: 'wantsToMove' | 'unsure' | 'wantsToStay'; readonly view: string };
}

const CHILDREN: readonly DemoChild[] = [
  {
    name: 'Amara Demo',
    bornOn: '2013-03-14',
    homeUrn: '990001',
    facts: {
      ncYear: 9,
      mainReason: 'DB',
      senProvision: 'K',
      primaryNeed: 'SEMH',
      careStatus: 'notLookedAfter',
      freeSchoolMeals: true,
      ethnicity: 'MWBC',
      sex: 'F',
      supportCycles: 2,
      daysSuspended: 6.5,
      previousMoves: 0,
      interventions: ['supportCycle', 'mentoring', 'educationalPsychologist'],
    },
    strengths: 'Amara leads the drama club and explains ideas to younger pupils with patience.',
    whatHelps: 'A named adult at the start of each day, and warning before changes to the timetable.',
    circumstances: 'Two support cycles are complete. Mornings go better; the last lesson of the day is still hard.',
    parent: { stance: 'supportsMove', view: 'We think a new start near her aunt would help her.' },
    pupil: { stance: 'wantsToMove', view: 'I want to try somewhere I can begin again.' },
  },
  {
    name: 'Bryn Demo',
    bornOn: '2014-10-02',
    homeUrn: '990002',
    facts: {
      ncYear: 8,
      mainReason: 'PP',
      senProvision: 'N',
      careStatus: 'notLookedAfter',
      freeSchoolMeals: false,
      ethnicity: 'WBRI',
      sex: 'M',
      supportCycles: 1,
      daysSuspended: 9,
      previousMoves: 0,
      interventions: ['supportCycle', 'outreach'],
    },
    strengths: 'Bryn is a careful mathematician and looks after the school garden.',
    whatHelps: 'Time outdoors, and working in a pair rather than a large group.',
    circumstances: 'Three incidents with the same group of pupils since September.',
    parent: { stance: 'unsure', view: 'I want to hear what the school would do differently first.' },
    pupil: { stance: 'wantsToStay', view: 'My friends are here. I would like to stay.' },
  },
  {
    name: 'Cai Demo',
    bornOn: '2012-12-20',
    homeUrn: '990003',
    facts: {
      ncYear: 9,
      mainReason: 'VA',
      senProvision: 'K',
      primaryNeed: 'SLCN',
      careStatus: 'notLookedAfter',
      freeSchoolMeals: true,
      ethnicity: 'WBRI',
      sex: 'M',
      supportCycles: 3,
      daysSuspended: 12,
      previousMoves: 1,
      interventions: ['supportCycle', 'speechAndLanguage', 'earlyHelp'],
    },
    strengths: 'Cai builds and mends bicycles and teaches others how.',
    whatHelps: 'Short instructions, one at a time, and time to answer.',
    circumstances: 'Speech and language advice was acted on from May. A move in year 7 did not last.',
    parent: { stance: 'supportsMove', view: 'He needs a school that gives him time to speak.' },
  },
];

const CRITERIA = [
  { name: 'support', wording: 'Support has been tried in the home school and its effect is known.', mandatory: true },
  { name: 'needs', wording: "The child's needs are understood and the proposed place can meet them.", mandatory: true },
  {
    name: 'voices',
    wording: 'The child and the parents have been heard and understand the proposal.',
    mandatory: true,
  },
  { name: 'place', wording: 'There is a place in the year group and a plan to welcome the child.', mandatory: false },
];

class DemoMeeting {
  private readonly today: string;

  constructor(
    private readonly platform: Platform,
    private readonly bus: CommandBus,
    private readonly state: DemoState,
  ) {
    this.today = state.on;
  }

  async prepare(): Promise<void> {
    const { directory } = this.platform;
    const { panelId } = await directory.reservePanel(PANEL);
    const { meetingId } = await directory.reserveMeeting(panelId, this.today, 'ordinary');
    const members = await this.people(panelId);
    const criteria = await Promise.all(
      CRITERIA.map(async ({ name, wording, mandatory }) => {
        const id = this.id(`criterion ${name}`);
        await directory.saveCriterion({ id, version: '1', wording });
        return { id, version: '1', mandatory };
      }),
    );
    await this.send(
      'terms',
      (envelope) =>
        new AdoptTermsOfReference(
          panelId,
          {
            type: 'AdoptTermsOfReference',
            version: '1',
            quorum: 4,
            requiredRoles: ['chair', 'laInclusion'],
            criteria,
            decisionTypes: [
              'managedMoveSupported',
              'supportInSchool',
              'offSiteDirection',
              'alternativeProvision',
              'referToMultiAgency',
            ],
            chairsActionAllowed: true,
          },
          envelope,
        ),
    );
    await this.send(
      'meeting',
      (envelope) =>
        new ScheduleMeeting(
          meetingId,
          { type: 'ScheduleMeeting', panelId, meetingOn: this.today, kind: 'ordinary' },
          envelope,
        ),
    );
    const items: { caseId: string; part: 'B' }[] = [];
    for (const child of CHILDREN) items.push({ caseId: await this.refer(child, panelId), part: 'B' });
    await this.send('agenda', (envelope) => new OrderAgenda(meetingId, { type: 'OrderAgenda', items }, envelope));
    await this.send(
      'attendance',
      (envelope) => new RecordAttendance(meetingId, { type: 'RecordAttendance', attendees: members }, envelope),
    );
    await this.send('quorum', (envelope) => new ConfirmQuorum(meetingId, { type: 'ConfirmQuorum' }, envelope));
  }

  /** Refers a child of the demo with views and, but for the one whose voice is still missing, everything a panel needs. */
  private async refer(child: DemoChild, panelId: string): Promise<string> {
    const { pupils, keys } = this.platform;
    const number = CHILDREN.indexOf(child) + 1;
    const rest = `9994001${child.bornOn.slice(2, 4)}${String(900 + number)}`;
    const upn = `${upnCheckLetter(rest)}${rest}`;
    const { pupilRef, made } = await pupils.reserve(upn);
    await keyForFirstCase(keys, pupilRef, made || keys.state(pupilRef) === 'absent');
    await pupils.remember(pupilRef, { name: child.name, dateOfBirth: child.bornOn, upn });
    const caseId = this.id(`case ${number}`);
    const { strengths, whatHelps, circumstances } = child;
    await this.send(
      `refer ${number}`,
      (envelope) =>
        new ReferCase(
          caseId,
          {
            type: 'ReferCase',
            pupilRef,
            caseType: 'ManagedMove',
            homeUrn: child.homeUrn,
            requested: 'managedMoveSupported',
            referrerRole: 'headteacher',
            headSignOff: true,
            facts: child.facts,
            words: { strengths, whatHelps, circumstances },
          },
          envelope,
        ),
    );
    const capturedOn = this.today;
    await this.send(
      `parent ${number}`,
      (envelope) =>
        new RecordParentView(
          caseId,
          {
            type: 'RecordParentView',
            view: { stance: child.parent.stance, capturedOn, method: 'inPerson', sharedBack: true },
            words: { view: child.parent.view },
          },
          envelope,
        ),
    );
    const { pupil } = child;
    if (pupil)
      await this.send(
        `pupil ${number}`,
        (envelope) =>
          new RecordPupilView(
            caseId,
            {
              type: 'RecordPupilView',
              view: { stance: pupil.stance, capturedOn, method: 'inPerson', sharedBack: true },
              words: { view: pupil.view },
            },
            envelope,
          ),
      );
    await this.send(
      `consent ${number}`,
      (envelope) =>
        new RecordConsent(
          caseId,
          { type: 'RecordConsent', party: 'parent', conversationOn: this.today, pressureChecked: true },
          envelope,
        ),
    );
    await this.send(
      `accept ${number}`,
      (envelope) => new AcceptCase(caseId, { type: 'AcceptCase', panelId }, envelope),
    );
    return caseId;
  }

  /** The people of the demo: one for each role, and the members who are at the meeting. */
  private async people(panelId: string): Promise<Attendee[]> {
    const save = async (name: string, role: string, panelIds: string[] = [], urns: string[] = []): Promise<string> => {
      const personRef = this.id(`person ${name}`);
      await this.platform.directory.savePerson({ personRef, name, role, panelIds, urns, demo: true });
      return personRef;
    };
    const chair = await save('Chris Chair', 'chair', [panelId]);
    const clerk = await save('Kim Clerk', 'clerk', [panelId]);
    await save('Dana Director', 'director');
    const head = await save('Robin Referrer', 'referrer', [], ['990001']);
    const agency = await save('Ash Agency', 'agencyMember', [panelId]);
    await save('Alex Administrator', 'administrator');
    const otherHead = await save('Harper Head', 'referrer', [], ['990004']);
    const council = await save('Jo Council', 'clerk', [panelId]);
    return [
      { memberRef: chair, role: 'chair', mode: 'inPerson', votes: true },
      { memberRef: head, role: 'headteacher', urn: '990001', mode: 'inPerson', votes: true },
      { memberRef: otherHead, role: 'headteacher', urn: '990004', mode: 'inPerson', votes: true },
      { memberRef: council, role: 'laInclusion', mode: 'remote', votes: true },
      { memberRef: agency, role: 'health', mode: 'inPerson', votes: true },
      { memberRef: clerk, role: 'clerk', mode: 'inPerson', votes: false },
    ];
  }

  private id(name: string): string {
    return derivedId(this.state.seed, name);
  }

  /** Sends a live command under an id that is the same whenever the demo is loaded again. */
  private async send(name: string, make: (envelope: CommandEnvelope) => Command<Executed>): Promise<void> {
    const commandId = this.id(`command ${name}`);
    const done = await this.bus.execute(
      make({
        commandId,
        correlationId: this.state.seed,
        causationId: commandId,
        tenant: this.platform.tenant,
        actor: { ref: this.id('person Kim Clerk'), role: 'clerk' },
        occurredOn: this.today,
        provenance: 'live',
      }),
    );
    if (done.kind === 'refused')
      throw new Error(`The demo's ${name} was refused: ${done.reasons.map((reason) => reason.sentence).join(' ')}`);
  }
}
