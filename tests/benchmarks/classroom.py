"""How a class does: `python -m tests.benchmarks.classroom --students 30 --steps 40 --churn 1000`.

A real teacher in a pseudo-terminal, students as asyncssh clients in this process; medians and 95th
percentiles in milliseconds, PSS of the serving process and of its pool in megabytes. Some at once
in the largest playground: `--pounding 8`. With a gdtutor of their own: `--followers 500`.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import random
import re
import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path

import asyncssh

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from pseudo_terminal import PYTHON, PseudoTerminal  # noqa: E402

CODE = "482913"
LARGE = (200, 50)
LARGEST_PLAYGROUND = "play:--data moons --layers " + "-".join(["2", *["50"] * 14, "1"])
"""As many neurons as a picture of the plane may have, in many layers."""
POUNDED = ("s", "r", "\x1b[C", "\x1b[D", "\t", "+")
"""Keys of the playground that change what every map shows, and one that does not."""
DOWN_UP = ("\x1b[B", "\x1b[A")
QUIET = 0.25
"""Seconds without a byte after which a frame is complete."""


class Client:
    """One student; remembers when a byte came last."""

    def __init__(self) -> None:
        self.count, self.last = 0, 0.0
        self.first = 0.0
        """Seconds from the connect to the end of the first frame's first bytes."""

    async def log_in(self, port: int, name: str) -> None:
        self.connection = await asyncssh.connect(
            "127.0.0.1", port, username=name, password=CODE, known_hosts=None, client_keys=None,
            config=None, agent_path=None, preferred_auth=["password"],
        )  # fmt: skip

    async def join(self, port: int, name: str, size: tuple[int, int] = (80, 24)) -> None:
        started = time.perf_counter()
        await self.log_in(port, name)
        self.process = await self.connection.create_process(
            term_type="xterm-256color", term_size=size, encoding=None
        )
        data = await self.process.stdout.read(1 << 16)
        while data and b"keeps your seat" not in data:
            data += await self.process.stdout.read(1 << 16)
        self.first = time.perf_counter() - started
        self.task = asyncio.create_task(self._read())

    async def _read(self) -> None:
        while data := await self.process.stdout.read(1 << 16):
            self.count += len(data)
            self.last = time.perf_counter()

    def press(self, keys: str) -> None:
        self.process.stdin.write(keys.encode())


async def settle(clients: list[Client], quiet: float = QUIET) -> None:
    """Wait until nobody has received anything for a while."""
    while True:
        latest = max(client.last for client in clients)
        if time.perf_counter() - latest > quiet:
            return
        await asyncio.sleep(0.02)


async def stepped(
    teacher: PseudoTerminal, clients: list[Client], key: str, quiet: float = QUIET
) -> tuple[float, float]:
    """Press a key of the teacher; return the milliseconds to the last byte, and bytes a client."""
    counts = [client.count for client in clients]
    started = time.perf_counter()
    os.write(teacher._fd, key.encode())
    async with asyncio.timeout(10):
        while not all(c.count > count for c, count in zip(clients, counts, strict=True)):
            await asyncio.sleep(0.001)
    await settle(clients, quiet)
    got = [client.count - count for client, count in zip(clients, counts, strict=True)]
    return (max(client.last for client in clients) - started) * 1e3, statistics.median(got)


async def answered(client: Client, key: str) -> float:
    """Press a student's key; return the milliseconds to the last byte of its answer."""
    count, started = client.count, time.perf_counter()
    client.press(key)
    async with asyncio.timeout(10):
        while client.count == count:
            await asyncio.sleep(0.001)
    await settle([client])
    return (client.last - started) * 1e3


def spread(values: list[float]) -> str:
    ordered = sorted(values)
    return f"p50 {statistics.median(ordered):6.0f}  p95 {ordered[int(len(ordered) * 0.95)]:6.0f}"


def pss(pid: int) -> float:
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(r"^Pss: +(\d+) kB", text, re.MULTILINE)[1]) / 1024  # type: ignore[index]


def cpu_seconds(pid: int) -> float:
    """Return what a process has computed, whatever else the machine does."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def tell_memory(pid: int, when: str) -> None:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    others = sum(pss(int(child)) for child in children)
    print(
        f"{when:<34} serving process {pss(pid):5.0f} MB  with its pool {pss(pid) + others:5.0f} MB"
    )


async def pounded(teacher: PseudoTerminal, port: int, options: argparse.Namespace) -> None:
    """Have some students press a key as soon as the one before is answered, and others follow."""
    tell_memory(teacher.process.pid, "nobody here")
    clients = [Client() for _ in range(options.pounding + 2)]
    for number, client in enumerate(clients):
        await client.join(port, f"s{number}", LARGE)
    *pounding, _, _ = clients
    took: list[float] = []
    stops = time.perf_counter() + options.seconds

    async def pound(client: Client, draw: random.Random) -> None:
        while (started := time.perf_counter()) < stops:
            count = client.count
            client.press(draw.choice(POUNDED))
            with contextlib.suppress(TimeoutError):
                # What a key changes may be nothing that is seen.
                async with asyncio.timeout(10):
                    while client.count == count:
                        await asyncio.sleep(0.001)
                took.append((time.perf_counter() - started) * 1e3)

    steps: list[float] = []

    async def teach() -> None:
        for number in range(max(int(options.seconds / 2), 1)):
            await asyncio.sleep(2)
            # The teacher's arrows choose another control: the class's screen changes.
            steps.append((await stepped(teacher, clients[-2:], DOWN_UP[number % 2], 0.05))[0])

    tasks = [pound(client, random.Random(n)) for n, client in enumerate(pounding)]
    before = cpu_seconds(teacher.process.pid)
    await asyncio.gather(*tasks, teach())
    cost = (cpu_seconds(teacher.process.pid) - before) / len(took) * 1e3
    told = f"{len(took)} keys, each {cost:.0f} ms of computing"
    print(f"{f'own key, {options.pounding} pound, ms':<34} {spread(took)}  {told}")
    print(f"{'teacher: key to last frame, ms':<34} {spread(steps)}")
    await settle(clients, 2.0)
    started = time.perf_counter()
    for client in pounding:
        client.last = started
        client.press("s" * 60)
    await settle(clients, 2.0)
    late = max(client.last for client in clients) - started
    print(f"{f'{options.pounding} hold a key down for 60: caught up':<34} {late * 1e3:6.0f} ms")
    tell_memory(teacher.process.pid, "after pounding")


async def followed(teacher: PseudoTerminal, port: int, options: argparse.Namespace) -> None:
    """Have a hall follow with gdtutors of their own, which are told where the class is."""
    pid = teacher.process.pid
    tell_memory(pid, "nobody here")
    clients = [Client() for _ in range(options.followers)]

    async def follow(client: Client, number: int) -> None:
        started = time.perf_counter()
        async with few:
            await client.log_in(port, f"f{number}")
            client.process = await client.connection.create_process(
                subsystem="gdtutor-class", encoding=None
            )
        client.task = asyncio.create_task(client._read())
        while not client.count:
            await asyncio.sleep(0.05)
        client.first = time.perf_counter() - started

    few = asyncio.Semaphore(32)
    await asyncio.gather(*(follow(client, n) for n, client in enumerate(clients)))
    await settle(clients)
    tell_memory(pid, f"{options.followers} follow")
    before = cpu_seconds(pid)
    steps = [await stepped(teacher, clients, "np"[n % 2]) for n in range(options.steps)]
    cost = (cpu_seconds(pid) - before) / options.steps * 1e3
    told = f"{spread([step[0] for step in steps])}  each {cost:.0f} ms of computing"
    print(f"{'teacher: key to last one told, ms':<34} {told}")
    print(f"{'bytes a step to a follower':<34} p50 {statistics.median(s[1] for s in steps):6.0f}")
    tell_memory(pid, "after the steps")


async def measured(teacher: PseudoTerminal, port: int, options: argparse.Namespace) -> None:
    pid = teacher.process.pid
    tell_memory(pid, "nobody here")
    clients = [Client() for _ in range(options.students)]

    async def late(client: Client, number: int) -> None:
        await asyncio.sleep(2.0 * number / options.students)
        await client.join(port, f"s{number}")

    await asyncio.gather(*(late(client, number) for number, client in enumerate(clients)))
    print(f"{'join to first frame, ms':<34} {spread([c.first * 1e3 for c in clients])}")
    await settle(clients)
    # Between two steps at which the lesson asks nothing.
    keys = ["n", "p"] * options.steps
    steps = [await stepped(teacher, clients, key) for key in keys[: options.steps]]
    print(f"{'teacher: key to last frame, ms':<34} {spread([step[0] for step in steps])}")
    print(f"{'bytes a step to a follower':<34} p50 {statistics.median(s[1] for s in steps):6.0f}")
    tell_memory(pid, "all follow")
    walker = clients[0]
    own = []
    for number in range(options.steps):
        os.write(teacher._fd, b"np"[number % 2 : number % 2 + 1])
        own.append(await answered(walker, "np"[number % 2]))
    print(f"{'own key while all step, ms':<34} {spread(own)}")
    for client in clients[1 : 1 + options.training]:
        client.press("t")
    own = []
    for number in range(options.steps):
        own.append(await answered(walker, "np"[number % 2]))
    print(f"{f'own key while {options.training} train, ms':<34} {spread(own)}")
    tell_memory(pid, "after training")
    for number in range(options.churn):
        passing = Client()
        await passing.join(port, f"c{number % 5}")
        passing.connection.abort()
        if number in (49, options.churn - 1):
            tell_memory(pid, f"after {number + 1} that came and went")
    for client in clients:
        client.connection.abort()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=30)
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--training", type=int, default=10)
    parser.add_argument("--churn", type=int, default=0)
    parser.add_argument("--pounding", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--followers", type=int, default=0)
    options = parser.parse_args()
    # A connection is a file, and so is one of the class's.
    resource.setrlimit(
        resource.RLIMIT_NOFILE, (4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
    )
    lesson = (LARGEST_PLAYGROUND,) if options.pounding else ("bias", "--at", "forward:z")
    measure = pounded if options.pounding else followed if options.followers else measured
    words = ("-m", "gdtutor", "class", *lesson, "--port", "0", "--code", CODE)

    async def work(teacher: PseudoTerminal, port: int) -> None:
        # A teacher's terminal that reads nothing would hold up the whole program.
        asyncio.get_running_loop().add_reader(teacher._fd, os.read, teacher._fd, 1 << 16)
        await measure(teacher, port, options)
        print(f"load of the machine {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores")

    with tempfile.TemporaryDirectory() as home:
        environ = {"HOME": home, "XDG_DATA_HOME": home}
        with PseudoTerminal(*words, columns=100, command=PYTHON, environ=environ) as teacher:
            teacher.wait_for(lambda text: "0 here" in text)
            found = re.search(r"ssh -p (\d+)", teacher.text())
            assert found is not None
            asyncio.run(work(teacher, int(found[1])))


if __name__ == "__main__":
    main()
