"""Rasa's own test stories, judged by Rasa with the trained model."""

import subprocess

from bot.app.training import model_path, rasa_environment, rasa_python
from bot.settings import ROOT


def test_every_flow_has_test_stories_and_the_model_follows_them(trained, tmp_path):
    flows = [folder for folder in (ROOT / "flows").iterdir() if folder.is_dir()]
    assert len(flows) >= 5
    for flow in flows:
        stories = (flow / "test_stories.yml").read_text(encoding="utf-8")
        assert stories.count("- story:") >= 1, flow
        (tmp_path / f"test_{flow.name}.yml").write_text(stories, encoding="utf-8")

    ended = subprocess.run(
        [
            str(rasa_python()), "-m", "rasa", "test", "core", "--model", str(model_path(trained)),
            "--stories", str(tmp_path), "--out", str(tmp_path / "out"), "--no-plot",
            "--fail-on-prediction-errors",
        ],
        check=False,
        cwd=ROOT,
        env=rasa_environment(trained),
        capture_output=True,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout[-2000:] + ended.stderr[-2000:]
