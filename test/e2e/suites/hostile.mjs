// The hostile folders of test/helpers/hostile-corpus.ts in the real editor, in a workspace that is not trusted and then in one
// that is: looked at, and nothing is executed, written outside or signalled. System calls are traced if strace is installed.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { startServer } from '../editor.mjs';
import { loadTypeScript } from '../load-typescript.mjs';
import { editor } from '../provision.mjs';
import { expect, expectEqual } from '../suite.mjs';
import {
  escaped,
  openFile,
  openWorkbench,
  PATIENCE_MS,
  pageFrame,
  patienceOf,
  runCommand,
  showPitwall,
  until,
} from '../workbench.mjs';
import { exampleWorkspace } from '../workspace.mjs';
import { cursorAt, showHover } from './hovers.mjs';

const HOST = '--type=extensionHost';
/** The editor's own extensions take 200 MB. */
const MOST_MEMORY_KB = 700 * 1024;
const RUN = 'f0f0f0f0-0000-4000-8000-00000000beef';

/** How many dashboards are opened, and of which run in so many. */
const [OPENED, EVERY] = [8, 6];
const ROW_PIXELS = 22;

// Each would take all memory, or never end.
const PYTHON = `x = [] * 100000000
y = [0] * 10
for _ in range(20):
    y = y + y
optimizer = SGD(model.parameters(), lr=0.1)
scheduler = MultiStepLR(optimizer, milestones=y, gamma=0.1)
`;

const QUIET_HOST = { 'git.enabled': false };
/** The host itself, what it starts to find ports to forward, and the folder that its own TypeScript extension makes. */
const OF_THE_EDITOR =
  /--type=extensionHost|^(mkdir|unlink|rmdir)\("\/tmp\/vscode-typescript\d*\/|^execve\("[^"]*\/node", .*\/code-server\/lib\/vscode\/|^execve\("\/bin\/sh", \["\/bin\/sh", "-c", "(ls -l \/proc\/|ps -F -A -l )|^execve\("\/usr\/bin\/(ls|ps|grep)", /;

async function hostileFolder() {
  const { writeCorpus } = await loadTypeScript('test/helpers/hostile-corpus.ts');
  const { identityOf } = await loadTypeScript('src/engine/process/identity.ts');
  const { folderContent } = await loadTypeScript('test/helpers/folder-content.ts');
  const root = mkdtempSync(path.join(os.tmpdir(), 'pitwall-hostile-'));
  mkdirSync(path.join(root, 'home'));
  const env = { ...process.env, PITWALL_RUN: RUN, PITWALL_FOLDER: 'file:1', PITWALL_ROLE: 'trainer' };
  const victim = spawn('sleep', ['1000'], { stdio: 'ignore', env });
  const example = exampleWorkspace();
  const claimed = { identity: { ...identityOf(victim.pid) }, run: RUN };
  const corpus = await writeCorpus(root, example.dir, claimed);
  example.remove();
  writeFileSync(path.join(corpus.repo, 'train.py'), PYTHON);
  const before = folderContent(corpus.outside);
  return {
    ...corpus,
    root,
    isUntouched: () =>
      folderContent(corpus.outside) === before && victim.exitCode === null && victim.signalCode === null,
    remove() {
      victim.kill('SIGKILL');
      rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}

export async function hostile({ suite, browser, extensions }) {
  const folder = await hostileFolder();
  try {
    for (const trusted of [false, true]) await lookAt({ suite, browser, extensions, folder, trusted });
  } finally {
    folder.remove();
  }
}

async function lookAt({ suite, browser, extensions, folder, trusted }) {
  const tracing = await tracingInto(path.join(folder.root, `${trusted}.trace`));
  const settings = {
    ...QUIET_HOST,
    'security.workspace.trust.enabled': !trusted,
    'security.workspace.trust.startupPrompt': 'never',
  };
  const home = path.join(folder.root, 'home');
  const env = {
    HOME: home,
    XDG_STATE_HOME: path.join(home, 'state'),
    XDG_CACHE_HOME: path.join(home, 'cache'),
  };
  const server = await startServer({
    folder: folder.repo,
    extensions,
    settings,
    env,
    trace: tracing?.options,
  });
  const page = await openWorkbench(browser, server.url);
  const test = (name, body) =>
    suite.test(
      `a hostile folder, ${trusted ? '' : 'not '}trusted: ${name}`,
      { pages: () => [page], log: server.log },
      body,
    );
  try {
    await test('its runs are listed, as not yours', () => listsRuns(page));
    await test('dashboards show what can be read', () => opensDashboards(page));
    await test('images that a run of another names are not read', () => asksForImages(page));
    await test('a config still has its curve after a hover in hostile Python', () => hoversEverything(page));
    if (trusted)
      await test('what would be executed is shown, and Cancel executes nothing', () =>
        asksOnce(page, folder));
    await test('nothing was done, in bounded memory', async () => {
      expect(folder.isUntouched(), 'canaries and the process of the person are as they were');
      const peak = peakMemoryKb(server.dataDir);
      expect(peak < MOST_MEMORY_KB, `the extension host took ${peak} kB`);
    });
  } finally {
    await page.context().close();
    await server.stop();
  }
  await test('no system call was forbidden', async () => {
    const forbidden = tracing?.forbidden([server.dataDir, '/dev', '/proc', home], extensions);
    expectEqual(JSON.stringify(forbidden ?? [], null, 1), '[]', 'forbidden calls');
  });
}

async function tracingInto(file) {
  if (spawnSync('strace', ['-V']).status !== 0) {
    console.log('  SKIPPED: strace is not installed: no system call of the extension host is looked at');
    return undefined;
  }
  const { FORKS, forbiddenCalls, traceBelow, TRACED } = await loadTypeScript('test/helpers/system-calls.ts');
  return {
    options: { file, calls: `${TRACED},${FORKS}` },
    forbidden: (folders, extensions) => {
      const calls = traceBelow(readFileSync(file, 'utf8'), HOST);
      expect(calls.includes('openat('), 'the extension host was traced');
      const dist = readdirSync(extensions).filter((name) => name.startsWith('pitwall'));
      const scripts = dist.map((name) => path.join(extensions, name, 'dist'));
      const { node, home } = editor();
      // Files are found by the editor's own ripgrep.
      const programs = [
        path.join(home, 'code-server/node_modules/code-server/lib/vscode/node_modules/@vscode'),
      ];
      const forbidden = forbiddenCalls(calls, { folders, program: node, scripts, programs });
      return forbidden.filter((call) => !OF_THE_EDITOR.test(call)).map((call) => call.slice(0, 200));
    },
  };
}

async function listsRuns(page) {
  await showPitwall(page);
  const rows = page.locator('.monaco-list-row', { hasText: 'not yours' });
  await until('runs that are not yours', async () => (await rows.count()) > 2, {
    timeoutMs: 2 * PATIENCE_MS,
  });
}

/** A run of a list that is longer than what is shown of it. */
async function choose(page, title, name) {
  const input = page.locator('.quick-input-widget:visible input.input');
  await until(`${title}: ${name}`, async (tries) => {
    await runCommand(page, title);
    await page
      .locator('.quick-input-widget:visible', { hasText: title.replace(/^.*: /, '') })
      .waitFor({ timeout: patienceOf(tries) });
    await input.fill(name, { timeout: patienceOf(tries) });
    await page
      .locator('.quick-input-list .monaco-list-row', { hasText: name })
      .first()
      .click({ timeout: patienceOf(tries) });
    return true;
  });
}

/** The list leaves out the middle of a long name, the tab does not. */
const wholeName = (shown) => new RegExp(shown.split('…').map(escaped).join('.+'));

async function opensDashboards(page) {
  const rows = page
    .locator('.pane', { hasText: 'Runs' })
    .locator('.monaco-list-row', { hasText: 'not yours' });
  for (let i = 0; i < OPENED; i++) {
    const row = rows.nth(2);
    await row.hover();
    await page.mouse.wheel(0, ROW_PIXELS * EVERY);
    const name = await row.locator('.label-name').innerText();
    await row.click();
    await page
      .locator('.tab', { hasText: wholeName(name) })
      .first()
      .waitFor();
    const frame = await pageFrame(page, 'panel');
    await frame.locator('h1', { hasText: /./ }).waitFor();
    await runCommand(page, 'View: Close All Editors');
  }
}

async function asksForImages(page) {
  // Of the run that was shown last.
  await runCommand(page, 'Pitwall: Open Dashboard');
  const frame = await pageFrame(page, 'panel');
  await frame.locator('#tab-images').click();
  await frame.getByText('This run was not started by you').waitFor();
  await runCommand(page, 'View: Close All Editors');
}

async function hoversEverything(page) {
  await openFile(page, 'evil.train.yaml');
  await openFile(page, 'data.yaml');
  await openFile(page, 'train.py');
  await cursorAt(page, 'MultiStepLR(');
  await runCommand(page, 'Show or Focus Hover');
  await page.keyboard.press('Escape');
  await showHover(page, { file: 'pcb.train.yaml', at: 'lr0:', says: /at its highest/ });
  await page.keyboard.press('Escape');
}

async function asksOnce(page, { repo }) {
  await choose(page, 'Pitwall: Resume', 'command-relative');
  const dialog = page.locator('.monaco-dialog-box');
  await dialog.waitFor();
  const text = await dialog.innerText();
  for (const said of ['was not started by you', 'It runs: ./evil.sh', `It works in: ${repo}`])
    expect(text.includes(said), `${said} in: ${text}`);
  await dialog.getByRole('button', { name: 'Cancel' }).click();
}

/** Of the extension host of this server, as the system counted it. */
function peakMemoryKb(dataDir) {
  const read = (pid, file) => {
    try {
      return readFileSync(`/proc/${pid}/${file}`, 'utf8');
    } catch {
      return '';
    }
  };
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const hosts = pids.filter(
    (pid) => read(pid, 'cmdline').includes(HOST) && read(pid, 'environ').includes(dataDir),
  );
  expect(hosts.length === 1, `one extension host lives, found ${hosts.length}`);
  return Number(/VmHWM:\s+(\d+)/.exec(read(hosts[0], 'status'))?.[1]);
}
