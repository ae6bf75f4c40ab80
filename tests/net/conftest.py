# SPDX-License-Identifier: GPL-3.0-or-later
import shutil
import tempfile

import pytest

import world as worlds


@pytest.fixture(scope="session")
def keys():
    folder = tempfile.mkdtemp(prefix="perron-keys-")
    worlds.make_keys(folder)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def world(keys):
    """A short path: it carries the name of a Unix socket (108 bytes)."""
    folder = tempfile.mkdtemp(prefix="perron-net-")
    made = worlds.World(folder, keys)
    try:
        yield made
    finally:
        made.close()
        shutil.rmtree(folder)


@pytest.fixture
def line(world):
    world.start_line()
    return world
