/** Do panels reach similar results (consistency.md 2a): each panel's share beside that of all. */
import type { Tier } from '../disclosure';
import type { Signal } from '../signal';
import { inTen, listOf, verdict } from './frequencies';

export interface PanelShare {
  readonly panel: string;
  readonly n: number;
  readonly y: number;
  /** The share of all panels that are shown. */
  readonly norm: number;
  readonly signal: Signal;
  readonly direction: 'more' | 'less' | undefined;
  /** False from 10 to 19 decisions: shown, but too few to judge. */
  readonly judged: boolean;
}

/** One panel of those that are shown, as the finding takes it. */
export type ShownPanel = Pick<PanelShare, 'panel' | 'signal' | 'direction' | 'judged'>;

export const panelsSideBySideTemplates = {
  'too few decisions': ({ panel }: { readonly panel: string }) =>
    `${panel} made too few decisions in this period for its share to be shown.`,
  'panel share': panelShare,
  /** Heads the page. */
  finding: ({ shown }: { readonly shown: readonly ShownPanel[] }) => finding(shown),
  /** Printed beside the chart (consistency.md 1.1). */
  'false alarms': ({ panels }: { readonly panels: number }) => falseAlarms(panels),
};

function panelShare({ panel, n, y, norm, signal, direction, judged }: PanelShare, tier: Tier): string {
  const share =
    tier === 3
      ? `${panel} supported a managed move in ${inTen(y, n)} of its decisions.`
      : `${panel} supported a managed move in ${y} of ${n} decisions (${inTen(y, n)}).`;
  if (!judged) return `${share} Fewer than 20 decisions are too few to say more.`;
  const expected =
    tier === 3
      ? `At the rate of the panels shown it would be ${inTen(norm, 1)}.`
      : `At the rate of the panels shown we would expect about ${Math.round(norm * n)}.`;
  return `${share} ${expected} ${verdict(signal, direction)}`;
}

function finding(shown: readonly ShownPanel[]): string {
  const judged = shown.filter((row) => row.judged);
  if (judged.length < 2) return 'Too few panels have enough decisions in this period to be compared.';
  const looks = judged.filter((row) => row.signal === 'Look');
  if (looks.length === 0)
    return `The ${judged.length} panels that can be compared supported managed moves about equally often, as far as chance lets us see.`;
  const more = looks.filter((row) => row.direction === 'more').map((row) => row.panel);
  const less = looks.filter((row) => row.direction === 'less').map((row) => row.panel);
  const parts = [
    ...(more.length > 0 ? [`${listOf(more)} supported managed moves more often`] : []),
    ...(less.length > 0 ? [`${listOf(less)} less often`] : []),
  ];
  const said = more.length > 0 ? parts.join(', ') : `${listOf(less)} supported managed moves less often`;
  return `${said} than chance alone would explain, among ${judged.length} panels.`;
}

function falseAlarms(panels: number): string {
  const chance = (inside: number) => Math.round(100 * (1 - inside ** panels));
  return `Among ${panels} panels that all decide alike, the chance that at least one passes the outer lines is about ${Math.max(1, chance(0.998))} in 100, and the inner lines about ${chance(0.95)} in 100.`;
}
