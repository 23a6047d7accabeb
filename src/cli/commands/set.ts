import { Command } from '@commander-js/extra-typings';
import { nearestName } from '../../base/suggest';
import { inEnglish } from '../../base/words';
import { previewLines, tooHighSentence } from '../../domain/schedule/lr-preview';
import { viewRun } from '../../engine/runs/view-run';
import { foreseeLr, type LrRequest, nextStep } from '../../protocol/lr-request';
import type { Cli } from '../cli';
import { badInput } from '../failure';
import { type CliIo, printLine } from '../io';
import { resolveWholeRun } from '../run-reference';
import { TRUST } from '../trust';
import { ask, RUN, RUNS, requireAsking } from './requests';

const SETTABLE = ['lr'];

export function setCommand({ io, run }: Cli) {
  return new Command('set')
    .description('change the learning rate of a running run: pitwall set RUN lr=0.01, or lr=plan to go back')
    .argument(...RUN)
    .argument(
      '<lr=value>',
      'value of the planned curve (without its warm-up) at the next step; a running warm-up leads to it',
    )
    .option('--hold', 'every group gets this LR at once, to the end')
    .option('--group <name>', 'only this parameter group (weights, norm, bias)')
    .option('-y, --yes', 'even if the value is more than ten times the highest planned LR')
    .option(...RUNS)
    .option(...TRUST)
    .action(
      run(async (text, assignment, { runs, yes, trust, ...options }) => {
        const request = requestOf(parseAssignment(assignment), options);
        const dir = resolveWholeRun(io, text, runs);
        await requireAsking(io, dir, request, trust);
        await foretell(io, dir, { request, isConfirmed: yes === true });
        await ask(io, dir, yes ? { ...request, confirmed: true } : request, trust);
        return 0;
      }),
    );
}

type SetOptions = { readonly hold?: true | undefined; readonly group?: string | undefined };

function requestOf(value: number | 'plan', { hold, group }: SetOptions): LrRequest {
  const forGroup = group === undefined ? {} : { group };
  if (value !== 'plan') return { type: 'lr', mode: hold ? 'hold' : 'scale', value, ...forGroup };
  if (hold) throw badInput('pitwall: --hold: lr=plan holds no value');
  return { type: 'lr', mode: 'plan', ...forGroup };
}

type Wish = { readonly request: LrRequest; readonly isConfirmed: boolean };

/** The effect of the change, before it is sent. Refuses a likely typing error. */
async function foretell(io: CliIo, dir: string, { request, isConfirmed }: Wish): Promise<void> {
  const live = await viewRun(dir);
  const { state } = live;
  requireGroup(dir, request.group, state.hello?.groups ?? []);
  const foreseen = foreseeLr(state, request, nextStep(state));
  if (!foreseen) return;
  for (const line of previewLines(foreseen.preview)) printLine(io.stdout, inEnglish(line));
  if (foreseen.tooHigh && !isConfirmed)
    throw badInput(`${dir}: ${inEnglish(tooHighSentence(foreseen.tooHigh))}; --yes sets it all the same`);
}

/** A group that the run's trainer has named; before that, the trainer judges every name. */
function requireGroup(dir: string, group: string | undefined, known: readonly string[]): void {
  if (group === undefined || known.length === 0 || known.includes(group)) return;
  const near = nearestName(group, known);
  const hint = near ? `; did you mean ${near}?` : `: expected ${known.join(', ')}`;
  throw badInput(`${dir}: --group: there is no parameter group ${group}${hint}`);
}

/** The value of `lr=V`, or that the plan is wanted back. */
export function parseAssignment(text: string): number | 'plan' {
  const [, key, written] = /^([^=]*)=(.*)$/.exec(text) ?? [];
  if (key === undefined) throw badInput(`pitwall: ${text}: expected lr=VALUE or lr=plan`);
  if (!SETTABLE.includes(key)) {
    const near = nearestName(key, SETTABLE);
    throw badInput(`pitwall: ${key}: only lr can be set${near ? `, did you mean ${near}?` : ''}`);
  }
  if (written === 'plan') return written;
  const value = Number(written);
  if (written.trim() === '' || !Number.isFinite(value) || value <= 0)
    throw badInput(`pitwall: lr: expected a number above 0 or plan, but got ${JSON.stringify(written)}`);
  return value;
}
