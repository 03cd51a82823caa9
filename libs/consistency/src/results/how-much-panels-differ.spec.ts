import fc from 'fast-check';
import { spreadSvg } from '../charts/funnel';
import { type Tier, WITHHELD } from '../disclosure';
import { howMuchPanelsDiffer, type PanelWindows, type SpreadFunnel } from './how-much-panels-differ';

const panel = (name: string, n: number, y: number): PanelWindows => ({
  panel: name,
  windows: [{ key: 'w', months: [1], n, y, keep: true }],
});
const of = (panels: PanelWindows[], tier: Tier = 2) => howMuchPanelsDiffer(panels, { key: 'w', tier });
const alike = (count: number) => Array.from({ length: count }, (_, i) => panel(`P${i}`, 60, 36 + ((i % 3) - 1) * 3));
const unlike = (count: number) => Array.from({ length: count }, (_, i) => panel(`P${i}`, 60, i % 2 ? 46 : 26));

describe('how much panels differ', () => {
  it('is told from ten panels on, and never of fewer', () => {
    const { spread, funnel } = of(unlike(9));
    expect(spread).toMatchObject({
      gate: 'hide',
      value: { panels: 9, phi: null, tau: null },
      interval: null,
      sentence: 'How much panels differ beyond chance cannot be told from 9 panels: it takes 10.',
    });
    expect(funnel?.widened).toBeNull();
    expect(of(unlike(10)).spread).toMatchObject({ gate: 'show', signal: 'none' });
    expect(of([...unlike(9), panel('Few', 9, 5)]).spread.gate).toBe('hide');
    expect(
      of(
        Array.from({ length: 12 }, (_, i) => panel(`P${i}`, 60, 60)),
        1,
      ).spread.gate,
    ).toBe('hide');
  });
  it('says how many times as much as chance, what chance does, and not why', () => {
    expect(of(unlike(10)).spread).toMatchObject({
      value: { panels: 10, phi: 6.9, tau: 16 },
      interval: { lower: 0.3, upper: 1.9 },
      sentence:
        'The shares of 10 panels vary about 6.9 times as much as chance alone would make them: chance alone mostly gives 0.3 to 1.9 times, so this is more than chance explains. Beyond chance, most panels (about 2 in 3) lie within 16 in 100 of the share of all, about 60 in 100. It does not say why: their cases may differ.',
    });
    expect(of(alike(12)).spread.sentence).toMatch(/so this is what chance can do\. It does not say why/);
    expect(of([...alike(14), panel('Far', 120, 24)]).spread.sentence).toMatch(
      /more than chance explains\. It comes from a few panels: the others vary as chance would have them\./,
    );
  });
  it('draws both pairs of lines: the signal comes from those that are not widened', () => {
    const funnel = of([...unlike(12), panel('Far', 60, 50)]).funnel as SpreadFunnel;
    expect(funnel.points.find((point) => point.panel === 'Far')?.signal).toBe('Look');
    expect(funnel.points).toHaveLength(13);
    const at60 = funnel.widened?.find(({ n }) => n === 60);
    expect(at60?.upper).toBeGreaterThan(50 / 60);
    expect(spreadSvg(funnel, 'x').match(/>(widened|chance alone)</g)).toHaveLength(4);
    expect(spreadSvg(of(unlike(9)).funnel as SpreadFunnel, 'x')).not.toContain('>widened<');
    expect(of(unlike(3)).funnel).toBeNull();
  });
});
describe('shares to plan with', () => {
  it('need five panels and 100 decisions', () => {
    expect(of(unlike(4)).planning[0]?.result).toMatchObject({
      gate: 'hide',
      value: { decisions: 60, supported: 26, planning: null },
      interval: null,
      sentence: 'There is too little in this period to plan for P0 with: it takes 5 panels and 100 decisions in all.',
    });
    const small = Array.from({ length: 5 }, (_, i) => panel(`P${i}`, 19, 9));
    expect(of(small).planning[0]?.result.gate).toBe('hide');
    expect(of([...small, panel('P', 10, 5)]).planning[0]?.result.gate).toBe('show');
  });
  it('are drawn towards the share of all, the more the fewer the decisions, and flag nobody', () => {
    const [first] = of([...unlike(10), panel('Small', 12, 6)]).planning;
    expect(first?.result).toMatchObject({
      value: { planning: 46 },
      interval: { lower: 34, upper: 57 },
      signal: 'none',
      sentence:
        'P0 supported 26 of 60. To plan for P0, reckon with about 46 in 100 (likely range 34 to 57 in 100): a share of few decisions is drawn towards that of all panels, about 60 in 100. This is for planning and says nothing about how P0 decides.',
    });
    expect(of(unlike(10), 3).planning[0]?.result.sentence).not.toMatch(/\d of \d/);
  });
  it('are that of all where panels do not differ beyond chance', () => {
    const same = Array.from({ length: 6 }, (_, i) => panel(`P${i}`, 50, 30));
    expect(of(same).planning[0]?.result).toMatchObject({ value: { planning: 60 }, interval: null });
    expect(of(same).planning[0]?.result.sentence).toContain('nothing here says that panels differ beyond chance');
  });
});
it('nothing that is told or drawn depends on a panel that is withheld or hidden', () => {
  const hidden = fc.constantFrom(0, 1, 4, 26, 29, 30);
  fc.assert(
    fc.property(hidden, hidden, fc.nat(9), (a, b, few) => {
      const told = (y: number, small: number) => {
        const answer = of([...unlike(11), panel('Small', 30, y), panel('Few', 9, small)]);
        return { ...answer, svg: spreadSvg(answer.funnel as SpreadFunnel, 'x') };
      };
      const answer = told(a, few);
      expect(answer).toEqual(told(b, 9 - few));
      expect(answer.svg).not.toMatch(/Small|Few/);
      expect(answer.planning[11]?.result).toMatchObject({
        value: { decisions: 30, supported: WITHHELD, planning: WITHHELD },
        interval: WITHHELD,
        signal: WITHHELD,
        sentence: WITHHELD,
      });
      expect(answer.planning[12]?.result).toMatchObject({ value: { planning: null }, interval: null });
    }),
    { numRuns: 40 },
  );
});
