# SPDX-License-Identifier: MIT
"""Ray Tune with ASHA and Optuna over Pitwall runs: each trial is `pitwall train --json --leash`, and an ordinary run folder. docs/ray.md.

    python tune_asha.py pcb.train.yaml --trials 24 --epochs 30 --runs runs/tuned

Needs ray[tune] and optuna. RAY_ADDRESS names a cluster, if there is one; its nodes see this folder and the program that --pitwall names.
"""
import argparse
import json
import os
import queue
import subprocess
import threading

# A trial that ASHA stops ends its run in good order first.
os.environ.setdefault("TUNE_FORCE_TRIAL_CLEANUP_S", "60")
import ray
from ray import tune
from ray.tune.schedulers import ASHAScheduler
from ray.tune.search.optuna import OptunaSearch

BAD_INPUT = 2
SPACE = {"lr0": tune.loguniform(1e-3, 0.2), "momentum": tune.uniform(0.8, 0.95)}


class Trial(tune.Trainable):
    def setup(self, config, order):
        argv = [*order["pitwall"], "train", order["config"], "--json", "--leash"]
        argv += ["--runs", order["runs"], "--name", self.trial_name, "--set", f"epochs={order['epochs']}"]
        for key, value in config.items():
            argv += ["--set", f"{key}={value}"]
        self.last = {"map": 0.0, "epoch": 0}
        self.lines = queue.Queue()
        self.errors = open(os.path.join(self.logdir, "stderr.txt"), "w+")
        # It ends with the other end of this pipe, however this process ends.
        pipes = dict(stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors)
        self.child = subprocess.Popen(argv, text=True, **pipes)
        threading.Thread(target=self.pump, daemon=True).start()

    def pump(self):
        for line in self.child.stdout:
            self.lines.put(json.loads(line))
        self.lines.put(None)

    def step(self):
        """To the next validated checkpoint."""
        while (event := self.lines.get()) is not None:
            if event["type"] == "validation":
                value = float(event["map"])
                self.last = {"map": value if value == value else 0.0, "epoch": event["epoch"]}
                return dict(self.last)
        # One that diverges ends by itself: what it has is its result.
        if self.child.wait() == BAD_INPUT:
            self.errors.seek(0)
            raise RuntimeError(self.errors.read())
        return {**self.last, "done": True}

    # ASHA has a trial saved before it stops it; the run folder has all there is to save.
    def save_checkpoint(self, folder):
        return dict(self.last)

    def load_checkpoint(self, state):
        pass

    def cleanup(self):
        self.child.stdin.close()
        self.child.wait()
        self.errors.close()


def number(trial):
    return f"{int(trial.experiment_tag.split('_')[0]) - 1:03d}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("config")
    parser.add_argument("--runs", required=True, help="a new folder, for the runs")
    parser.add_argument("--trials", type=int, default=24)
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--grace", type=int, default=5, help="at least two epochs more than the warm-up")
    parser.add_argument("--reduction", type=int, default=3)
    parser.add_argument("--cpus", type=int, default=1)
    parser.add_argument("--gpus", type=float, default=0)
    parser.add_argument("--pitwall", nargs="+", default=["pitwall"])
    args = parser.parse_args()
    runs = os.path.abspath(args.runs)
    os.makedirs(runs)
    ray.init()
    order = {"pitwall": args.pitwall, "config": os.path.abspath(args.config), "runs": runs, "epochs": args.epochs}
    asha = ASHAScheduler(time_attr="epoch", max_t=args.epochs + 1, grace_period=args.grace, reduction_factor=args.reduction)
    results = tune.Tuner(
        tune.with_resources(tune.with_parameters(Trial, order=order), {"cpu": args.cpus, "gpu": args.gpus}),
        param_space=SPACE,
        tune_config=tune.TuneConfig(
            metric="map",
            mode="max",
            num_samples=args.trials,
            scheduler=asha,
            search_alg=OptunaSearch(seed=0),
            trial_name_creator=number,
            trial_dirname_creator=number,
        ),
        # Beside the runs; a folder that begins with a dot is none.
        run_config=tune.RunConfig(storage_path=os.path.join(runs, ".tune"), name="tune", verbose=0),
    ).fit()
    rows = [{"run": os.path.basename(one.path), **{key: one.metrics[key] for key in ("epoch", "map")}} for one in results]
    print(json.dumps(sorted(rows, key=lambda row: row["run"])))
    if results.num_errors:
        raise SystemExit(f"{results.num_errors} trials failed: see {runs}/.tune")


if __name__ == "__main__":
    main()
