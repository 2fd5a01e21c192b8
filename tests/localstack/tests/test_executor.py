"""A function runs as a process of its own that is killed, replaced and logged as on Lambda."""

import json
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest
from conftest import eventually, source

REFUSE = """def refuse():
    api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    api.request("POST", "/2018-06-01/runtime/init/error", json.dumps({"errorType": "Config.Missing"}))
    api.getresponse().read()
    time.sleep(60)


def handle"""


def test_a_function_answers_and_keeps_its_process(aws):
    name = aws.function("return {'event': event, 'pid': os.getpid()}")
    first, second = aws.invoke(name, {"a": "ü"}), aws.invoke(name, [1])
    assert first[0]["event"] == {"a": "ü"} and second[0]["event"] == [1]
    assert first[0]["pid"] == second[0]["pid"]
    assert first[1] is None


def test_an_error_is_told_as_one(aws):
    name = aws.function("raise ValueError('no such gate')")
    assert aws.invoke(name) == ({"errorType": "ValueError", "errorMessage": "no such gate"}, "Unhandled")


def test_a_crashed_process_is_replaced(aws):
    name = aws.function("if event == 'crash': os._exit(3)\nreturn os.getpid()")
    before = aws.invoke(name)[0]
    crash, error = aws.invoke(name, "crash")
    after = aws.invoke(name)[0]
    assert (crash["errorType"], error) == ("Runtime.ExitError", "Unhandled")
    assert isinstance(after, int) and after != before


def test_a_process_that_died_idle_costs_no_invocation(aws):
    name = aws.function("return os.getpid()")
    first = aws.invoke(name)[0]
    os.kill(first, signal.SIGKILL)
    second, error = aws.invoke(name)
    assert error is None and second != first


def test_a_timed_out_process_is_killed_and_swallows_no_job(aws):
    name = aws.function("if event == 'sleep': time.sleep(60)\nreturn [os.getpid(), event]", timeout=1)
    before = aws.invoke(name, 0)[0][0]
    started = time.monotonic()
    late, error = aws.invoke(name, "sleep")
    assert (late["errorType"], error) == ("Sandbox.Timedout", "Unhandled")
    assert "Task timed out after 1.00 seconds" in late["errorMessage"]
    assert 1 <= time.monotonic() - started < 4
    assert not psutil.pid_exists(before)
    answers = [aws.invoke(name, number)[0] for number in range(3)]
    assert [event for _, event in answers] == [0, 1, 2]
    assert before not in {pid for pid, _ in answers}


@pytest.mark.parametrize(
    ("bootstrap", "error_type"),
    [
        ("#!/bin/sh\necho cannot go on\nexit 4\n", "Runtime.ExitError"),
        ("not a program", "Runtime.InvalidEntrypoint"),
        (source("return 1").replace("def main():", "def main():\n    refuse()").replace("def handle", REFUSE), "Config.Missing"),
    ],
    ids=["exits", "no program", "reports an init error"],
)
def test_a_process_that_cannot_start_says_why(aws, bootstrap, error_type):
    name = aws.function_of(bootstrap)
    answer, error = aws.invoke(name)
    assert (answer["errorType"], error) == (error_type, "Unhandled")
    assert aws.invoke(name)[0]["errorType"] == error_type
    if "echo" in bootstrap:
        assert "cannot go on" in aws.control("GET", f"logs/{name}")[1]


def test_parallel_invocations_have_processes_of_their_own(aws):
    name = aws.function("time.sleep(0.3)\nreturn [os.getpid(), event]")
    with ThreadPoolExecutor(4) as pool:
        answers = [answer for answer, _ in pool.map(lambda number: aws.invoke(name, number), range(4))]
    assert [event for _, event in answers] == [0, 1, 2, 3]
    assert len({pid for pid, _ in answers}) == 4


def test_logs_are_kept(aws):
    name = aws.function("print('heard', event, flush=True)\nif event == 2: os._exit(1)\nreturn None")
    for number in (1, 2, 3):
        aws.invoke(name, number)
    eventually(lambda: "heard 3" in aws.control("GET", f"logs/{name}")[1])
    lines = aws.control("GET", f"logs/{name}")[1]
    assert [line for line in lines.splitlines() if line.startswith("heard")] == ["heard 1", "heard 2", "heard 3"]
    assert lines.count("REPORT RequestId:") == 3 and "Runtime.ExitError" in lines
    assert (aws.engine.folder / "logs" / f"{name}.log").read_text() == lines
    assert aws.control("GET", "logs/nobody")[0] == 404


def test_the_environment_is_the_functions_own(aws):
    name = aws.function("return dict(os.environ)", GREETING="hello", AWS_ENDPOINT_URL="http://192.0.2.1")
    variables = aws.invoke(name)[0]
    assert variables["GREETING"] == "hello"
    assert variables["AWS_LAMBDA_FUNCTION_NAME"] == name
    assert variables["AWS_ENDPOINT_URL"].startswith("http://127.0.0.1:")
    assert "must-not-be-inherited" not in json.dumps(variables)
    assert not {"HOME", "USER", "TMPDIR", "FILESYSTEM_ROOT", "GATEWAY_LISTEN", "COUNTERSIGN_LOG_FOLDER"} & variables.keys()


def test_nothing_listens_beyond_loopback(aws):
    listening = [c.laddr.ip for c in aws.engine.process().net_connections() if c.status == psutil.CONN_LISTEN]
    assert set(listening) == {"127.0.0.1"}
