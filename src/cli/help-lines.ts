/**
 * Each command's arguments and summary as the help of the whole program prints them, in the order of its table: to load every
 * command for that takes three times as long. A test compares them with what the commands themselves say.
 */
export const HELP_LINES: Readonly<Record<string, readonly [args: string, summary: string]>> = {
  demo: ['[options]', 'write the example experiment and train it: 15 epochs, each validated'],
  init: ['<dir>', 'write the example experiment: a printed-circuit-board defect set and its training config'],
  train: ['[options] [config]', 'train an experiment and validate every checkpoint beside it'],
  run: [
    '[options] <command...>',
    'run a training script of your own as it is, and watch it: pitwall run -- python train.py',
  ],
  repeat: [
    '[options] <config>',
    'train an experiment with several seeds, one after the other, and say how far they spread',
  ],
  sweep: [
    '[options] <file>',
    'train an experiment with other settings and find the best of them; the worse are stopped early',
  ],
  queue: ['', 'runs that wait for each other on one machine: each starts when its turn has come'],
  watch: ['[options] <run>', 'watch a run to its end; Ctrl-C leaves it running'],
  follow: [
    '[options] <dir>',
    'follow a training that was started elsewhere; its folder is only read. Ctrl-C stops reading it',
  ],
  list: ['[options] [dir]', 'the runs of a folder, newest first; a sweep is one entry'],
  show: ['[options] <run[@epoch]>', 'the state of a run or a sweep, from its files; starts nothing'],
  stop: ['[options] <run>', 'stop a run at its next batch and wait until no process of it is left'],
  pause: [
    '[options] <run>',
    'write a checkpoint and end the trainer, so that the device is free; continue goes on',
  ],
  continue: ['[options] <run>', 'resume a paused or stopped run in the same folder; does not wait'],
  set: [
    '[options] <run> <lr=value>',
    'change the learning rate of a running run: pitwall set RUN lr=0.01, or lr=plan to go back',
  ],
  rewind: [
    '[options] <run>',
    'go back to a checkpoint from before the trouble and train on from there at a lower LR; does not wait for the end',
  ],
  validate: ['[options] [model]', 'metrics of an ONNX detector on a dataset, or of a checkpoint of a run'],
  predict: ['[options] <model> <images...>', 'boxes that an ONNX detector finds in images'],
  evaluate: [
    '[options] <gt> <dt>',
    'the 12 COCO numbers of a detections file, equal to those of pycocotools',
  ],
  data: [
    '[options] <data>',
    'what is in a dataset: images, labels, classes, and what is doubtful about them',
  ],
  schedule: ['[options] <config>', 'the learning rate of every step before the run is started, and advice'],
  'lr-find': ['[options] <config>', 'a short run with a rising learning rate, and the lr0 that it suggests'],
  warmup: [
    '[options] <config>',
    'what warm-up buys here: short probes find the LR at which training dies without one, then several are compared',
  ],
  compare: [
    '[options] <run_a[@epoch]> <run_b[@epoch]> [more...]',
    'is B better than A? a paired bootstrap over the images of their val set; several against one',
  ],
  check: [
    '[options] <run[@epoch]>',
    'a gate for CI: exit code 1 if a result misses a floor, or is worse than another one beyond noise',
  ],
  report: [
    '[options] <runs...>',
    'one HTML file to show others: curves, verdicts, worst images, settings, environment; opens without network',
  ],
  export: ['[options] <run>', 'write a run as TensorBoard event files or CSV'],
  note: ['[options] <run> [text...]', 'write a note on a run, or print it'],
  tag: ['[options] <run> [tags...]', 'put tags on a run, or print those that it has'],
  rename: ['[options] <run> <title>', 'give a run a title; its folder keeps its name'],
  archive: ['[options] <runs...>', 'hide runs from the list; their folders stay as they are'],
  rm: ['[options] <runs...>', 'move runs to the trash of their folder; pitwall gc empties it'],
  gc: [
    '[options] [dir]',
    'free disk space: checkpoints of old runs that are neither best nor pinned, and old runs in the trash',
  ],
  notify: ['', 'messages about runs: desktop, webhook, ntfy, Slack, Feishu, DingTalk, WeCom'],
  doctor: [
    '[options]',
    'what this machine offers: devices and why one is unavailable, FP16, Python, torch, ultralytics',
  ],
  'setup-python': [
    '[options] [dir]',
    'make a Python environment with torch, ultralytics and onnx (downloads several GB)',
  ],
  'gpu-runtime': ['', "onnxruntime's CUDA provider, which the package leaves out for its size"],
  completion: [
    '<shell> [words...]',
    'a script that completes commands, options and names of runs in bash, zsh, fish, powershell',
  ],
};
