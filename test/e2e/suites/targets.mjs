// Runs on a cluster, started, seen and stopped in the editor; the programs of Slurm are played, a real one is in test/scale.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { startServer } from '../editor.mjs';
import { loadTypeScript } from '../load-typescript.mjs';
import { endProcessesOf, processesOf } from '../processes.mjs';
import { expect, expectEqual } from '../suite.mjs';
import {
  openFile,
  openWorkbench,
  pageFrame,
  runAndChoose,
  runCommand,
  showPitwall,
  until,
} from '../workbench.mjs';
import { exampleWorkspace } from '../workspace.mjs';
import { hoverOn } from './editing.mjs';

const TARGET = 'gpu: { kind: slurm, partition: gpu, gpus: 1, setup: echo made ready }\n';
const SWEEP =
  'experiment: pcb.train.yaml\nsampler: grid\nsearch: { lr0: [0.005, 0.04] }\nstop: { grace: 2, reduction: 2 }\n';
const LONG = { timeoutMs: 180_000 };

const namesOf = (folder) =>
  existsSync(folder) ? readdirSync(folder).filter((name) => !name.startsWith('.')) : [];
const readJson = (...parts) => JSON.parse(readFileSync(path.join(...parts), 'utf8'));

/** The editor with a cluster that its project names. */
async function openCluster({ browser, extensions }) {
  const { playSlurm } = await loadTypeScript('test/helpers/played-slurm.ts');
  const home = mkdtempSync(path.join(os.tmpdir(), 'pitwall-slurm-'));
  const slurm = playSlurm(home);
  const workspace = exampleWorkspace({ epochs: 500, fraction: 0.1, warmup_epochs: 0 });
  const targetsFile = path.join(workspace.dir, '.pitwall/targets.yaml');
  mkdirSync(path.dirname(targetsFile));
  writeFileSync(targetsFile, TARGET);
  writeFileSync(path.join(workspace.dir, 'rates.sweep.yaml'), SWEEP);
  const PATH = `${slurm.bin}${path.delimiter}${process.env.PATH}`;
  // Started from a terminal, as this variable says, an editor takes its environment and not that of a login shell.
  const env = { PATH, XDG_STATE_HOME: path.join(home, 'state'), VSCODE_CLI: '1' };
  const server = await startServer({ folder: workspace.dir, extensions, env });
  // Of the machine that is connected to: another one has other clusters.
  mkdirSync(path.join(server.dataDir, 'Machine'), { recursive: true });
  writeFileSync(path.join(server.dataDir, 'Machine/settings.json'), '{ "pitwall.defaultTarget": "gpu" }');
  const page = await openWorkbench(browser, server.url);
  const close = async () => {
    await page.context().close();
    await server.stop();
    for (const folder of [workspace.runs, path.join(workspace.runs, 'rates-sweep-1/trials')])
      endProcessesOf(folder);
    workspace.remove();
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  };
  return { slurm, workspace, targetsFile, server, page, close };
}

export async function targets(context) {
  const { suite } = context;
  const { slurm, workspace, targetsFile, server, page, close } = await openCluster(context);
  const test = (name, body) => suite.test(name, { pages: () => [page], log: server.log }, body);
  const picture = (name) => page.screenshot({ path: path.join(suite.artifacts, `target-${name}.png`) });
  const dialog = page.locator('.monaco-dialog-box');
  const press = (label) => dialog.locator('.monaco-button', { hasText: label }).click();
  const rows = page.locator('.quick-input-widget:visible .monaco-list-row');
  // The palette lists what was used last first: Start Training on….
  const startTraining = () =>
    page
      .locator('.codelens-decoration a', { hasText: /Start Training$/ })
      .first()
      .click();
  const listed = (text) => page.locator('.monaco-list-row', { hasText: text }).first();
  const submitted = (count) => until(`${count} jobs`, () => slurm.called('sbatch').length === count, LONG);
  const runId = (name) => readJson(workspace.runs, name, 'run.json').id;
  try {
    await test('Start Training on… lists this machine and the clusters', async () => {
      await openFile(page, 'pcb.train.yaml');
      await runCommand(page, 'Pitwall: Start Training on…');
      await rows.filter({ hasText: 'gpu' }).waitFor();
      await rows.filter({ hasText: 'This Machine' }).waitFor();
      await picture('picker');
    });

    await test("a project's target is shown and asked about; without a yes nothing is executed", async () => {
      await rows.filter({ hasText: 'gpu' }).click();
      await dialog.waitFor();
      const text = await dialog.innerText();
      expect(text.includes('setup: echo made ready') && text.includes(targetsFile), `what it says: ${text}`);
      await picture('question');
      await press('Cancel');
      await dialog.waitFor({ state: 'hidden' });
      expectEqual(slurm.called('sbatch').length, 0, 'jobs');
      expectEqual(namesOf(workspace.runs).length, 0, 'runs');
    });

    await test('its place in the queue and the reason are in list and dashboard', async () => {
      await runAndChoose(page, 'Pitwall: Start Training on…', ['gpu']);
      await dialog.waitFor();
      await press('Trust This Target');
      await submitted(1);
      const [name] = await until(
        'a run',
        () => namesOf(workspace.runs).length === 1 && namesOf(workspace.runs),
      );
      slurm.answers(`40|PENDING|Priority|gpu|9|N/A||other\n41|PENDING|Resources|gpu|9|N/A||${runId(name)}\n`);
      await showPitwall(page);
      await listed('queued in Slurm: one job before it, Resources').waitFor();
      const panel = await pageFrame(page, 'panel', name);
      await panel
        .locator('.sentence', { hasText: 'queued in Slurm: one job before it, Resources' })
        .waitFor();
      await picture('queued');
    });

    await test('Stop takes it out of the queue', async () => {
      await runCommand(page, 'Pitwall: Stop');
      await until('scancel', () => slurm.called('scancel').includes('scancel 41'));
      const panel = await pageFrame(page, 'panel');
      await until('stopped', async () => /Stopped/.test(await panel.locator('.state').first().textContent()));
      await picture('cancelled');
    });

    await test('the target of the setting is taken without a question, and its job trains', async () => {
      const before = namesOf(workspace.runs);
      slurm.answers('');
      slurm.set('begins');
      await openFile(page, 'pcb.train.yaml');
      await startTraining();
      await submitted(2);
      const name = namesOf(workspace.runs).find((one) => !before.includes(one));
      const panel = await pageFrame(page, 'panel', name);
      await until(
        'steps',
        async () => /step \d/.test(await panel.locator('.facts').first().textContent()),
        LONG,
      );
      await picture('running');
    });

    await test('Stop asks the run, which ends, and its job with it', async () => {
      const name = namesOf(workspace.runs).find(
        (one) => processesOf(workspace.runs).length > 0 && one.endsWith('2'),
      );
      const panel = await pageFrame(page, 'panel', name);
      await panel.locator('vscode-button', { hasText: /^\s*Stop\s*$/ }).click();
      await until('no process', () => processesOf(workspace.runs).length === 0);
      await until('its end', () => readJson(workspace.runs, name, 'job.json').state.kind === 'ended');
      await until('stopped', async () => /Stopped/.test(await panel.locator('.state').first().textContent()));
      expectEqual(slurm.called('scancel').length, 1, 'jobs that were cancelled');
    });

    await test('Resume asks where, and goes on as a new job', async () => {
      const name = namesOf(workspace.runs).find((one) => one.endsWith('2'));
      const events = () => readFileSync(path.join(workspace.runs, name, 'events.jsonl'), 'utf8');
      await runAndChoose(page, 'Pitwall: Resume', [name, 'gpu']);
      await submitted(3);
      await until('a second attempt', () => /"attempt":2/.test(events()), LONG);
      await runCommand(page, 'Pitwall: Stop');
      await until('no process', () => processesOf(workspace.runs).length === 0);
    });

    await test('Start Sweep hands its trials over to the target of the setting', async () => {
      slurm.set('begins', false);
      await openFile(page, 'rates.sweep.yaml');
      await runCommand(page, 'Pitwall: Start Sweep');
      await until(
        'a trial',
        () => slurm.called('sbatch').some((line) => line.includes('--job-name=000')),
        LONG,
      );
      await picture('sweep');
    });

    await test('a file that was changed since is asked about again', async () => {
      const jobs = slurm.called('sbatch').length;
      writeFileSync(targetsFile, TARGET.replace('echo made ready', 'curl evil'));
      await openFile(page, 'pcb.train.yaml');
      await startTraining();
      await dialog.waitFor();
      expect((await dialog.innerText()).includes('setup: curl evil'), 'what it says now');
      await press('Cancel');
      await dialog.waitFor({ state: 'hidden' });
      expectEqual(slurm.called('sbatch').length, jobs, 'jobs');
    });

    await test('an error of the file is one line with its place, and nothing starts', async () => {
      const jobs = slurm.called('sbatch').length;
      writeFileSync(targetsFile, TARGET.replace('partition', 'partitions'));
      await startTraining();
      await page.locator('.notification-toast', { hasText: 'did you mean partition' }).first().waitFor();
      await picture('wrong');
      expectEqual(slurm.called('sbatch').length, jobs, 'jobs');
    });

    await test('the file of targets shows what is wrong at its place, and explains its keys', async () => {
      await openFile(page, 'targets.yaml');
      await page.locator('.squiggly-error').first().waitFor();
      await hoverOn(page, 'gpus');
      await page.locator('.monaco-hover:visible', { hasText: 'GPUs of a run' }).first().waitFor();
      await picture('file');
      await page.keyboard.press('Escape');
      writeFileSync(targetsFile, TARGET);
      await until('no problem', async () => (await page.locator('.squiggly-error').count()) === 0);
    });
  } finally {
    await close();
  }
}
