import * as vscode from 'vscode';
import type { Services } from './services';

/** Links and tasks: what the editor or another program calls. What they do is loaded when they are used. */
export function registerDoors(services: Services): vscode.Disposable[] {
  const { load, showError } = services;
  const tasks = () => load(() => import('./commands/tasks'));
  return [
    vscode.window.registerUriHandler({
      handleUri: (link) =>
        load(() => import('./commands/copy-command'))
          .then(({ openLink }) => openLink(services, link))
          .catch(showError),
    }),
    vscode.tasks.registerTaskProvider('pitwall', {
      provideTasks: async () => (await tasks()).listTasks(services),
      resolveTask: async (task) => (await tasks()).resolveTask(services, task),
    }),
  ];
}
