import { QUEUE_COMMANDS } from './manifest-queue';
import { all, type CommandEntry, onCheckpoint, onEditor, onFile, onRun, onTitle, SWEEP } from './menus';

/**
 * Every command of the extension. `node src/build/manifest.mjs` writes the manifest's commands and menus and both tables
 * of titles from it; a test fails if they differ.
 */
export const COMMANDS = {
  'pitwall.startTraining': {
    title: 'Start Training',
    chinese: '开始训练',
    icon: 'play',
    menus: [
      onEditor('navigation@1', 'isWorkspaceTrusted'),
      onFile('2_pitwall@1', 'isWorkspaceTrusted'),
      onTitle('runs', 'navigation@1', 'isWorkspaceTrusted'),
    ],
  },
  'pitwall.startTrainingOn': {
    title: 'Start Training on…',
    chinese: '选择位置并开始训练…',
    icon: 'server',
    menus: [onFile('2_pitwall@1', 'isWorkspaceTrusted')],
  },
  ...QUEUE_COMMANDS,
  'pitwall.startSweep': {
    title: 'Start Sweep',
    chinese: '开始超参数搜索',
    icon: 'run-all',
    menus: [
      onEditor('navigation@1', 'isWorkspaceTrusted', SWEEP),
      onFile('2_pitwall@1', 'isWorkspaceTrusted', SWEEP),
    ],
  },
  'pitwall.startSweepOn': {
    title: 'Start Sweep on…',
    chinese: '选择位置并开始超参数搜索…',
    icon: 'server',
    menus: [onFile('2_pitwall@1', 'isWorkspaceTrusted', SWEEP)],
  },
  'pitwall.openSweep': {
    title: 'Open Sweep',
    chinese: '打开超参数搜索',
    icon: 'graph',
    menus: [
      { menu: 'view/item/context', group: 'inline', when: all('view == pitwall.runs', 'viewItem == sweep') },
    ],
  },
  'pitwall.followFolder': {
    title: 'Follow Folder',
    chinese: '跟踪文件夹',
    icon: 'eye',
    menus: [
      {
        menu: 'explorer/context',
        group: '2_pitwall@3',
        when: 'explorerResourceIsFolder && isWorkspaceTrusted && config.pitwall.explorerMenu.enabled',
      },
    ],
  },
  'pitwall.previewSchedule': {
    title: 'Preview Learning Rate',
    chinese: '预览学习率',
    icon: 'graph-line',
    menus: [onEditor('navigation@2'), onFile('2_pitwall@2')],
  },
  'pitwall.findLearningRate': {
    title: 'Find Learning Rate',
    chinese: '寻找学习率',
    icon: 'telescope',
    menus: [onFile('2_pitwall@3', 'isWorkspaceTrusted')],
  },
  'pitwall.newExample': {
    title: 'New Example Experiment',
    chinese: '新建示例实验',
    icon: 'beaker',
    menus: [onTitle('runs', '1_more@1')],
  },
  'pitwall.openDashboard': {
    title: 'Open Dashboard',
    chinese: '打开仪表板',
    icon: 'dashboard',
    enabledWith: 'pitwall.hasRuns',
    menus: [onTitle('metrics', 'navigation@1'), onRun('1_open@1')],
  },
  'pitwall.showRunsTable': {
    title: 'Show Runs Table',
    chinese: '显示运行表格',
    icon: 'table',
    enabledWith: 'pitwall.hasRuns',
    menus: [onTitle('runs', 'navigation@2', 'pitwall.hasRuns')],
  },
  'pitwall.stop': {
    title: 'Stop',
    chinese: '停止',
    icon: 'debug-stop',
    enabledWith: 'pitwall.running',
    menus: [onRun('inline@1', ['live']), onRun('2_steer@1', ['live'])],
  },
  'pitwall.stopAfterEpoch': {
    title: 'Stop After This Epoch',
    chinese: '本轮结束后停止',
    icon: 'debug-step-over',
    enabledWith: 'pitwall.running',
    menus: [onRun('2_steer@1', ['live'])],
  },
  'pitwall.pause': {
    title: 'Pause',
    chinese: '暂停',
    icon: 'debug-pause',
    enabledWith: 'pitwall.running',
    menus: [onRun('2_steer@2', ['live'])],
  },
  'pitwall.rewind': {
    title: 'Rewind…',
    chinese: '回退…',
    icon: 'debug-reverse-continue',
    enabledWith: 'pitwall.hasRuns',
    menus: [onRun('2_steer@5', ['ended'])],
  },
  'pitwall.resume': {
    title: 'Resume',
    chinese: '继续训练',
    icon: 'debug-continue',
    enabledWith: 'pitwall.hasRuns',
    menus: [onRun('2_steer@4', ['ended', 'elsewhere'])],
  },
  'pitwall.setLearningRate': {
    title: 'Set Learning Rate',
    chinese: '设置学习率',
    icon: 'settings',
    enabledWith: 'pitwall.running',
    menus: [onRun('2_steer@3', ['live'])],
  },
  'pitwall.validateCheckpoint': {
    title: 'Validate Checkpoint',
    chinese: '验证检查点',
    icon: 'beaker',
    enabledWith: 'pitwall.hasRuns',
    menus: [onCheckpoint('1_do@1', ['kept', 'pinned'])],
  },
  'pitwall.tryCheckpoint': {
    title: 'Try Best Checkpoint on Image',
    chinese: '用最佳检查点试一张图片',
    icon: 'file-media',
    enabledWith: 'pitwall.hasRuns',
    menus: [onCheckpoint('inline@1', ['kept', 'pinned'])],
  },
  'pitwall.pinCheckpoint': {
    title: 'Pin Checkpoint',
    chinese: '固定检查点',
    icon: 'pin',
    enabledWith: 'pitwall.hasRuns',
    menus: [onCheckpoint('inline@2', ['kept'])],
  },
  'pitwall.unpinCheckpoint': {
    title: 'Unpin Checkpoint',
    chinese: '取消固定检查点',
    icon: 'pinned',
    enabledWith: 'pitwall.hasRuns',
    menus: [onCheckpoint('inline@2', ['pinned'])],
  },
  'pitwall.revealCheckpoint': {
    title: 'Reveal Checkpoint',
    chinese: '显示检查点文件',
    icon: 'folder-opened',
    enabledWith: 'pitwall.hasRuns',
    menus: [onCheckpoint('1_do@2', ['kept', 'pinned'])],
  },
  'pitwall.revealRunFolder': {
    title: 'Reveal Run Folder',
    chinese: '显示运行文件夹',
    icon: 'folder-opened',
    enabledWith: 'pitwall.hasRuns',
    menus: [onRun('3_view@3')],
  },
  'pitwall.showRunLog': {
    title: 'Show Trainer Output',
    chinese: '显示训练程序输出',
    icon: 'output',
    enabledWith: 'pitwall.hasRuns',
    menus: [onRun('3_view@4')],
  },
  'pitwall.showRunChanges': {
    title: 'Show Code Changes',
    chinese: '显示代码改动',
    icon: 'diff',
    enabledWith: 'pitwall.hasRuns',
    menus: [onRun('3_view@5')],
  },
  'pitwall.explainNumbers': {
    title: 'What the Numbers Mean',
    chinese: '这些数字的含义',
    icon: 'question',
  },
  'pitwall.openExperiment': {
    title: 'Open Experiment',
    chinese: '打开实验',
    icon: 'go-to-file',
    enabledWith: 'pitwall.hasRuns',
    menus: [onRun('3_view@5')],
  },
  'pitwall.copyRunSummary': {
    title: 'Copy Run Summary',
    chinese: '复制运行摘要',
    icon: 'copy',
    enabledWith: 'pitwall.hasRuns',
    menus: [onRun('3_view@2')],
  },
  'pitwall.copyRunLink': {
    title: 'Copy Link to Run',
    chinese: '复制运行链接',
    icon: 'link',
    enabledWith: 'pitwall.hasRuns',
    menus: [onRun('3_view@2')],
  },
  'pitwall.copyCommandLine': {
    title: 'Copy as Command Line…',
    chinese: '复制为命令行…',
    icon: 'terminal',
    menus: [onRun('3_view@2'), onFile('2_pitwall@4'), onFile('2_pitwall@4', undefined, SWEEP)],
  },
  'pitwall.compareRuns': {
    title: 'Compare Runs',
    chinese: '比较运行',
    icon: 'diff',
    enabledWith: 'pitwall.hasRuns',
    menus: [
      onRun('inline@2', ['live', 'ended', 'elsewhere']),
      onRun('3_view@1', ['live', 'ended', 'elsewhere']),
    ],
  },
  'pitwall.openReport': {
    title: 'Report of Runs',
    chinese: '运行报告',
    icon: 'graph',
    enabledWith: 'pitwall.hasRuns',
    menus: [onRun('3_look@2', ['live', 'ended', 'elsewhere'])],
  },
  'pitwall.saveReport': {
    title: 'Save Report of Runs…',
    chinese: '保存运行报告…',
    enabledWith: 'pitwall.hasRuns',
    menus: [onRun('3_look@2', ['live', 'ended', 'elsewhere'])],
  },
  'pitwall.exportRun': {
    title: 'Export Run…',
    chinese: '导出运行…',
    icon: 'export',
    enabledWith: 'pitwall.hasRuns',
    menus: [onRun('3_view@6')],
  },
  'pitwall.renameRun': {
    title: 'Rename Run',
    chinese: '重命名运行',
    icon: 'edit',
    enabledWith: 'pitwall.hasRuns',
    menus: [onRun('4_keep@1')],
  },
  'pitwall.editNotes': {
    title: 'Edit Note of Run',
    chinese: '编辑运行备注',
    icon: 'note',
    enabledWith: 'pitwall.hasRuns',
    menus: [onRun('4_keep@2')],
  },
  'pitwall.editTags': {
    title: 'Edit Tags of Run',
    chinese: '编辑运行标签',
    icon: 'tag',
    enabledWith: 'pitwall.hasRuns',
    menus: [onRun('4_keep@3')],
  },
  'pitwall.freeSpace': {
    title: 'Free Disk Space…',
    chinese: '释放磁盘空间…',
    enabledWith: 'pitwall.hasRuns',
  },
  'pitwall.archiveRun': {
    title: 'Archive Run',
    chinese: '归档运行',
    icon: 'archive',
    enabledWith: 'pitwall.hasRuns',
    menus: [onRun('4_keep@4', ['ended'])],
  },
  'pitwall.restoreRun': {
    title: 'Restore Archived Run',
    chinese: '恢复已归档的运行',
    icon: 'discard',
    menus: [onRun('inline@1', ['archived'])],
  },
  'pitwall.deleteRun': {
    title: 'Move Run to Trash',
    chinese: '将运行移到回收站',
    icon: 'trash',
    enabledWith: 'pitwall.hasRuns',
    menus: [onRun('4_keep@5', ['ended', 'archived'])],
  },
  'pitwall.restoreDeletedRun': {
    title: 'Restore Run from Trash',
    chinese: '从回收站恢复运行',
    menus: [onTitle('runs', '2_trash@1')],
  },
  'pitwall.emptyTrash': {
    title: 'Empty Trash',
    chinese: '清空回收站',
    menus: [onTitle('runs', '2_trash@2')],
  },
  'pitwall.checkEnvironment': {
    title: 'Check Environment',
    chinese: '检查环境',
    icon: 'server-environment',
    menus: [onTitle('runs', '1_more@2')],
  },
  'pitwall.checkTarget': {
    title: 'Check Cluster…',
    chinese: '检查集群…',
    icon: 'server',
  },
  'pitwall.setUpPython': {
    title: 'Set Up Python Environment',
    chinese: '设置 Python 环境',
    icon: 'package',
  },
  'pitwall.installGpuRuntime': {
    title: 'Install GPU Runtime',
    chinese: '安装 GPU 运行时',
    icon: 'cloud-download',
  },
  'pitwall.removeGpuRuntime': {
    title: 'Remove GPU Runtime',
    chinese: '移除 GPU 运行时',
    icon: 'trash',
  },
  'pitwall.refreshRuns': {
    title: 'Refresh Runs',
    chinese: '刷新运行列表',
    icon: 'refresh',
    menus: [onTitle('runs', 'navigation@3'), { menu: 'commandPalette', when: 'false' }],
  },
  'pitwall.testNotification': {
    title: 'Send Test Notification',
    chinese: '发送测试通知',
  },
  'pitwall.showLog': {
    title: 'Show Log',
    chinese: '显示日志',
    icon: 'output',
    menus: [onTitle('runs', '1_more@3')],
  },
} as const satisfies Readonly<Record<`pitwall.${string}`, CommandEntry>>;

export type CommandId = keyof typeof COMMANDS;

/** The part of package.json that commands make: `contributes.commands` and `contributes.menus`. */
export function commandManifest() {
  const entries: [string, CommandEntry][] = Object.entries(COMMANDS);
  const commands = entries.map(([command, { icon, enabledWith }]) => ({
    command,
    title: `%${titleKey(command)}%`,
    category: 'Pitwall',
    ...(icon && { icon: `$(${icon})` }),
    ...(enabledWith && { enablement: enabledWith }),
  }));
  return { commands, menus: menusOf(entries) };
}

function menusOf(entries: readonly [string, CommandEntry][]) {
  const menus: Record<string, { command: string; group?: string; when: string }[]> = {};
  for (const [command, { menus: items = [] }] of entries)
    for (const { menu, ...item } of items) {
      menus[menu] ??= [];
      menus[menu].push({ command, ...item });
    }
  return menus;
}

/** Titles by their key in package.nls.json and package.nls.zh-cn.json. */
export function commandTitles(language: 'title' | 'chinese'): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(COMMANDS).map(([command, entry]) => [titleKey(command), entry[language]]),
  );
}

const titleKey = (command: string): string => command.replace('pitwall.', 'command.');
