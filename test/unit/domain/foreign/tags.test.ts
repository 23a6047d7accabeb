import { describe, expect, it } from 'vitest';
import { classifyTag } from '../../../../src/domain/foreign/classify-tag';

const check = (program: string, tags: Readonly<Record<string, string | undefined>>): void => {
  it(program, () => {
    const found = Object.keys(tags).map((tag) => {
      const kind = classifyTag(tag);
      return [tag, kind && `${kind.kind} ${kind.name}`];
    });
    expect(Object.fromEntries(found)).toEqual(tags);
  });
};

describe('what a tag means', () => {
  check('Ultralytics and YOLOv5', {
    'train/box_loss': 'loss box',
    'val/box_loss': 'loss val_box',
    'metrics/mAP50(B)': 'metric map50',
    'metrics/mAP50-95(B)': 'metric map',
    'metrics/mAP50-95(M)': 'metric map_m',
    'metrics/mAP_0.5': 'metric map50',
    'metrics/mAP_0.5:0.95': 'metric map',
    'metrics/precision(B)': 'metric precision',
    'metrics/recall(P)': 'metric recall_p',
    'metrics/accuracy_top1': 'metric accuracy_top1',
    'lr/pg0': 'lr pg0',
    'x/lr0': 'lr lr0',
  });
  check('PyTorch Lightning and torchmetrics', {
    train_loss: 'loss total',
    train_loss_step: 'loss total',
    train_loss_epoch: 'epochLoss total',
    val_loss: 'loss val_total',
    val_loss_epoch: undefined,
    val_map: 'metric map',
    val_map_50: 'metric map50',
    map_75: 'metric map75',
    val_acc: 'metric acc',
    train_acc: undefined,
    'lr-AdamW': 'lr AdamW',
    'lr-AdamW/pg1': 'lr pg1',
    'lr-SGD-momentum': undefined,
    epoch: 'epoch epoch',
    hp_metric: undefined,
  });
  check('RF-DETR: classes, masks, the average and other splits are not the mAP of the model', {
    'train/loss': 'loss total',
    'train/loss_ce': 'loss ce',
    'train/loss_ce_0': undefined,
    'train/loss_ce_unscaled': undefined,
    'train/lr_min': 'lr lr_min',
    'val/mAP_50_95': 'metric map',
    'val/mAP_50': 'metric map50',
    'val/ema_mAP_50_95': 'metric ema_map',
    'val/ema_segm_mAP_50': 'metric ema_map50_m',
    'val/segm_mAP_50_95': 'metric map_m',
    'val/AP/crack': undefined,
    'val/mAR': 'metric mAR',
    'val/F1': 'metric F1',
    'test/mAP_50_95': 'metric test_map',
    'test/loss': undefined,
    'train/mAP_50_95': undefined,
    'train/precision': undefined,
  });
  check('MMDetection', {
    'coco/bbox_mAP': 'metric map',
    'coco/bbox_mAP_50': 'metric map50',
    'coco/bbox_mAP_75': 'metric map75',
    'coco/bbox_mAP_s': 'metric bbox_mAP_s',
    'coco/segm_mAP': 'metric map_m',
    'pascal_voc/mAP': 'metric map',
    loss: 'loss total',
    loss_rpn_cls: 'loss rpn_cls',
    's0.loss_cls': 'loss s0.cls',
    'd3.loss_cls': undefined,
    enc_loss_bbox: undefined,
    lr: 'lr lr',
    base_lr: undefined,
    grad_norm: undefined,
    data_time: undefined,
  });
  check('LibreYOLO, YOLOX, Keras, Hugging Face', {
    'train/loss/box': 'loss box',
    'val/mAP50-95': 'metric map',
    'metrics/best_conf_f1': 'metric best_conf_f1',
    best_metric: undefined,
    'val/COCOAP50_95': 'metric map',
    'val/COCOAP50': 'metric map50',
    'train/epoch_loss': 'loss epoch',
    'validation/epoch_loss': 'loss val_epoch',
    eval_loss: 'loss val_total',
    learning_rate: 'lr learning_rate',
  });
});
