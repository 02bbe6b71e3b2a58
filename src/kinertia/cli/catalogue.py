"""Every command and every benchmark with one line about it, in the order in which they are shown."""

from __future__ import annotations

GROUP = "benchmark"
GROUPS = {
    "Every day": {
        "inspect": "what is in recordings, and what is wrong with them",
        "place": "which sensor sits where and how, found from walking",
        "estimate": "angles, moments, forces and speed of recordings, with a report",
        "adapt": "the model to one wearer, from the wearer's recordings alone",
        "report": "of an estimate anew, or of two side by side: before and after",
        "live": "estimates on a page in the browser while the samples come",
        "demo": "all of it once, on simulated people",
    },
    "Other ways to estimate": {
        "solve": "by trajectory optimisation: slower, without a model",
        "stream": "while the samples come, to a file or the network",
        "simulate": "people who walk and run, with their sensors and the exact truth",
    },
    "Learning": {
        "train": "a network on recordings of any people, without labels or with few",
        "fit": "a network on recordings with truth; tested on other people",
        "pretrain": "an encoder of signals, for learning from few labels",
    },
    "Models": {
        "export": "a trained model as ONNX graphs that need no torch",
        "calibrate": "the 90 % bands of a model, on people with known truth",
    },
    "For developers": {
        GROUP: "scores and speed of methods; alone it lists what there is",
        "ship": "a trained model as a folder that comes with the package",
    },
}
BENCHMARK_GROUPS = {
    "Accuracy": {
        "cycles": "averaged gait cycles against optical motion capture",
        "continuous": "a continuous recording of raw sensors with a standing start",
        "virtual": "virtual sensors on measured motion, with exact truth",
        "simulated": "simulated people that no shipped model was trained on",
        "simulator": "simulated people against norms and measured movements",
        "ablation": "the method with one part changed at a time",
        "bands": "how often the truth lies in the 90 % bands, and how wide they are",
        "height": "body height found from the motion where nobody gave it",
        "mass": "what 30 % more or less body mass changes",
        "standing": "standing, and telling gait from what is not",
    },
    "Sensors": {
        "place": "segment, side, axes and position of sensors, found from walking",
        "turned": "sensors turned at random and put right with placement",
        "sparse": "fewer and fewer sensors, without labels",
        "dead": "a sensor that dies or freezes midway",
        "subsets": "which sensors matter for which joint, learning from labels",
    },
    "Labels": {
        "labels": "everything that learns from labels, on people not learned from",
        "pretraining": "few labels, with and without pre-training",
    },
    "Streams": {
        "latency": "sample by sample: how late, and as good as of the whole?",
        "crowd": "several people at once in one process",
        "loss": "lost packets, each sensor over a link of its own",
        "faults": "everything goes wrong: is it seen, is nothing lost on disk?",
    },
    "Robustness": {
        "spoiled": "recordings spoiled on purpose: is the right cause named first?",
        "alarms": "sound recordings: how often is one complained of?",
        "commands": "spoiled recordings given to whole commands: does one crash?",
        "files": "commands killed at random instants: is nothing lost or changed?",
    },
    "Speed": {
        "physics": "inverse dynamics and virtual sensors, with their gradients",
        "speed": "a long recording at once, and one sample at a time",
    },
}
COMMANDS = {name: f"kinertia.cli.{name}" for names in GROUPS.values() for name in names if name != GROUP}
BENCHMARKS = {name: f"kinertia.cli.benchmark_{name}" for names in BENCHMARK_GROUPS.values() for name in names}


def page(groups: dict[str, dict[str, str]], opening: str, closing: str) -> str:
    """A list of names with a line each."""
    lines = [opening]
    for title, names in groups.items():
        lines += ["", f"{title}:", *(f"  {name:<12}{about}" for name, about in names.items())]
    return "\n".join([*lines, "", closing])
