import { appendFileSync, cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { parseExperiment } from '../../../src/domain/experiment/parse';
import type { LiveRun } from '../../../src/engine/runs/live-run';
import { openRun } from '../../../src/engine/runs/live-run';
import { startRun } from '../../../src/engine/targets/target';
import { translateFor } from '../../../src/engine/translate';
import { alertText, saidText, validatorText } from '../../../src/protocol/alert-text';
import { isOver, until } from '../../helpers/fake-run';
import { repositoryRoot } from '../../helpers/shared';

// Real keepers, trainers and validators that fail: what they say is read as the Chinese interface shows it.

const t = translateFor('zh-cn');
const root = mkdtempSync(path.join(tmpdir(), 'pitwall-chinese-'));
afterAll(() => rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));

const at = (...parts: readonly string[]): string => path.join(root, ...parts);

/** A folder with the tiny dataset. */
function world(name: string): string {
  const from = path.join(repositoryRoot, 'test/fixtures/runs/9508bab');
  for (const entry of readdirSync(from).filter((one) => !one.startsWith('old')))
    cpSync(path.join(from, entry), at(name, entry), { recursive: true });
  return at(name);
}

const BASE = `trainer: builtin
model: nano
data: data.yaml
epochs: 1
batch: 4
imgsz: 64
warmup_epochs: 0
device: cpu
validation: { device: cpu }
`;

/** Starts the real programs on a config in the folder. */
async function start(folder: string, text = BASE): Promise<LiveRun> {
  const experimentFile = path.join(folder, 'test.train.yaml');
  writeFileSync(experimentFile, text);
  const { experiment, problems } = parseExperiment(text, { file: experimentFile });
  if (!experiment) throw new Error(problems.map(({ message }) => message).join('\n'));
  const { dir } = await startRun({
    experimentFile,
    text,
    experiment: { ...experiment, data: path.resolve(folder, experiment.data) },
    runsDir: path.join(folder, 'runs'),
    installDir: path.join(repositoryRoot, 'dist'),
    pitwallVersion: 'test',
  });
  return openRun(dir);
}

async function ended(live: LiveRun): Promise<LiveRun> {
  await until(live, isOver);
  live.dispose();
  return live;
}

/** The reason, the alerts and the trainer's log of a run, in Chinese. */
function saidBy({ state }: LiveRun): { reason: string; alerts: string[]; logs: string[] } {
  const { reason = '', said } = state.status ?? {};
  return {
    reason: saidText({ message: reason, said }, t),
    alerts: state.alerts.map((alert) => alertText(alert, t)),
    logs: state.logs.map((log) => saidText(log, t)),
  };
}

/** Three words of English in a row, file names and keys aside. */
const ENGLISH = /(?:(?<![\w./:-])[A-Za-z][a-z']+[ ,;:]+){3,}/;

test('a trainer that finds no image says so', async () => {
  const folder = world('no-images');
  rmSync(path.join(folder, 'images/train'), { recursive: true });
  const { reason } = saidBy(await ended(await start(folder)));
  expect(reason).toBe(`${folder}/data.yaml: train：${folder}/images/train 不存在`);
});

test('a model that is not there, the answer of the trainer', async () => {
  const { reason } = saidBy(await ended(await start(world('no-model'), BASE.replace('nano', 'best.onnx'))));
  expect(reason).toBe('model：best.onnx 不存在（应为 nano、micro 或检查点）');
});

test('images and labels that cannot be read, in training and in validation', async () => {
  const folder = world('unreadable');
  writeFileSync(path.join(folder, 'images/train/0.png'), 'not an image');
  writeFileSync(path.join(folder, 'images/val/0.png'), '');
  appendFileSync(path.join(folder, 'labels/train/1.txt'), '0 0.5 0.5 0.2 -0.005\n');
  const live = await ended(await start(folder));
  const { alerts, logs } = saidBy(live);
  expect(live.state.status?.state).toBe('completed');
  expect(alerts).toContain(`${folder}/images/val/0.png：文件为空；该图像被排除`);
  expect(logs).toContainEqual(
    expect.stringMatching(/images\/train\/0\.png：文件开头不像图像：应为 .*；已跳过（至今 1 张）/),
  );
  expect(logs).toContainEqual(
    expect.stringMatching(/labels\/train\/1\.txt:\d+:1：宽或高 -0\.005 为负数；该图像被排除/),
  );
  for (const line of [...alerts, ...logs]) expect(line).not.toMatch(ENGLISH);
});

test('a val split that nothing can be read of, through the channel of the validator', async () => {
  const folder = world('no-val');
  for (const name of readdirSync(path.join(folder, 'images/val')))
    writeFileSync(path.join(folder, 'images/val', name), '');
  const live = await ended(await start(folder));
  expect(saidBy(live).alerts).toContain(`第 1 轮无法验证：${folder}/data.yaml：val 划分中没有一张图像可读`);
  expect(live.state.status && validatorText(live.state.status, t)).toBe(
    `${folder}/data.yaml：val 划分中没有一张图像可读`,
  );
});

test('a program that reported nothing, and one that cannot be started', async () => {
  const command = (run: string): string =>
    `trainer: command\ndata: data.yaml\nepochs: 2\ncommand: { run: ${run}, reads: csv, path: log.csv }\n`;
  const silent = world('silent');
  const { reason } = saidBy(
    await ended(await start(silent, command(`[${JSON.stringify(process.execPath)}, -e, "1"]`))),
  );
  expect(reason).toContain('但它不存在；旁边也没有同类文件（command.path）');
  expect(reason).not.toMatch(ENGLISH);
  const absent = saidBy(await ended(await start(world('absent'), command('[no-such-program]'))));
  // What the system says of it stays as it is.
  expect(absent.reason).toContain('无法启动 no-such-program：spawn no-such-program ENOENT');
});

test('a folder that cannot be made, by what the system calls it', async () => {
  const folder = world('no-folder');
  const live = await start(folder);
  writeFileSync(path.join(live.dir, 'validation'), '');
  const { alerts } = saidBy(await ended(live));
  expect(alerts).toContainEqual(expect.stringMatching(/无法创建文件夹 .*validation：已有同名文件/));
});
