/** Every read model of the application. */
import { awaitedReferrals, caseList, caseTimeline } from '@app/cases';
import { panelMonths } from '@app/consistency';
import { decisions } from '@app/decisions';
import { meetings, panelTerms } from '@app/panels';
import type { Projection } from '@app/projections';

export const projections: readonly Projection[] = [
  caseList,
  caseTimeline,
  awaitedReferrals,
  meetings,
  panelTerms,
  decisions,
  panelMonths,
];
