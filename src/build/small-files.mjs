/** Files of fewer than 40 lines with one user in their layer that are kept apart nevertheless, and why. */
export const SMALL_FILES = {
  'src/cli/commands/setup-python.ts': 'a command of the table is a file',
  'src/cli/commands/watch.ts': 'a command of the table is a file',
  'src/domain/detection/heads/finished.ts': 'a kind of head is a file',
  'src/domain/runs-table/filter-tokens.ts': 'the words of a language; its user is the grammar',
  'src/engine/compare/environment.ts': 'facts of one run; its user compares several',
  'src/extension/commands/explain-numbers.ts': 'a command of the table is a file',
  'src/extension/commands/test-notification.ts': 'a command that loads all of notifications',
  'src/extension/doors.ts': 'registered beside commands, editor features and views, each a file',
  'src/extension/pages/metrics-view.ts': 'loads its page with import(): a part of the extension ends here',
  'src/extension/pages/reports.ts': 'belongs to the pages; its user only makes it',
  'src/extension/trees/sweep-item.ts': 'loaded with import(): most workspaces have no sweep',
  'src/keeper/range-test.ts': 'one kind of run; its user is the whole loop',
  'src/trainers/builtin/graph/select.ts': 'operations with their derivatives; its user is a formula',
  'src/trainers/command/sources/runner.ts': 'a source is a file',
  'webview/side/spark.ts': 'pure, and tested without the page that runs when it is loaded',
};
