import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Command } from '@commander-js/extra-typings';
import { type CocoFile, cocoStatsOfFiles } from '../../coco/evaluate-files';
import type { Cli } from '../cli';
import { reportProblems } from '../experiment';
import { badInput, fileFailure } from '../failure';
import { type CliIo, printJson, printLine } from '../io';
import { cocoLines, seconds } from '../output/numbers';

export function evaluateCommand({ io, run }: Cli) {
  return new Command('evaluate')
    .description('the 12 COCO numbers of a detections file, equal to those of pycocotools')
    .argument('<gt>', 'COCO annotations (JSON)')
    .argument('<dt>', 'COCO detections (JSON)')
    .option('--json', 'one JSON line on stdout')
    .action(
      run(async (gt, dt, { json }) => {
        const start = performance.now();
        const { value, problems } = cocoStatsOfFiles(readFile(io, gt), readFile(io, dt));
        reportProblems(io, problems);
        if (!value) throw badInput(`${gt}, ${dt}: cannot be evaluated`);
        const took = (performance.now() - start) / 1000;
        if (json) printJson(io.stdout, { stats: value, seconds: took });
        else for (const line of [...cocoLines(value), seconds(took)]) printLine(io.stdout, line);
        return 0;
      }),
    );
}

function readFile(io: CliIo, file: string): CocoFile {
  try {
    return { file, bytes: readFileSync(path.resolve(io.cwd, file)) };
  } catch (error) {
    throw badInput(`${file}: ${fileFailure(error)}`, error);
  }
}
