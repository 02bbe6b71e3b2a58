"""Every command with one line about it, in the order in which they are shown."""

from __future__ import annotations

GROUP = "benchmark"
IN_CHECKOUT = (GROUP, "pretrain")
"""Commands that the experiments of a checkout hold, and no installation."""
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
    },
    "Models": {
        "export": "a trained model as ONNX graphs that need no torch",
        "calibrate": "the 90 % bands of a model, on people with known truth",
    },
    "For developers": {
        GROUP: "scores and speed, in a checkout; alone it lists what there is",
        "pretrain": "an encoder of signals for learning from few labels, in a checkout",
        "ship": "a trained model as a folder that comes with the package",
    },
}
COMMANDS = {name: f"kinertia.cli.{name}" for names in GROUPS.values() for name in names if name not in IN_CHECKOUT}


def page(groups: dict[str, dict[str, str]], opening: str, closing: str) -> str:
    """A list of names with a line each."""
    lines = [opening]
    for title, names in groups.items():
        lines += ["", f"{title}:", *(f"  {name:<12}{about}" for name, about in names.items())]
    return "\n".join([*lines, "", closing])
