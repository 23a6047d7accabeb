import { DEFECTS } from './defects';

export const CONFIG_NAME = 'pcb.train.yaml';
export const DATA_NAME = 'data.yaml';

/** Without `path`: the folders are found beside this file, by Pitwall and by Ultralytics. */
export const DATA_TEXT = `# Defects on printed circuit boards, drawn by pitwall init. Six classes as in board inspection.
train: images/train
val: images/val
names:
${DEFECTS.map((name, i) => `  ${i}: ${name}`).join('\n')}
`;

export const CONFIG_TEXT = `# A training experiment. Keys that Ultralytics has keep its names, units and meaning.
trainer: builtin            # builtin | ultralytics | command
model: nano                 # nano | micro, or a checkpoint to fine-tune from
data: data.yaml
epochs: 15
batch: 16
imgsz: 128
seed: 0
device: auto                # auto | cpu | webgpu | cuda | dml | coreml

optimizer: SGD
lr0: 0.02
lrf: 0.01                   # final LR = lr0 * lrf
cos_lr: true
momentum: 0.937
weight_decay: 0.0005
warmup_epochs: 2
warmup_momentum: 0.8
warmup_bias_lr: 0.02
warmup_shape: linear        # linear | exponential | constant

box: 11.25                  # gains of the losses; half as much again as usual, since the run is short
cls: 0.75

# A board has no up and no left; its colour says nothing about its faults.
fliplr: 0.5
flipud: 0.5
hsv_h: 0.015
hsv_s: 0.2
hsv_v: 0.2
translate: 0.05
scale: 0.0
mosaic: 0.0
close_mosaic: 0

validation: { device: auto, batch: 64, half: auto, every: 1, backlog: all }
early_stop: false
checkpoints: { keep_last: 3, keep_best: 1 }
`;
