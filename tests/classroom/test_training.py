"""Training in a class: the teacher's run is everyone's curve, a student's is in another process."""

import asyncio
import copy
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from time import perf_counter

import numpy as np
import pytest
from classes import PATIENCE, Watched, after, lesson_session, until

from gdtutor.classroom.bench import (
    EVERYONE,
    MOST_BESIDE,
    SLOW_WAITS,
    TOO_LONG,
    TooLongError,
    Workbench,
)
from gdtutor.classroom.hub import ClassHub
from gdtutor.classroom.pool import Trained, TrainingPool, train_slice
from gdtutor.classroom.screens import SharedScreens
from gdtutor.classroom.seats import Begun
from gdtutor.classroom.turns import HELD, Heard
from gdtutor.drive.effects import pressed
from gdtutor.lesson.sweeps import members_of
from gdtutor.play.options import playground_of_line
from gdtutor.session.effects import Effect
from gdtutor.session.playing import play_session
from gdtutor.session.press import Press
from gdtutor.session.state import Playing, Screen, Session, Status, Trial, Walk
from gdtutor.session.trials import tried
from gdtutor.training.run import Run
from gdtutor.training.sweep import Sweep
from tests.tries import some


@pytest.fixture(scope="module")
def pool() -> Iterator[TrainingPool]:
    pool = TrainingPool()
    yield pool
    pool.close()


def run_of(lesson: str) -> Run:
    run = lesson_session(lesson).run
    return run


def test_a_copy_of_a_run_trains_on_as_the_run_does_and_leaves_it_alone() -> None:
    run = run_of("xor-hidden")
    run.advance(iterations=300)
    other = copy.copy(run)
    assert other.farthest == 300
    other.advance(iterations=200)
    assert run.farthest == 300
    run.advance(iterations=200)
    assert np.array_equal(run.costs, other.costs)
    states = (run.state(500).parameters, other.state(500).parameters)
    assert all(np.array_equal(states[0][name], states[1][name]) for name in states[0])
    assert other.state(150).parameters.keys() == run.state(150).parameters.keys()


def test_slices_come_to_what_training_at_once_comes_to() -> None:
    whole = run_of("bias")
    whole.advance()
    found = train_slice(run_of("bias"), None, 0.0)
    while isinstance(found, Trained) and found.snapshot.status is Status.RUNNING:
        found = train_slice(found.run, None, 0.0)
    assert isinstance(found, Trained)
    assert found.snapshot.status is Status.FINISHED
    assert np.array_equal(found.run.costs, whole.costs)


def test_a_student_trains_alone_and_everyone_sees_what_the_teacher_trained(
    pool: TrainingPool,
) -> None:
    async def work() -> None:
        session = lesson_session("bias", "forward:z")
        hub, shared = ClassHub(pool=pool), SharedScreens()
        hub.teach(session)
        lines = {name: Watched(hub, shared, (80, 24)) for name in ("anna", "ben")}
        for name, line in lines.items():
            hub.join(name, line, returns=False)
        hub.press("anna", Press("t", "t"))
        await until(lambda: own_status(hub, "anna") is Status.FINISHED)
        assert "200 of 200 epochs" in "\n".join(lines["anna"].rows("anna"))
        assert session.run.farthest == 0
        hub.teach(pressed(session, (Press("t", "t"),)))
        assert hub.room.taught.screen is Screen.TRAIN
        assert "200 of 200 epochs" in "\n".join(lines["ben"].rows("ben"))
        hub.press("anna", Press("full_stop", "."))
        assert lines["anna"].rows("anna")[:-2] == lines["ben"].rows("ben")[:-2]

    asyncio.run(work())


def own_status(hub: ClassHub, name: str) -> Status | None:
    own = hub.seat(name).own
    return None if own is None else own.train.snapshot.status


def test_a_student_sweeps_within_bounds(pool: TrainingPool) -> None:
    async def work() -> None:
        hub, shared = ClassHub(pool=pool), SharedScreens()
        session = lesson_session("bias", "forward:z")
        hub.teach(session)
        anna = Watched(hub, shared, (120, 36))
        hub.join("anna", anna, returns=False)

        def sweep(text: str) -> Walk:
            for key in ("t", "S", *text, "enter"):
                hub.press("anna", Press(key, key if len(key) == 1 else None))
            return own_walk()

        def own_walk() -> Walk:
            own = hub.seat("anna").own
            assert isinstance(own, Walk)
            return own

        assert sweep("learning_rate=0.1,1").train.sweeping is not None
        await until(lambda: own_walk().train.sweeping is None)
        own = own_walk()
        assert own.message == "All runs of the sweep are done; none diverges."
        assert [one.label for one in own.train.kept] == ["learning_rate 0.1", "learning_rate 1"]
        alone = Sweep(members_of(own.lesson, None, "learning_rate=0.1,1", own.run.segments))
        alone.advance()
        assert [list(one.costs) for one in own.train.kept] == [list(f.costs) for f in alone.found()]
        sweep(f"learning_rate={','.join(map(str, range(1, 18)))}")
        await until(lambda: own_walk().train.sweeping is None)
        assert own_walk().message.startswith("A sweep in a class has at most 16 runs")

    asyncio.run(work())


@pytest.mark.slow
def test_a_students_picture_counts_starts_in_turn_and_for_no_longer_than_a_run(
    pool: TrainingPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work() -> None:
        hub, shared = ClassHub(pool=pool), SharedScreens()
        session = lesson_session("batches", "forward:L")
        hub.teach(session)
        anna = Watched(hub, shared, (80, 24))
        hub.join("anna", anna, returns=False)

        def trials() -> tuple[Trial, ...]:
            own = hub.seat("anna").own
            return own.trials if isinstance(own, Walk) else ()

        for _ in range(2):
            hub.press("anna", Press("f", "f"))
        await until(lambda: trials() and trials()[0].status is Status.FINISHED)
        assert trials()[0].ends == tried(pressed(session, [Press("f", "f")] * 2)).trials[0].ends
        assert "full batch       0 of 20" in "\n".join(anna.rows("anna"))
        monkeypatch.setattr("gdtutor.classroom.pool.MOST_EPOCHS", 4000)
        ben = Watched(hub, shared, (80, 24))
        hub.join("ben", ben, returns=False)
        for _ in range(2):
            hub.press("ben", Press("f", "f"))
        await until(lambda: "at most 4,000 epochs" in "\n".join(ben.rows("ben")))
        assert "60 starts are trained" in " ".join("".join(ben.rows("ben")).split())

    asyncio.run(work())


def test_a_student_pauses_and_an_edit_ends_what_was_trained(pool: TrainingPool) -> None:
    async def work() -> None:
        hub, shared = ClassHub(pool=pool), SharedScreens()
        hub.teach(lesson_session("xor-hidden", "forward:Z1"))
        hub.join("anna", Watched(hub, shared, (80, 24)), returns=False)
        for key in ("t", "space"):
            hub.press("anna", Press(key, key if len(key) == 1 else None))
        await until(lambda: own_status(hub, "anna") in (Status.PAUSED, Status.FINISHED))
        own = hub.seat("anna").own
        assert own is not None
        trained = own.train.snapshot.iterations
        assert trained > 0
        assert own.run is own.train.snapshot.of
        hub.press("anna", Press("0", "0"))
        own = hub.seat("anna").own
        assert own is not None
        assert own.run.farthest == 0
        assert after(own, "escape").screen is Screen.STUDY

    asyncio.run(work())


@pytest.mark.slow
def test_a_class_that_ends_at_once_leaves_nothing_behind() -> None:
    text = (
        "import asyncio, os; from gdtutor.classroom.pool import TrainingPool as Pool; p = Pool();"
        "print(asyncio.run(p.train(None, None))); os._exit(0)"
    )
    # What is left over is told by a process that outlives it, and holds this pipe open.
    done = subprocess.run(
        [sys.executable, "-c", text], capture_output=True, text=True, timeout=PATIENCE, check=True
    )
    assert "'NoneType' object" in done.stdout
    assert done.stderr == ""


def test_what_takes_long_holds_up_nobody_and_is_ended() -> None:
    async def work() -> None:
        bench, is_at_work, may_go = Workbench(0.01, PATIENCE), threading.Event(), list[bool]()

        def compute() -> str:
            is_at_work.set()
            while not may_go:
                pass  # and waits for nothing: what ends it could keep the lock of an event
            return "done"

        long = asyncio.ensure_future(bench.does("ben", compute))
        await until(is_at_work.is_set)
        assert await bench.does("anna", lambda: "hers") == "hers"
        assert not long.done()
        others = [asyncio.ensure_future(bench.does(name, compute)) for name in "cdef"]
        # As many as may go on beside do so; the two oldest are ended for the last of them.
        for oldest in (long, others[0]):
            with pytest.raises(TooLongError):
                await oldest
        assert await bench.does("anna", lambda: "hers") == "hers"
        assert not any(one.done() for one in others[1:])
        bench.drop("f")
        with pytest.raises(TooLongError):
            await others[3]
        may_go.append(True)
        assert await others[2] == "done"
        bench.close()

    asyncio.run(work())


def test_a_quick_work_ends_none_of_those_that_may_go_on_beside() -> None:
    async def work() -> None:
        bench, may_go = Workbench(0.01, PATIENCE), list[bool]()

        def compute() -> str:
            while not may_go:
                pass
            return "done"

        asked = [asyncio.ensure_future(bench.does(name, compute)) for name in "abc"]
        await until(lambda: len(bench._at) == MOST_BESIDE == bench._beside())
        # From now on nobody watches but the lines below: the three are slow, and anna's is not.
        bench._holds = PATIENCE
        for job in bench._at.values():
            job.started -= PATIENCE
        bench._longest = 10 * PATIENCE
        asked.append(asyncio.ensure_future(bench.does("anna", compute)))
        await until(lambda: len(bench._at) == MOST_BESIDE + 1)
        bench._watch(asyncio.get_running_loop())
        may_go.append(True)
        assert await asyncio.gather(*asked) == ["done"] * 4
        bench.close()

    asyncio.run(work())


def test_an_endless_work_is_ended_and_its_thread_with_it() -> None:
    async def work() -> None:
        bench, threads = Workbench(0.01, 0.02), list[threading.Thread]()

        def compute() -> None:
            threads.append(threading.current_thread())
            while True:
                pass

        with pytest.raises(TooLongError, match="too long for a class"):
            await bench.does("ben", compute)
        await until(lambda: not threads[0].is_alive())
        bench.close()

    asyncio.run(work())


def test_work_that_takes_long_is_refused_to_who_asked_and_dropped_with_who_left() -> None:
    async def work() -> None:
        bench, is_at_work, may_go = Workbench(0.01, PATIENCE), threading.Event(), list[bool]()
        hub, shared = ClassHub(bench=bench), SharedScreens()
        hub.teach(lesson_session("bias", "forward:z"))
        lines = {name: Watched(hub, shared, (80, 24)) for name in ("anna", "ben")}
        for name, line in lines.items():
            hub.join(name, line, returns=False)
            hub.press(name, Press("n", "n"))
        await until(lambda: all(has_come(hub, name, 3) for name in lines))

        def compute(own: Session) -> tuple[Session, tuple[Effect, ...]]:
            is_at_work.set()
            while not may_go:
                pass  # and waits for nothing: what ends it could keep the lock of an event
            return own, ()

        hub.turns.do("ben", Heard(partial(Begun, work=compute)))
        hub.press("ben", Press("n", "n"))
        await until(is_at_work.is_set)
        hub.press("anna", Press("n", "n"))
        await until(lambda: has_come(hub, "anna", 4))
        hub.leave("ben", lines["ben"])
        await until(lambda: hub.turns.is_idle)
        own = hub.seat("ben").own
        assert own is not None
        # What he typed after it goes with him.
        assert (own.step, own.message) == (3, TOO_LONG)
        may_go.append(True)
        bench.close()

    asyncio.run(work())


def has_come(hub: ClassHub, name: str, step: int) -> bool:
    own = hub.seat(name).own
    return own is not None and own.step >= step


def test_work_that_is_ended_as_it_ends_keeps_no_lock() -> None:
    async def work() -> None:
        bench, may_end = Workbench(PATIENCE, PATIENCE), list[bool]()

        def compute() -> None:
            while not may_end:
                pass

        asked = asyncio.ensure_future(bench.does("ben", compute))
        await until(lambda: any(job.name == "ben" for job in bench._at.values()))
        with bench._news:
            (thread, job), *_ = bench._at.items()
            may_end.append(True)
            while not job.is_done:
                pass
            for _ in range(100_000):
                pass  # the thread comes to wait for the lock that is held here
            bench._end(thread)
        with pytest.raises(TooLongError):
            await asked
        assert await bench.does("anna", lambda: "hers") == "hers"
        bench.close()

    asyncio.run(work())
    # What measures or debugs this process still sees calls: they once never began.
    assert _traced(lambda: (perf_counter(), (lambda: None)()))[-1:] == ["over"]
    # Nor did those of the class itself where it is measured.
    assert _traced(lambda: asyncio.run(work()))[-1:] == ["over"]


def _traced(do: Callable[[], object]) -> list[str]:
    """Do something in a traced thread; return what was seen of it and, in the end, "over"."""
    calls: list[str] = []

    def run() -> None:
        sys.setprofile(lambda frame, event, _: calls.append(event))
        do()
        sys.setprofile(None)
        calls.append("over")

    traced = threading.Thread(target=run, daemon=True)
    traced.start()
    traced.join(PATIENCE)
    return calls


def test_who_has_taken_least_is_computed_for_first_and_plots_last() -> None:
    async def work() -> None:
        bench, order, may_go = Workbench(holds=PATIENCE), list[str](), threading.Event()

        async def done(name: str, *, is_slow: bool = False, held: bool = False) -> None:
            def compute() -> None:
                order.append(name)
                if held:
                    may_go.wait(PATIENCE)
                    # Time is taken, which counts.
                    end = perf_counter() + 0.002
                    while perf_counter() < end:
                        pass

            await bench.does(name, compute, is_slow=is_slow)

        tasks = [asyncio.ensure_future(done("ben", held=True))]
        await until(lambda: order == ["ben"])
        waiting = (("ben", True), ("anna", True), ("ben", False), ("cleo", False))
        for name, is_slow in (*waiting, (EVERYONE, False)):
            tasks += [asyncio.ensure_future(done(name, is_slow=is_slow))]
        await asyncio.sleep(0)
        may_go.set()
        await asyncio.gather(*tasks)
        bench.close()
        assert order == ["ben", EVERYONE, "cleo", "ben", "anna", "ben"]
        with pytest.raises(ZeroDivisionError):
            await Workbench().does("anna", lambda: 1 // 0)

    asyncio.run(work())


@pytest.mark.sampled
@pytest.mark.parametrize(
    ("key", "before"),
    [
        (key, before)
        for number, key in enumerate(sorted(HELD))
        for before in some(number, ("", "tab right", "down down down", "tab right right w"), 2)
    ],
)
def test_keys_that_are_held_come_to_one_with_their_count(key: str, before: str) -> None:
    session = play_session(Session(), playground_of_line("--points 20 --layers 2-3-3-1"))
    session = after(session, *before.split())
    once = after(session, "3", key)
    assert once.message == "" or "does nothing" not in once.message
    found, wanted = (
        (s.play.playground, s.play.control, s.play.layer, s.play.neuron, s.play.edge)
        for s in (once, after(session, key, key, key))
        if isinstance(s, Playing)
    )
    assert found == wanted


def test_keys_that_wait_in_the_playground_are_computed_together_and_painted_once() -> None:
    async def work() -> None:
        bench, may_go = Workbench(PATIENCE, PATIENCE), threading.Event()
        hub, shared = ClassHub(bench=bench), SharedScreens()
        hub.teach(play_session(Session(), playground_of_line("--points 20 --layers 2-3-1")))
        hub.join("anna", Watched(hub, shared, (80, 24)), returns=False)

        def held(own: Session) -> tuple[Session, tuple[Effect, ...]]:
            may_go.wait(PATIENCE)
            return own, ()

        hub.press("anna", Press("d", "d"))
        await until(lambda: hub.turns.is_idle and hub.seat("anna").own is not None)
        hub.turns.do("anna", Heard(partial(Begun, work=held)))
        for key in "sssssds":
            hub.press("anna", Press(key, key))
        may_go.set()
        await until(lambda: hub.turns.is_idle)
        own = hub.seat("anna").own
        assert isinstance(own, Playing)
        assert own.play.playground.seed == 6
        assert [past.playground.seed for past in own.play.done] == [0, 5]
        hub.press("anna", Press("W", "W"))
        await until(lambda: hub.turns.is_idle)
        assert "No file is written here" in hub.seat("anna").own.message
        bench.close()

    asyncio.run(work())


def test_a_plot_is_painted_while_its_seat_holds_a_key_down() -> None:
    async def work() -> None:
        bench, order, may_go = Workbench(PATIENCE, PATIENCE), list[str](), threading.Event()

        async def done(what: str, seconds: float, *, is_slow: bool = False) -> None:
            def compute() -> None:
                may_go.wait(PATIENCE)
                order.append(what)
                end = perf_counter() + seconds
                while perf_counter() < end:
                    pass

            await bench.does("ben", compute, is_slow=is_slow)

        tasks = [asyncio.ensure_future(done("key", SLOW_WAITS)) for _ in range(4)]
        tasks += [asyncio.ensure_future(done("plot", 0.0, is_slow=True))]
        await asyncio.sleep(0)
        may_go.set()
        await asyncio.gather(*tasks)
        bench.close()
        assert order == ["key", "key", "plot", "key", "key"]

    asyncio.run(work())


def test_a_sweep_that_a_student_has_paused_goes_on_where_it_was(
    pool: TrainingPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A slice is as little as can be trained at once: the sweep is not done before it is paused.
    monkeypatch.setattr(pool, "sweep", partial(pool.sweep, seconds=0.0))

    async def work() -> None:
        hub, shared = ClassHub(pool=pool), SharedScreens()
        hub.teach(lesson_session("xor-hidden", "forward:Z1"))
        hub.join("anna", Watched(hub, shared, (80, 24)), returns=False)

        def own_walk() -> Walk:
            own = hub.seat("anna").own
            assert isinstance(own, Walk)
            return own

        for key in ("t", "S", *"learning_rate=0.5,1", "enter", "space"):
            hub.press("anna", Press(key, key if len(key) == 1 else None))
        await until(lambda: not hub._tasks)
        paused = own_walk().train.sweeping
        assert paused is not None
        assert paused.status is Status.PAUSED
        assert paused.done < paused.sweep.epochs[1]
        hub.press("anna", Press("space"))
        await until(lambda: own_walk().train.sweeping is None)
        own = own_walk()
        assert own.message == "All runs of the sweep are done; none diverges."
        alone = Sweep(members_of(own.lesson, None, "learning_rate=0.5,1", own.run.segments))
        alone.advance()
        assert [list(one.costs) for one in own.train.kept] == [list(f.costs) for f in alone.found()]

    asyncio.run(work())
