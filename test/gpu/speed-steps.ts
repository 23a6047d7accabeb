import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { convertToHalf } from '../../src/onnx/half-model';
import type { ValidateResult } from '../../src/protocol/validator';
import { speedData } from './data';
import { type Lab, Skip } from './lab';
import { type Model, untrainedYolov8n } from './models';
import type { Values } from './rows';

/** Enough images for seconds on a card, and few enough for a CPU. */
const imagesOf = (lab: Lab): number => (lab.hasGpu ? 1280 : 4);
const batchOf = (lab: Lab): number => (lab.hasGpu ? 64 : 4);
const roundsOf = (lab: Lab): number => (lab.hasGpu ? 3 : 1);

const runSeconds = ({ seconds }: ValidateResult['report']): number => seconds.run ?? Number.NaN;

type Asked = { readonly model: string; readonly half: 'on' | 'off' };

const measured = new Map<string, ValidateResult['report']>();

/** Measured once for the rows that share it. */
async function warmReport(lab: Lab, asked: Asked): Promise<ValidateResult['report']> {
  const key = JSON.stringify(asked);
  const report = measured.get(key) ?? (await measureWarm(lab, asked));
  measured.set(key, report);
  return report;
}

/** A warm validator's last report of a few, its val set cached. */
async function measureWarm(lab: Lab, { model, half }: Asked): Promise<ValidateResult['report']> {
  const data = await speedData(lab, imagesOf(lab));
  const validator = lab.validator();
  try {
    const params = {
      model,
      data,
      device: lab.device,
      half,
      rect: 'off',
      batch: batchOf(lab),
      imgsz: 640,
    } as const;
    const reports: ValidateResult['report'][] = [];
    for (let i = 0; i <= roundsOf(lab); i++) reports.push((await validator.validate(params)).report);
    return reports.slice(1).sort((a, b) => runSeconds(a) - runSeconds(b))[Math.floor(roundsOf(lab) / 2)];
  } finally {
    await validator.stop();
  }
}

function bareSession(lab: Lab, model: string, type: 'float32' | 'float16'): number {
  const batch = batchOf(lab);
  const spec = { device: lab.device, type, dims: [batch, 3, 640, 640], images: imagesOf(lab) };
  const home = path.resolve(lab.providers, '../../../..');
  const file = path.join(lab.repository, 'test/gpu/bare-session.mjs');
  const options = { env: lab.loaderEnv(), encoding: 'utf8' } as const;
  return Number(execFileSync(process.execPath, [file, home, model, JSON.stringify(spec)], options));
}

async function shareOf(lab: Lab, { onnx }: Model): Promise<Values> {
  const report = await warmReport(lab, { model: onnx, half: 'off' });
  const session = bareSession(lab, onnx, 'float32');
  return { validator: report.images / runSeconds(report), session, batch: report.batch };
}

export const shareUntrained = (lab: Lab): Promise<Values> => shareOf(lab, untrainedYolov8n(lab));

export async function shareTrained(lab: Lab, trained: Model | undefined): Promise<Values> {
  if (!trained) throw new Skip('no model was trained');
  return shareOf(lab, trained);
}

const VAL = `
import sys, time
from ultralytics import YOLO
pt, data, batch, device, out = sys.argv[1:]
model = YOLO(pt)
def val():
    start = time.time()
    model.val(data=data, imgsz=640, batch=int(batch), half=device != "cpu", device=device, rect=False, plots=False, verbose=False, project=out)
    return time.time() - start
val()
print("RESULT", val())
`;

/** The same weights, images, batch and card; both for the second time, with all of their work. */
export async function versusUltralytics(lab: Lab): Promise<Values> {
  const model = untrainedYolov8n(lab);
  const half = lab.device === 'cuda' ? 'on' : 'off';
  const { images, seconds } = await warmReport(lab, { model: model.onnx, half });
  const data = await speedData(lab, imagesOf(lab));
  const device = lab.device === 'cuda' ? '0' : 'cpu';
  const out = lab.runPython(VAL, [model.pt, data, String(batchOf(lab)), device, lab.folder('ultralytics')]);
  const theirs = Number(/RESULT (\S+)/.exec(out)?.[1]);
  return { validator: images / seconds.total, ultralytics: images / theirs, images };
}

/** Compute capability of cards for data centres and above; a laptop's card is not held to their goal. */
const DATA_CENTRE = /\b(A100|A30|A40|A10|H100|H200|H20|H800|A800|B100|B200|GB200|L40S?|L4|V100|T4)\b/;

export async function headlineSession(lab: Lab): Promise<Values> {
  const card = cardFor(lab);
  const { onnx } = untrainedYolov8n(lab);
  if (lab.device === 'cpu') return { session: bareSession(lab, onnx, 'float32'), card };
  const converted = convertToHalf(readFileSync(onnx));
  if (converted.kind === 'kept') throw new Skip('the model was not converted to FP16');
  const file = path.join(lab.folder('models'), 'yolov8n-half.onnx');
  writeFileSync(file, converted.model);
  return { session: bareSession(lab, file, 'float16'), card };
}

export async function headlineWhole(lab: Lab): Promise<Values> {
  const card = cardFor(lab);
  const half = lab.device === 'cuda' ? 'on' : 'off';
  const { images, seconds } = await warmReport(lab, { model: untrainedYolov8n(lab).onnx, half });
  return { whole: images / seconds.total, card };
}

function cardFor({ card }: Lab): string {
  if (!card) return 'the CPU';
  if (!DATA_CENTRE.test(card.name)) throw new Skip(`${card.name} is not a card for data centres`);
  return card.name;
}
