import { statSync } from 'node:fs';
import path from 'node:path';
import { Command, Option } from '@commander-js/extra-typings';
import type { Prediction } from '../../protocol/validator';
import type { Cli } from '../cli';
import { badInput } from '../failure';
import { type CliIo, printJson, printLine } from '../io';
import { share, wholeNumber } from '../option-values';
import { seconds } from '../output/numbers';
import { withValidator } from '../with-validator';

/** Images in one request: enough to keep the process busy, few enough that results come as they are made. */
const GROUP = 8;

export function predictCommand({ io, run }: Cli) {
  return new Command('predict')
    .description('boxes that an ONNX detector finds in images')
    .argument('<model>', 'ONNX file')
    .argument('<images...>', 'image files')
    .option('--save <dir>', 'write copies of the images with the boxes drawn')
    .option('--conf <share>', 'lowest confidence', share, 0.25)
    .option('--device <device>', 'auto, cpu, webgpu, cuda, cuda:N, dml, dml:N, coreml', 'auto')
    .addOption(
      new Option('--half <mode>', 'FP16').choices(['auto', 'on', 'off'] as const).default('auto' as const),
    )
    .option('--imgsz <n>', 'side of the square input in pixels; without it the model says', wholeNumber)
    .option('--json', 'one JSON line for each image')
    .action(
      run(async (model, images, { save, json, ...options }) => {
        const absolute = (file: string): string => path.resolve(io.cwd, file);
        const files = images.map(absolute);
        for (const [i, file] of files.entries()) requireFile(file, images[i]);
        const params = {
          ...options,
          model: absolute(model),
          ...(save !== undefined && { save: absolute(save) }),
        };
        let failed = 0;
        await withValidator(io, async (validator) => {
          for (let i = 0; i < files.length; i += GROUP) {
            const found = await validator.predict({ ...params, images: files.slice(i, i + GROUP) });
            failed += found.filter((prediction) => prediction.problem !== undefined).length;
            for (const prediction of found) printPrediction(io, prediction, json === true);
          }
        });
        return failed === files.length ? 2 : 0;
      }),
    );
}

function requireFile(file: string, written: string): void {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (!stat) throw badInput(`${written}: no such file`);
  if (!stat.isFile()) throw badInput(`${written}: is not a file; image files are expected`);
}

function printPrediction(io: CliIo, prediction: Prediction, json: boolean): void {
  if (prediction.problem !== undefined) printLine(io.stderr, prediction.problem);
  if (json) {
    printJson(io.stdout, prediction);
    return;
  }
  if (prediction.problem !== undefined) return;
  const { image, width, height, boxes, saved } = prediction;
  const where = saved === undefined ? '' : ` -> ${saved}`;
  printLine(
    io.stdout,
    `${image}  ${width}x${height}  ${boxes.length} boxes  ${seconds(prediction.seconds)}${where}`,
  );
  for (const { name, score, x1, y1, x2, y2 } of boxes) {
    const corners = [x1, y1, x2, y2].map((v) => v.toFixed(1)).join(' ');
    printLine(io.stdout, `  ${score.toFixed(3)}  ${name}  ${corners}`);
  }
}
