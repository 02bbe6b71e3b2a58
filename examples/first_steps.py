"""First steps in Python, as cells: simulate a recording, train on its sensors without labels, estimate, look at it."""

# %% A recording. Yours would come from a file: kinertia.io.read.read("walk.csv", mass_kg=72, height_m=1.78)
import os
from pathlib import Path

from kinertia.simulation import walking
from kinertia.simulation.record import record

walk = walking.fit(mass_kg=72.0, height_m=1.78)
recording = record(walk, "person", seconds=20.0, seed=1)
print(f"{recording.name}: {recording.duration_s:.0f} s, sensors on {', '.join(sensor.segment for sensor in recording.sensors)}")

# %% Train on the signals alone. recording.truth is not read.
from kinertia.learning.config import Config, TrainingConfig  # noqa: E402
from kinertia.learning.prepare import to_sequence  # noqa: E402
from kinertia.learning.training import train  # noqa: E402

config = Config(training=TrainingConfig(steps=int(os.environ.get("STEPS", "1000"))))
model = train([to_sequence(recording, config)], config)

# %% Estimate, and see how far the result obeys the equations of motion.
from kinertia.estimation import verdict  # noqa: E402
from kinertia.estimation.trained import estimate  # noqa: E402

result = estimate(model, recording)
print(f"speed {result.speed.mean():.2f} m/s" if result.speed is not None else "no speed")
print(verdict.of(result, recording).headline)

# %% Compare with the exact truth, beside the predictor that knows nothing but the mean.
from kinertia.metrics import scoring  # noqa: E402

errors = scoring.figures(result, recording)["angle_rmsd_deg"]
nothing = scoring.trivial_figures(recording)["mean_angle"]["angle_rmsd_deg"]
for joint, error in errors.items():
    print(f"{joint:15s} {error:5.1f} deg, own mean {nothing[joint]:5.1f} deg")

# %% Write everything.
from kinertia.io import write_opensim  # noqa: E402
from kinertia.reporting import page  # noqa: E402

out = Path("first-steps")
write_opensim.write(out, result)
print("open", page.write(out / "report.html", result, recording, recording.truth))
