import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { exampleData, sharedFile } from './data';
import { type Lab, Skip } from './lab';
import { untrainedYolov8n } from './models';
import type { Values } from './rows';

const FEW = 12;

type Subject = { readonly model: string; readonly data: string; readonly name: string };

/** A model with a real mAP: FastestDet on 100 photographs, else the example's after a few epochs of the builtin trainer. */
async function subjectOf(lab: Lab): Promise<Subject> {
  const model = sharedFile(lab, 'models', 'fastestdet.onnx');
  const data = sharedFile(lab, 'voc100_coco80', 'data.yaml');
  if (model && data)
    return { model, data: lab.hasGpu ? data : fewOf(lab, data), name: 'FastestDet on voc100' };
  const folder = await exampleData(lab, 192, 48);
  const args = ['--set', 'epochs=3', '--name', 'subject', '--runs', lab.folder('runs')];
  const lines = await lab.json(['train', path.join(folder, 'pcb.train.yaml'), ...args]);
  const best = (lines.at(-1)?.best as { readonly path: string } | undefined)?.path ?? '';
  const run = path.join(lab.folder('runs'), 'subject');
  return {
    model: path.resolve(run, best),
    data: path.join(folder, 'data.yaml'),
    name: "the example's model",
  };
}

/** The first photographs alone: a CPU takes its time for all. */
function fewOf(lab: Lab, data: string): string {
  const images = path.join(path.dirname(data), 'images/val');
  const files = readdirSync(images).sort().slice(0, FEW);
  const list = lab.write('few/val.txt', files.map((name) => `${path.join(images, name)}\n`).join(''));
  const names = readFileSync(data, 'utf8').slice(readFileSync(data, 'utf8').indexOf('names:'));
  return lab.write('few/data.yaml', `train: ${list}\nval: ${list}\n${names}`);
}

async function mapOf(
  lab: Lab,
  { model, data }: Subject,
  how: readonly string[],
): Promise<Record<string, never>> {
  return (await lab.json(['validate', model, '--data', data, ...how]))[0];
}

export async function parityFp32(lab: Lab): Promise<Values> {
  const subject = await subjectOf(lab);
  const cpu = await mapOf(lab, subject, ['--device', 'cpu', '--half', 'off']);
  const cuda = await mapOf(lab, subject, ['--device', lab.device, '--half', 'off']);
  return { cpu: cpu.map, cuda: cuda.map, model: subject.name };
}

export async function parityFp16(lab: Lab): Promise<Values> {
  if (lab.device === 'cpu') throw new Skip('a CPU computes in FP32');
  const subject = await subjectOf(lab);
  const cpu = await mapOf(lab, subject, ['--device', 'cpu', '--half', 'off']);
  const cuda = await mapOf(lab, subject, ['--device', 'cuda', '--half', 'on']);
  if ((cuda.half as boolean) !== true) throw new Skip('FP16 is not used on this card');
  return { cpu: cpu.map, cuda: cuda.map, model: subject.name };
}

// Takes all of the card's memory but for so many bytes, and keeps it until its input ends.
const HOLD = `
import sys, torch
free, _ = torch.cuda.mem_get_info()
held = torch.empty(max(0, free - int(sys.argv[1])), dtype=torch.uint8, device="cuda")
print("held", flush=True)
sys.stdin.read()
`;
const ROOM_BYTES = 3e9;
const ASKED = 256;

/** A card that another program has nearly filled. */
export async function outOfMemory(lab: Lab): Promise<Values> {
  if (lab.device === 'cpu') throw new Skip("needs a card's memory to fill");
  const { onnx: model } = untrainedYolov8n(lab);
  const data =
    sharedFile(lab, 'voc100_coco80', 'data.yaml') ?? path.join(await exampleData(lab, 8, 64), 'data.yaml');
  const subject = { model, data, name: 'yolov8n' };
  const how = ['--device', 'cuda', '--half', 'off', '--imgsz', '1280', '--batch', String(ASKED)];
  const room = await mapOf(lab, subject, how);
  const holder = spawn(lab.python, ['-c', HOLD, String(ROOM_BYTES)], { stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    await once(holder.stdout, 'data');
    const full = await mapOf(lab, subject, how);
    return { asked: room.batch, batch: full.batch, map: full.map, expected: room.map };
  } finally {
    holder.stdin.end();
    await once(holder, 'exit');
  }
}

/** The first 50 steps of the builtin trainer, twice. */
export async function builtinLosses(lab: Lab): Promise<Values> {
  const folder = await exampleData(lab, 104, 16);
  const [cpu, cuda] = [await lossesOn(lab, folder, 'cpu'), await lossesOn(lab, folder, lab.device)];
  const steps = Math.min(50, cpu.length, cuda.length);
  const apart = cpu.slice(0, steps).map((loss, i) => Math.abs(cuda[i] - loss) / Math.abs(loss));
  return { steps, worst: Math.max(...apart) };
}

async function lossesOn(lab: Lab, folder: string, device: string): Promise<readonly number[]> {
  const sets = ['epochs=2', 'batch=4', 'imgsz=64', `device=${device}`, 'clip_grad=10'];
  const args = [
    ...sets.flatMap((set) => ['--set', set]),
    '--runs',
    lab.folder(`builtin-${device}-${Date.now()}`),
  ];
  const lines = await lab.json(['train', path.join(folder, 'pcb.train.yaml'), ...args]);
  return lines
    .filter(({ type }) => type === 'step')
    .map(({ loss }) =>
      Object.values(loss as Record<string, number>).reduce((sum, part) => sum + Number(part), 0),
    );
}
