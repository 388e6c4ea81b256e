"""Answers are judged beside the event loop, and told when they are, however long that takes."""

import asyncio
import threading
from pathlib import Path

import pytest
from classes import PATIENCE, Watched, after, lesson_session, until

from gdtutor.classroom import hub as hub_module
from gdtutor.classroom.bench import Workbench
from gdtutor.classroom.hub import ClassHub
from gdtutor.classroom.polls import OTHER, RIGHT, Poll, Reply, judged_answer, own_question
from gdtutor.classroom.record import ClassRecorder, kept_classes
from gdtutor.classroom.screens import SharedScreens
from gdtutor.engine.errors import GdTutorError
from gdtutor.session.press import Press
from gdtutor.session.slips import Slip
from gdtutor.session.state import Session
from gdtutor.session.update import Posed, update


def posed(session: Session) -> Session:
    return update(session, Posed(own_question(session, "value")))[0]


def test_answers_are_judged_beside_each_once_and_those_that_come_late_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts: list[str] = []

    def counted(poll: Poll, text: str, *, explains: bool = True) -> Reply | GdTutorError:
        texts.append(text)
        return judged_answer(poll, text, explains=explains)

    monkeypatch.setattr(hub_module, "judged_answer", counted)

    async def work() -> None:
        bench, may_go = Workbench(PATIENCE, PATIENCE), threading.Event()
        recorder = ClassRecorder(tmp_path / "record.db", "tests", lambda: 1.0)
        hub, shared = ClassHub(recorder=recorder, bench=bench), SharedScreens()
        session = lesson_session("bias", "backward:yhat")
        hub.teach(session)
        for name in ("anna", "ben", "cleo"):
            hub.join(name, Watched(hub, shared, (80, 24)), returns=False)
        session = posed(session)
        hub.teach(session)
        busy = asyncio.ensure_future(bench.does("dora", lambda: may_go.wait(PATIENCE)))
        for name, typing in (("anna", "0.125"), ("ben", "0.125"), ("cleo", "0.5")):
            for key in typing:
                hub.press(name, Press(key, key))
        hub.press("anna", Press("enter"))
        assert hub.room.poll is not None
        assert hub.room.poll.pending == {"anna": "0.125"}
        assert not hub.room.poll.replies
        hub.teach(after(session, "escape", "n"))
        assert not hub.room.polls[-1].is_done
        assert not any("Your answer" in seat.notice for seat in hub.room.seats.values())
        may_go.set()
        assert await busy
        await until(lambda: hub.room.polls[-1].is_done)
        assert hub.seat("ben").notice == "Your answer 0.125: right."
        assert hub.seat("cleo").notice == f"Your answer 0.5: {Slip.NO_LOCAL.value}."
        assert sorted(texts) == ["0.125", "0.5"]
        bench.close()
        recorder.close()

    asyncio.run(work())
    (kept,) = kept_classes(tmp_path / "record.db")
    verdicts = {answer.name: answer.verdict for answer in kept.answers}
    assert verdicts == {"anna": RIGHT, "ben": RIGHT, "cleo": Slip.NO_LOCAL.value}


def test_an_answer_that_is_no_answer_is_told_beside_and_one_that_takes_too_long_has_a_verdict(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def long(poll: Poll, text: str, *, explains: bool = True) -> Reply | GdTutorError:
        while explains and text == "0.5":
            pass
        return judged_answer(poll, text, explains=explains)

    monkeypatch.setattr(hub_module, "judged_answer", long)

    async def work() -> None:
        bench = Workbench(0.01, 0.02)
        hub, shared = ClassHub(bench=bench), SharedScreens()
        hub.teach(lesson_session("bias", "backward:yhat"))
        for name in ("anna", "ben"):
            hub.join(name, Watched(hub, shared, (80, 24)), returns=False)
        hub.teach(posed(hub.room.taught))
        for key in (*"what", "enter"):
            hub.press("anna", Press(key, key if len(key) == 1 else None))
        for key in (*"0.5", "enter"):
            hub.press("ben", Press(key, key if len(key) == 1 else None))
        poll = hub.room.poll
        assert poll is not None
        await until(lambda: hub.room.poll is not None and not hub.room.poll.pending)
        draft = hub.seat("anna").draft
        assert draft is not None
        assert "name" in draft.error
        assert draft.text == "what"
        assert hub.room.poll is not None
        assert {n: r.verdict for n, r in hub.room.poll.replies.items()} == {"ben": OTHER}
        bench.close()

    asyncio.run(work())


def test_an_answer_that_is_being_judged_while_a_value_is_edited_is_judged_by_the_new_one() -> None:
    async def work() -> None:
        bench, may_go = Workbench(PATIENCE, PATIENCE), threading.Event()
        hub, shared = ClassHub(bench=bench), SharedScreens()
        hub.teach(lesson_session("bias", "backward:yhat"))
        hub.join("anna", Watched(hub, shared, (80, 24)), returns=False)
        hub.teach(posed(hub.room.taught))
        busy = asyncio.ensure_future(bench.does("dora", lambda: may_go.wait(PATIENCE)))
        for key in (*"0.1437", "enter"):
            hub.press("anna", Press(key, key if len(key) == 1 else None))
        await until(lambda: bool(hub._judging))
        # It waits to be judged by the value of before.
        await asyncio.sleep(0)
        hub.teach(after(hub.room.taught, "escape", "e", *"b=1", "enter"))
        may_go.set()
        assert await busy
        await until(lambda: hub.room.poll is not None and not hub.room.poll.pending)
        assert hub.room.poll is not None
        assert hub.room.poll.replies["anna"].verdict == RIGHT
        bench.close()

    asyncio.run(work())
