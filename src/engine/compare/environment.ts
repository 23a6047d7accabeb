import { inEnglish } from '../../base/words';
import { changesWords, TRAIN_IMAGES } from '../../domain/compare/as-trained';
import { changesInFlight } from '../../run/as-trained';
import type { RunFile } from '../../run/files';
import type { Settings } from '../../run/settings-of';
import type { RunState } from '../../run/state';
import { type Evidence, valSetOf } from './evidence';

type EnvironmentSource = { readonly state: RunState; readonly found: Evidence | Error };

/** Where and by what a run was made, by name; what is not known of it is left out. */
export function environmentOf({ state, found }: EnvironmentSource): Settings {
  const { run, hello, plan } = state;
  const changes = changesInFlight(state);
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['pitwall', run?.pitwall],
    ['git', gitOf(run)],
    ['machine', run && `${run.machine.host}, ${run.machine.platform}, ${run.machine.cpus} cores`],
    ['device', hello?.device],
    ['trainer', trainerOf(hello?.trainer, plan?.version)],
    ['python', run?.python],
    ...Object.entries(hello?.versions ?? {}),
    [TRAIN_IMAGES, plan?.images === undefined ? undefined : String(plan.images)],
    ['changed', changes.length === 0 ? undefined : inEnglish(changesWords(changes))],
    ['val set', found instanceof Error ? undefined : valSetOf(found)],
  ];
  return new Map(facts.filter((fact): fact is readonly [string, string] => fact[1] !== undefined));
}

function gitOf(run: RunFile | undefined): string | undefined {
  if (!run?.git) return undefined;
  const { commit, dirty, changes } = run.git;
  return `${commit.slice(0, 10)}${dirty ? ' with changes' : ''}${changes ? ` ${changes.slice(0, 7)}` : ''}`;
}

const trainerOf = (trainer: string | undefined, version: string | undefined): string | undefined =>
  trainer === undefined || version === undefined ? trainer : `${trainer} ${version}`;
