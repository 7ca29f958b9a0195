"""The image, its services and the workflows: what they name exists. They are built and run elsewhere."""

import re
import shlex
import signal
import subprocess
import time

import image
import pytest
import yaml
from support import REPOSITORY
from test_guides import known

DOCKERFILE = (REPOSITORY / "Dockerfile").read_text(encoding="utf-8")
WORKFLOWS = sorted((REPOSITORY / ".github" / "workflows").glob("*.yml"))


def test_all_that_is_copied_exists_and_is_sent_to_the_builder():
    sent = [line[1:] for line in (REPOSITORY / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    copied = [
        source
        for line in re.findall(r"^COPY (?!--from)(.*)$", DOCKERFILE, re.MULTILINE)
        for source in shlex.split(line)[:-1]
    ]
    assert sorted(copied) == sorted(sent)
    assert all((REPOSITORY / source).exists() for source in copied)


def test_the_image_has_no_rights_and_keeps_everything_in_its_volume():
    assert re.findall(r"^USER (.*)$", DOCKERFILE, re.MULTILINE) == ["10001"]
    assert re.findall(r"^VOLUME (.*)$", DOCKERFILE, re.MULTILINE) == ["/data"]
    assert "RECOMMEND_HOME=/data" in DOCKERFILE


def test_the_services_share_one_home():
    described = yaml.safe_load((REPOSITORY / "compose.yaml").read_text(encoding="utf-8"))
    assert {volume for service in described["services"].values() for volume in service.get("volumes", [])} >= {
        "papers:/data"
    }
    assert described["services"]["page"]["network_mode"] == "host"  # the page is for this machine's browsers alone


def test_a_group_is_reached_through_its_web_server_alone():
    services = yaml.safe_load((REPOSITORY / "compose.group.yaml").read_text(encoding="utf-8"))["services"]
    assert [name for name, service in services.items() if "ports" in service] == ["caddy"]
    assert services["server"]["network_mode"] == "service:caddy"
    assert services["server"]["command"] == ["serve", "--group"]


COMPOSED = [
    (path.name, name, service)
    for path in sorted(REPOSITORY.glob("compose*.yaml"))
    for name, service in yaml.safe_load(path.read_text(encoding="utf-8"))["services"].items()
    if name != "caddy"
]
each_service = pytest.mark.parametrize(("file", "name", "service"), COMPOSED, ids=lambda value: str(value)[:20])


@each_service
def test_a_service_runs_a_command_that_exists(file, name, service):
    for called in re.findall(r"recommend ([a-z -]+)", " ".join(service["command"])) or [shlex.join(service["command"])]:
        known(called.split(), name)


@each_service
def test_a_service_is_built_here_or_nowhere(file, name, service):
    assert service["image"] == "recommender"
    assert ("build" in service) != (service.get("pull_policy") == "never")


@pytest.mark.parametrize(
    ("file", "name", "service"),
    [each for each in COMPOSED if "entrypoint" in each[2]],
    ids=lambda value: str(value)[:20],
)
def test_a_service_that_is_stopped_ends_what_it_runs_in_order(file, name, service, tmp_path):
    program = tmp_path / "recommend"
    program.write_text("#!/bin/sh\ntrap 'echo ended >> ended; exit' TERM\necho $@ >> began\nsleep 20 & wait\n")
    program.chmod(0o755)
    (script,) = (text.replace("$$", "$") for text in service["command"])
    path = f"{tmp_path}:/usr/bin:/bin"
    with subprocess.Popen([*service["entrypoint"], script], env={"PATH": path}, cwd=tmp_path) as running:
        began = tmp_path / "began"
        wait_for(began.exists)
        running.send_signal(signal.SIGTERM)
        running.wait(timeout=10)
    assert (tmp_path / "ended").read_text() == "ended\n"


def wait_for(condition):
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_the_volume_of_the_guide_is_that_of_the_services():
    guide = (REPOSITORY / "docs" / "how-to" / "docker.md").read_text(encoding="utf-8")
    described = yaml.safe_load((REPOSITORY / "compose.yaml").read_text(encoding="utf-8"))
    assert set(re.findall(r"-v (\w+):/data", guide)) == {described["volumes"]["papers"]["name"]}
    assert not re.search(r"-it?\b.* < ", guide), "no terminal where standard input is a file"


def test_steps_of_the_image_are_read_as_docker_reads_them():
    steps = list(image.instructions("# a\nFROM x AS y\nRUN a \\\n    && b\n\n# c\nENV A=1 \\\n    B=2\n"))
    assert steps == [("FROM", "x AS y"), ("RUN", "a && b"), ("ENV", "A=1 B=2")]
    assert {name for name, _ in image.instructions(DOCKERFILE)} <= {
        *(
            "FROM",
            "COPY",
            "ARG",
            "RUN",
            "ENV",
            "USER",
            "WORKDIR",
            "VOLUME",
            "EXPOSE",
            "HEALTHCHECK",
            "ENTRYPOINT",
            "CMD",
        )
    }


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_may_do_no_more_than_it_says(workflow):
    described = yaml.safe_load(workflow.read_text(encoding="utf-8"))
    assert described["permissions"] in ({}, {"contents": "read"})
    assert all("timeout-minutes" in job for job in described["jobs"].values())
    for job in described["jobs"].values():
        for step in job["steps"]:
            if step.get("uses", "").startswith("actions/checkout"):
                assert step["with"]["persist-credentials"] is False


def test_commands_of_the_guide_that_run_in_containers_exist():
    guide = (REPOSITORY / "docs" / "how-to" / "docker.md").read_text(encoding="utf-8")
    inside = re.findall(r"^docker (?:run .*? recommender|.*--entrypoint recommend \w+) (.*)$", guide, re.MULTILINE)
    assert len(inside) >= 6
    for line in inside:
        known(shlex.split(line, comments=True), line)
