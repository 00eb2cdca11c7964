"""The packaged service as a process, and a small HTTP client that sees every byte; standard library only."""
import asyncio
import base64
import json
import os
import re
import signal
import socket
import subprocess
import time

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def picture(name="scene.png"):
    with open(os.path.join(ROOT, "samples", "images", name), "rb") as f:
        return "data:image/png;base64," + base64.b64encode(f.read()).decode()


def question(text="Describe this image.", image=None, **more):
    """A chat request; the picture first."""
    parts = [{"type": "image_url", "image_url": {"url": image}}] if image else []
    return {"messages": [{"role": "user", "content": parts + [{"type": "text", "text": text}]}], **more}


class Service:
    """Starts on a free port and is ready when the constructor returns."""

    def __init__(self, *options, **environment):
        self.port = free_port()
        self.log = open(os.path.join(ROOT, "target", "load-service.log"), "ab")
        env = {**os.environ, "SMOLVLM_BUILD": "never", **environment}
        self.process = subprocess.Popen([os.path.join(ROOT, "smolvlm"), "serve", "--port", str(self.port), *options],
                                        stdout=self.log, stderr=self.log, env=env)
        self.wait_ready()

    def wait_ready(self, seconds=60):
        end = time.time() + seconds
        while time.time() < end:
            if self.process.poll() is not None:
                raise SystemExit(f"the service ended with status {self.process.returncode}, see {self.log.name}")
            try:
                if asyncio.run(request(self.port, "GET", "/health/ready", timeout=2)).status == 200:
                    return
            except (OSError, asyncio.TimeoutError, EOFError):
                pass
            time.sleep(.2)
        raise SystemExit("the service is not ready after %d s" % seconds)

    def terminate(self):
        self.process.send_signal(signal.SIGTERM)

    def stop(self, seconds=90):
        if self.process.poll() is None:
            self.terminate()
        began = time.time()
        self.process.wait(seconds)
        self.log.close()
        return time.time() - began

    def level(self):
        """Resident memory in MB, open files and threads of the process."""
        with open(f"/proc/{self.process.pid}/status") as f:
            text = f.read()
        return {"rss_mb": int(re.search(r"VmRSS:\s+(\d+)", text)[1]) / 1024,
                "threads": int(re.search(r"Threads:\s+(\d+)", text)[1]),
                "files": len(os.listdir(f"/proc/{self.process.pid}/fd"))}

    def cpu(self):
        """Seconds of the processor that the service has used so far, with the processes that it started and ended."""
        def of(pid):
            try:
                with open(f"/proc/{pid}/stat") as f:
                    used = sum(map(int, f.read().rpartition(")")[2].split()[11:15])) / os.sysconf("SC_CLK_TCK")
                with open(f"/proc/{pid}/task/{pid}/children") as f:
                    below = f.read().split()
                for thread in os.listdir(f"/proc/{pid}/task"):
                    if thread != str(pid):
                        with open(f"/proc/{pid}/task/{thread}/children") as f:
                            below += f.read().split()
            except OSError:                                             # it or a thread of it has just ended
                return 0
            return used + sum(map(of, below))
        return of(self.process.pid)


def machine_cpu():
    """Seconds that the processors of this machine were busy so far, and how many there are."""
    with open("/proc/stat") as f:
        user, nice, system, idle, wait, *more = map(int, f.readline().split()[1:9])
    return (user + nice + system + sum(more)) / os.sysconf("SC_CLK_TCK"), os.cpu_count()


class Answer:
    def __init__(self, status, headers, body, seconds):
        self.status, self.headers, self.body, self.seconds = status, headers, body, seconds

    def json(self):
        return json.loads(self.body)


async def connect(port, method, path, body=None, headers=None):
    """-> reader, writer with the request sent"""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", "Connection: close"]
    if body is not None:
        lines += ["Content-Type: application/json", f"Content-Length: {len(data)}"]
    lines += [f"{k}: {v}" for k, v in (headers or {}).items()]
    writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + data)
    await writer.drain()
    return reader, writer


async def head(reader):
    """-> status, headers"""
    raw = await reader.readuntil(b"\r\n\r\n")
    first, *rest = raw.decode("latin-1").split("\r\n")
    return int(first.split()[1]), {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in rest if line)}


async def chunks(reader, headers):
    """The body, piece by piece; EOFError when it is cut off."""
    if headers.get("transfer-encoding") == "chunked":
        while True:
            line = await reader.readline()
            if not line:
                raise EOFError("cut inside a chunked body")
            size = int(line, 16)
            data = await reader.readexactly(size + 2)
            if size == 0:
                return
            yield data[:-2]
    elif "content-length" in headers:
        yield await reader.readexactly(int(headers["content-length"]))
    else:
        yield await reader.read()


async def request(port, method, path, body=None, headers=None, timeout=120):
    async def whole():
        began = time.perf_counter()
        reader, writer = await connect(port, method, path, body, headers)
        try:
            status, found = await head(reader)
            data = b"".join([c async for c in chunks(reader, found)])
            return Answer(status, found, data, time.perf_counter() - began)
        except asyncio.IncompleteReadError as e:
            raise EOFError("cut off") from e
        finally:
            writer.close()
    return await asyncio.wait_for(whole(), timeout)


async def metric(port, name):
    """The sum of a metric's samples; `name` as it stands in the text, labels left out."""
    text = (await request(port, "GET", "/metrics", timeout=10)).body.decode()
    found = re.findall(r"^" + re.escape(name) + r"(?:\{[^}]*\})? ([0-9.eE+-]+|NaN)$", text, re.M)
    if not found:
        raise SystemExit(f"/metrics has no {name}")
    return sum(map(float, found))


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(share * len(values)))] if values else float("nan")


def report(run, promise, passed, **figures):
    """One line for people, one object a run in target/load/ for the table."""
    folder = os.path.join(ROOT, "target", "load")
    os.makedirs(folder, exist_ok=True)
    text = ", ".join(f"{k.replace('_', ' ')} {round(v, 2) if isinstance(v, float) else v}" for k, v in figures.items())
    print(("pass  " if passed else "FAIL  ") + run + ": " + text, flush=True)
    with open(os.path.join(folder, run + ".json"), "w") as f:
        json.dump({"run": run, "promise": promise, "passed": passed, "figures": figures, "date": time.strftime("%Y-%m-%d %H:%M")}, f, indent=1)
    return 0 if passed else 1
