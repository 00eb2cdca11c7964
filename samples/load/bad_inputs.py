"""Every bad picture and bad request of samples/reference/bad-inputs through HTTP, a good request after each.

A case passes when the answer is the manifest's (`expect`, or one of `accept`); no 5xx, no hang, no dead service at all.
Options: --dir FOLDER (another seed's set), --target image|api.
"""
import argparse
import asyncio
import base64
import json
import os
import sys
import time

from service import ROOT, Service, picture, question, report, request

# How a picture that is refused for a reason of the manifest is refused by the service.
KINDS = {"empty": {"invalid_image"}, "corrupt": {"invalid_image"}, "unsupported": {"unsupported_image"},
         "too_large": {"image_too_large"}, "limit": {"image_too_large", "invalid_image"}, "encrypted": {"invalid_image"},
         "mismatch": {"invalid_image"}, "unsafe": {"unsupported_image", "invalid_image"}}


def content(folder, case):
    if case.get("file"):
        with open(os.path.join(folder, case["file"]), "rb") as f:
            return f.read()
    out = b""
    for part in case["gen"]["parts"]:
        data = base64.b64decode(part["b64"]) if "b64" in part else part["text"].encode()
        out += data * part.get("times", 1)
    return out


def as_picture(case, data):
    body = question(image="data:image/png;base64," + base64.b64encode(data).decode(), max_tokens=1,
                    mm_processor_kwargs={"do_image_splitting": False})
    return "POST", "/v1/chat/completions", body, {}


def as_request(case, data):
    r = case["request"]
    headers = {"Content-Type": r["content_type"]} if r.get("content_type") else {}
    return r["method"], r["path"], data, headers


def fits_picture(case, status, code):
    for wanted in [case["expect"]] + case.get("accept", []):
        if wanted.get("any") and status < 500:
            return True
        if wanted.get("ok") and status == 200:
            return True
        if status == 400 and code in KINDS.get(wanted.get("error"), ()):
            return True
    return False


def fits_request(case, status, code):
    return any(w.get("any") and status < 500 or w.get("status") == status and w.get("code", code) == code
               for w in [case["expect"]] + case.get("accept", []))


async def send(port, method, path, body, headers, seconds):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    a = await plain(port, method, path, raw, headers, seconds)
    try:
        error = a.json().get("error")
        whole = error is None or set(error) == {"message", "type", "param", "code"}
        return a.status, (error or {}).get("code"), whole
    except (ValueError, AttributeError):
        return a.status, None, False


async def plain(port, method, path, raw, headers, seconds):
    if "Content-Type" in headers or not raw:
        from service import Answer, chunks, head
        async def whole():
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            lines = [f"{method} {path} HTTP/1.1", "Host: localhost", "Connection: close", f"Content-Length: {len(raw)}"]
            lines += [f"{k}: {v}" for k, v in headers.items()]
            try:
                writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + raw)
                try:
                    await writer.drain()
                except ConnectionError:
                    pass                                                 # refused while sending: the answer is there
                status, found = await head(reader)
                data = b"".join([c async for c in chunks(reader, found)])
                return Answer(status, found, data, 0)
            finally:
                writer.close()
        return await asyncio.wait_for(whole(), seconds)
    return await request(port, method, path, raw, headers, timeout=seconds)


async def run(port, folder, target):
    with open(os.path.join(folder, f"manifest-{target}.json")) as f:
        cases = [case for case in json.load(f) if "server" not in case]   # those need a server on a public address: SsrfTest plays it
    make, fits = (as_picture, fits_picture) if target == "image" else (as_request, fits_request)
    good, bad, worse, slowest = 0, [], [], 0.0
    control = question("Hello", max_tokens=1)
    for case in cases:
        began = time.perf_counter()
        try:
            status, code, whole = await send(port, *make(case, content(folder, case)), 60)
        except Exception as e:
            status, code, whole = type(e).__name__, None, False
        seconds = time.perf_counter() - began
        slowest = max(slowest, seconds)
        if not isinstance(status, int) or status >= 500 or seconds > case["limits"]["seconds"] + 5:
            worse.append(f"{case['id']}: {status} {code} after {seconds:.1f} s")
        elif whole and fits(case, status, code):
            good += 1
        else:
            bad.append(f"{case['id']}: {status} {code}{'' if whole else ' (body not ours)'}, expected {case['expect']}")
        after = (await send(port, "POST", "/v1/chat/completions", control, {"Content-Type": "application/json"}, 30))[0]
        if after != 200:
            worse.append(f"{case['id']}: the good request after it got {after}")
    return len(cases), good, bad, worse, slowest


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--dir", default=os.path.join(ROOT, "samples", "reference", "bad-inputs"))
    ap.add_argument("--target", choices=("image", "api"))
    args = ap.parse_args()
    status = 0
    for target in [args.target] if args.target else ["image", "api"]:
        service = Service()
        try:
            n, good, bad, worse, slowest = asyncio.run(run(service.port, args.dir, target))
        finally:
            service.stop()
        for line in worse + bad:
            print("  " + line)
        status |= report(f"bad_inputs-{target}", "bad inputs through HTTP: no 5xx, hang or death; >= 99 % as in the manifest; a good request after each",
                         not worse and good >= .99 * n, cases=n, as_in_manifest=good, deviations=len(bad), failures=len(worse), slowest_s=slowest)
    return status


if __name__ == "__main__":
    sys.exit(main())
