import path from 'node:path';
import * as vscode from 'vscode';
import { BadInputError } from '../../base/bad-input';
import { DisposableStore } from '../../base/disposable';
import { Emitter } from '../../base/event';
import { say } from '../../base/words';
import type { Refused } from '../../domain/compare/footing';
import { type Named, withNames } from '../../domain/compare/sides';
import type { DrawnCompared, RunsCompared } from '../../engine/compare/compare-runs';
import { taskRefusal } from '../../engine/compare/evidence';
import { keptEpochs } from '../../engine/compare/run-detections';
import { type CheckpointBreakdown, createBreakdowns, whyNoBreakdown } from '../../engine/gallery/breakdown';
import { keptDetections } from '../../engine/gallery/worst-images';
import type { LiveRun } from '../../engine/runs/live-run';
import { runInWorker } from '../../engine/runs/worker-task';
import { nameOf, otherName } from '../../protocol/dashboard/other-run';
import { comparisonOf, type RunComparison } from '../../protocol/dashboard/run-comparison';
import type { BreakdownView } from '../../protocol/webview';
import type { BaseServices } from '../base-services';
import { openPreview } from '../editor/preview';
import { translate } from '../window';
import { galleryOf } from './gallery';
import { NO_IMAGES, type PageActions, type PageSource } from './page-session';
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
      breakdown: serveBreakdowns(services.installDir, run.live),
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
      // Of two runs the page shows none.
      breakdown: NO_IMAGES.breakdown,
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
      ...NO_IMAGES,
    },
    dispose: () => preview.dispose(),
  };
}

/**
 * Confusions, curves and sizes of a run's checkpoints. Made in a thread of its own, once for each: a large val set takes
 * longer than the editor may wait. `installDir`: the folder of the bundles.
 */
export function serveBreakdowns(installDir: string, run: LiveRun): PageActions['breakdown'] {
  const breakdowns = createBreakdowns(async (request) => {
    return (await runInWorker(installDir, { kind: 'breakdown', request })) as CheckpointBreakdown | undefined;
  });
  return async (asked): Promise<BreakdownView> => {
    const kept = keptDetections(run.state, asked);
    const found = kept.length === 0 ? undefined : await breakdowns.of({ dir: run.dir, kept });
    if (!found) return { note: say(whyNoBreakdown(run.state), translate) };
    const there = new Set(await keptEpochs(run.dir));
    const epochs = keptDetections(run.state).flatMap(({ epoch }) => (there.has(epoch) ? [epoch] : []));
    const { epoch, ...breakdown } = found;
    return { epoch, epochs, breakdown };
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
