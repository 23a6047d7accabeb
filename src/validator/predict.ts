import path from 'node:path';
import { toError } from '../base/async';
import { decodeImage } from '../dataset/decode/decode';
import { drawBoxes } from '../dataset/decode/draw-boxes';
import type { RgbImage } from '../domain/detection/image';
import { fillInput, placeImage } from '../domain/detection/letterbox';
import type { FoundBoxes } from '../domain/detection/nms';
import type { Prediction, PredictParams } from '../protocol/validator';
import { Finders } from './model/finders';
import { boxLayout } from './model/open-model';
import type { PlacedModel } from './model/open-on-device';
import { BatchFiller } from './session/input-batch';
import { toImage } from './val-set/collect';
import type { WarmState } from './warm';

/**
 * Boxes of images, in pixels of the original. An image that cannot be read gives its reason, and the others still get
 * their boxes.
 */
export async function predict(warm: WarmState, params: PredictParams): Promise<Prediction[]> {
  const { model: file, device, half, imgsz } = params;
  const model = await warm.model({ file, device, half, imgsz });
  const finders = new Finders(model, {
    conf: params.conf,
    iou: params.iou,
    maxDetections: params.max_det,
    multiLabel: false,
    agnostic: false,
  });
  const filler = new BatchFiller(model.session.inputType, model.layout.divisor);
  const names = outputNames(params.images);
  const predictions: Prediction[] = [];
  for (const image of params.images)
    predictions.push(
      await predictImage({ image, model, finders, filler, params, saveAs: names.get(image) ?? '' }),
    );
  return predictions;
}

type Job = {
  readonly image: string;
  readonly model: PlacedModel;
  readonly finders: Finders;
  readonly filler: BatchFiller;
  readonly params: PredictParams;
  readonly saveAs: string;
};

async function predictImage(job: Job): Promise<Prediction> {
  const start = performance.now();
  const seconds = (): number => (performance.now() - start) / 1000;
  const decoded = await decodeImage(job.image).catch((error: unknown) => toError(error));
  if (decoded instanceof Error)
    return { image: job.image, width: 0, height: 0, boxes: [], seconds: seconds(), problem: decoded.message };
  const boxes = await detect(job, decoded);
  const found = { image: job.image, width: decoded.width, height: decoded.height, boxes, seconds: seconds() };
  if (job.params.save === undefined) return found;
  const saved = path.join(job.params.save, job.saveAs);
  await drawBoxes(decoded, boxes, saved);
  return { ...found, saved };
}

async function detect({ model, finders, filler }: Job, image: RgbImage): Promise<Prediction['boxes']> {
  const { input, session } = model;
  const layout = boxLayout(model.layout);
  const placement = placeImage(image, input, layout.fit === 'letterbox' ? 'single' : layout.fit);
  const pixels = fillInput(image, placement, layout.order);
  const copies = Array.from({ length: model.fixedBatch ?? 1 }, () => pixels);
  const data = filler.fill(copies, input);
  const output = await session.run({ data }, [copies.length, 3, input.height, input.width]);
  if (output.input) filler.giveBack(output.input);
  const found = finders.find(output, 0, input);
  const boxes = toImage(found.boxes, { placement, size: image }, new Float32Array(found.boxes.length));
  return rowsOf(found, boxes, model.metadata.names ?? []);
}

function rowsOf(found: FoundBoxes, boxes: Float32Array, names: readonly string[]): Prediction['boxes'] {
  return Array.from(found.scores, (score, i) => {
    const [x1, y1, x2, y2] = boxes.subarray(4 * i, 4 * i + 4);
    const cls = found.class[i];
    return { x1, y1, x2, y2, score, class: cls, name: names[cls] ?? String(cls) };
  });
}

/** Names of the drawn copies: the images' own, with a number if folders hold the same name. */
function outputNames(images: readonly string[]): ReadonlyMap<string, string> {
  const taken = new Set<string>();
  const names = new Map<string, string>();
  for (const image of images) {
    const { name, ext } = path.parse(image);
    const extension = /^\.(jpe?g|png|webp)$/i.test(ext) ? ext : '.png';
    let free = `${name}${extension}`;
    for (let n = 2; taken.has(free.toLowerCase()); n++) free = `${name}-${n}${extension}`;
    taken.add(free.toLowerCase());
    names.set(image, free);
  }
  return names;
}
