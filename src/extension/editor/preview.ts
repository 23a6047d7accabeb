import path from 'node:path';
import * as vscode from 'vscode';
import { DisposableStore } from '../../base/disposable';
import { Emitter } from '../../base/event';
import type { ViewInput } from '../../protocol/dashboard/input';
import type { Sentence } from '../../protocol/dashboard/types';
import { createRunState } from '../../run/reduce';
import type { BaseServices } from '../base-services';
import type { PageSource } from '../pages/page-session';
import { type EditorPlan, planOf } from './editor-plan';

/** The planned LR of a config as it is being typed; while the text cannot be read, the last curve stays. */
export async function openPreview(
  services: BaseServices,
  uri: vscode.Uri,
): Promise<PageSource & vscode.Disposable> {
  const store = new DisposableStore();
  const changed = store.track(new Emitter<void>());
  const document = await vscode.workspace.openTextDocument(uri);
  let plan: EditorPlan | undefined;
  const update = async (): Promise<void> => {
    plan = (await planOf(document)) ?? plan;
    changed.fire();
  };
  await update();
  store.track(
    vscode.workspace.onDidChangeTextDocument((event) => {
      if (event.document.uri.toString() === uri.toString()) update().catch(services.showError);
    }),
  );
  const state = { ...createRunState(), meta: { title: path.basename(uri.fsPath) } };
  return {
    input: (): ViewInput => ({
      state,
      planned: plan?.schedule,
      advice: plan ? adviceSentences(plan) : [],
      presence: undefined,
      now: Date.now(),
      t: services.t,
    }),
    onDidChange: changed.event,
    dispose: () => store.dispose(),
  };
}

const TONES = { info: 'quiet', warning: 'warning', error: 'bad' } as const;

function adviceSentences(plan: EditorPlan): Sentence[] {
  const notes = plan.notes.map((text) => ({ text, tone: 'quiet' as const }));
  return [
    ...[...plan.problems, ...plan.advice].map(({ message, severity }) => ({
      text: message,
      tone: TONES[severity],
    })),
    ...notes,
  ];
}
