from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest

import walking
from kinertia.api import results
from kinertia.estimation import gait
from kinertia.estimation.convention import Knee
from kinertia.estimation.estimate import Activity, Estimate
from kinertia.estimation.muscular import with_muscles
from kinertia.io.stored import Session
from kinertia.metrics import scoring
from kinertia.recording import Recording, Subject, Truth
from kinertia.reporting import curves, figure, page, signals, summary
from kinertia.reporting.shown import Shown

VOID = {"meta", "br", "img", "input", "link", "hr"}


class Page(HTMLParser):
    """Checks that tags close in order; collects headings, ids and texts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.labelled: list[str] = []
        self.texts: list[str] = []
        self.frames = ""
        self.tags: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        self.ids += [given["id"] or ""] if "id" in given else []
        self.labelled += [given["aria-labelledby"] or ""] if "aria-labelledby" in given else []
        if tag in ("svg", "canvas"):
            assert given.get("role") == "img"
            assert given.get("aria-label")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script" and data.lstrip().startswith("{"):
            self.frames = data
        elif self.open and self.open[-1] not in ("script", "style"):
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


def read(text: str) -> Page:
    parsed = Page(text)
    assert len(set(parsed.ids)) == len(parsed.ids)
    assert set(parsed.labelled) <= set(parsed.ids)
    assert not re.search(r"https?:|//[a-z]|src=|href=.[^#]|@import|url\(", text)
    return parsed


def with_truth(
    estimate: Estimate, recording: Recording, truth: Truth, scores: dict[str, Any] | None = None, knee: Knee = Knee.FLEXION
) -> Shown:
    """What a page is made of where there is a reference, with these scores or those that are not synced."""
    known = replace(recording, truth=truth)
    shown = Shown(estimate, known, knee=knee)
    shown.__dict__["scores"] = scoring.score(estimate, known, None) if scores is None else scores
    return shown


def variants() -> dict[str, Estimate]:
    estimate, _, _ = walking.make(8.0)
    gaps = {name: np.where(np.arange(estimate.samples) % 50 == 7, np.nan, v) for name, v in estimate.coordinates.items()}
    silent = np.full_like(estimate.root_residual, np.nan)
    assert estimate.imu_measured is not None
    return {
        "full": estimate,
        "kinematic": walking.kinematic(estimate),
        "right leg": walking.right_only(estimate),
        "no events": replace(estimate, events={}),
        "one strike": replace(estimate, events={"heel_strike_r": np.array([20])}),
        "gaps": replace(estimate, coordinates=gaps, root_residual=silent, imu_measured=estimate.imu_measured * np.nan),
        "out of plane": replace(
            estimate, coordinates=estimate.coordinates | {"hip_adduction_r": 0.1 * np.ones(estimate.samples)}
        ),
        "unknown joint": replace(estimate, coordinates={"elbow": np.zeros(estimate.samples)}),
    }


@pytest.mark.parametrize("name", list(variants()))
@pytest.mark.parametrize("known", [False, True])
def test_every_kind_of_estimate(name, known):
    _, recording, truth = walking.make(8.0)
    estimate = variants()[name]
    if name == "gaps":  # which are not scored
        text = page.render(with_truth(estimate, recording, truth, {}) if known else Shown(estimate, recording))
    else:
        text = page.render(with_truth(estimate, recording, truth)) if known else page.render(Shown(estimate, recording))
    parsed = read(text)
    assert "nan" not in parsed.text.lower().split()
    assert ("Errors against the reference" in parsed.text) == (known and name != "gaps")


def test_full_report_says_what_it_should(tmp_path):
    estimate, recording, truth = walking.make(20.0)
    parsed = read(results.report(tmp_path / "report.html", [with_truth(estimate, recording, truth)]).read_text())
    for words in (
        "Person 70 kg, 1.75 m Sensors 7: pelvis, both thighs, both shanks, both feet",
        "Gait 34 strides Recording 20 s at 100 Hz",
        "What this recording lacked Mass was not given: 75 kg assumed. Sensor imu3: 2 samples at the end of the range.",
        "A research tool, not a medical device. Kinertia",
        "20 ms behind the input",
        "Consistent in all ",
        "Cadence 111",
        "Double support [% of stride] 24.0",
        "Hip, right 3.00 \u22123.00 0.00 1.000",
        "Virtual against measured sensors",
        "off by 0.05 m/s",
    ):
        assert words in parsed.text
    # Angles 5, moments 3 in 3 units, the knee in both signs; forces 2, speed and contacts, residual 3, sensors 7 x 3.
    assert parsed.tags.count("svg") == 6 + 3 * 4 + 2 + 2 + 3 + 21
    frames = json.loads(parsed.frames)
    assert frames["count"] == len(frames["points"]["hip"]["x"]) == 500
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


def test_muscles_have_their_own_part():
    estimate, recording, _ = walking.make(8.0)
    plain, muscles = (read(page.render(Shown(one, recording))) for one in (estimate, with_muscles(estimate)))
    assert "Which muscles give the moments" not in plain.text
    assert "Which muscles give the moments" in muscles.text
    assert "Soleus force" in muscles.text
    assert muscles.tags.count("svg") - plain.tags.count("svg") >= 2 * 8
    assert "Knee contact force" in muscles.text
    # a moment that no muscle can give is what is left over, with a mark
    beyond = with_muscles(replace(estimate, moments=estimate.moments | {"knee_angle_r": np.full(estimate.samples, 1500.0)}))
    assert max(np.nanmax(force) for force in beyond.muscle_forces.values()) < 10_000.0
    marked = read(page.render(Shown(beyond, recording))).text
    assert "\u26a0 Knee moment that no muscle gives" in marked
    assert "muscles cannot give the moments at 100 % of the samples" in marked.lower()


def test_one_repeating_cycle():
    estimate, recording, truth = walking.make(periodic=True)
    parsed = read(page.render(with_truth(estimate, recording, truth)))
    assert "One gait cycle 1.08 s, which repeats" in parsed.text
    assert "Right: 1 cycle. Left: 1 cycle." in parsed.text
    assert "The one gait cycle. Difference: right minus left, over their mean. Quantity Mean" in parsed.text
    assert "Stance [% of stride] 62.0 62.0 62.0" in parsed.text
    assert "SD between cycles" not in parsed.text
    assert json.loads(parsed.frames)["periodic"] is True


def test_knee_and_unit_are_the_users_choice():
    estimate, recording, truth = walking.make(8.0)
    drawn = {knee: page.render(with_truth(estimate, recording, truth, knee=knee)) for knee in Knee}
    assert '<body data-knee="flexion" data-moment="bwbh">' in drawn[Knee.FLEXION]
    assert '<body data-knee="opensim" data-moment="bwbh">' in drawn[Knee.OPENSIM]
    # whichever it opens with, both are there
    for text in drawn.values():
        assert text.count("knee-flexion") == text.count("knee-opensim") > 3
        assert all(f"Moment [{unit}]" in text for unit in ("BWBH %", "N m", "N m/kg"))
    # the reference flexes less by 3 deg: the estimate more
    assert "Knee, right 3.00 +3.00" in read(drawn[Knee.FLEXION]).text
    assert "Knee, right 3.00 \u22123.00" in read(drawn[Knee.OPENSIM]).text
    light = replace(estimate, subject=Subject(70.0, 1.75, assumed=("mass_kg",)))
    text = page.render(Shown(light, recording))
    assert "Moment [N m]" not in text
    assert "No N m, as the body mass is not known." in read(text).text
    assert "70 kg (assumed), 1.75 m" in text


def test_other_people_stand_behind_the_curves():
    estimate, recording, _ = walking.make(8.0)
    text = page.render(Shown(estimate, recording))
    # hip, knee in both signs, ankle, vertical force; the spread of the fore-aft force was not published
    assert text.count('class="band norm"') == 5
    assert text.count('class="line norm"') == 6
    assert "normal walking at 1.33 m/s (Winter 1991), mean \u00b1 1 SD between people." in text
    running = replace(
        estimate, activity=np.full(estimate.samples, Activity.RUNNING, dtype=np.int8), speed=np.full(estimate.samples, 2.5)
    )
    text = page.render(Shown(running, recording))
    assert (
        "three runners at 3.5 m/s (Fukuchi et al. 2017), mean \u00b1 1 SD between people; here the speed is 2.50 m/s." in text
    )
    assert text.count('class="band norm"') == 6


def test_what_the_user_says_is_at_the_top():
    estimate, recording, _ = walking.make(4.0)
    text = read(page.render(Shown(estimate, recording, session=Session("Ann <A>, second visit", "barefoot")))).text
    assert "Ann <A>, second visit walk_01. Movement estimated from inertial sensors barefoot Who" in text


def test_text_from_files_is_escaped():
    estimate, recording, truth = walking.make(4.0)
    nasty = '</script><script>alert("x")</script>&'
    odd = replace(
        estimate,
        name=nasty,
        method=nasty,
        warnings=(nasty,),
        sensor_segments=(nasty, *estimate.sensor_segments[1:]),
        coordinates=estimate.coordinates | {nasty: np.zeros(estimate.samples)},
        events=estimate.events | {nasty: np.array([3])},
    )
    text = page.render(with_truth(odd, replace(recording, warnings=(nasty + "2",)), replace(truth, note=nasty)))
    read(text)
    assert "alert(" in text
    assert '<script>alert("x")' not in text


def test_given_scores_are_shown():
    estimate, recording, truth = walking.make(4.0)
    scores = {
        "angle_rmsd_deg": {"knee_angle_r": 4.25, "hip_flexion_r": None},
        "angle_bias_deg": {"knee_angle_r": -1.5},
        "moment_rmsd_bwbh": None,
        "speed_error": 0.123,
        "sync_shift_s": 0.013,
        "synced": {"angle_rmsd_deg": {"knee_angle_r": 3.75}},
        "trivial": {"mean_angle": {"angle_rmsd_deg": {"knee_angle_r": 16.0}}, "zero_moment": None},
    }
    text = read(page.render(with_truth(estimate, recording, truth, scores))).text
    assert "Knee, right 4.25 +1.50 \u2013 \u2013 3.75 16.00" in text
    assert "(13 ms)" in text
    assert "off by 0.12 m/s" in text
    assert "Joint moments [BWBH %]" not in text


def test_reference_of_another_length_is_refused():
    estimate, recording, truth = walking.make(4.0)
    short = replace(truth, angles={"knee_angle_r": np.zeros(7)})
    with pytest.raises(ValueError, match="knee_angle_r"):
        page.render(Shown(estimate, replace(recording, truth=short)))


def test_size_of_long_recordings():
    estimate, recording, truth = walking.make(60.0)
    assert len(page.render(with_truth(estimate, recording, truth)).encode()) < 1_000_000
    estimate, recording, _ = walking.make(1800.0)
    assert len(page.render(Shown(estimate, recording)).encode()) < 1_000_000


def test_shown_part_is_where_the_joints_move():
    estimate, _, _ = walking.make(60.0)
    moving = (estimate.time_s > 30) & (estimate.time_s < 42)
    still = replace(estimate, coordinates={name: np.where(moving, v, 0.0) for name, v in estimate.coordinates.items()})
    part = curves.busiest(still, 10.0)
    assert part.stop - part.start == 1000
    assert moving[part].mean() > 0.95
    assert curves.busiest(estimate, 1e4) == slice(0, estimate.samples)


def test_forces_of_both_legs():
    estimate, _, _ = walking.make(20.0)
    weaker = replace(estimate, grf=estimate.grf | {"grf_y_l": 0.5 * estimate.grf["grf_y_l"]})
    rows = {row.label: row for row in summary.rows(weaker, gait.prevailing(estimate, periodic=False))}
    # half as strong: a difference of 0.5 over a mean of 0.75
    for label in ("Peak vertical force [BW]", "Mean vertical force [BW]"):
        assert float(rows[label].difference) == pytest.approx(66.7, abs=0.5)


def test_fit_of_sensors():
    rng = np.random.default_rng(0)
    real = rng.normal(size=1000)
    same = signals.fit(real, real)
    assert (same.rms, same.r) == (0.0, pytest.approx(1.0))
    assert signals.fit(real + 2.0, real).rms == pytest.approx(2.0)
    assert signals.fit(np.zeros(1000), real).r is None
    assert signals.fit(real * np.nan, real) == signals.Fit(None, None)


def test_stick_figure_data():
    estimate, _, _ = walking.make(5.0)
    part = curves.busiest(estimate, 10.0)
    frames = figure.frames(estimate, part, periodic=False)
    assert frames is not None
    assert frames["rate"] == 50.0
    assert frames["points"]["hip"]["y"][0] == round(1000 * estimate.points["hip"][0, 1])
    assert None in frames["forces"]["r"]["at"]
    assert {tuple(bone) for bone in frames["bones"]} >= {("hip", "knee_r", "r"), ("head", "hip", "")}
    assert figure.frames(replace(estimate, points={}), part, periodic=False) is None
    one_leg = figure.frames(walking.right_only(estimate), part, periodic=False)
    assert one_leg is not None
    assert {bone[2] for bone in one_leg["bones"]} == {"", "r"}
