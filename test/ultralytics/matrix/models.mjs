/** What the matrix trains: each model from its YAML, so that nothing is fetched. */
export const MODELS = [
  { name: 'yolov8n', model: 'yolov8n.yaml', task: 'detect' },
  { name: 'yolov9t', model: 'yolov9t.yaml', task: 'detect' },
  { name: 'yolov10n', model: 'yolov10n.yaml', task: 'detect' },
  { name: 'yolo11n', model: 'yolo11n.yaml', task: 'detect' },
  { name: 'yolo12n', model: 'yolo12n.yaml', task: 'detect' },
  { name: 'yolo26n', model: 'yolo26n.yaml', task: 'detect' },
  { name: 'yolov5nu', model: 'yolov5n.yaml', task: 'detect' },
  { name: 'yolov8n-seg', model: 'yolov8n-seg.yaml', task: 'segment' },
  { name: 'yolov8n-pose', model: 'yolov8n-pose.yaml', task: 'pose' },
  { name: 'yolov8n-obb', model: 'yolov8n-obb.yaml', task: 'obb' },
  { name: 'yolov8n-cls', model: 'yolov8n-cls.yaml', task: 'classify' },
  { name: 'rtdetr-l', model: 'rtdetr-l.yaml', task: 'detect', imgsz: 64, keys: { lr0: 0.0001, batch: 4 } },
  // From the checkpoint that the row above wrote.
  {
    name: 'rtdetr-l.pt',
    after: 'rtdetr-l',
    model: 'runs/rtdetr-l/trainer/weights/last.pt',
    task: 'detect',
    imgsz: 64,
    keys: { lr0: 0.0001, batch: 4 },
  },
  { name: 'yolov8s-worldv2', model: 'yolov8s-worldv2.yaml', task: 'detect' },
  { name: 'yoloe-11s', model: 'yoloe-11s.yaml', task: 'detect' },
];
