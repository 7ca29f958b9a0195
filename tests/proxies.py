"""Real proxies with the configurations that the documents show, on ports of their own."""

import re
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import pytest
import trustme
from faults import without_proxy


def documented(document, language):
    """The first part of a document in a language."""
    return re.search(rf"```{language}\n(.*?)```", document, re.DOTALL)[1]


def caddy(document, folder, port, upstream, certificate):
    """The command that runs Caddy with the documented configuration, on another port and with a certificate of ours."""
    settings = documented(document, "caddyfile")
    settings = settings.replace("{\n", "{\n\tadmin off\n\tauto_https disable_redirects\n", 1)
    settings = settings.replace("papers.example.org {", f"localhost:{port} {{\n\ttls {certificate} {certificate}")
    (folder / "Caddyfile").write_text(settings.replace("127.0.0.1:8022", upstream))
    return ["caddy", "run", "--config", folder / "Caddyfile"]


def nginx(document, folder, port, upstream, certificate):
    """The same for nginx, whose documented part is what stands in its `http`."""
    settings = documented(document, "nginx").replace("listen 443 ssl", f"listen 127.0.0.1:{port} ssl")
    settings = re.sub(r"(ssl_certificate(?:_key)?) .*;", rf"\1 {certificate};", settings)
    settings = settings.replace("papers.example.org", "localhost").replace("127.0.0.1:8022", upstream)
    settings = settings.replace("/var/log/nginx/error.log", str(folder / "error.log"))
    places = "".join(
        f"{part}_temp_path {folder / part};\n" for part in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off;\npid {folder / 'pid'};\nevents {{}}\nhttp {{\n{places}{settings}}}\n"
    )
    return ["nginx", "-e", folder / "error.log", "-c", folder / "nginx.conf"]


class Ground(NamedTuple):
    """What a proxy stands on."""

    folder: Path  # its files, and what it logs
    port: int
    authority: trustme.CA
    certificate: Path  # with its key, for localhost


def ground(program, tmp_path, monkeypatch):
    """What a proxy's test begins with; it is skipped where the program is not installed."""
    if not shutil.which(program.__name__, path="/usr/bin:/usr/sbin:/usr/local/bin"):
        pytest.skip(f"{program.__name__} is not installed: apt-get install {program.__name__}")
    without_proxy(monkeypatch)
    made = Ground(tmp_path / "proxy", free_port(), trustme.CA(), tmp_path / "certificate.pem")
    made.folder.mkdir()
    made.authority.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(made.certificate)
    return made


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]


@contextmanager
def running(command, folder, port):
    """The proxy, once it answers on its port; what it prints goes into a file."""
    with (folder / "output.txt").open("wb") as output:
        environment = {"HOME": str(folder), "PATH": "/usr/bin:/usr/sbin:/usr/local/bin:/bin:/sbin"}
        process = subprocess.Popen(command, stdout=output, stderr=output, env=environment, cwd=folder)
        try:
            deadline = time.monotonic() + 30
            while process.poll() is None and time.monotonic() < deadline:
                with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                    break
                time.sleep(0.05)
            else:
                pytest.fail((folder / "output.txt").read_text())
            yield
        finally:
            process.terminate()
            process.wait(30)
