// Functions for what a person does in the workbench.
import path from 'node:path';

export const settle = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** How long a state may take: a limit costs nothing if the state comes, and the next machine may be ten times as slow. */
export const PATIENCE_MS = 90_000;
/** A command or a start of the editor, each several such states. */
const LONG_MS = 2 * PATIENCE_MS;

/** How long what was chosen may take before the menu or the palette is held to have closed without a choice. */
const CHOSEN_MS = 30_000;

const attempt = async (check, tries) => {
  try {
    return await check(tries);
  } catch (error) {
    return error;
  }
};

const shown = (value) => (value instanceof Error ? value.message : JSON.stringify(value));

/** How long one of several tries may take: short at first, since the focus may be lost for good, then what a slow machine needs. */
export const patienceOf = (tries) => Math.min(5000 * 1.5 ** tries, 30_000);

/** Tries until a check returns something (it gets the number of tries), and reports what it last saw if it never does. */
export async function until(what, check, { timeoutMs = PATIENCE_MS, everyMs = 150 } = {}) {
  const end = Date.now() + timeoutMs;
  for (let tries = 0; ; tries++) {
    const last = await attempt(check, tries);
    if (last && !(last instanceof Error)) return last;
    if (Date.now() > end) throw new Error(`timed out: ${what} (last seen: ${shown(last)})`);
    await settle(everyMs);
  }
}

/** A page of the workbench, with the console's errors and policy violations kept. */
export async function openWorkbench(browser, url, options = {}) {
  const { width = 1440, height = 900, locale, timeoutMs = LONG_MS } = options;
  const context = await browser.newContext({ viewport: { width, height }, ...(locale ? { locale } : {}) });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const complaints = [];
  page.on('console', (message) => {
    if (/Content Security Policy|violates the following/i.test(message.text()))
      complaints.push(message.text());
  });
  page.complaints = complaints;
  // The workbench may load itself anew while it is being loaded, which ends the first navigation.
  const open = () => page.goto(url, { waitUntil: 'domcontentloaded', timeout: timeoutMs });
  await until('the page of the workbench', open, { timeoutMs });
  await ready(page, timeoutMs);
  return page;
}

async function ready(page, timeout = LONG_MS) {
  await page.waitForSelector('.monaco-workbench', { timeout });
  await page.waitForSelector('.statusbar-item', { timeout });
}

/** As the command does: the editor first saves what is open, which a browser's own reload may interrupt. */
export async function reloadWindow(page) {
  const loaded = page.waitForEvent('load', { timeout: LONG_MS });
  await runCommand(page, 'Developer: Reload Window');
  await loaded;
  await ready(page);
}

/** A text as a regular expression that matches it alone. */
export const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

export async function runCommand(page, title) {
  const input = page.locator('.quick-input-widget input.input');
  // The whole title: Stop is not Stop After This Epoch.
  const exact = new RegExp(`^${escaped(title)}$`);
  const has = page.locator('.label-name', { hasText: exact });
  const row = page.locator('.quick-input-list .monaco-list-row.focused', { has }).first();
  // A view that takes the focus a moment later closes the palette: then it is opened again.
  await until(
    `the command ${title}`,
    async (tries) => {
      // A palette that is open lists the commands of the moment it was opened.
      await page.keyboard.press('Escape');
      await page.keyboard.press('F1');
      await input.fill(`>${title}`, { timeout: patienceOf(tries) });
      await row.waitFor({ timeout: patienceOf(tries) });
      if (!(await isEntered(page))) return false;
      await until('the palette takes the command', async () => !(await isTyped(input, `>${title}`)), {
        timeoutMs: patienceOf(tries),
      });
      return true;
    },
    { timeoutMs: LONG_MS },
  );
}

/** Presses Enter; whether the palette got it: one that has just lost the focus has closed, with nothing run. */
async function isEntered(page) {
  await page.evaluate(() => {
    const note = ({ target }) => {
      window.isEnteredInPalette = Boolean(target.closest?.('.quick-input-widget'));
    };
    window.isEnteredInPalette = false;
    window.addEventListener('keydown', note, { capture: true, once: true });
  });
  await page.keyboard.press('Enter');
  // A command that loads the window anew has been taken.
  return page.evaluate(() => window.isEnteredInPalette).catch(() => true);
}

/** A command that is given again if nothing of it is seen: a palette that loses the focus closes with nothing run. */
export function runCommandUntil(page, title, isDone) {
  return until(
    `what ${title} does`,
    async () => {
      await runCommand(page, title);
      return until(`what ${title} does`, isDone, { timeoutMs: CHOSEN_MS });
    },
    { timeoutMs: LONG_MS },
  );
}

/** Still in the palette: gone, or asking something else, once a command was taken. */
async function isTyped(input, text) {
  return (await input.isVisible()) && (await input.inputValue({ timeout: 1000 }).catch(() => '')) === text;
}

/** What the palette asks at this moment: its title and what it lists. */
const askedNow = (page) => page.locator('.quick-input-widget').first().innerText();

/** A command and its questions, from the start again if the focus went elsewhere in the middle of them. */
export async function runAndChoose(page, title, choices) {
  await until(
    `${title}: ${choices.join(', ')}`,
    async (tries) => {
      await runCommand(page, title);
      for (const [i, text] of choices.entries()) {
        const rows = page.locator('.quick-input-widget:visible .monaco-list-row', { hasText: text });
        const question = await askedNow(page);
        await rows.first().click({ timeout: patienceOf(tries) });
        // The next question may list the same names: it is another list, a moment later.
        if (i < choices.length - 1)
          await until('the next question', async () => (await askedNow(page)) !== question);
      }
      return true;
    },
    { timeoutMs: LONG_MS },
  );
}

/**
 * Chooses from the menu of a row, until what was chosen is seen. A menu that has just opened takes no click, so that the one that
 * opened it does not choose; and one that loses the focus closes with nothing chosen.
 */
export async function chooseFromMenu(page, row, title, { isDone, onOpen }) {
  const item = page.locator('.monaco-menu .action-item', { hasText: title }).first();
  await until(
    `${title}, from the menu`,
    async (tries) => {
      const timeout = patienceOf(tries);
      if (await item.isHidden()) await row.click({ button: 'right', timeout });
      await item.waitFor({ timeout });
      await onOpen?.();
      await until(title, async () => {
        if (await item.isHidden()) return true;
        await item.click({ timeout });
        return false;
      });
      return until(`what ${title} does`, isDone, { timeoutMs: CHOSEN_MS });
    },
    { timeoutMs: LONG_MS },
  );
}

export async function openFile(page, name) {
  const input = page.locator('.quick-input-widget input.input');
  const row = page.locator('.quick-input-list .monaco-list-row', { hasText: path.basename(name) }).first();
  const tab = page.locator('.tab', { hasText: path.basename(name) }).first();
  await until(
    `the file ${name}`,
    async (tries) => {
      await page.keyboard.press('Escape');
      await page.keyboard.press('Control+P');
      await input.fill(name, { timeout: patienceOf(tries) });
      await row.click({ timeout: patienceOf(tries) });
      await tab.waitFor({ timeout: patienceOf(tries) });
      return true;
    },
    { timeoutMs: LONG_MS },
  );
  await page.locator('.monaco-editor .view-line').first().waitFor();
}

/** Selects an occurrence by the find widget, the next or the one before; the cursor is then on it. */
export async function findInFile(page, text, key = 'Enter') {
  await page.keyboard.press('Control+F');
  const find = page.locator('.find-widget textarea.input').first();
  await find.waitFor();
  await find.fill(text);
  await page.keyboard.press(key);
  const count = page.locator('.find-widget .matchesCount').first();
  await until(`${text} in the file`, async () => /^\d+ of \d+/.test(await count.textContent()));
  await page.keyboard.press('Escape');
}

/** The frame of a page of ours: the webview's inner frame that holds #app; of a given run, if one is named. */
export async function pageFrame(page, entry, run) {
  return until(`a ${entry} page${run ? ` of ${run}` : ''}`, async () => {
    for (const frame of page.frames()) {
      const found = await frame
        .evaluate(
          ([script, name]) =>
            document.querySelector('#app') !== null &&
            [...document.scripts].some((s) => s.src.includes(`/${script}.js`)) &&
            (name === undefined || document.querySelector('h1')?.textContent === name),
          [entry, run],
        )
        .catch(() => false);
      if (found) return frame;
    }
    return undefined;
  });
}

/** A frame in which an element says something: of pages without a script of ours. */
export function frameSaying(page, selector, says) {
  return until(`a page that says ${says}`, async () => {
    for (const frame of page.frames()) {
      const read = (wanted) => document.querySelector(wanted)?.textContent ?? '';
      const text = await frame.evaluate(read, selector).catch(() => '');
      if (says.test(text)) return frame;
    }
    return undefined;
  });
}

/** Lets what a page of ours has just kept reach the editor: a turn of each frame that it is handed through. */
export async function handedOver(page, frame) {
  const turn = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  for (const each of [frame, frame.parentFrame(), page]) await each.evaluate(turn);
}

/** The text of the first frame that says something; undefined while none does. */
export async function textOfFrames(page, says) {
  for (const frame of page.frames()) {
    const text = await frame.evaluate(() => document.body?.innerText ?? '').catch(() => '');
    if (says.test(text)) return text;
  }
  return undefined;
}

export async function showPitwall(page) {
  const view = page.locator('.activitybar .action-item a[aria-label^="Pitwall"]').first();
  await view.waitFor();
  if (
    !(await page
      .locator('.pane-header', { hasText: /Runs|运行/ })
      .first()
      .isVisible()
      .catch(() => false))
  )
    await view.click();
  await page
    .locator('.pane-header', { hasText: /Runs|运行/ })
    .first()
    .waitFor();
}

export const statusText = (page) =>
  page
    .locator('#pitwall\\.pitwall\\.pitwall\\.run, [id*="pitwall.run"]')
    .first()
    .textContent()
    .catch(() => '');
