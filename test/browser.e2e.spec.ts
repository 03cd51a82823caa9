/** The pages in a real browser: a child's way from referral to the chart, without scripts, by keyboard, and with axe. */
import AxeBuilder from '@axe-core/playwright';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Browser, type BrowserContext, chromium as playwright, type Page } from 'playwright-core';
import { compile } from 'sass';
import { chromiumPath, describeInBrowser } from './support/programs';
import { city, type City, newUpn, type RunningWeb, startWeb } from './support/web';

jest.setTimeout(600_000);

const root = join(__dirname, '..');

/** As the build does: pages are looked at as they are. */
function compileStyles(): void {
  const target = join(root, 'dist/apps/web/src/assets/evenhand.css');
  mkdirSync(dirname(target), { recursive: true });
  const { css } = compile(join(root, 'apps/web/src/assets/evenhand.scss'), {
    loadPaths: [root, join(root, 'node_modules')],
    style: 'compressed',
    quietDeps: true,
    logger: { warn: () => undefined },
  });
  writeFileSync(target, css);
}

if (process.env['CI'] === 'true') {
  it('has a browser where everything must run', () => {
    expect(chromiumPath()).toBeDefined();
  });
}

describeInBrowser('the pages', (executablePath) => {
  let running: RunningWeb;
  let here: City;
  let browser: Browser;
  let url: string;
  beforeAll(async () => {
    compileStyles();
    running = await startWeb();
    here = await city(running);
    ({ url } = running.web);
    browser = await playwright.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
  });
  afterAll(async () => {
    await browser?.close();
    await running?.close();
  });

  const problems: string[] = [];

  async function as(name: string, { scripts = true } = {}): Promise<{ context: BrowserContext; page: Page }> {
    const context = await browser.newContext({ javaScriptEnabled: scripts, viewport: { width: 1280, height: 900 } });
    context.setDefaultTimeout(10_000);
    const page = await context.newPage();
    page.on('console', (message) => {
      if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) problems.push(message.text());
    });
    page.on('pageerror', (error) => problems.push(error.message));
    await page.goto(`${url}/sign-in`);
    await page.getByRole('button', { name }).click();
    await page.getByRole('heading', { name: `Hello, ${name}` }).waitFor();
    pages.push(page);
    return { context, page };
  }
  const pages: Page[] = [];
  afterEach(async () => {
    // What a failed spec was looking at.
    for (const page of pages.splice(0)) {
      if (page.isClosed()) continue;
      const folder = process.env['SCREENSHOTS'];
      if (folder) await page.screenshot({ path: join(folder, 'left-open.png'), fullPage: true });
      await page.context().close();
    }
  });

  /** No violation on the page as it stands; a picture of it where SCREENSHOTS names a folder. */
  async function sound(page: Page, name: string): Promise<void> {
    const folder = process.env['SCREENSHOTS'];
    if (folder) await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(
      violations.map(({ id, nodes }) => `${name}: ${id} at ${nodes.map(({ target }) => target.join(' ')).join(', ')}`),
    ).toEqual([]);
  }

  const group = (page: Page, legend: string) => page.getByRole('group', { name: legend });
  async function enterDay(page: Page, legend: string, day: string): Promise<void> {
    const [year, month, date] = day.split('-') as [string, string, string];
    await group(page, legend)
      .getByLabel('Day')
      .fill(String(Number(date)));
    await group(page, legend)
      .getByLabel('Month')
      .fill(String(Number(month)));
    await group(page, legend).getByLabel('Year').fill(year);
  }

  async function refer(page: Page, name: string): Promise<void> {
    await page.goto(`${url}/cases/new`);
    await page.getByLabel("The child's name").fill(name);
    await enterDay(page, 'Date of birth', '2013-03-01');
    await page.getByLabel('UPN', { exact: true }).fill(newUpn());
    await page.getByLabel('What does the child do well?').fill('Explains ideas to younger children');
    await group(page, 'What kind of case is it?').getByLabel('Managed move').check();
    await group(page, 'What is the panel asked for?').getByLabel('Managed move').check();
    await page.getByLabel('Who refers?').selectOption('senco');
    await group(page, 'Has the headteacher signed the referral?').getByLabel('Yes').check();
    await page.getByLabel('National Curriculum year group').fill('9');
    await page.getByLabel('SEN provision').selectOption('K');
    await page.getByLabel('Primary need').selectOption('SEMH');
    await page.getByLabel('Main reason for the referral').selectOption('DB');
    await page.getByLabel('Support cycles completed').fill('2');
    await page.getByLabel('School days suspended this school year').fill('1.5');
    await page.getByLabel('Managed moves before this').fill('0');
    await page.getByLabel('Looked after').selectOption('notLookedAfter');
    await group(page, 'Eligible for free school meals?').getByLabel('No').check();
    await page.getByLabel('Ethnicity').selectOption('WBRI');
    await page.getByLabel('Sex', { exact: true }).selectOption('F');
    await page.getByRole('button', { name: 'Refer the child' }).click();
    await page.getByRole('heading', { name, level: 1 }).waitFor();
  }

  it('take a child from referral to a meeting, with scripts off', async () => {
    const { context, page } = await as('Rita Referrer', { scripts: false });
    await refer(page, 'Ada Browser');
    const address = page.url();
    expect(address).not.toContain('Ada');
    await page.getByRole('link', { name: "Record the parent's view" }).click();
    await page.getByLabel('Supports the move').check();
    await enterDay(page, 'When did the parent say so?', here.today);
    await page.getByRole('button', { name: 'Record the view' }).click();
    await page.getByRole('link', { name: "Record the child's view" }).click();
    await group(page, 'What does the child want?').getByLabel('Wants to move').check();
    await page.getByLabel("In the child's own words").fill('I want to start again');
    await enterDay(page, 'When did the child say so?', here.today);
    await page.getByRole('button', { name: 'Record the view' }).click();
    await page.getByRole('link', { name: 'Record consent to share information' }).click();
    await page.getByLabel('Parent').check();
    await enterDay(page, 'On which day was it talked about?', here.today);
    await group(page, 'Were they asked').getByLabel('Yes').check();
    await page.getByRole('button', { name: 'Record consent' }).click();
    await page.getByText('I want to start again').waitFor();
    await refer(page, 'Ben Browser');
    await context.close();

    const clerk = await as('Clara Clerk', { scripts: false });
    await clerk.page.goto(`${url}/meetings/new`);
    await clerk.page.getByLabel('Test panel').check();
    await enterDay(clerk.page, 'On which day?', here.today);
    await clerk.page.getByLabel(/Ada Browser/).fill('1');
    await clerk.page.getByLabel(/Ben Browser/).fill('2');
    await clerk.page.getByRole('button', { name: 'Schedule the meeting' }).click();
    await clerk.page.getByRole('heading', { name: /^Test panel/, level: 1 }).waitFor();
    await clerk.page.getByRole('link', { name: 'Record attendance' }).click();
    await group(clerk.page, 'Was Charlie Chair there?').getByLabel('In person').check();
    await group(clerk.page, 'Was Max Member there?').getByLabel('Remotely').check();
    await clerk.page.getByLabel('In which role Max Member came').selectOption('health');
    await group(clerk.page, 'Was Clara Clerk there?').getByLabel('In person').check();
    await clerk.page.getByRole('button', { name: 'Save and count' }).click();
    await clerk.page.getByText('Confirmed: ').waitFor();
    expect(await clerk.page.getByRole('link', { name: /Record the decision/ }).count()).toBe(0);
    await clerk.context.close();
  });

  it('let a chair decide by keyboard alone, and show every reason at once with the text kept', async () => {
    const { context, page } = await as('Charlie Chair');
    const onto = async (selector: string): Promise<void> => {
      const wanted = page.locator(selector);
      for (let presses = 0; presses < 250; presses += 1) {
        if (await wanted.evaluate((element) => element === element.ownerDocument.activeElement)) return;
        await page.keyboard.press('Tab');
      }
      throw new Error(`Tab never reached ${selector}.`);
    };
    await page.getByRole('link', { name: 'Test panel meets today' }).click();
    await sound(page, 'meeting');
    await page
      .getByRole('link', { name: /Record the decision/ })
      .first()
      .click();
    await page.getByRole('heading', { name: 'Record the decision on Ada Browser' }).waitFor();
    expect(await page.locator('input[type=radio]:checked, input[type=checkbox]:checked').count()).toBe(0);
    await sound(page, 'decision');

    await onto('#words-rationale');
    await page.keyboard.type('A fresh start near family');
    await onto('form#form button[type=submit]');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();
    expect(await page.title()).toMatch(/^Error: /);
    expect(await page.locator('#words-rationale').inputValue()).toBe('A fresh start near family');
    await sound(page, 'decision-errors');

    // Every reason at once, in the order of the page.
    const shown = await page.locator('.govuk-error-summary__list a').allTextContents();
    expect(shown).toEqual([
      'Choose what the panel decides',
      'Choose at least one reason',
      'Choose a finding: Support was tried before a move',
      'Choose the legal basis',
      'Choose how it was decided',
    ]);
    const order = await page
      .locator('.govuk-error-summary__list a')
      .evaluateAll((links) =>
        links
          .map((link) => link.ownerDocument.querySelector(link.getAttribute('href') ?? ''))
          .map((target) => target?.getBoundingClientRect().top ?? 0),
      );
    expect(order).toEqual([...order].sort((a, b) => a - b));

    await onto('#decisionType');
    await page.keyboard.press('Space');
    await onto('#receivingUrn');
    await page.keyboard.type('North Road');
    await onto('#reasonCodes');
    await page.keyboard.press('Space');
    await onto(`#finding-${here.criterion}`);
    await page.keyboard.press('Space');
    await onto('#legalBasis');
    await page.keyboard.press('ArrowDown');
    await onto('#method');
    await page.keyboard.press('Space');
    await onto('form#form button[type=submit]');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'The decision on Ada Browser' }).waitFor();
    await sound(page, 'decision-recorded');
    await page.reload();
    await page.getByRole('heading', { name: 'The decision on Ada Browser' }).waitFor();
    await page.getByRole('button', { name: /Next case: Ben Browser/ }).click();
    await page.getByText('Before this case can be decided').waitFor();
    await context.close();
  });

  it('have no violation and no error, and show the case and the chart', async () => {
    const { context, page } = await as('Dana Director');
    await sound(page, 'home');
    await page.goto(`${url}/cases`);
    await sound(page, 'cases');
    await page.getByLabel('Find a child by name, UPN or case reference').fill('browser ada');
    await page.getByRole('button', { name: 'Find a child' }).click();
    await page.getByText('1 case', { exact: true }).waitFor();
    expect(page.url()).toMatch(/\/cases\?search=[0-9a-f-]{36}$/);
    await page.getByRole('link', { name: /^MM-/ }).click();
    await page.getByRole('heading', { name: 'Ada Browser' }).waitFor();
    await sound(page, 'case');
    await page.goto(`${page.url()}?view=print`);
    await sound(page, 'case-print');
    await page.goto(`${url}/consistency/panels`);
    await sound(page, 'panels-side-by-side');
    await page.goto(`${url}/meetings`);
    await sound(page, 'meetings');
    await context.close();

    const clerk = await as('Clara Clerk');
    await clerk.page.goto(`${url}/cases/new`);
    await sound(clerk.page, 'refer');
    await clerk.page.getByRole('button', { name: 'Refer the child' }).click();
    await clerk.page.getByRole('alert').waitFor();
    await sound(clerk.page, 'refer-errors');
    await clerk.page.goto(`${url}/meetings/new`);
    await sound(clerk.page, 'schedule');
    await clerk.page.goto(`${url}/meetings`);
    await clerk.page.getByRole('table').getByRole('link').first().click();
    const meeting = clerk.page.url();
    for (const form of ['agenda', 'attendance', 'interests']) {
      await clerk.page.goto(`${meeting}/${form}`);
      await sound(clerk.page, form);
    }
    await clerk.page.goto(`${url}/cases`);
    await clerk.page.getByRole('table').getByRole('link').first().click();
    const theCase = clerk.page.url();
    for (const form of ['parent-view', 'pupil-view', 'consent', 'correct']) {
      await clerk.page.goto(`${theCase}/${form}`);
      await sound(clerk.page, form);
    }
    await clerk.page.goto(`${theCase}/nothing-here`);
    await sound(clerk.page, 'not-found');
    await clerk.context.close();

    const chair = await as('Charlie Chair');
    await chair.page.goto(`${url}/cases?outcome=managedMoveSupported`);
    await chair.page.getByRole('table').getByRole('link').first().click();
    await chair.page.getByRole('link', { name: 'Correct the decision' }).click();
    await sound(chair.page, 'correct-decision');
    await chair.page.getByLabel('Something was left out').check();
    await chair.page.getByLabel('Whose turn it is').check();
    await chair.page.getByRole('button', { name: 'Save the correction' }).click();
    await chair.page.getByText('The correction is recorded.').waitFor();
    await chair.page.getByRole('link', { name: 'Propose the managed move' }).click();
    await sound(chair.page, 'propose-move');
    await chair.context.close();
    expect(problems).toEqual([]);
  });
});
