"""Runs ours and its peers in turns, stage by stage, and writes table, plot and figures (samples/benchmarks/run).

Every engine is a process that stays loaded and measures a stage when it is told to, so that rounds alternate: A B C A B C.
Each warms up first for some seconds. Load average and what other processes used are noted for each round; a round with more than
one processor's worth of foreign work is repeated, up to three times. Ratios are taken round by round.
"""
import argparse
import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
QUICK = {"135m": ["prefill:512", "decode:0:1"], "256m": ["tile"]}
MEMBERS = ["135m", "256m"]


def arguments():
    ap = argparse.ArgumentParser(prog="samples/benchmarks/run", description=__doc__,
                                 formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--quick", action="store_true", help="two rounds of three stages, into target/benchmarks/quick")
    ap.add_argument("--growth", action="store_true",
                    help="instead: how the cost of ours grows, with tiles, prompt, batch and requests")
    ap.add_argument("--members", help="of 135m, 256m, 500m, 2.2b; default: " + ",".join(MEMBERS))
    ap.add_argument("--stages", help="comma-separated, for every member; default: each member's")
    ap.add_argument("--renew", action="store_true",
                    help="measure only the stages named and put them among the results that are there, with their commit")
    ap.add_argument("--outside", action="store_true",
                    help="instead: measure only start and memory and put them among the results that are there, with their commit")
    ap.add_argument("--rounds", type=int, help="default: 5, with --quick 2")
    ap.add_argument("--threads", type=int, default=os.cpu_count(), help="of every engine; default: all processors")
    ap.add_argument("--out", help="default: docs/benchmarks")
    return ap.parse_args()


def compare(member, stages, count, threads, commit):
    import participants
    import turns
    participants.make(member)
    running = participants.engines(member, threads)
    try:
        part = {}
        for stage in stages:
            print(f"{member} {stage}", flush=True)
            part[stage] = turns.rounds(running, stage, min(count, participants.FEWER.get(stage, count)))
        if member == "135m":
            quiet = [e for e in running if e.name in ("ours int8", "llama.cpp q8_0")]
            part["beside decode:0:1"] = turns.rounds(quiet, "decode:0:1", count, beside=True)
        for got in part.values():
            got["commit"] = commit
        return part
    finally:
        for engine in running:
            engine.close()


def main():
    args = arguments()
    import growth
    import limits
    import outside
    import participants
    import report
    members = args.members.split(",") if args.members else MEMBERS
    count = args.rounds or (2 if args.quick else 5)
    command = " ".join(["samples/benchmarks/run", *sys.argv[1:]])
    out = args.out or os.path.join(ROOT, *(["target", "benchmarks", "quick"] if args.quick else ["docs", "benchmarks"]))
    if args.growth:
        growth.write(count, out, command)
        if os.path.exists(os.path.join(out, "results.json")):
            with open(os.path.join(out, "results.json")) as f:
                report.write(json.load(f), out)
        return
    machine = outside.machine(command)
    if args.renew or args.outside:
        with open(os.path.join(out, "results.json")) as f:
            results = json.load(f)
    else:
        results = {"machine": machine, "threads": args.threads, "limits": limits.measure(args.threads),
                   "names": participants.MEMBERS, "members": {}}
    for member in [] if args.outside else members:
        stages = args.stages.split(",") if args.stages else QUICK.get(member, []) if args.quick else participants.STAGES[member]
        part = compare(member, stages, count, args.threads, machine["commit"])
        results["members"].setdefault(member, {}).update(part)
        report.write(results, out)
    if args.outside or not args.quick and not args.renew and "256m" in members:
        real = participants.folder("256m")
        models = [("tiny", ["-m", "tiny"])] + [(f"256m {p}", ["-m", real, "--no-split", "--precision", p])
                                               for p in ("exact", *(["bf16"] if limits.bf16() else []), "int8")]
        results["start"] = outside.starts(count, models)
        results["memory"] = outside.memory("256m", args.threads)
        results["outside"] = {"date": machine["date"], "commit": machine["commit"]}
    print(report.write(results, out))


if __name__ == "__main__":
    main()
