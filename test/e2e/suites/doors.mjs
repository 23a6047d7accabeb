// Ways in from outside of the views: links to runs, tasks, command lines to copy, a run that is dropped on another one.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { startServer } from '../editor.mjs';
import { endProcessesOf, processesOf } from '../processes.mjs';
import { recordedRuns } from '../recorded.mjs';
import { expect, expectEqual } from '../suite.mjs';
import {
  chooseFromMenu,
  openFile,
  openWorkbench,
  PATIENCE_MS,
  pageFrame,
  patienceOf,
  runAndChoose,
  runCommand,
  showPitwall,
  until,
} from '../workbench.mjs';
import { exampleWorkspace } from '../workspace.mjs';

const RUNS = ['pcb-nano-1', 'pcb-micro-1'];
const LONG = { timeoutMs: 3 * PATIENCE_MS };
/** None names a run by its id, though some name its place. */
const HOSTILE = (workspace) => [
  `/run?id=${encodeURIComponent(path.join(workspace.runs, RUNS[0]))}`,
  `/run?id=${encodeURIComponent('../../etc/passwd')}`,
  `/run?dir=${encodeURIComponent(path.join(workspace.runs, RUNS[0]))}`,
  '/train?id=x',
];

const copied = (page) => page.evaluate(() => navigator.clipboard.readText());
const idOf = (workspace, run) =>
  JSON.parse(readFileSync(path.join(workspace.runs, run, 'run.json'), 'utf8')).id;
const toast = (page, hasText) => page.locator('.notification-toast', { hasText }).first();

/** As another program does. The editor asks first whether the extension may open the link. */
async function openLink(page, link) {
  await runCommand(page, 'Developer: Open URL');
  const input = page.locator('.quick-input-widget:visible input.input');
  await input.fill(link);
  await page.keyboard.press('Enter');
  const open = page.locator('.monaco-dialog-box .monaco-button', { hasText: /^Open$/ });
  await open.click();
}

/** Through quick open, which has a list of the kinds of tasks: the palette puts longer names before Run Task. */
async function runTask(page, name) {
  const input = page.locator('.quick-input-widget input.input');
  const row = (hasText) => page.locator('.quick-input-list .monaco-list-row', { hasText }).first();
  await until(`the task ${name}`, async (tries) => {
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+P');
    await input.fill('task pitwall', { timeout: patienceOf(tries) });
    await row('pitwall').click({ timeout: patienceOf(tries) });
    await row(name).click({ timeout: patienceOf(tries) });
    return true;
  });
}

export async function doors({ suite, browser, extensions }) {
  const workspace = exampleWorkspace({ epochs: 1, fraction: 0.1, warmup_epochs: 0 });
  await recordedRuns(workspace, RUNS);
  const server = await startServer({ folder: workspace.dir, extensions });
  const page = await openWorkbench(browser, server.url);
  const test = (name, body) => suite.test(name, { pages: () => [page], log: server.log }, body);
  const picture = (name) => page.screenshot({ path: path.join(suite.artifacts, `doors-${name}.png`) });
  try {
    await showPitwall(page);
    await test('a link that was copied opens the dashboard of its run', async () => {
      await runAndChoose(page, 'Pitwall: Copy Link to Run', [RUNS[0]]);
      const link = await until(
        'a link',
        async () => /:\/\/pitwall\.pitwall\/run\?id=/.test(await copied(page)) && copied(page),
      );
      expect(link.endsWith(encodeURIComponent(idOf(workspace, RUNS[0]))), link);
      await openLink(page, link);
      await pageFrame(page, 'panel', RUNS[0]);
      await picture('link');
    });

    await test('a link to anything else is refused in one line', async () => {
      const tabs = await page.locator('.tab').count();
      const [scheme] = (await copied(page)).split('://');
      for (const rest of HOSTILE(workspace)) {
        await openLink(page, `${scheme}://pitwall.pitwall${rest}`);
        await toast(page, 'not in an open folder').waitFor();
        await picture('refused');
        await runCommand(page, 'Notifications: Clear All Notifications');
        await toast(page, 'not in an open folder').waitFor({ state: 'hidden' });
      }
      expectEqual(await page.locator('.tab').count(), tabs, 'tabs');
    });

    await test('an action on a run and on a config is copied as a command line', async () => {
      await openFile(page, 'pcb.train.yaml');
      await runAndChoose(page, 'Pitwall: Copy as Command Line…', ['pitwall lr-find']);
      await until('the line', async () => (await copied(page)) === `pitwall lr-find ${workspace.config}`);
      const row = page.locator('.monaco-list-row', { hasText: RUNS[0] }).first();
      const line = page.locator('.quick-input-widget:visible .monaco-list-row', { hasText: 'pitwall show' });
      await chooseFromMenu(page, row, 'Copy as Command Line', {
        isDone: () => line.isVisible(),
        onOpen: () => picture('menu'),
      });
      await picture('lines');
      await line.click();
      const wanted = `pitwall show ${path.join(workspace.runs, RUNS[0])}`;
      await until('the line of the run', async () => (await copied(page)) === wanted);
    });

    await test('a run that is dropped on another one is compared with it', async () => {
      const row = (name) => page.locator('.monaco-list-row', { hasText: name }).first();
      await row(RUNS[1]).dragTo(row(RUNS[0]));
      await page.locator('.tab', { hasText: RUNS[1] }).first().waitFor();
      await picture('dropped');
    });

    await test('a task of an experiment trains it to its end', async () => {
      await runTask(page, 'train pcb.train.yaml');
      const made = await until('a run', () =>
        readdirSync(workspace.runs).find(
          (name) => !RUNS.includes(name) && existsSync(path.join(workspace.runs, name, 'run.json')),
        ),
      );
      const status = path.join(workspace.runs, made, 'status.json');
      await until('the end', () => /"state":"completed"/.test(readFileSync(status, 'utf8')), LONG);
      await page.locator('.terminal-wrapper .xterm-screen').first().waitFor();
      await until('no process', () => processesOf(workspace.runs).length === 0);
      await picture('task');
    });
  } finally {
    await page.context().close();
    await server.stop();
    endProcessesOf(workspace.runs);
    workspace.remove();
  }
}
