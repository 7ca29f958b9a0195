"""The image, its services and the workflows: what they name exists. They are built and run elsewhere."""

import re
import shlex

import pytest
import yaml
from support import REPOSITORY

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
    for name, service in services.items():
        for called in re.findall(r"recommend ([a-z -]+)", " ".join(service.get("command", []))):
            assert called.startswith(("serve --group", "batch --no-wait")), name


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_may_do_no_more_than_it_says(workflow):
    described = yaml.safe_load(workflow.read_text(encoding="utf-8"))
    assert described["permissions"] in ({}, {"contents": "read"})
    assert all("timeout-minutes" in job for job in described["jobs"].values())
    for job in described["jobs"].values():
        for step in job["steps"]:
            if step.get("uses", "").startswith("actions/checkout"):
                assert step["with"]["persist-credentials"] is False
