// The builtin trainer's session, bundled from the sources as they are, with the settings that every bench of it shares.
import { createRequire } from 'node:module';
import path from 'node:path';
import { build } from 'esbuild';

const root = path.resolve(import.meta.dirname, '../..');

/** `options`: size, classes, imgsz, batch, and threads if they are limited. */
export async function openBenchSession(options) {
  const outfile = path.join(root, 'dist/bench/train-session.cjs');
  await build({
    entryPoints: [path.join(root, 'src/trainers/builtin/session/train-session.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    loader: { '.proto': 'text' },
    external: ['onnxruntime-node'],
  });
  return createRequire(import.meta.url)(outfile).openTrainSession({
    ...options,
    ...{ optimizer: 'SGD', device: 'cpu', seed: 0 },
    loss: { box: 7.5, cls: 0.5, label_smoothing: 0 },
    ...{ clip_grad: 0, weight_decay: 5e-4, weight_ema: 0.9999 },
  });
}
