/** A case's timeline as a person may read it: one sentence an event, with what was broken, what was not said, and the words. */
import type { FieldClass } from '@app/access';
import { caseTimelineOf, marksOf, sentenceOf, type TimelineEntry } from '@app/cases';
import { Directory } from '@app/directory';
import { Inject, Injectable } from '@nestjs/common';
import { PLATFORM, type Platform } from '../../../composition/src/platform';
import { namesOf } from '../pages/names';

export interface ToldEntry {
  readonly eventId: string;
  readonly stream: string;
  readonly revision: number;
  readonly type: string;
  readonly sentence: string;
  /** yyyy-mm-dd */
  readonly occurredOn: string;
  /** UTC instant. */
  readonly recordedAt: string;
  readonly by: string;
  readonly role: string;
  readonly provenance: string;
  readonly breaches: readonly { readonly code: string; readonly label: string }[];
  readonly notRecorded: readonly { readonly code: string; readonly label: string }[];
  /** What people wrote, where the reader may see it. */
  readonly words: readonly { readonly label: string; readonly text: string }[];
}

const WORDS_LABELS: Readonly<Record<string, string>> = {
  strengths: 'What the child does well',
  whatHelps: 'What helps, and what is needed',
  circumstances: 'What has happened',
  preferredTerms: 'How the family wishes things to be said',
  reason: 'Why',
  view: 'In their own words',
  rationale: 'Why the panel decided this',
  evidence: 'What the panel relied on',
  conditionsWording: 'The conditions in words',
  departureWording: 'Why it differs from like cases',
  bestInterests: "Why it is in the child's best interests",
  plan: 'The plan',
  summary: 'Summary',
};

@Injectable()
export class TimelineReading {
  constructor(
    @Inject(PLATFORM) private readonly platform: Platform,
    private readonly directory: Directory,
  ) {}

  /** Newest first. Without the class `child` the sentences leave the child's facts out; without `words`, the words. */
  async of(caseId: string, fields: readonly FieldClass[]): Promise<ToldEntry[]> {
    const entries = await caseTimelineOf(this.platform.database.application, caseId);
    const refs = fields.includes('words')
      ? entries.flatMap(({ words }) => Object.values(words).map(({ ref }) => ref))
      : [];
    const [texts, names] = await Promise.all([this.platform.words.read(refs), namesOf(this.directory)]);
    const spoken = (entry: TimelineEntry) =>
      Object.entries(entry.words).flatMap(([name, { ref }]) => {
        const text = texts.get(ref);
        return text === undefined ? [] : [{ label: WORDS_LABELS[name] ?? name, text }];
      });
    return entries
      .map((entry): ToldEntry => {
        const seen: TimelineEntry =
          fields.includes('child') || entry.child === undefined ? entry : { ...entry, child: 'forgotten' };
        return {
          eventId: entry.eventId,
          stream: entry.stream,
          revision: entry.revision,
          type: entry.type,
          sentence: sentenceOf(seen, names),
          occurredOn: entry.occurredOn,
          recordedAt: new Date(entry.recordedAt).toISOString(),
          by: entry.actorRole === 'operator' ? 'the import' : names.person(entry.actorRef),
          role: entry.actorRole,
          provenance: entry.provenance,
          ...marksOf(seen),
          words: spoken(entry),
        };
      })
      .reverse();
  }
}
