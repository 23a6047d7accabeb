// Words for what a person does in the workbench.
import path from 'node:path';

export const settle = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const attempt = async (check) => {
  try {
    return await check();
  } catch (error) {
    return error;
  }
};

const shown = (value) => (value instanceof Error ? value.message : JSON.stringify(value));

/** Tries until a check gives something, and says what it last saw when it never does. */
export async function until(what, check, { timeoutMs = 30_000, everyMs = 150 } = {}) {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const last = await attempt(check);
    if (last && !(last instanceof Error)) return last;
    if (Date.now() > end) throw new Error(`timed out: ${what} (last seen: ${shown(last)})`);
    await settle(everyMs);
  }
}

/** A page of the workbench, with the console's errors and policy violations kept. */
export async function openWorkbench(browser, url, { width = 1440, height = 900, locale } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, ...(locale ? { locale } : {}) });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const page = await context.newPage();
  const complaints = [];
  page.on('console', (message) => {
    if (/Content Security Policy|violates the following/i.test(message.text()))
      complaints.push(message.text());
  });
  page.complaints = complaints;
  // The first start after an installation reads everything from disk; on a busy machine that takes its time.
  await page.goto(url, { waitUntil: 'domcontentloaded', timeout: 120_000 });
  await ready(page);
  return page;
}

export async function ready(page) {
  await page.waitForSelector('.monaco-workbench', { timeout: 120_000 });
  await page.waitForSelector('.statusbar-item', { timeout: 120_000 });
}

/** As the command does it: the editor first writes down what is open, which a browser's own reload may cut short. */
export async function reloadWindow(page) {
  const loaded = page.waitForEvent('load', { timeout: 120_000 });
  await runCommand(page, 'Developer: Reload Window');
  await loaded;
  await ready(page);
}

export async function runCommand(page, title) {
  const input = page.locator('.quick-input-widget input.input');
  // The whole title: Stop is not Stop After This Epoch.
  const exact = new RegExp(`^${title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`);
  const has = page.locator('.label-name', { hasText: exact });
  const row = page.locator('.quick-input-list .monaco-list-row.focused', { has }).first();
  // A view that takes the focus a moment later closes the palette: then it is opened again.
  await until(
    `the command ${title}`,
    async () => {
      // A palette that is open lists the commands of the moment it was opened.
      await page.keyboard.press('Escape');
      await page.keyboard.press('F1');
      await input.fill(`>${title}`, { timeout: 3000 });
      await row.waitFor({ timeout: 5000 });
      await page.keyboard.press('Enter');
      return true;
    },
    { timeoutMs: 60_000 },
  );
}

/** A command and its questions, from the start again where the focus went elsewhere in the middle of them. */
export async function runAndChoose(page, title, choices) {
  await until(
    `${title}: ${choices.join(', ')}`,
    async () => {
      await runCommand(page, title);
      for (const [i, text] of choices.entries()) {
        const rows = page.locator('.quick-input-widget:visible .monaco-list-row', { hasText: text });
        await rows.first().click({ timeout: 5000 });
        // The next question may list the same names: it is another list, a moment later.
        if (i < choices.length - 1) await settle(600);
      }
      return true;
    },
    { timeoutMs: 90_000 },
  );
}

export async function openFile(page, name) {
  const input = page.locator('.quick-input-widget input.input');
  const row = page.locator('.quick-input-list .monaco-list-row', { hasText: path.basename(name) }).first();
  await until(
    `the file ${name}`,
    async () => {
      await page.keyboard.press('Escape');
      await page.keyboard.press('Control+P');
      await input.fill(name, { timeout: 5000 });
      await row.click({ timeout: 5000 });
      return true;
    },
    { timeoutMs: 60_000 },
  );
  await page
    .locator('.tab', { hasText: path.basename(name) })
    .first()
    .waitFor();
  await page.locator('.monaco-editor .view-line').first().waitFor();
}

/** The frame of a page of ours: the webview's inner frame that holds #app; of a run, where it is named. */
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
