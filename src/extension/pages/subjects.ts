import path from 'node:path';
import * as vscode from 'vscode';
import { BadInputError } from '../../base/bad-input';
import { DisposableStore } from '../../base/disposable';
import { Emitter } from '../../base/event';
import { say } from '../../base/words';
import type { Refused } from '../../domain/compare/footing';
import { type Named, withNames } from '../../domain/compare/sides';
import { precisionRecallCurves, RECALLS } from '../../domain/display/pr-curves';
import { UNNAMED_MATCHING } from '../../domain/evaluation/ultralytics/match';
import { metricNames } from '../../domain/run/task';
import type { DrawnCompared, RunsCompared } from '../../engine/compare/compare-runs';
import { taskRefusal } from '../../engine/compare/evidence';
import { keptDetections, readKept } from '../../engine/gallery/worst-images';
import type { LiveRun } from '../../engine/runs/live-run';
import { runInWorker } from '../../engine/runs/worker-task';
import { nameOf, otherName } from '../../protocol/dashboard/other-run';
import { comparisonOf, type RunComparison } from '../../protocol/dashboard/run-comparison';
import type { PrCurves } from '../../protocol/webview';
import type { BaseServices } from '../base-services';
import { openPreview } from '../editor/preview';
import { translate } from '../window';
import { galleryOf } from './gallery';
import type { PageActions, PageSource } from './page-session';
import { runAction } from './run-actions';
import type { Subject } from './subject';

type Two = { readonly a: string; readonly b: string };

/** A subject, ready to be shown. */
export type OpenedSubject = vscode.Disposable & {
  readonly title: string;
  readonly source: PageSource;
  readonly actions: PageActions;
};

export function openSubject(services: BaseServices, subject: Subject): Promise<OpenedSubject> {
  if (subject.kind === 'compare') return openCompareSubject(services, subject.dir, subject.with);
  return subject.kind === 'run'
    ? openRunSubject(services, subject.dir)
    : openPreviewSubject(services, subject.file);
}

async function openRunSubject(services: BaseServices, dir: string): Promise<OpenedSubject> {
  const run = await services.runs.acquire(dir);
  return {
    title: run.live.state.meta.title ?? path.basename(dir),
    source: { input: () => run.input(), onDidChange: run.live.onDidChange },
    actions: {
      act: (id, epoch) => runAction(dir, id, epoch),
      gallery: (wish) => galleryOf(services.installDir, run.live, wish),
      prCurves: (epoch) => prCurvesOf(run.live, epoch),
    },
    dispose: () => run.release(),
  };
}

/** Two runs over each other; the second one dashed. */
async function openCompareSubject(
  services: BaseServices,
  dir: string,
  other: string,
): Promise<OpenedSubject> {
  const [a, b] = [await services.runs.acquire(dir), await services.runs.acquire(other)];
  const store = new DisposableStore();
  const changed = store.track(new Emitter<void>());
  for (const run of [a, b]) {
    store.track({ dispose: () => run.release() });
    store.track(run.live.onDidChange(() => changed.fire()));
  }
  let comparison: RunComparison | undefined;
  const names = { a: nameOf(a.input()), b: otherName(a.input(), b.input()) };
  const refusal = taskRefusal(a.input().state, b.input().state);
  if (refusal) {
    store.dispose();
    throw new BadInputError(say(withNames(refusal, names), translate));
  }
  void compareBest(services, { a: dir, b: other }, names).then((result) => {
    comparison = result;
    changed.fire();
  });
  return {
    title: vscode.l10n.t('{0} and {1}', path.basename(dir), path.basename(other)),
    source: { input: () => ({ ...a.input(), other: b.input(), comparison }), onDidChange: changed.event },
    actions: {
      act: (id, epoch) => runAction(dir, id, epoch),
      gallery: (wish) => galleryOf(services.installDir, a.live, wish),
      prCurves: (epoch) => prCurvesOf(a.live, epoch),
    },
    dispose: () => store.dispose(),
  };
}

async function openPreviewSubject(services: BaseServices, file: string): Promise<OpenedSubject> {
  const uri = vscode.Uri.file(file);
  const preview = await openPreview(services, uri);
  return {
    title: vscode.l10n.t('Preview of {0}', path.basename(file)),
    source: preview,
    actions: {
      act: async (id) => {
        if (id === 'start') await vscode.commands.executeCommand('pitwall.startTraining', uri);
      },
      gallery: async () => ({ images: [], total: 0, note: '', confidence: 0 }),
      prCurves: async () => ({ epoch: undefined, curves: [] }),
    },
    dispose: () => preview.dispose(),
  };
}

/** Precision over recall of each class of the newest validated checkpoint. */
async function prCurvesOf(run: LiveRun, epoch: number | undefined): Promise<PrCurves> {
  const kept = await readKept(run.dir, keptDetections(run.state, epoch));
  if (!kept) return { epoch: undefined, curves: [], ...noCurves(run) };
  const { header, truth, detections } = kept.file;
  const recall = Float64Array.from({ length: RECALLS }, (_, i) => i / (RECALLS - 1));
  const curves = precisionRecallCurves(truth, detections, header.rule.matching ?? UNNAMED_MATCHING).map(
    (curve) => ({
      name: header.classes[curve.class] ?? String(curve.class),
      ap50: curve.ap50,
      recall,
      precision: curve.precision,
    }),
  );
  return { epoch: kept.at.epoch, curves };
}

/** Why there will never be any: nothing but boxes is kept with the score of each. */
function noCurves({ state }: LiveRun): Pick<PrCurves, 'note'> {
  const task = [...state.validations.values()].at(-1)?.task;
  if (task === undefined) return {};
  const metric = metricNames(task)[0];
  return {
    note: vscode.l10n.t('Curves are drawn of detectors that Pitwall judges; this run has {0}.', metric),
  };
}

/**
 * The second run's best checkpoint against the first's, image by image. A paired bootstrap takes seconds, so it runs in
 * a thread; undefined if a run has kept no detections.
 */
async function compareBest(
  services: BaseServices,
  dirs: Two,
  names: Named,
): Promise<RunComparison | undefined> {
  try {
    const answer = await runInWorker(services.installDir, { kind: 'compare', ...dirs });
    return comparisonOf(answer as RunsCompared | DrawnCompared | Refused, names);
  } catch (error) {
    services.log.info(`${dirs.a} and ${dirs.b} were not compared image by image: ${String(error)}`);
    return undefined;
  }
}
