# SPDX-License-Identifier: GPL-3.0-or-later
"""What kiosk/run and tests/run stand on: the stage leaves nothing behind, however it goes, and packages are installed without services."""
import os
import pathlib
import signal
import subprocess

import pytest

from house import BUILD, ROOT, STAGE, Stage


def alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_gone(pids):
    """Until each has ended: pidfd, so nobody polls."""
    import select
    for pid in pids:
        try:
            handle = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        poll = select.poll()
        poll.register(handle, select.POLLIN)
        assert poll.poll(20000), f"process {pid} lives on"
        os.close(handle)


def group_of(stage):
    """All processes of a stage: it, its keeper, services and what they forked."""
    return [int(entry.name) for entry in pathlib.Path("/proc").iterdir() if entry.name.isdigit() and alive(entry.name)
            and str(stage.folder) in pathlib.Path(f"/proc/{entry.name}/cmdline").read_bytes().decode(errors="replace")]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_nothing_outlives_the_stage(tmp_path, number):
    stage = Stage(tmp_path / "world", "--without", "kiosk")
    display = stage.env["DISPLAY"][1:]
    pids = group_of(stage) + [stage.pid("xvfb")]
    assert len(pids) >= 7
    stage.process.send_signal(number)
    wait_gone(pids)
    stage.process.stdin.close()
    stage.end()
    assert group_of(stage) == []
    assert not pathlib.Path(f"/tmp/.X{display}-lock").exists()


def test_folder_of_somebody_else_is_refused(tmp_path):
    (tmp_path / "letter.txt").write_text("dear")
    done = subprocess.run([STAGE, "--dir", tmp_path], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.returncode == 1 and str(tmp_path) in done.stderr
    assert (tmp_path / "letter.txt").read_text() == "dear"


def test_two_in_one_folder_are_refused(tmp_path):
    with Stage(tmp_path / "world", "--without", "kiosk") as stage:
        done = subprocess.run([STAGE, "--dir", stage.folder], stdin=subprocess.DEVNULL, capture_output=True, text=True)
        assert done.returncode == 1 and "another demonstration" in done.stderr
        assert stage.pid("gateway") > 0


def test_a_long_path_is_no_obstacle(tmp_path):
    """The name of a Unix socket holds 108 bytes; a checkout may lie deeper."""
    folder = tmp_path / ("x" * 60) / ("y" * 60)
    with Stage(folder, "--without", "kiosk") as stage:
        run = pathlib.Path(stage.env["RUN"])
        assert (run / "dock").is_socket()
    assert not run.exists()


def test_what_is_wrong_is_named(tmp_path):
    for arguments, words in ((["--set", "speech"], "--set speech"), (["--wrap", "nobody=x"], "--wrap nobody"), (["--without"], "without")):
        done = subprocess.run([STAGE, "--dir", tmp_path / "w", *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True)
        assert done.returncode in (1, 2) and words in done.stderr


# --- packages ---------------------------------------------------------------------------------------------------------------------

SCRIPT = r"""
top={top}; . "$top/kiosk/demo/setup.sh"
install_as_root=$(printf '%s' "$install_as_root" | sed 's|^policy=.*|policy={policy}|')
PATH={bin}:$PATH
sh -c "$install_as_root" perron-install one two
"""


def install(tmp_path, apt):
    """The installation as it is written, with an apt-get and a policy-rc.d of our own."""
    bin_folder, policy = tmp_path / "bin", tmp_path / "policy-rc.d"
    bin_folder.mkdir()
    (bin_folder / "apt-get").write_text("#!/bin/sh\n" + apt.format(policy=policy, log=tmp_path / "log"))
    (bin_folder / "apt-get").chmod(0o755)
    done = subprocess.run(["sh", "-c", SCRIPT.format(top=ROOT, policy=policy, bin=bin_folder)], capture_output=True, text=True, timeout=60)
    log = tmp_path / "log"
    return done, log.read_text() if log.exists() else "", policy


ASK = '{policy} x start; echo "$1 $?" >> {log}\n'


def test_installation_starts_no_service_and_leaves_no_policy(tmp_path):
    done, log, policy = install(tmp_path, ASK)
    assert done.returncode == 0, done.stderr
    assert log == "update 101\ninstall 101\n"
    assert not policy.exists()


def test_failed_installation_leaves_no_policy(tmp_path):
    done, log, policy = install(tmp_path, ASK + "exit 3\n")
    assert done.returncode != 0 and log == "update 101\n" and not policy.exists()


def test_killed_installation_leaves_a_policy_that_permits(tmp_path):
    done, _, policy = install(tmp_path, "kill -9 $PPID\n")
    assert done.returncode != 0 and policy.exists()
    assert subprocess.run([policy, "x", "start"]).returncode == 0


def test_a_policy_that_denies_is_left_alone(tmp_path):
    policy = tmp_path / "policy-rc.d"
    policy.write_text("#!/bin/sh\nexit 101\n")
    policy.chmod(0o755)
    done, log, _ = install(tmp_path, ASK)
    assert done.returncode == 0 and log == "update 101\ninstall 101\n"
    assert policy.read_text() == "#!/bin/sh\nexit 101\n"


def test_a_policy_that_permits_is_not_overruled(tmp_path):
    policy = tmp_path / "policy-rc.d"
    policy.write_text("#!/bin/sh\nexit 0\n")
    policy.chmod(0o755)
    done, log, _ = install(tmp_path, ASK)
    assert done.returncode != 0 and log == "" and "apt-get install" in done.stderr


def test_every_listed_package_is_a_name():
    for path in ("kiosk/demo/packages.build", "kiosk/demo/packages.run", "tests/packages"):
        for line in (ROOT / path).read_text().splitlines():
            assert line.startswith("#") or line.replace("-", "").replace(".", "").replace("+", "").isalnum(), f"{path}: {line}"
    assert BUILD.exists()
