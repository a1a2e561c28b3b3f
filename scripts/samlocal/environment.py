"""The local stack, the functions in their containers, and a device that is connected meanwhile."""

import base64
import hashlib
import hmac
import ipaddress
import json
import os
import platform
import re
import select
import socket
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import boto3
from websockets.sync.client import connect

ROOT = Path(__file__).resolve().parent.parent.parent
SAM = ROOT / ".tools/sam/bin/sam"
BUILD = ROOT / "build/sam"
WAIT_SECONDS = 60
ARCHITECTURE = "x86_64" if platform.machine() == "x86_64" else "arm64"
# samconfig.toml has it too, and the tokens in events/ are signed with it.
SECRET = "only-for-this-machine-0123456789abcdef"
OVERRIDES = ["--parameter-overrides", f"Architecture={ARCHITECTURE} StageName=local TokenSecret={SECRET}"]


def quiet(*command: str, **environment: str) -> str:
    """Runs a command; its output is shown only if it fails."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env={**os.environ, "SAM_CLI_TELEMETRY": "0", **environment})
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def bridge() -> str:
    """The address by which containers reach this machine: the first of the bridge's network."""
    config = json.loads(quiet("docker", "network", "inspect", "bridge"))[0]["IPAM"]["Config"][0]
    # The engine names the gateway only where it was configured or the bridge was made anew.
    return config.get("Gateway") or str(next(ipaddress.ip_network(config["Subnet"]).hosts()))


def build() -> None:
    """Builds the functions for this machine's processor, apart from what is to be deployed."""
    quiet(str(SAM), "build", "--build-dir", str(BUILD), *OVERRIDES, ARCHITECTURE=ARCHITECTURE)


@contextmanager
def stack(directory: Path):
    """`recall local` on the bridge's address, with free ports, and without event sources: here containers are the functions."""
    state = directory / "state.json"
    command = [str(ROOT / "build/recall"), "local", "--json", "--quiet", "--no-event-sources", "--bind", bridge(), "--programs", str(BUILD), "--state", str(state)]
    for port in ("port", "demo-port", "admin-port", "dynamodb-port", "queues-port", "events-port"):
        command += [f"--{port}", "0"]
    with (directory / "stack.log").open("w") as log:
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True)
        try:
            ready, _, _ = select.select([process.stdout], [], [], WAIT_SECONDS)
            line = process.stdout.readline() if ready else ""
            if not line:
                raise RuntimeError(f"the local stack did not start:\n{(directory / 'stack.log').read_text()}")
            yield {**json.loads(line), "secret": json.loads(state.read_text())["tokenSecret"]}
        finally:
            end(process)


def client(service: str, addresses: dict):
    """A boto3 client of the local stack's service."""
    endpoint = {"dynamodb": "dynamodb", "sqs": "queues"}[service]
    return boto3.client(service, endpoint_url=addresses[endpoint], region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")


def variables(addresses: dict) -> dict:
    """What events/environment.json says for the default ports, for this stack's."""
    given = json.loads((ROOT / "events/environment.json").read_text())["Parameters"]
    queue = next(url for url in client("sqs", addresses).list_queues()["QueueUrls"] if url.endswith("ChunksQueue"))
    values = {
        "MESSAGES_TABLE": "MessagesTable",
        "CONNECTIONS_TABLE": "ConnectionsTable",
        "MANAGEMENT_ENDPOINT": addresses["management"],
        "CHUNKS_QUEUE_URL": re.sub(r"^https?://[^/]+", addresses["queues"], queue),
        "AWS_ENDPOINT_URL_DYNAMODB": addresses["dynamodb"],
        "AWS_ENDPOINT_URL_SQS": addresses["queues"],
    }
    assert set(given) == set(values), f"events/environment.json has other variables: {set(given) ^ set(values)}"
    return {"Parameters": values}


class Functions:
    """The functions in containers, by `sam local invoke`."""

    def __init__(self, directory: Path, addresses: dict):
        self.directory = directory
        self.log = ""  # what the last invocation wrote
        self.environment = directory / "environment.json"
        self.environment.write_text(json.dumps(variables(addresses)))
        self.options = ["--template", str(BUILD / "template.yaml"), "--config-file", str(ROOT / "samconfig.toml"), "--config-env", "local"]
        self.options += ["--env-vars", str(self.environment), *OVERRIDES]

    def invoke(self, function: str, event: dict):
        """The function's answer, or {"errorMessage": …}."""
        file = self.directory / "event.json"
        file.write_text(json.dumps(event))
        command = [str(SAM), "local", "invoke", function, "--event", str(file), *self.options]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env={**os.environ, "SAM_CLI_TELEMETRY": "0"}, timeout=2 * WAIT_SECONDS)
        self.log = done.stderr
        for line in reversed(done.stdout.strip().splitlines()):
            try:
                return json.loads(line)
            except ValueError:
                continue
        raise RuntimeError(f"sam local invoke {function} gave no answer:\n{done.stdout}{done.stderr}")

    @contextmanager
    def start_lambda(self):
        """`sam local start-lambda`: a Lambda endpoint for programs such as boto3 and the AWS command line."""
        port = free_port()
        with (self.directory / "start-lambda.log").open("w") as log:
            command = [str(SAM), "local", "start-lambda", "--host", "127.0.0.1", "--port", str(port), *self.options]
            process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, env={**os.environ, "SAM_CLI_TELEMETRY": "0"})
            try:
                wait_for(lambda: answers(f"http://127.0.0.1:{port}/2015-03-31/functions/"), "sam local start-lambda")
                yield boto3.client("lambda", endpoint_url=f"http://127.0.0.1:{port}", region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
            finally:
                end(process)


def end(process: subprocess.Popen) -> None:
    """Ends a process in order. SIGTERM, as a shell's background jobs, and with them their programs, ignore SIGINT."""
    process.terminate()
    process.wait(WAIT_SECONDS)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(address: str) -> bool:
    try:
        urllib.request.urlopen(address, timeout=1)
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def wait_for(condition, what: str) -> None:
    """Waits until a condition holds, at most WAIT_SECONDS."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError(f"waited {WAIT_SECONDS} s for {what}")
        time.sleep(0.1)


def token(secret: str, user: str) -> str:
    """A token as events/ have them, for the stack's own secret."""
    encode = lambda content: base64.urlsafe_b64encode(content).rstrip(b"=").decode()  # noqa: E731
    claims = {"sub": user, "exp": int(time.time()) + 3600}
    signed = encode(b'{"alg":"HS256","typ":"JWT"}') + "." + encode(json.dumps(claims).encode())
    return signed + "." + encode(hmac.new(secret.encode(), signed.encode(), hashlib.sha256).digest())


class Device:
    """Somebody who is connected to the stack by WebSocket, and gets what containers post."""

    def __init__(self, addresses: dict, user: str):
        self.socket = connect(addresses["webSocket"], additional_headers={"Authorization": f"Bearer {token(addresses['secret'], user)}"})

    def next(self, kind: str) -> dict:
        """The next event of a type; others are passed over."""
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            frame = json.loads(self.socket.recv(timeout=max(0, deadline - time.monotonic())))
            if frame.get("type") == kind:
                return frame

    def close(self) -> None:
        self.socket.close()
