"""Writes the same curves for a peer's page, and serves it: peers.py tensorboard|trackio FOLDER PORT RUNS KEYS STEPS."""

import math
import os
import sys

peer, folder, port, runs, keys, steps = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:7])
SPIKES = (int(0.123456 * steps), int(0.777777 * steps))


def rows(run):
    for step in range(steps):
        spike = 5 if step in SPIKES else 0
        yield step, {
            f"train/metric_{key}": spike + (1 + key / 10) * math.exp(-3 * step / steps) + 0.1 * math.sin(step * (run + key + 1))
            for key in range(keys)
        }


def write_tensorboard():
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.summary.writer.event_file_writer import EventFileWriter

    for run in range(runs):
        writer = EventFileWriter(os.path.join(folder, f"run-{run}"), max_queue_size=10_000)
        for step, row in rows(run):
            values = [Summary.Value(tag=key, simple_value=value) for key, value in row.items()]
            writer.add_event(Event(wall_time=1.76e9 + step, step=step, summary=Summary(value=values)))
        writer.close()


def write_trackio():
    import trackio

    for run in range(runs):
        trackio.init(project="bench", name=f"run-{run}", embed=False)
        for step, row in rows(run):
            trackio.log(row, step=step)
        trackio.finish()


if peer == "tensorboard":
    write_tensorboard()
    print("ready", flush=True)
    os.execv(sys.executable, [sys.executable, "-m", "tensorboard.main", "--logdir", folder, "--port", str(port)])
else:
    os.environ["TRACKIO_DIR"] = folder
    os.environ["GRADIO_SERVER_PORT"] = str(port)
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    write_trackio()
    import trackio

    print("ready", flush=True)
    trackio.show(project="bench", open_browser=False, block_thread=True)
