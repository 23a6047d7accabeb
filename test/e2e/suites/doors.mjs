// Ways in from outside of the views: links to runs, tasks, command lines to copy, a run that is dropped on another one.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
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

const BY_HAND = 'train by hand';
/** Of a tasks.json, and what the terminal says of those that start nothing. */
const REFUSED = {
  'file is gone': {
    task: { train: 'gone.train.yaml' },
    says: 'gone.train.yaml: no such file. This task starts nothing.',
  },
  'of elsewhere': {
    task: { train: '../elsewhere.train.yaml' },
    says: 'elsewhere.train.yaml is outside of the open folders: this task starts nothing.',
  },
  'without a file': { task: {}, says: 'This task names no file: give it "train" or "sweep".' },
};

function writeTasks({ dir }, spaces = 0) {
  const entries = Object.entries(REFUSED).map(([label, { task }]) => ({ label, ...task }));
  const all = [{ label: BY_HAND, train: 'pcb.train.yaml' }, ...entries];
  // Without matchers the editor asks which errors to look for.
  const tasks = all.map((task) => ({ type: 'pitwall', problemMatcher: [], ...task }));
  mkdirSync(path.join(dir, '.vscode'), { recursive: true });
  writeFileSync(
    path.join(dir, '.vscode/tasks.json'),
    JSON.stringify({ version: '2.0.0', tasks }, null, spaces),
  );
}

/**
 * Of tasks.json: listed by its label. An editor that read the file before it knew the extensions of its server lists none of
 * them until the file changes, which a person who writes a task does.
 */
const runTaskByHand = (page, workspace, label) =>
  until(`the task ${label}`, async (tries) => {
    const timeout = patienceOf(tries);
    writeTasks(workspace, 1 + (tries % 2));
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+P');
    await page.locator('.quick-input-widget input.input').fill(`task ${label}`, { timeout });
    const row = page.locator('.quick-input-list .monaco-list-row', { hasText: label }).first();
    await row.click({ timeout });
    return true;
  });

/** With the terminal drawn as text. */
const WITH_TEXT = { 'terminal.integrated.gpuAcceleration': 'off' };

/** The run that is there now and was not, once it has ended. */
async function newRunOf({ runs }, before) {
  const made = await until('a run', () =>
    readdirSync(runs).find((name) => !before.includes(name) && existsSync(path.join(runs, name, 'run.json'))),
  );
  const status = path.join(runs, made, 'status.json');
  await until('the end', () => /"state":"completed"/.test(readFileSync(status, 'utf8')), LONG);
  await until('no process', () => processesOf(runs).length === 0);
}

export async function doors(context) {
  await fromOutside(context);
  await tasksByHand(context);
}

async function tasksByHand({ suite, browser, extensions }) {
  const workspace = exampleWorkspace({ epochs: 1, fraction: 0.1, warmup_epochs: 0 });
  writeTasks(workspace);
  const runs = () => (existsSync(workspace.runs) ? readdirSync(workspace.runs) : []);
  const using = async (settings, body) => {
    const server = await startServer({ folder: workspace.dir, extensions, settings });
    const page = await openWorkbench(browser, server.url);
    try {
      await showPitwall(page);
      await body(page, (name, test) => suite.test(name, { pages: () => [page], log: server.log }, test));
    } finally {
      await page.context().close();
      await server.stop();
    }
  };
  const untrusted = {
    'security.workspace.trust.enabled': true,
    'security.workspace.trust.startupPrompt': 'never',
  };
  try {
    await using(untrusted, async (page, test) => {
      await test('in a folder that is not trusted no task of tasks.json is run', async () => {
        const question = page.locator('.monaco-dialog-box', { hasText: 'Do you trust the authors' });
        await until('the question', async () => {
          if (await question.isHidden()) await page.keyboard.press('Control+P');
          if (await question.isHidden())
            await page.locator('.quick-input-widget input.input').fill(`task ${BY_HAND}`, { timeout: 5000 });
          return until('it is asked', () => question.isVisible(), { timeoutMs: 5000 });
        });
        await question.locator('.monaco-button', { hasText: 'Cancel' }).click();
        await question.waitFor({ state: 'hidden' });
        const row = page.locator('.quick-input-list .monaco-list-row', { hasText: BY_HAND });
        expectEqual(await row.count(), 0, 'tasks in the list');
        expectEqual(runs().length, 0, 'runs');
      });
    });
    await using(WITH_TEXT, async (page, test) => {
      // A terminal breaks a line anywhere.
      const flat = (text) => text.replace(/\s/g, '');
      const isSaid = async (line) =>
        (await page.locator('.xterm-rows').allInnerTexts()).some((text) => flat(text).includes(flat(line)));
      await test('a task of tasks.json that cannot be done says why in a line, and starts nothing', async () => {
        for (const [label, { says }] of Object.entries(REFUSED)) {
          await runTaskByHand(page, workspace, label);
          await until(`why ${label} is refused`, () => isSaid(says));
        }
        await page.screenshot({ path: path.join(suite.artifacts, 'doors-task-refused.png') });
        expectEqual(runs().length, 0, 'runs');
      });
      await test('a task that was written into tasks.json by hand trains its file to its end', async () => {
        await runTaskByHand(page, workspace, BY_HAND);
        await until('the folder of runs', () => runs().length > 0);
        await newRunOf(workspace, []);
        await page.screenshot({ path: path.join(suite.artifacts, 'doors-task-by-hand.png') });
      });
    });
  } finally {
    endProcessesOf(workspace.runs);
    workspace.remove();
  }
}

async function fromOutside({ suite, browser, extensions }) {
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
      await newRunOf(workspace, RUNS);
      await page.locator('.terminal-wrapper .xterm-screen').first().waitFor();
      await picture('task');
    });
  } finally {
    await page.context().close();
    await server.stop();
    endProcessesOf(workspace.runs);
    workspace.remove();
  }
}
