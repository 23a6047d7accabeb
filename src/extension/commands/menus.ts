// The menus that have a command beside the command palette.

export type MenuItem = { readonly menu: string; readonly group?: string; readonly when: string };

/** A command as the editor shows it. `table.ts` has what it does. */
export type CommandEntry = {
  readonly title: string;
  readonly chinese: string;
  readonly icon?: string;
  /** The context key with which the command palette offers it; without one, always. */
  readonly enabledWith?: 'pitwall.hasRuns' | 'pitwall.running';
  /** Beside the command palette, which has every command. */
  readonly menus?: readonly MenuItem[];
};

const EXPERIMENT = 'resourceFilename =~ /\\.train\\.ya?ml$/';
export const SWEEP = 'resourceFilename =~ /\\.sweep\\.ya?ml$/';
export const all = (...conditions: readonly (string | undefined)[]): string =>
  conditions.filter((condition) => condition !== undefined).join(' && ');

/** A button of a file's editor. */
export const onEditor = (group: string, when?: string, file = EXPERIMENT): MenuItem => ({
  menu: 'editor/title',
  group,
  when: all(file, when, 'config.pitwall.editorTitle.enabled'),
});

/** A file in the explorer. */
export const onFile = (group: string, when?: string, file = EXPERIMENT): MenuItem => ({
  menu: 'explorer/context',
  group,
  when: all(file, when, 'config.pitwall.explorerMenu.enabled'),
});

/** The text of an experiment file. */
export const onText = (group: string, when?: string): MenuItem => ({
  menu: 'editor/context',
  group,
  when: all(EXPERIMENT, when),
});

/** A button of one of our views. */
export const onTitle = (view: 'runs' | 'metrics', group: string, when?: string): MenuItem => ({
  menu: 'view/title',
  group,
  when: all(`view == pitwall.${view}`, when),
});

const oneOf = (kind: string, states: readonly string[]): string =>
  states.length === 1
    ? `viewItem == ${kind}.${states[0]}`
    : `viewItem =~ /^${kind}\\.(${states.join('|')})$/`;

/** A run in the list; without states, in every one. */
export const onRun = (group: string, states?: readonly RunItemState[]): MenuItem => ({
  menu: 'view/item/context',
  group,
  when: all('view == pitwall.runs', states && oneOf('run', states)),
});
type RunItemState = 'live' | 'waiting' | 'ended' | 'elsewhere' | 'archived';

/** A checkpoint in the list that has one of these states. */
export const onCheckpoint = (group: string, states: readonly ('kept' | 'pinned')[]): MenuItem => ({
  menu: 'view/item/context',
  group,
  when: all('view == pitwall.checkpoints', oneOf('checkpoint', states)),
});
