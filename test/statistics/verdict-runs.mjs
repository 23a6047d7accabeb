// Packs recorded runs for the test that walks verdicts through every place. Usage: node test/statistics/verdict-runs.mjs RUNS
//
// RUNS is a folder of runs of the example: base-0, base-1 and base-2 (seeds 0 to 2) and slow-0, slow-1 (lr0=.004), trained by
// `pitwall init D` and in it for each `pitwall train pcb.train.yaml --name base-0 --set model=micro --set imgsz=64 --set epochs=5
// --set warmup_epochs=1 --set seed=0`; those that are packed had SGD, lr0 .02 and no mosaic. Of them the steps are left out, and all but the surest eight boxes of an image.
import path from 'node:path';
import { runBundled } from '../helpers/run-bundled.mjs';

await runBundled(path.join(import.meta.dirname, 'verdict-runs-main.ts'));
