import { type Action, CASE_ACTIONS, decide, mayEver, PANEL_ACTIONS, type Resource, RULES, scopeSql } from './policy';
import { type Role, ROLES, type Viewer } from './viewer';

const PANEL = '00000000-0000-4000-8000-000000000001';
const OTHER_PANEL = '00000000-0000-4000-8000-000000000002';
const CASE = '00000000-0000-4000-8000-00000000000a';

const viewer = (role: Role, over: Partial<Viewer> = {}): Viewer => ({
  ref: '00000000-0000-4000-8000-0000000000ff',
  role,
  panelIds: [PANEL],
  urns: ['990001'],
  interests: [],
  ...over,
});
const aCase = (over: Partial<Extract<Resource, { kind: 'case' }>> = {}): Resource => ({
  kind: 'case',
  caseId: CASE,
  panelId: PANEL,
  homeUrn: '990001',
  receivingUrn: '990002',
  ...over,
});

describe('the policy', () => {
  it('hides a case from whoever declared an interest in it, whatever the role and action', () => {
    for (const role of ROLES)
      for (const action of CASE_ACTIONS)
        expect(decide(viewer(role, { interests: [CASE] }), aCase(), action)).toEqual({
          allow: false,
          ruleId: 'excluded-by-interest',
        });
  });

  it('lets a chair decide in the own panel, and in no other', () => {
    expect(decide(viewer('chair'), aCase(), 'decision.record')).toMatchObject({ allow: true });
    expect(decide(viewer('chair'), aCase({ panelId: OTHER_PANEL }), 'decision.record')).toEqual({
      allow: false,
      ruleId: 'no-rule',
    });
  });

  it('lets a clerk prepare but not decide', () => {
    expect(decide(viewer('clerk'), { kind: 'panel', panelId: PANEL }, 'meeting.schedule').allow).toBe(true);
    expect(decide(viewer('clerk'), aCase({ panelId: null }), 'case.read').allow).toBe(true);
    for (const action of CASE_ACTIONS.filter((name) => /^decision\.(?!read)/.test(name)))
      expect(decide(viewer('clerk'), aCase(), action).allow).toBe(false);
  });

  it('gives an administrator no case content', () => {
    for (const action of CASE_ACTIONS) expect(decide(viewer('administrator'), aCase(), action).allow).toBe(false);
    expect(mayEver(viewer('administrator'), 'consistency.read')).toBe(false);
    expect(scopeSql(viewer('administrator')).sql).toBe('(false)');
  });

  it('shows the words of a family to the school that referred, not to the school that was named', () => {
    const own = decide(viewer('referrer'), aCase(), 'case.read');
    const named = decide(viewer('referrer', { urns: ['990002'] }), aCase(), 'case.read');
    expect(own).toMatchObject({ allow: true, ruleId: 'referrer-own-school' });
    expect(named).toMatchObject({ allow: true, ruleId: 'referrer-named-school' });
    expect(own.allow && own.fields.includes('words')).toBe(true);
    expect(named.allow && named.fields.includes('words')).toBe(false);
    expect(decide(viewer('referrer', { urns: ['990009'] }), aCase(), 'case.read').allow).toBe(false);
  });

  it('refuses what no rule names', () => {
    const rules = new Set(RULES.flatMap((rule) => rule.actions.map((action) => `${rule.role} ${action}`)));
    for (const role of ROLES)
      for (const action of [...CASE_ACTIONS, ...PANEL_ACTIONS] as Action[])
        if (!rules.has(`${role} ${action}`)) {
          expect(decide(viewer(role), aCase(), action).allow).toBe(false);
          expect(decide(viewer(role), { kind: 'panel', panelId: PANEL }, action).allow).toBe(false);
        }
  });
});
