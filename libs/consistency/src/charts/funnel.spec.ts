import { funnelSvg } from './funnel';

const points = [
  { panel: 'North & East', n: 170, y: 144, signal: 'Look' as const, judged: true },
  { panel: 'West', n: 150, y: 82, signal: 'none' as const, judged: true },
  { panel: 'Small', n: 12, y: 5, signal: 'none' as const, judged: false },
];

const funnel = { norm: 0.58, points };

describe('the funnel picture', () => {
  const picture = funnelSvg(funnel, 'North & East supported <more> often');

  it('says in words what it shows', () => {
    expect(picture).toContain('<title id="funnel-title">North &#38; East supported &#60;more&#62; often</title>');
    expect(picture).toContain('Outside the outer lines: North &#38; East.');
  });
  it('is the same string for the same data, and has no style or script of its own', () => {
    expect(funnelSvg(funnel, 'North & East supported <more> often')).toBe(picture);
    expect(picture).not.toMatch(/style=|<style|<script/);
  });
  it('draws one mark a panel with its name', () => {
    for (const { panel } of points) expect(picture).toContain(`>${panel.replace('&', '&#38;')}</text>`);
    expect(picture.match(/stroke-width="1.5" stroke-dasharray="2 2"/g)).toHaveLength(1);
  });
});
