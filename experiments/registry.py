"""Every experiment with one line about it, in the order in which they are shown."""

from __future__ import annotations

GROUPS = {
    "The whole table": {
        "all": "every method on every data set at hand, as one page",
    },
    "Accuracy": {
        "cycles": "averaged gait cycles against optical motion capture",
        "continuous": "a continuous recording of raw sensors with a standing start",
        "virtual": "virtual sensors on measured motion, with exact truth",
        "virtual3d": "virtual sensors on measured motion in space, by several people and wearings",
        "timing": "when events and forces come, on one clock with the reference",
        "foot": "feet on measured motion: slip, depth, centre of pressure",
        "simulated": "simulated people that no shipped model was trained on",
        "simulator": "simulated people against norms and measured movements",
        "ablation": "the method with one part changed at a time",
        "bands": "how often the truth lies in the 90 % bands, and how wide they are",
        "height": "body height found from the motion where nobody gave it",
        "muscles": "muscles against computed muscle control and EMG",
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
        "loss": "lost packets, each sensor over its own link",
        "faults": "everything goes wrong: is it seen, is nothing lost on disk?",
    },
    "Robustness": {
        "spoiled": "recordings spoiled on purpose: is the right cause named first?",
        "alarms": "sound recordings: how often is one complained of?",
        "commands": "spoiled recordings given to whole commands: does one crash?",
        "fuzz": "broken files of every format given to every reader: does one crash, hang or fill the memory?",
        "cluster": "many recordings on Ray with workers killed at random: each once, and the same?",
        "files": "commands killed at random instants: is nothing lost or changed?",
    },
    "Speed": {
        "physics": "inverse dynamics and virtual sensors, with their gradients",
        "speed": "a long recording at once, and one sample at a time",
    },
}
COMMANDS = {
    "pretrain": "experiments.encoders.pretrain",
    "calibrate": "experiments.calibration.calibrate",
    "ship": "experiments.ship",
}
"""What is a command of its own beside ``kinertia benchmark``."""
MODULES = {name: f"experiments.{name}" for names in GROUPS.values() for name in names}
"""Where each is: a function of its name in a module of its name."""
TRAINING = (
    *(
        "cycles",
        "continuous",
        "simulated",
        "simulator",
        "virtual",
        "virtual3d",
        "timing",
        "ablation",
        "physics",
        "speed",
        "pretraining",
    ),
    *("all", "labels", "subsets", "files", "bands", "standing", "alarms", "muscles"),
)
"""Those that nothing can be done with without the packages of the extra ``kinertia[train]``."""
