"""One COCO evaluator from files to its 12 numbers; prints a JSON line. usage: coco_engines.py ENGINE GT DT"""
import contextlib, io, json, resource, sys, time
from pathlib import Path


def pycocotools():
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    return lambda gt, dt: python_api(COCO, COCOeval, gt, dt)


def faster_coco_eval():
    from faster_coco_eval import COCO, COCOeval_faster

    return lambda gt, dt: python_api(COCO, COCOeval_faster, gt, dt)


def python_api(COCO, COCOeval, gt, dt):
    truth = COCO(gt)
    e = COCOeval(truth, truth.loadRes(dt), "bbox")
    e.evaluate()
    e.accumulate()
    e.summarize()
    return list(e.stats)[:12]


def hotcoco():
    from hotcoco import COCO, COCOeval

    def run(gt, dt):
        truth = COCO(gt)
        e = COCOeval(truth, truth.load_res(dt), "bbox")
        e.run()
        return list(e.stats)

    return run


def vernier():
    from vernier.instance import Bbox, CocoDataset, Evaluator

    def run(gt, dt):
        truth = CocoDataset.from_json(Path(gt).read_bytes())
        evaluator = Evaluator(iou=Bbox(), parity_mode="strict")
        return list(evaluator.evaluate(truth, Path(dt).read_bytes(), num_threads=1).stats)

    return run


engine, gt, dt = sys.argv[1:4]
with contextlib.redirect_stdout(io.StringIO()):
    run = {"pycocotools": pycocotools, "faster-coco-eval": faster_coco_eval, "hotcoco": hotcoco, "vernier": vernier}[engine]()
    start = time.perf_counter()
    stats = run(gt, dt)
    seconds = time.perf_counter() - start
used = resource.getrusage(resource.RUSAGE_SELF)
line = dict(seconds=seconds, cpu=used.ru_utime + used.ru_stime, rssMiB=used.ru_maxrss / 1024, stats=[float(v) for v in stats])
print(json.dumps(line))
