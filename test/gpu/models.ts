import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Lab } from './lab';

export type Model = { readonly pt: string; readonly onnx: string };

// Untrained weights take the same time as trained ones; their boxes are fewer, so another row has a model that was trained.
const MAKE = `
import sys
from ultralytics import YOLO
model = YOLO("yolov8n.yaml"); model.ckpt_path = None
model.save(sys.argv[1])
YOLO(sys.argv[1]).export(format="onnx", dynamic=True, simplify=False, device="cpu", verbose=False)
`;
const EXPORT = `
import shutil, sys
from ultralytics import YOLO
shutil.copy(sys.argv[1], sys.argv[2])
YOLO(sys.argv[2]).export(format="onnx", dynamic=True, simplify=False, device="cpu", verbose=False)
`;

export function untrainedYolov8n(lab: Lab): Model {
  const pt = path.join(lab.folder('models'), 'yolov8n.pt');
  const model = { pt, onnx: pt.replace(/pt$/, 'onnx') };
  if (!existsSync(model.onnx)) lab.runPython(MAKE, [pt]);
  return model;
}

/** ONNX of a checkpoint that a run wrote. */
export function exported(lab: Lab, checkpoint: string): Model {
  const pt = path.join(lab.folder('models'), 'trained.pt');
  lab.runPython(EXPORT, [checkpoint, pt]);
  return { pt, onnx: pt.replace(/pt$/, 'onnx') };
}
