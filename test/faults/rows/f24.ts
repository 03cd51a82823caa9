import { caseCodec, type CaseEvent, caseStream, pupilCodec, pupilStream } from '@app/cases';
import { decisionCodec, DecisionDesk, decisionStream } from '@app/decisions';
import {
  eventStoreMigrations,
  type Executed,
  type Journal,
  PostgresEventStore,
  type RecordedEvent,
  StoreUnavailable,
} from '@app/event-store';
import { type Codec, decisionIdOf, newId } from '@app/kernel';
import { moveCodec, MoveDesk, moveStream } from '@app/managed-moves';
import { meetingCodec, meetingStream, panelCodec, PanelDesk } from '@app/panels';
import { memoryKeyStore } from '@app/vault';
import { deskOver, envelope, referral, TODAY } from '../../../libs/cases/src/testing/desk';
import { createTestDatabase } from '../../support/database';
import type { Row } from '../row';

/** Each with a store, a journal and desks of its own, as so many processes. */
const WRITERS = 8;
const SCENES_AT_ONCE = 4;
const CRITERION = newId();
const PARTIES = ['parent', 'homeSchool', 'receivingSchool', 'admissionAuthority'] as const;
const CASE_TYPES = ['ManagedMove', 'OffSite', 'MultiAgency'] as const;

const codecs = [pupilCodec, caseCodec, panelCodec, meetingCodec, decisionCodec, moveCodec] as Codec[];

/** The codes of what an event says of a child, or of what it says in clear. */
const childOf = (event: RecordedEvent): Record<string, unknown> =>
  (event.data as { child?: Record<string, unknown> }).child ?? {};

export const row: Row = {
  id: 'F24',
  title:
    'writers who decide over one stream at once, and try again: one open case of a type a child, one acceptance, one decision a case and meeting, a quorum counted of those last recorded, no agreement without every consent',
  unit: 'commands',
  goal: 1_000_000,
  bounded: 300,
  round: 20_000,
  plantedBugs: [
    {
      id: 'race-decided-before-and-appended-after',
      file: 'libs/event-store/src/execute.ts',
      find: '    const appended = await journal.append(codec, stream, revision, decided, envelope);',
      replace:
        '    const appended = await journal.append(codec, stream, (await journal.load(codec, stream)).revision, decided, envelope);',
    },
    {
      id: 'race-conflict-appended-behind-the-winner',
      file: 'libs/event-store/src/execute.ts',
      find: `      case 'conflict':`,
      replace: `      case 'conflict':
        await journal.append(codec, stream, appended.outcome === 'conflict' ? appended.actual : revision, decided, envelope);`,
    },
  ],

  async run({ count, random, signal, done, violation, counted }) {
    const database = await createTestDatabase(eventStoreMigrations);
    const keys = memoryKeyStore();
    const writers = Array.from({ length: WRITERS }, () => {
      const store = new PostgresEventStore({ pool: database.application });
      const { desk: cases, journal, directory, clock } = deskOver(store, keys, codecs);
      const panels = new PanelDesk(journal, directory, clock);
      const decisions = new DecisionDesk(journal, directory, panels, clock, keys, database);
      return { store, journal, cases, panels, decisions, moves: new MoveDesk(journal, directory, clock) };
    });
    type Writer = (typeof writers)[number];
    const journal: Journal = writers[0]!.journal;
    let sent = 0;

    /** Until it is known what became of it, as a client does. */
    const send = async (step: () => Promise<Executed>): Promise<Executed> => {
      sent++;
      for (;;) {
        try {
          return await step();
        } catch (error) {
          if (!(error instanceof StoreUnavailable)) throw error;
          counted('sent again: the store was not available');
        }
      }
    };
    const must = async (step: () => Promise<Executed>): Promise<void> => {
      const done = await send(step);
      if (done.kind !== 'recorded')
        throw new Error(`What goes before a race was not recorded: ${JSON.stringify(done)}`);
    };
    /** Each is sent by a writer of its own, at once; one of them twice, under its own command id. */
    const race = async (
      steps: readonly ((writer: Writer, n: number) => () => Promise<Executed>)[],
    ): Promise<Executed[]> => {
      const from = random.below(WRITERS);
      const made = steps.map((step, n) => step(writers[(from + n) % WRITERS]!, n));
      const twice = random.below(made.length);
      const [again, ...outcomes] = await Promise.all([made[twice]!, ...made].map(send));
      const one = outcomes[twice]!;
      if (again!.kind === 'recorded' && one.kind === 'recorded' && again!.firstRevision !== one.firstRevision)
        violation(`one command id was recorded at revision ${one.firstRevision} and at ${again!.firstRevision}`);
      // What it rests on in other streams may change between its two sendings: then one is refused, the other recorded.
      if (again!.kind === 'recorded' && one.kind !== 'recorded') {
        counted('sent twice, recorded once and refused once');
        return outcomes.with(twice, again!);
      }
      return outcomes;
    };
    const recorded = (outcomes: readonly Executed[]): number =>
      outcomes.filter(({ kind }) => kind === 'recorded').length;
    const history = async (codec: Codec, stream: string): Promise<readonly RecordedEvent[]> => {
      const { events } = await journal.load(codec, stream);
      const twice =
        events.length - new Set(events.map(({ metadata }) => `${metadata.commandId} ${metadata.index}`)).size;
      if (twice > 0) violation(`${stream} has ${twice} events of a command that were recorded before`);
      return events;
    };
    const times = <T>(most: number, make: (n: number) => T): T[] =>
      Array.from({ length: 2 + random.below(most - 1) }, (_, n) => make(n));

    /** The last place: a child has one open case of a type. */
    const openCases = async (): Promise<void> => {
      const pupilRef = newId();
      await writers[0]!.cases.keyFor(pupilRef);
      const opened = await race(
        times(WRITERS, () => {
          const [command, sender] = [
            { type: 'OpenPupilCase', pupilRef, caseId: newId(), caseType: random.pick(CASE_TYPES) } as const,
            envelope(),
          ];
          return ({ cases }) =>
            () =>
              cases.onPupil(pupilRef, command, sender);
        }),
      );
      const open = new Map<unknown, unknown>();
      const events = await history(pupilCodec as unknown as Codec, pupilStream(pupilRef));
      for (const { type, data } of events) {
        const { caseId, caseType } = data as { caseId: string; caseType: string };
        if (type === 'PupilCaseReleased') open.delete(caseType);
        else if (open.has(caseType))
          violation(`a child has two open cases of the type ${caseType}: ${String(open.get(caseType))} and ${caseId}`);
        else open.set(caseType, caseId);
      }
      if (recorded(opened) !== events.length)
        violation(`${recorded(opened)} cases were told as opened, ${events.length} are`);
    };

    const panelId = newId();
    const referred = async (): Promise<{ caseId: string; pupilRef: string; caseRevision: number }> => {
      const [pupilRef, caseId] = [newId(), newId()];
      const { cases } = random.pick(writers);
      await cases.keyFor(pupilRef);
      await must(() =>
        cases.onPupil(pupilRef, { type: 'OpenPupilCase', pupilRef, caseId, caseType: 'ManagedMove' }, envelope()),
      );
      await must(() => cases.onCase(caseId, referral(pupilRef), envelope()));
      // One panel, many clerks: the case is accepted once.
      const accepted = await race(
        times(4, () => {
          const sender = envelope();
          return (writer) => () => writer.cases.onCase(caseId, { type: 'AcceptCase', panelId }, sender);
        }),
      );
      if (recorded(accepted) !== 1) violation(`a case was told as accepted ${recorded(accepted)} times by one panel`);
      await Promise.all([
        must(() =>
          cases.onCase(
            caseId,
            { type: 'RecordParentView', view: { stance: 'supportsMove', capturedOn: TODAY } },
            envelope(),
          ),
        ),
        must(() =>
          cases.onCase(caseId, { type: 'RecordPupilView', view: { stance: 'unsure', capturedOn: TODAY } }, envelope()),
        ),
        must(() =>
          cases.onCase(
            caseId,
            { type: 'RecordConsent', party: 'parent', conversationOn: TODAY, pressureChecked: true },
            envelope(),
          ),
        ),
      ]);
      const events = await history(caseCodec as unknown as Codec, caseStream(caseId));
      const acceptances = events.filter(({ type }) => type === ('CaseAccepted' satisfies CaseEvent['type'])).length;
      if (acceptances !== 1) violation(`a case has ${acceptances} acceptances by one panel`);
      return { caseId, pupilRef, caseRevision: events.length - 1 };
    };

    const MEMBERS = [newId(), newId(), newId(), newId()];
    const present = (many: number) =>
      MEMBERS.slice(0, many).map((memberRef, at) => ({
        memberRef,
        role: (['chair', 'headteacher', 'schoolRepresentative', 'governor'] as const)[at] as 'chair',
        mode: 'inPerson' as const,
        votes: true,
      }));

    /** Clerks who record different decisions of one case at one meeting, while its members come and go. */
    const decide = async (): Promise<void> => {
      const { caseId, caseRevision } = await referred();
      const meetingId = newId();
      const { panels } = random.pick(writers);
      await must(() =>
        panels.onMeeting(
          meetingId,
          { type: 'ScheduleMeeting', panelId, meetingOn: TODAY, kind: 'ordinary' },
          envelope(),
        ),
      );
      await must(() => panels.onMeeting(meetingId, { type: 'OrderAgenda', items: [{ caseId }] }, envelope()));
      await must(() => panels.onMeeting(meetingId, { type: 'RecordAttendance', attendees: present(3) }, envelope()));
      await race(
        times(6, (n) => {
          const sender = envelope();
          const attendees = present(1 + random.below(3));
          return (writer) => () =>
            writer.panels.onMeeting(
              meetingId,
              n % 2 === 0 ? { type: 'ConfirmQuorum' } : { type: 'RecordAttendance', attendees },
              sender,
            );
        }),
      );
      // Whatever came of that, there is a quorum now.
      await send(() => panels.onMeeting(meetingId, { type: 'RecordAttendance', attendees: present(3) }, envelope()));
      await send(() => panels.onMeeting(meetingId, { type: 'ConfirmQuorum' }, envelope()));
      let voting: number | undefined;
      const minutes = await history(meetingCodec as unknown as Codec, meetingStream(meetingId));
      for (const { type, data } of minutes) {
        if (type === 'AttendanceRecorded') voting = (data as { attendees: unknown[] }).attendees.length;
        if (type !== 'QuorumConfirmed' && type !== 'QuorumNotMet') continue;
        const counted = (data as { present: number }).present;
        if (counted !== voting || (type === 'QuorumConfirmed') !== counted >= 2)
          violation(`${type} of ${counted} present, after an attendance of ${voting}`);
      }

      const decisionId = decisionIdOf(meetingId, caseId);
      const withdraws = random.below(4) === 0;
      const decided = race(
        times(6, (n) => {
          const sender = envelope();
          const command = {
            type: 'RecordDecision',
            decisionType: n % 2 === 0 ? 'managedMoveSupported' : 'supportInSchool',
            caseId,
            meetingId,
            relied: { caseRevision, meetingRevision: minutes.length - 1 },
            legalBasis: 'ConsentOnly',
            method: 'consensus',
            ...(n % 2 === 0 ? { receivingUrn: '123457' } : {}),
            findings: [{ criterion: CRITERION, finding: 'met' }],
            reasonCodes: ['freshStart'],
            words: { rationale: `Reason ${n}.` },
          } as const;
          return (writer) => () => writer.decisions.onDecision(decisionId, command, sender);
        }),
      );
      if (withdraws)
        await send(() =>
          random.pick(writers).cases.onCase(caseId, { type: 'WithdrawConsent', party: 'parent' }, envelope()),
        );
      const told = recorded(await decided);
      const decisions = await history(decisionCodec as unknown as Codec, decisionStream(decisionId));
      if (decisions.length > 1 || decisions.length !== told || (told === 0 && !withdraws))
        violation(`${told} decisions of one case at one meeting were told as recorded, ${decisions.length} are`);
      if (!withdraws || decisions.length === 0) return;
      // Within two streams nothing is promised: the case is read, then the decision is written.
      const { events: theCase } = await journal.load(caseCodec, caseStream(caseId));
      const before = (position: string) => BigInt(position) < BigInt(decisions[0]!.position);
      if (theCase.some(({ revision, position }) => revision > caseRevision && before(position)))
        counted('decisions written just after their case had moved on');
    };

    /** Four who must consent, one who takes it back, and those who agree to the move. */
    const agree = async (): Promise<void> => {
      const { caseId, pupilRef } = await referred();
      const moveId = newId();
      const { moves } = random.pick(writers);
      await must(() =>
        moves.onMove(
          moveId,
          {
            type: 'ProposeManagedMove',
            caseId,
            pupilRef,
            fromUrn: '123456',
            toUrn: '123457',
            placeAvailable: true,
            proposedBy: 'panel',
            facts: { interventionsTried: 2, ehcPlan: false },
            words: { bestInterests: 'Friends are there.' },
          },
          envelope(),
        ),
      );
      for (const isLast of [false, random.below(2) === 0, true])
        await race([
          ...PARTIES.map((party) => {
            const sender = envelope();
            return (writer: Writer) => () => writer.moves.onMove(moveId, { type: 'ConsentToMove', party }, sender);
          }),
          ...times(3, (n) => {
            const sender = envelope();
            const party = random.pick(PARTIES);
            return (writer: Writer) => () =>
              writer.moves.onMove(
                moveId,
                n === 0 && !isLast ? { type: 'WithdrawMoveConsent', party } : { type: 'AgreeManagedMove' },
                sender,
              );
          }),
        ]);
      await send(() => moves.onMove(moveId, { type: 'AgreeManagedMove' }, envelope()));
      const given = new Set<unknown>();
      let agreements = 0;
      for (const event of await history(moveCodec as unknown as Codec, moveStream(moveId))) {
        if (event.type === 'ManagedMoveConsented') given.add(childOf(event)['party']);
        if (event.type === 'ManagedMoveConsentWithdrawn') given.delete(childOf(event)['party']);
        if (event.type !== 'ManagedMoveAgreed') continue;
        if (++agreements > 1) violation('a move was agreed twice');
        if (given.size < PARTIES.length)
          violation(`a move was agreed with the consent of ${given.size} of ${PARTIES.length}`);
      }
      counted('moves agreed', agreements);
    };

    try {
      const { panels } = writers[0]!;
      await must(() =>
        panels.onPanel(panelId, { type: 'EstablishPanel', panelType: 'sharing', networkUrns: ['123456'] }, envelope()),
      );
      await must(() =>
        panels.onPanel(
          panelId,
          {
            type: 'AdoptTermsOfReference',
            version: '1',
            quorum: 2,
            requiredRoles: ['chair'],
            criteria: [{ id: CRITERION, version: '2', mandatory: true }],
            decisionTypes: ['managedMoveSupported', 'supportInSchool'],
            chairsActionAllowed: true,
          },
          envelope(),
        ),
      );
      const scenes = [openCases, decide, agree, openCases, decide];
      for (let n = 0; sent < count && !signal.aborted; n += SCENES_AT_ONCE) {
        const before = sent;
        const played = Array.from({ length: SCENES_AT_ONCE }, (_, k) => scenes[(n + k) % scenes.length]!);
        await Promise.all(played.map((scene) => scene()));
        played.forEach(({ name }) => counted(`scenes: ${name}`));
        done(sent - before);
      }
    } finally {
      await Promise.all(writers.map(({ store }) => store.close()));
      await database.drop();
    }
  },
};
