# SPDX-License-Identifier: GPL-3.0-or-later
import pathlib
import shutil
import sys
import tempfile

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "net"))
import world as worlds  # noqa: E402
from fleet import Fleet  # noqa: E402


@pytest.fixture(scope="session")
def keys():
    """The gateway's and the caisse's; terminals get theirs from perron-ca."""
    folder = tempfile.mkdtemp(prefix="perron-keys-")
    worlds.make_keys(folder)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(params=["file", "tpm"])
def kind(request):
    return request.param


@pytest.fixture
def fleet(keys):
    """Keys in files unless a test asks for a TPM."""
    folder = tempfile.mkdtemp(prefix="pe-")
    made = Fleet(folder, keys)
    try:
        yield made
    finally:
        made.close()
        shutil.rmtree(folder)
