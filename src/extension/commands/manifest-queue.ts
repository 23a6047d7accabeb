import { type CommandEntry, onEditor, onFile, onRun, onText, onTitle } from './menus';

/** The part of the manifest that is of runs that wait for each other. */
export const QUEUE_COMMANDS = {
  'pitwall.addToQueue': {
    title: 'Add to Queue',
    chinese: '加入队列',
    icon: 'add',
    menus: [
      onEditor('1_pitwall@1', 'isWorkspaceTrusted'),
      onText('1_pitwall@1', 'isWorkspaceTrusted'),
      onFile('2_pitwall@1', 'isWorkspaceTrusted'),
    ],
  },
  'pitwall.repeatWithSeeds': {
    title: 'Repeat with Other Seeds…',
    chinese: '用其他随机种子重复…',
    icon: 'refresh',
    menus: [
      onEditor('1_pitwall@2', 'isWorkspaceTrusted'),
      onText('1_pitwall@2', 'isWorkspaceTrusted'),
      onFile('2_pitwall@2', 'isWorkspaceTrusted'),
      onRun('2_steer@6', ['live', 'waiting', 'ended']),
    ],
  },
  'pitwall.moveUpInQueue': {
    title: 'Move Up in Queue',
    chinese: '在队列中上移',
    icon: 'arrow-up',
    enabledWith: 'pitwall.running',
    menus: [onRun('inline@1', ['waiting']), onRun('2_steer@1', ['waiting'])],
  },
  'pitwall.moveDownInQueue': {
    title: 'Move Down in Queue',
    chinese: '在队列中下移',
    icon: 'arrow-down',
    enabledWith: 'pitwall.running',
    menus: [onRun('inline@2', ['waiting']), onRun('2_steer@2', ['waiting'])],
  },
  'pitwall.moveToFrontOfQueue': {
    title: 'Move to Front of Queue',
    chinese: '移到队列最前',
    icon: 'move',
    enabledWith: 'pitwall.running',
    menus: [onRun('2_steer@3', ['waiting'])],
  },
  'pitwall.takeOutOfQueue': {
    title: 'Take Out of Queue',
    chinese: '移出队列',
    icon: 'close',
    enabledWith: 'pitwall.running',
    menus: [onRun('inline@3', ['waiting']), onRun('2_steer@4', ['waiting'])],
  },
  'pitwall.goOnWithQueue': {
    title: 'Go On with Queue After Restart',
    chinese: '重启后继续队列',
    enabledWith: 'pitwall.hasRuns',
    menus: [onTitle('runs', '1_more@2', 'pitwall.hasRuns')],
  },
} as const satisfies Readonly<Record<`pitwall.${string}`, CommandEntry>>;
