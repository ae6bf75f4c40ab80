# SPDX-License-Identifier: GPL-3.0-or-later
import pytest

from house import BUILD, Person, Stage


@pytest.fixture
def open_stage(tmp_path):
    """Opens stages; the arguments are perron-stage's."""
    if not (BUILD / "kiosk/app/perron-kiosk").exists():
        pytest.skip("perron-kiosk is not in this build")
    stages = []

    def open_one(*arguments):
        stages.append(Stage(tmp_path / f"world-{len(stages)}", *arguments))
        return stages[-1]

    yield open_one
    for stage in stages:
        stage.end()


@pytest.fixture
def stage(open_stage):
    return open_stage()


@pytest.fixture
def person(stage):
    with Person(stage) as somebody:
        yield somebody
