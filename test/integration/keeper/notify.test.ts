// cspell:ignore slak
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { writeExample } from '../../../src/dataset/example/write-example';
import { ensureKeeper } from '../../../src/engine/control/ensure-keeper';
import { notifyFile } from '../../../src/engine/notify/settings';
import { processesOfRun } from '../../../src/engine/process/run-processes';
import { openRun } from '../../../src/engine/runs/live-run';
import { readRunSync, readStatus } from '../../../src/run/folder/read';
import { runCliProcess } from '../../helpers/cli';
import { createRig, isOver, removeRig, runToEnd, startFakeRun, until } from '../../helpers/fake-run';
import { type Listener, listen } from '../../helpers/listener';
import { until as eventually } from '../../helpers/until';

const rig = createRig();
const state = mkdtempSync(path.join(os.tmpdir(), 'pitwall-state-'));
const example = mkdtempSync(path.join(os.tmpdir(), 'pitwall-notify-'));
const before = process.env.XDG_STATE_HOME;
const SECRET = 'hush-7f3a9c';
let server: Listener;

beforeAll(async () => {
  process.env.XDG_STATE_HOME = state;
  await writeExample(example, { train: 16, val: 8 });
});
afterEach(() => {
  server.close();
  rmSync(notifyFile(), { force: true });
  for (const name of Object.keys(process.env).filter((one) => one.startsWith('PITWALL_NOTIFY')))
    delete process.env[name];
});
afterAll(() => {
  removeRig(rig);
  process.env.XDG_STATE_HOME = before;
  for (const folder of [state, example]) rmSync(folder, { recursive: true, force: true });
});

function setUp(text: string): void {
  mkdirSync(path.dirname(notifyFile()), { recursive: true });
  writeFileSync(notifyFile(), text, { mode: 0o600 });
}

/** Every byte that a run has left in its folder. */
function everything(dir: string): string {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(path.join(entry.parentPath, entry.name), 'latin1'))
    .join('\n');
}

const proc = (pid: number, what: 'cmdline' | 'environ'): string => {
  try {
    return readFileSync(`/proc/${pid}/${what}`, 'latin1');
  } catch {
    return '';
  }
};

test('the end of a run is reported in the language of its reader, by the keeper, once it is validated', async () => {
  server = await listen();
  setUp(`language: zh-cn\nwebhook: { url: 'http://${server.host}/${SECRET}', token: ${SECRET} }\n`);
  const { dir, name } = await startFakeRun(rig, { epochs: 3 });
  const live = await runToEnd(dir);
  expect(server.heard).toEqual([
    {
      url: `/${SECRET}`,
      body: expect.objectContaining({
        ...{ source: 'pitwall', kind: 'end', run: name, title: `${name} 已完成` },
        text: `最佳：第 3 轮，mAP50-95 0.750。主机 ${os.hostname()}。`,
      }),
    },
  ]);
  expect(live.state.keeper).toContainEqual(
    expect.objectContaining({ type: 'notified', kind: 'end', channels: ['webhook'] }),
  );
  expect(everything(dir)).not.toContain(SECRET);
  live.dispose();
});

test('a secret of the environment reaches the keeper, and no child, argument, file or log', async () => {
  server = await listen((_, response) => response.writeHead(403).end(SECRET));
  process.env.PITWALL_NOTIFY_SLACK = `http://${server.host}/${SECRET}`;
  const { dir, id } = await startFakeRun(rig, { epochs: 1000 });
  const live = await openRun(dir);
  await until(live, (l) => l.state.validations.size > 0);
  const pids = processesOfRun(id).map(({ pid }) => pid);
  expect(pids.length).toBeGreaterThanOrEqual(3);
  if (process.platform === 'linux') {
    const keeper = live.state.status?.keeper.pid;
    for (const pid of pids) {
      expect(proc(pid, 'cmdline')).not.toContain(SECRET);
      if (pid !== keeper) expect(proc(pid, 'environ')).not.toContain(SECRET);
    }
  }
  process.kill(live.state.status?.trainer?.pid ?? 0, 'SIGKILL');
  await until(live, isOver);
  expect(server.heard.length).toBe(1);
  // Given up with one alert, which holds the host and nothing more of the address.
  const alerts = live.state.alerts.filter(({ rule }) => rule === 'notify');
  expect(alerts.map(({ message }) => message)).toEqual([
    `no message went through slack (${server.host}): ${server.host} answered 403`,
  ]);
  expect(everything(dir)).not.toContain(SECRET);
  live.dispose();
});

test('divergence and the end that follows are reported; what was not chosen is not', async () => {
  server = await listen();
  setUp(
    `webhook: { url: 'http://${server.host}/', events: [divergence] }\nntfy: { url: 'http://${server.host}/t', events: [failure, end] }\n`,
  );
  const { dir } = await startFakeRun(rig, { epochs: 3, trainer: { nanAt: 12 } });
  const live = await runToEnd(dir);
  const kinds = server.heard.map(({ body }) => body.kind ?? body.tags);
  expect(kinds).toEqual(['divergence', ['checkered_flag']]);
  expect(server.heard[0].body.text).toContain('loss is NaN at step 12');
  live.dispose();
});

test('a server error is tried again; meanwhile the run is completed and can be resumed', async () => {
  server = await listen((n, response) => response.writeHead(n === 1 ? 500 : 200).end());
  setUp(`webhook: http://${server.host}/\n`);
  const { dir } = await startFakeRun(rig, { epochs: 1 });
  const live = await openRun(dir);
  await until(live, (l) => l.state.status?.state === 'completed' && server.heard.length === 1);
  await until(live, isOver);
  expect(server.heard.map(({ body }) => body.kind)).toEqual(['end', 'end']);
  expect(live.state.alerts.filter(({ rule }) => rule === 'notify')).toEqual([]);
  live.dispose();
});

test('what is wrong with the file is one alert with its place, and nothing is sent', async () => {
  server = await listen();
  setUp(`webhook: http://${server.host}/\nslak: ${SECRET}\n`);
  const { dir } = await startFakeRun(rig, { epochs: 1 });
  const live = await runToEnd(dir);
  const alerts = live.state.alerts.filter(({ rule }) => rule === 'notify');
  expect(alerts.map(({ message }) => message)).toEqual([
    expect.stringMatching(/notify\.yaml:2:7: slak: slak is not one of .* did you mean slack\?$/),
  ]);
  expect(server.heard.length).toBe(1);
  expect(everything(dir)).not.toContain(SECRET);
  live.dispose();
});

test('a keeper that cannot begin says so, in the status and to who is away', async () => {
  server = await listen();
  const { dir, name } = await startFakeRun(rig, { epochs: 1 });
  (await runToEnd(dir)).dispose();
  setUp(`webhook: http://${server.host}/\n`);
  rmSync(path.join(dir, 'keeper.jsonl'));
  mkdirSync(path.join(dir, 'keeper.jsonl'));
  await ensureKeeper(dir, { installDir: rig.installDir }, 'resume');
  await eventually(() => server.heard.length > 0);
  expect(server.heard[0].body).toMatchObject({
    ...{ kind: 'failure', run: name, title: `${name} has failed` },
    text: expect.stringContaining('its keeper could not begin: '),
  });
  expect(await readStatus(dir)).toMatchObject({
    state: 'failed',
    said: { template: 'its keeper could not begin: {0}' },
  });
});

test('a real training without any host tells its end, and that its trainer was killed', async () => {
  server = await listen();
  setUp(`webhook: http://${server.host}/${SECRET}\n`);
  const train = (name: string, epochs: number) =>
    runCliProcess(
      [
        ...['train', 'pcb.train.yaml', '--detach', '--name', name, '--set', `epochs=${epochs}`],
        ...['--set', 'batch=4', '--set', 'imgsz=64', '--set', 'warmup_epochs=0'],
      ],
      example,
    );
  const dirOf = (name: string): string => path.join(example, 'runs', name);
  expect(await train('short', 1)).toMatchObject({ code: 0 });
  await eventually(
    () => server.heard.length > 0,
    () => everything(dirOf('short')).slice(-2000),
  );
  expect(server.heard[0].body).toMatchObject({ kind: 'end', run: 'short', title: 'short has completed' });
  expect(await train('killed', 100_000)).toMatchObject({ code: 0 });
  const live = await openRun(dirOf('killed'));
  await until(live, (l) => l.state.steps.step.length > 0);
  process.kill(live.state.status?.trainer?.pid ?? 0, 'SIGKILL');
  await until(live, isOver);
  expect(server.heard[1].body).toMatchObject({
    ...{ kind: 'failure', run: 'killed', title: 'killed has failed' },
    text: expect.stringContaining('the trainer was ended by SIGKILL'),
  });
  expect(server.heard.length).toBe(2);
  expect(everything(dirOf('killed'))).not.toContain(SECRET);
  expect(processesOfRun(readRunSync(dirOf('killed')).id)).toEqual([]);
  live.dispose();
});
