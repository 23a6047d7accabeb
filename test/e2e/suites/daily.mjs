// Daily use: inspecting, tidying up, a first start in an empty folder.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { startServer } from '../editor.mjs';
import { endProcessesOf, processesOf, runIds } from '../processes.mjs';
import { manyRuns, recordedRuns } from '../recorded.mjs';
import { expect, expectEqual } from '../suite.mjs';
import {
  handedOver,
  openFile,
  openWorkbench,
  pageFrame,
  patienceOf,
  reloadWindow,
  runAndChoose,
  runCommand,
  settle,
  showPitwall,
  until,
} from '../workbench.mjs';
import { exampleWorkspace, plainWorkspace } from '../workspace.mjs';

const row = (page, text) => page.locator('.pane-body .monaco-list-row', { hasText: text }).first();
/** A choice of the quick pick; trees have rows of the same name. */
const choice = (page, text) => page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first();
const clipboard = (page) => page.evaluate(() => navigator.clipboard.readText());
const summary = (panel, id) => panel.locator(`#chart-${id} .surface`).getAttribute('aria-label');
const tool = (panel, id, label) => panel.locator(`#chart-${id} [aria-label="${label}"]`);

export async function daily(context) {
  await closely(context);
  await manyInTheList(context);
  await firstStart(context);
}

async function closely({ suite, browser, extensions }) {
  const workspace = exampleWorkspace();
  mkdirSync(workspace.runs, { recursive: true });
  await recordedRuns(workspace);
  const server = await startServer({ folder: workspace.dir, extensions });
  const page = await openWorkbench(browser, server.url, { width: 1500, height: 1000 });
  const test = (name, body) => suite.test(name, { pages: () => [page], log: server.log }, body);
  const meta = (name) => JSON.parse(readFileSync(path.join(workspace.runs, name, 'meta.json'), 'utf8'));
  let panel;
  try {
    await test('a click on a run opens its dashboard', async () => {
      await showPitwall(page);
      await row(page, 'pcb-nano-1').click();
      panel = await pageFrame(page, 'panel');
      await panel.locator('body.ready').waitFor();
      expect(/Completed/.test(await panel.locator('.state').textContent()), 'the state');
      await row(page, 'pcb-micro-1').click();
      const side = await pageFrame(page, 'side');
      await until(
        'the side panel follows',
        async () => (await side.locator('h1').textContent()) === 'pcb-micro-1',
      );
      await row(page, 'pcb-nano-1').click();
      await until('and comes back', async () => (await side.locator('h1').textContent()) === 'pcb-nano-1');
      await runCommand(page, 'View: Close Other Editors in Group');
      panel = await pageFrame(page, 'panel', 'pcb-nano-1');
    });

    await test('a chart is zoomed, shown as a table and drawn on a log scale by keyboard alone', async () => {
      const surface = panel.locator('#chart-loss .surface');
      await surface.focus();
      await page.keyboard.press('+');
      await panel.locator('.show-all').waitFor();
      await page.keyboard.press('Escape');
      await panel.locator('.show-all').waitFor({ state: 'hidden' });
      const table = tool(panel, 'loss', 'Show as table');
      await table.focus();
      await page.keyboard.press('Enter');
      await until('the table', () => panel.locator('#chart-loss .chart-table tbody tr').count());
      const log = tool(panel, 'map', 'Logarithmic y axis');
      await log.focus();
      await page.keyboard.press('Enter');
      await until('pressed', async () => (await log.getAttribute('aria-pressed')) === 'true');
    });

    await test('numbers of a chart go to the clipboard as CSV, its picture as PNG', async () => {
      await panel.locator('#chart-map .surface').hover();
      await tool(panel, 'map', 'Copy as CSV').click();
      const csv = await until('the CSV', async () => {
        const text = await clipboard(page);
        return text.startsWith('epoch,') && text;
      });
      const head =
        'epoch,metrics/precision(B),metrics/recall(B),metrics/mAP50(B),metrics/mAP50-95(B),seconds,validation_seconds';
      expectEqual(csv.split('\n')[0], head, 'its head');
      expectEqual(csv.trimEnd().split('\n').length, 51, 'a row for each checkpoint and the head');
      await tool(panel, 'map', 'Copy as PNG').click();
      const type = await until('the picture', () =>
        page.evaluate(async () =>
          (await navigator.clipboard.read())[0]?.types.find((t) => t === 'image/png'),
        ),
      );
      expectEqual(type, 'image/png', 'what is on the clipboard');
    });

    await test('zoom, table, log scale, smoothing and axis are remembered across a reload', async () => {
      await panel.locator('#chart-lr .surface').focus();
      await page.keyboard.press('+');
      await panel.locator('#smoothing').focus();
      await page.keyboard.press('Home');
      await until(
        'no smoothing',
        async () => (await panel.locator('.smoothing output').textContent()) === '0.00',
      );
      await handedOver(page, panel);
      await reloadWindow(page);
      panel = await pageFrame(page, 'panel');
      await panel.locator('body.ready').waitFor();
      await until('the table', () => panel.locator('#chart-loss .chart-table tbody tr').count());
      await panel.locator('.show-all').waitFor();
      const log = await tool(panel, 'map', 'Logarithmic y axis').getAttribute('aria-pressed');
      expectEqual(log, 'true', 'log scale');
      expectEqual(await panel.locator('.smoothing output').textContent(), '0.00', 'smoothing');
    });

    await test('precision over recall of each class and the worst images are there', async () => {
      await panel.locator('#tab-classes').click();
      await until('the curves', async () => /open 0?\.\d+/.test((await summary(panel, 'curves')) ?? ''));
      await panel.locator('#tab-images').click();
      await until('pictures', async () => (await panel.locator('.gallery-image img').count()) >= 8);
      const names = await panel.locator('.gallery-image .name').allTextContents();
      await panel.locator('.gallery-image').first().click();
      const lost = [];
      for (const [place, name] of names.slice(0, 5).entries()) {
        const hasText = new RegExp(`^${place + 1} of \\d+: ${name}$`);
        await panel.locator('.viewer h2', { hasText }).waitFor();
        lost.push(Number(/([\d.]+) %/.exec(await panel.locator('.viewer-status').textContent())?.[1]));
        await page.keyboard.press('ArrowRight');
      }
      expect(
        lost.every((share, i) => share > 0 && (i === 0 || share <= lost[i - 1])),
        `those first that cost most of mAP: ${lost.join(' ')}`,
      );
      await page.keyboard.press('Escape');
      await panel.locator('.gallery-image').nth(5).waitFor();
      await panel.locator('#tab-checkpoints').click();
    });

    await test('two runs that are selected are compared at once', async () => {
      await row(page, 'pcb-nano-1').click();
      await row(page, 'pcb-micro-1').click({ modifiers: ['Control'] });
      await row(page, 'pcb-micro-1').click({ button: 'right' });
      const compare = page.locator('.monaco-menu .action-item', { hasText: 'Compare Runs' }).first();
      await compare.waitFor();
      // A menu that has just opened takes no click, so that the one that opened it does not choose.
      await until('the choice', async (tries) => {
        if (await compare.isHidden()) return true;
        await settle(400);
        await compare.click({ timeout: patienceOf(tries) });
        return false;
      });
      await until('the comparison', async () => {
        for (const frame of page.frames()) {
          const facts = await frame
            .evaluate(() => document.querySelector('body.comparison .facts')?.textContent ?? '')
            .catch(() => '');
          if (/lr0 0\.01 → 0\.02/.test(facts)) return true;
        }
        return false;
      });
      await runCommand(page, 'View: Close All Editors');
    });

    await test('the explorer offers to train an experiment and to preview it', async () => {
      await page.keyboard.press('Control+Shift+E');
      await page.locator('.explorer-folders-view .monaco-list-row', { hasText: 'pcb.train.yaml' }).click({
        button: 'right',
      });
      const menu = page.locator('.monaco-menu .action-item');
      await menu.filter({ hasText: 'Start Training' }).first().waitFor();
      await menu.filter({ hasText: 'Preview Learning Rate' }).first().waitFor();
      await page.keyboard.press('Escape');
      await showPitwall(page);
    });

    await test('a run gets a title, and its folder keeps its name', async () => {
      await runAndChoose(page, 'Pitwall: Rename Run', ['pcb-micro-1']);
      const input = page.locator('.quick-input-widget input.input');
      await until('the name to change', async () => (await input.inputValue()) === 'pcb-micro-1');
      await input.fill('twice the rate');
      await page.keyboard.press('Enter');
      await until('the title', () => row(page, 'twice the rate').isVisible());
      expectEqual(meta('pcb-micro-1').title, 'twice the rate', 'meta.json');
    });

    await test('a run is archived out of sight and restored', async () => {
      await runAndChoose(page, 'Pitwall: Archive Run', ['pcb-nano-hot']);
      await until('the archive', () => row(page, 'Archive').isVisible());
      await until('out of sight', async () => (await row(page, 'pcb-nano-hot').count()) === 0);
      expect(existsSync(path.join(workspace.runs, 'pcb-nano-hot', 'events.jsonl')), 'its files are there');
      await runAndChoose(page, 'Pitwall: Restore Archived Run', ['pcb-nano-hot']);
      await until('back', () => row(page, 'pcb-nano-hot').isVisible());
      expectEqual(meta('pcb-nano-hot').archived, false, 'archived');
    });

    await test('a run is moved to the trash, brought back, and deleted for good on a person’s word', async () => {
      const isThere = async () => existsSync(path.join(workspace.runs, 'pcb-nano-hot', 'run.json'));
      await runAndChoose(page, 'Pitwall: Move Run to Trash', ['pcb-nano-hot']);
      await until('the folder to move', async () => !(await isThere()));
      await until('out of the list', async () => (await row(page, 'pcb-nano-hot').count()) === 0);
      await runAndChoose(page, 'Pitwall: Restore Run from Trash', ['pcb-nano-hot']);
      await until('the folder to come back', isThere);
      await runAndChoose(page, 'Pitwall: Move Run to Trash', ['pcb-nano-hot']);
      await until('the folder to move again', async () => !(await isThere()));
      await runCommand(page, 'Pitwall: Empty Trash');
      await page.locator('.monaco-dialog-box').getByText('Delete for Good').click();
      const trash = path.join(workspace.runs, '.trash');
      await until('an empty trash', async () => readdirSync(trash).length === 0);
    });

    await test('with several experiments and none open, Start Training asks which', async () => {
      writeFileSync(path.join(workspace.dir, 'other.train.yaml'), readFileSync(workspace.config));
      await runCommand(page, 'View: Close All Editors');
      await runCommand(page, 'Pitwall: Start Training');
      await choice(page, 'other.train.yaml').waitFor();
      expect(await choice(page, 'pcb.train.yaml').isVisible(), 'the other one too');
      await page.keyboard.press('Escape');
      expectEqual(processesOf(workspace.runs).length, 0, 'processes');
    });

    await test('the button in the editor title is there, and lenses can be switched off', async () => {
      await openFile(page, 'pcb.train.yaml');
      await page.locator('.editor-actions a[aria-label*="Start Training"]').first().waitFor();
      await page.locator('.codelens-decoration', { hasText: 'Start Training' }).first().waitFor();
      mkdirSync(path.join(workspace.dir, '.vscode'));
      writeFileSync(
        path.join(workspace.dir, '.vscode/settings.json'),
        JSON.stringify({ 'pitwall.lens.enabled': false, 'pitwall.editorTitle.enabled': false }),
      );
      await until('no lens', async () => (await page.locator('.codelens-decoration').count()) === 0);
      await until(
        'no button',
        async () => (await page.locator('.editor-actions a[aria-label*="Start Training"]').count()) === 0,
      );
    });

    await test('the walkthrough has its four steps', async () => {
      await runAndChoose(page, 'Welcome: Open Walkthrough...', ['Pitwall']);
      await until('four steps', async () => (await page.locator('.getting-started-step').count()) === 4);
      await settle(3000);
      await page.screenshot({ path: path.join(suite.artifacts, 'walkthrough-dark.png') });
    });
  } finally {
    await page.context().close();
    await server.stop();
    endProcessesOf(workspace.runs);
    workspace.remove();
  }
}

const LONG_NAME = 'visdrone-yolo11s-1280-augmented';
const LEAST_ROWS = 12;

/** As it is the first time that the side bar is opened: no view has been drawn larger. */
async function manyInTheList({ suite, browser, extensions }) {
  const workspace = exampleWorkspace();
  mkdirSync(workspace.runs, { recursive: true });
  await manyRuns(workspace, { name: LONG_NAME, count: 2 * LEAST_ROWS });
  const server = await startServer({ folder: workspace.dir, extensions });
  const page = await openWorkbench(browser, server.url, { width: 1440, height: 900 });
  const test = (name, body) => suite.test(name, { pages: () => [page], log: server.log }, body);
  const names = async () => (await wholeRows(page)).map((row) => row.name);
  try {
    await test(`at least ${LEAST_ROWS} runs are in sight in a window of 1440 x 900`, async () => {
      await showPitwall(page);
      const shown = await until('rows', async () => (await names()).length >= LEAST_ROWS && names());
      await page.screenshot({ path: path.join(suite.artifacts, 'many-runs-dark.png') });
      expectEqual(new Set(shown).size, shown.length, 'names that differ');
    });
    await test('a long name keeps its number, and the mAP behind it is in sight', async () => {
      for (const { name, isCut, text } of await wholeRows(page)) {
        expect(/^visdrone.*…\w+-\d+$/.test(name) && /mAP \.\d{3}/.test(text), text);
        expect(!isCut, `the name is cut: ${text}`);
      }
    });
  } finally {
    await page.context().close();
    await server.stop();
    workspace.remove();
  }
}

/** The runs that can be read: rows that are inside of the list with their whole height. */
function wholeRows(page) {
  const pane = page.locator('.pane', { has: page.locator('.pane-header', { hasText: 'Runs' }) });
  return pane.locator('.pane-body .monaco-list-row').evaluateAll((rows) => {
    const list = rows[0]?.closest('.pane-body').getBoundingClientRect();
    const inside = rows.filter((row) => {
      const { top, bottom } = row.getBoundingClientRect();
      return top >= list.top && bottom <= list.bottom;
    });
    return inside.map((row) => {
      const label = row.querySelector('.label-name');
      const metric = row.querySelector('.label-description');
      // "mAP .653" is the first eight letters of what follows the name.
      const range = document.createRange();
      range.setStart(metric.firstChild, 0);
      range.setEnd(metric.firstChild, 8);
      const shown = row.querySelector('.monaco-icon-label-container').getBoundingClientRect();
      const isCut = range.getBoundingClientRect().right > shown.right;
      return { name: label.textContent, text: row.textContent, isCut };
    });
  });
}

async function firstStart({ suite, browser, extensions }) {
  const plain = plainWorkspace();
  const runs = path.join(plain.dir, 'pitwall-demo/runs');
  const server = await startServer({ folder: plain.dir, extensions });
  const page = await openWorkbench(browser, server.url);
  const test = (name, body) => suite.test(name, { pages: () => [page], log: server.log }, body);
  try {
    await test('if there is no run the views say what to do', async () => {
      await showPitwall(page);
      const side = await pageFrame(page, 'side');
      await until('No run yet', async () => /No run yet/.test(await side.locator('h1').textContent()));
      await page.locator('.welcome-view a', { hasText: 'write the example' }).first().waitFor();
      await side.locator('vscode-button', { hasText: 'New Example Experiment' }).waitFor();
      await page.screenshot({ path: path.join(suite.artifacts, 'welcome-dark.png') });
    });

    await test('Start Training in an empty folder offers the example, writes it and trains it', async () => {
      await runCommand(page, 'Pitwall: Start Training');
      await page.locator('.monaco-dialog-box .monaco-button', { hasText: 'Create the Example' }).click();
      const panel = await until('the dashboard', () => pageFrame(page, 'panel'), { timeoutMs: 300_000 });
      await until('the first loss', async () => /Smoothed loss now/.test(await summary(panel, 'loss')), {
        timeoutMs: 300_000,
      });
      expectEqual(runIds(runs).length, 1, 'runs');
      await runCommand(page, 'Pitwall: Stop');
      await until('no process', () => processesOf(runs).length === 0);
    });
  } finally {
    await page.context().close();
    await server.stop();
    endProcessesOf(runs);
    plain.remove();
  }
}
