import type { CommandTable } from './cli';

// A few files: a file for each command would be seventy, with what they share. `list` and `show` are asked for most, and
// `evaluate`, `schedule` and `validate` need little of what judges runs: alone they start in half the time.
const list = async () => {
  await import('./interpret-schemas');
  return (await import('./commands/list')).listCommand;
};
const show = async () => {
  await import('./interpret-schemas');
  return (await import('./commands/show')).showCommand;
};
const evaluate = async () => (await import('./commands/evaluate')).evaluateCommand;
const schedule = async () => (await import('./commands/schedule')).scheduleCommand;
const validate = async () => (await import('./commands/validate')).validateCommand;
const running = async () => (await import('./parts/running')).RUNNING;
const judging = async () => (await import('./parts/judging')).JUDGING;
const organising = async () => (await import('./parts/organising')).ORGANISING;
const machine = async () => (await import('./parts/machine')).MACHINE;

/** In the order of the help text. A command is loaded when it is asked for: to load all of them takes 50 ms. */
export const COMMANDS: CommandTable = {
  demo: async () => (await running()).demo,
  init: async () => (await running()).init,
  train: async () => (await running()).train,
  run: async () => (await running()).run,
  repeat: async () => (await running()).repeat,
  sweep: async () => (await running()).sweep,
  queue: async () => (await running()).queue,
  watch: async () => (await running()).watch,
  follow: async () => (await running()).follow,
  list,
  show,
  stop: async () => (await running()).stop,
  pause: async () => (await running()).pause,
  continue: async () => (await running()).continue,
  set: async () => (await running()).set,
  rewind: async () => (await running()).rewind,
  validate,
  predict: async () => (await judging()).predict,
  evaluate,
  data: async () => (await judging()).data,
  schedule,
  'lr-find': async () => (await running())['lr-find'],
  warmup: async () => (await running()).warmup,
  compare: async () => (await judging()).compare,
  check: async () => (await judging()).check,
  report: async () => (await judging()).report,
  export: async () => (await judging()).export,
  note: async () => (await organising()).note,
  tag: async () => (await organising()).tag,
  rename: async () => (await organising()).rename,
  archive: async () => (await organising()).archive,
  rm: async () => (await organising()).rm,
  gc: async () => (await organising()).gc,
  notify: async () => (await machine()).notify,
  doctor: async () => (await machine()).doctor,
  'setup-python': async () => (await machine())['setup-python'],
  'gpu-runtime': async () => (await machine())['gpu-runtime'],
  completion: async () => (await machine()).completion,
};
