"""The allocator's arenas: in how many of them the threads of a process have their memory."""

import ctypes
import os
import re
import subprocess
import sys

import pytest
import uvicorn
from starlette.applications import Starlette

from recommender.web import server

THREADS = """
import ctypes, sys, threading
from recommender import malloc
if sys.argv[1] == "shared":
    malloc.share_arenas()
all_here = threading.Barrier(9)
def work():
    kept = [bytes(1000) for _ in range(1000)]
    all_here.wait()
    all_here.wait()
for _ in range(8):
    threading.Thread(target=work).start()
all_here.wait()
libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
stdout = ctypes.c_void_p(libc.fopen(b"/dev/stdout", b"w"))
libc.malloc_info(0, stdout)
libc.fclose(stdout)
all_here.wait()
"""


@pytest.mark.skipif(
    sys.platform != "linux" or not hasattr(ctypes.CDLL(None), "malloc_info"), reason="the C library is not glibc"
)
@pytest.mark.parametrize(("arenas", "least", "most"), [("shared", 1, 2), ("own", 3, 99)])
def test_threads_share_two_arenas_where_they_are_told_to(arenas, least, most):
    environment = {name: value for name, value in os.environ.items() if name != "MALLOC_ARENA_MAX"}
    command = [sys.executable, "-c", THREADS, arenas]
    told = subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout
    assert least <= len(re.findall("<heap nr=", told)) <= most


def test_a_server_tells_its_threads_to_before_it_starts_any(monkeypatch):
    done = []
    monkeypatch.setattr(server.malloc, "share_arenas", lambda: done.append("shared"))
    monkeypatch.setattr(uvicorn.Server, "run", lambda self, sockets: done.append(sockets))
    server.run(Starlette(), "a socket")
    assert done == ["shared", ["a socket"]]
