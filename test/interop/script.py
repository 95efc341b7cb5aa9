"""One run of an unmodified SwanLab client: script.py <kind> <logdir> [<run id>]."""
import sys

import numpy as np
import swanlab

kind, logdir = sys.argv[1:3]
options = dict(
    project="interop",
    experiment_name="swan",
    description="hello",
    logdir=logdir,
    config={"lr": 0.1, "layers": 3, "nested": {"on": True, "x": [1, 2]}},
    mode="offline" if kind == "offline" else "cloud",
)
if kind == "resume":
    options.update(id=sys.argv[3], resume="must")
run = swanlab.init(**options)
print("hello from the script")
start = 5 if kind == "resume" else 0
for step in range(start, start + 5):
    swanlab.log({"loss": 1 / (step + 1), "train/acc": step}, step=step)
if kind in ("new", "offline"):
    swanlab.log({"odd": float("nan"), "up": float("inf")}, step=5 if kind == "new" else 5)
if kind == "media":
    picture = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
    swanlab.log({"eval/img": swanlab.Image(picture, caption="cap"), "note": swanlab.Text("hello text")}, step=6)
if kind == "crash":
    raise ValueError("diverged")
swanlab.finish()
