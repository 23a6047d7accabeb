import path from 'node:path';
import { Command } from '@commander-js/extra-typings';
import { formatBytes } from '../../domain/display/format';
import { reportOfRuns } from '../../engine/report/report-html';
import type { Cli } from '../cli';
import { VERSION } from '../cli';
import { badInput } from '../failure';
import { printLine } from '../io';
import { placeOf, writeNamed } from '../output/named-file';
import { resolveRun } from '../run-reference';

const MOST_RUNS = 20;

/** Its file can be named `.html` or without an ending; one of another kind that is there is kept. */
export function reportCommand({ io, run }: Cli) {
  return new Command('report')
    .description(
      'one HTML file to show others: curves, verdicts, worst images, settings, environment; opens without network',
    )
    .argument('<runs...>', `runs, each with its @epoch if not the best; ${MOST_RUNS} at most`)
    .option('--out <file>', 'the file to write', 'report.html')
    .option('--baseline <run>', 'the one of them that the others are compared with; without it the first')
    .option('--runs <dir>', 'folder of the runs', 'runs')
    .option('--no-images', 'leave out the worst images of the val sets')
    .action(
      run(async (texts, { out, baseline = texts[0], runs, images }) => {
        if (texts.length > MOST_RUNS) throw badInput(`pitwall report: at most ${MOST_RUNS} runs at once`);
        const at = texts.indexOf(baseline);
        if (at < 0) throw badInput(`--baseline ${baseline}: expected one of ${texts.join(', ')}`);
        const page = { option: '--out', file: out, endings: ['.html', '.htm'] };
        await placeOf(io, page);
        const asked = texts.map((text) => ({ text, ...resolveRun(io, text, runs) }));
        const reader = images ? { reader: { installDir: io.installDir } } : {};
        const html = Buffer.from(await reportOfRuns({ asked, baseline: at, version: VERSION, ...reader }));
        await writeNamed(io, page, html);
        printLine(io.stdout, `${path.resolve(io.cwd, out)}  ${formatBytes(html.length)}`);
        return 0;
      }),
    );
}
