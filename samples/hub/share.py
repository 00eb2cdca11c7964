"""What huggingface_hub sees of a cache, and what it puts there.

    share.py find ID FILE ABSENT   offline: prints what it finds as JSON
    share.py fetch ID              downloads the repository from HF_ENDPOINT
    share.py hold FILE             takes the lock FILE, says so, and keeps it until its input ends

Reads HF_HUB_CACHE and HF_ENDPOINT.
"""

import json
import sys

from huggingface_hub import hf_hub_download, scan_cache_dir, snapshot_download, try_to_load_from_cache
from huggingface_hub.utils import WeakFileLock


def find(repository, file, absent):
    folder = snapshot_download(repository, local_files_only=True)
    (cached,) = scan_cache_dir().repos
    (revision,) = cached.revisions
    print(
        json.dumps(
            {
                "folder": folder,
                "file": hf_hub_download(repository, file, local_files_only=True),
                "absent": not isinstance(try_to_load_from_cache(repository, absent), (str, type(None))),
                "commit": revision.commit_hash,
                "refs": sorted(revision.refs),
                "files": sorted(f.file_name for f in revision.files),
                "warnings": [str(w) for w in scan_cache_dir().warnings],
            }
        )
    )


def fetch(repository):
    print(json.dumps({"folder": snapshot_download(repository)}))


def hold(path):
    with WeakFileLock(path):
        print("held", flush=True)
        sys.stdin.read()


{"find": find, "fetch": fetch, "hold": hold}[sys.argv[1]](*sys.argv[2:])
