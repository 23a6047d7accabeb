/** Files of fewer than 40 lines with one user in their layer that are kept apart nevertheless, and why. */
export const SMALL_FILES = {
  'src/cli/command-table.ts': 'tests run its commands without the process',
  'src/cli/commands/evaluate.ts': 'a command of the table is a file',
  'src/cli/commands/setup-python.ts': 'a command of the table is a file',
  'src/cli/commands/watch.ts': 'a command of the table is a file',
  'src/domain/detection/heads/finished.ts': 'a kind of head is a file',
  'src/engine/gpu-runtime/loader-path.ts': 'belongs to the GPU runtime, which its user knows nothing of',
  'src/extension/commands/explain-numbers.ts': 'a command of the table is a file',
  'src/extension/commands/test-notification.ts': 'a command that loads all of notifications',
  'src/extension/pages/metrics-view.ts': 'loads its page with import(): a part of the extension ends here',
  'src/extension/pages/reports.ts': 'belongs to the pages; its user only makes it',
  'src/keeper/choose-engine.ts': 'its user is near 300 lines',
  'src/keeper/range-test.ts': 'one kind of run; its user is the whole loop',
  'src/protocol/dashboard/preview-tiles.ts':
    'tiles of a plan, before there is a run; its user has those of a run',
  'src/run/reduce-validation.ts': 'one reducer a file, of those with types of the same name',
  'src/trainers/builtin/control/rewind-request.ts': 'belongs to control; its user is the whole loop',
  'src/trainers/builtin/data/plan-batches.ts': 'belongs to the data; its user is the whole loop',
  'src/trainers/builtin/graph/select.ts': 'operations with their derivatives; its user is a formula',
  'src/trainers/command/sources/absent.ts': 'its user is near 100 lines of another idea',
  'src/trainers/command/sources/runner.ts': 'a source is a file',
  'webview/side/spark.ts': 'pure, and tested without the page that runs when it is loaded',
};
