# SPDX-License-Identifier: MIT
"""A plain PyTorch loop on several nodes that is one Pitwall run. Beside it: a copy of pitwall_log.py. See docs/other-trainers.md.

torchrun starts it on every node. Rank 0, which Pitwall starts, logs the steps and alone reads and writes files; no other node needs
to know of Pitwall. If any rank is asked to stop, all leave the loop after the same step.
"""
import argparse
import os
import signal

import torch
import torch.distributed as dist
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, DistributedSampler, TensorDataset

import pitwall_log as log

asked = []
# Pitwall interrupts torchrun, which hands the signal on; a cluster that takes a node back sends SIGTERM.
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, lambda *_: asked.append(True))


def agree(flag, device):
    """Whether any rank says so: each waits here for the others, so all of them act on it after the same step."""
    votes = torch.tensor([int(bool(flag))], device=device)
    dist.all_reduce(votes, op=dist.ReduceOp.MAX)
    return bool(votes.item())


def load(file):
    """What rank 0 finds, for all ranks: the others need no shared folder."""
    found = [torch.load(file, map_location="cpu") if dist.get_rank() == 0 and os.path.exists(file) else None]
    dist.broadcast_object_list(found)
    return found[0]


def save(file, state):
    """Whole or not at all."""
    if dist.get_rank() == 0:
        torch.save(state, file + ".part")
        os.replace(file + ".part", file)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, required=True)
    parser.add_argument("--out", default=".", help="where rank 0 writes last.pt, and goes on from it")
    args = parser.parse_args()
    cuda = torch.cuda.is_available()
    device = torch.device("cuda", int(os.environ["LOCAL_RANK"])) if cuda else torch.device("cpu")
    dist.init_process_group("nccl" if cuda else "gloo")

    # Your data and your model.
    torch.manual_seed(0)
    inputs = torch.randn(160, 4)
    data = TensorDataset(inputs, inputs.sum(1, keepdim=True))
    model = torch.nn.Linear(4, 1)

    sampler = DistributedSampler(data)
    loader = DataLoader(data, batch_size=8, sampler=sampler)
    last = os.path.join(args.out, "last.pt")
    before = load(last)
    if before:
        model.load_state_dict(before["model"])
    model = DistributedDataParallel(model.to(device))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    if before:
        optimizer.load_state_dict(before["optimizer"])
    step = before["step"] if before else 0
    first, done = divmod(step, len(loader))
    log.plan(epochs=args.epochs, steps_per_epoch=len(loader))
    stop = False
    for epoch in range(first, args.epochs):
        sampler.set_epoch(epoch)
        total = 0.0
        for i, (x, y) in enumerate(loader):
            if epoch == first and i < done:
                continue
            loss = (model(x.to(device)) - y.to(device)).square().mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
            log.step(step, epoch + 1, loss.item(), optimizer=optimizer)
            step += 1
            # On GPUs that take milliseconds for a step, ask at every tenth.
            stop = agree(asked or log.stop_requested(), device)
            if stop:
                break
        save(last, {"model": model.module.state_dict(), "optimizer": optimizer.state_dict(), "step": step})
        if stop:
            print(f"rank {dist.get_rank()}: stopped after {step} steps", flush=True)
            break
        log.epoch(epoch + 1, loss=total / len(loader))
    dist.destroy_process_group()


if __name__ == "__main__":
    main()
