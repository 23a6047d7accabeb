import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCliProcess } from '../helpers/cli';
import { eventsOf, python, useWorkshop } from './helpers';

// A finished output folder of the real Ultralytics, followed; its .pt is opened only with the user's consent.
const workshop = useWorkshop({ train: 1, val: 4 });

describe('pitwall follow on real weights', () => {
  it('copies the .pt unopened, and validates it once its user asks', async () => {
    const folder = path.join(workshop.dir, 'theirs');
    mkdirSync(path.join(folder, 'weights'), { recursive: true });
    writeFileSync(
      path.join(folder, 'args.yaml'),
      'model: yolov8n.yaml\ndata: data.yaml\nepochs: 1\nimgsz: 64\n',
    );
    writeFileSync(
      path.join(folder, 'results.csv'),
      'epoch,time,train/box_loss,metrics/mAP50-95(B)\n1,2,1.5,0.1\n',
    );
    const save = 'import sys; from ultralytics import YOLO; YOLO("yolov8n.yaml").save(sys.argv[1])';
    const file = path.join(folder, 'weights/last.pt');
    execFileSync(python, ['-c', save, file], {
      cwd: workshop.dir,
      env: { ...process.env, YOLO_OFFLINE: 'true' },
      stdio: 'ignore',
    });
    const followed = await runCliProcess(['follow', 'theirs', '--name', 'theirs'], workshop.dir);
    expect(followed).toMatchObject({ code: 0, err: '' });
    const dir = workshop.runDir('theirs');
    expect(eventsOf(dir, 'checkpoint')).toMatchObject([{ epoch: 1 }]);
    const onnx = path.join(dir, 'checkpoints/epoch-0001/model.onnx');
    expect(existsSync(onnx)).toBe(false);
    const validated = await runCliProcess(['validate', '--run', 'theirs@1', '--json'], workshop.dir);
    expect(validated.code).toBe(0);
    expect(JSON.parse(validated.out)).toMatchObject({ images: 4, imgsz: 64 });
    expect(existsSync(onnx)).toBe(true);
  });
});
