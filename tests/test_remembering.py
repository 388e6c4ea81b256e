import asyncio
import threading

import pytest
from memory_store import MemoryStore
from walks import NEURON, ROWS, pressed, screen, walk

from gdtutor.cli import starting
from gdtutor.cli.arguments import COMMANDS, parsed, parser_of
from gdtutor.cli.starting import resume
from gdtutor.drive import effects as headless
from gdtutor.drive.effects import Outside
from gdtutor.drive.keys import parse_keys
from gdtutor.engine.errors import GdTutorError
from gdtutor.library import reading
from gdtutor.library.lessons import library_of
from gdtutor.library.reading import read_progress
from gdtutor.paint.colours import choose_colours
from gdtutor.progress.keeper import ProgressKeeper, ProgressWriter, place_of_session
from gdtutor.progress.schema import Finished, ProgressError, SavedPlace
from gdtutor.progress.store import ProgressStore
from gdtutor.session.catalogue import LessonPlace, with_memory
from gdtutor.session.effects import KeepAttempt
from gdtutor.session.link import command_of
from gdtutor.session.press import Press
from gdtutor.session.state import Playing, Screen, Session, Status, Surroundings
from gdtutor.session.story import has_ended
from gdtutor.ui.app import Looks, TutorApp
from gdtutor.ui.program import Program, Services
from gdtutor.values import replace
from gdtutor.view.frame import UNICODE

PATIENCE = 60.0
"""Seconds after which a test counts as hung; none waits that long when it passes."""


def test_a_class_begins_with_a_playground_as_the_manual_says(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    row = next(one for one in COMMANDS if one.name == "class")
    arguments = parser_of(row).parse_args(["play:--data spiral"])
    arguments.no_save = True
    session = starting.start(arguments).session
    assert isinstance(session, Playing)
    assert session.play.playground.data == "spiral"


@pytest.fixture
def folder(tmp_path):
    """A folder of two lessons, numbered as a library wants them."""
    for number, path in enumerate((NEURON, ROWS), 1):
        (tmp_path / f"{number:02}-{path.name}").write_bytes(path.read_bytes())
    return tmp_path


def shelf(folder, store):
    library = with_memory(library_of(folder), store)
    return replace(Session(screen=Screen.LIBRARY), library=library)


def remembered(session, when=1.0):
    store = MemoryStore()
    store.apply([place_of_session(session, when)])
    return store


def services(**parts):
    return Services(outside=Outside(resume=resume), **parts)


def driven(session, given, keys):
    """Return the session of an app after some keys."""

    async def run():
        looks = Looks(choose_colours("16", {}), UNICODE)
        app = TutorApp(looks, lambda app: Program(app, session, given))
        async with app.run_test(size=(80, 24)) as pilot:
            for key in keys:
                app.program.act(Press(key, key if len(key) == 1 else None))
            await pilot.pause()
            return app.program.session

    return asyncio.run(run())


def test_a_place_is_iteration_step_edits_and_the_command_that_opens_it():
    session = walk(NEURON, "3/backward:w1", changes=("w1=0.9",))
    saved = place_of_session(session, 12.5)
    assert saved.lesson_id == "one-neuron"
    place = saved.place
    assert (place.iteration, place.step, place.steps_total) == (3, session.step, 13)
    assert (place.edits, place.updated) == (("w1=0.9",), 12.5)
    assert "--at 3/backward:w1" in place.command


def test_without_a_lesson_there_is_no_place():
    assert place_of_session(Session(), 1.0) is None


def test_the_library_shows_places_and_the_cursor_where_the_learner_left(folder):
    store = remembered(walk(ROWS, "2/forward:z", changes=("w=3",)))
    store.apply([Finished("one-neuron", 2.0)])
    session = shelf(folder, store)
    entry = session.library.entries[session.library.cursor]
    assert entry.id == "rows"
    text = screen(session)
    assert "iteration 2, step 2 of 15, 1 change" in text
    assert "✓" in next(row for row in text.splitlines() if "One neuron" in row)


def test_enter_continues_where_the_learner_left(folder):
    left = walk(folder / "02-rows.md", "2/backward:a", "o D", changes=("w=3",))
    after = driven(shelf(folder, remembered(left)), services(), ["enter"])
    # A new sitting explains its signs anew.
    look = replace(after.look, met=left.look.met)
    assert screen(replace(after, message="", look=look)) == screen(replace(left, message=""))
    assert "The walk as you left it" in after.message
    assert after.library.entries


def test_at_the_start_of_a_lesson_nothing_is_told_of_where_it_was_left(folder):
    left = walk(folder / "02-rows.md", "", "4n Home Home")
    after = driven(shelf(folder, remembered(left)), services(), ["enter"])
    assert (after.moment.iteration, after.step, after.message) == (0, left.step, "")


@pytest.mark.sampled(1)
@pytest.mark.parametrize("over", ["", "question_mark", "l"])
@pytest.mark.parametrize(
    "keys", ["t + left left y", "20t + 5n", "20t S learning_rate=0.5,2 enter", "20t s"]
)
def test_training_left_by_any_way_is_trained_again_as_far_and_looks_the_same(folder, keys, over):
    left = headless.pressed(walk(folder / "02-rows.md"), parse_keys(keys))
    gone = headless.pressed(left, parse_keys(over)) if over else left
    after = driven(shelf(folder, remembered(gone)), services(), ["enter"])
    assert "Trained again as you left it" in after.message
    assert screen(replace(after, message="")) == screen(replace(left, message="", is_error=False))


def test_questions_that_were_turned_off_stay_off(folder):
    asked = (
        (folder / "02-rows.md").read_text().replace("format = 1", "format = 1\npredict = true", 1)
    )
    (folder / "02-rows.md").write_text(asked)
    left = headless.pressed(walk(folder / "02-rows.md"), parse_keys("n escape r n"))
    assert walk(folder / "02-rows.md").predict
    assert not left.predict
    after = driven(shelf(folder, remembered(left)), services(), ["enter"])
    assert (after.predict, after.step) == (False, left.step)


def test_a_run_that_is_left_while_it_trains_comes_back_as_far_as_it_was(folder):
    left = headless.pressed(walk(folder / "02-rows.md"), parse_keys("20t"))
    left = left.with_train(goal=None, snapshot=replace(left.train.snapshot, status=Status.RUNNING))
    after = driven(shelf(folder, remembered(left)), services(), ["enter"])
    assert (after.train.snapshot.iterations, after.train.snapshot.status) == (20, Status.PAUSED)


def test_the_library_leads_back_to_training_within_a_sitting(folder):
    left = headless.pressed(
        replace(walk(folder / "02-rows.md"), library=library_of(folder)), parse_keys("20t l")
    )
    assert driven(left, services(), ["enter"]).screen is Screen.TRAIN
    other = driven(left, services(), ["up", "enter", "l", "down", "enter"])
    assert (other.lesson.id, other.screen) == ("rows", Screen.TRAIN)
    assert other.train.snapshot.iterations == 20


def test_what_training_shows_is_saved(folder):
    saved = []
    start = replace(walk(folder / "02-rows.md"), library=library_of(folder))
    start = headless.pressed(start, parse_keys("20t"))
    driven(start, services(save=lambda s: saved.append(s.train.look.cursor)), ["left", "left"])
    assert saved == [19, 18]


def test_a_place_that_no_longer_fits_opens_the_lesson_at_its_start(folder):
    store = MemoryStore()
    place = LessonPlace(0, 3, 9, (), f"gdtutor {ROWS} --at backward:gone", 1.0)
    store.apply([SavedPlace("rows", place)])
    after = driven(shelf(folder, store), services(), ["enter"])
    assert after.lesson.id == "rows"
    assert after.step == 0


@pytest.mark.parametrize("command", ["", "gdtutor", "gdtutor x --nope", "gdtutor 'x"])
def test_a_command_that_cannot_be_read_is_an_error_and_not_the_end(command):
    with pytest.raises(GdTutorError):
        resume(NEURON.parent / "nowhere.md", command)


def test_the_library_shows_the_present_place_when_the_learner_comes_back_to_it(folder):
    session = replace(walk(ROWS, "forward:a"), library=library_of(folder))
    session = pressed(session, "l")
    assert session.library.words_left("rows") == "step 3 of 15"


def test_every_step_is_saved_and_only_steps(folder):
    saved = []
    start = replace(walk(NEURON), library=library_of(folder))
    given = services(save=lambda s: saved.append((s.moment.iteration, s.step)))
    driven(start, given, ["n", "n", "question_mark", "escape", "n"])
    assert saved == [(0, 1), (0, 2), (0, 3)]


def test_an_answer_is_kept():
    kept = []
    start = replace(walk(NEURON, "given"), predict=True)
    driven(start, services(keep=kept.append), ["n", *"1.45", "enter"])
    assert kept == [KeepAttempt("one-neuron", "0/forward:z?value", "1.45", True, None)]


def test_saved_is_said_only_when_the_store_has_acknowledged_it(tmp_path):
    heard = []
    memory = ProgressKeeper(lambda: ProgressStore(tmp_path / "progress.sqlite"), lambda: 5.0)
    memory.listen(lambda word, message: heard.append((word, message)))
    assert heard[-1][0] == ""
    memory.save(walk(NEURON, "3/backward:w1"))
    memory.keep(KeepAttempt("one-neuron", "q", "1", False, "sign flipped"))
    assert memory.close() == ""
    assert heard[-1] == ("saved", "")
    with ProgressStore(tmp_path / "progress.sqlite") as store:
        assert store.places()["one-neuron"].iteration == 3
        assert [(a.answer, a.slip) for a in store.attempts("one-neuron")] == [("1", "sign flipped")]


class Broken(MemoryStore):
    def apply(self, records):
        raise ProgressError("the disk is full")


def test_a_store_that_cannot_write_is_told_once_and_at_the_end():
    heard = []
    memory = ProgressKeeper(Broken, lambda: 5.0)
    memory.listen(lambda word, message: heard.append((word, message)))
    for _ in range(3):
        memory.save(walk(NEURON, "given"))
    assert "the disk is full" in memory.close()
    assert [message for _, message in heard if message] == ["the disk is full"]
    assert all(word in ("", "not saved yet") for word, _ in heard)


class Prompt(ProgressWriter):
    """A writer that has always said how a record went before `put` returns."""

    def __init__(self, open_store, on_change):
        self.has_reported = threading.Event()

        def report(state):
            on_change(state)
            self.has_reported.set()

        super().__init__(open_store, report)

    def put(self, record):
        self.has_reported.clear()
        ticket = super().put(record)
        assert self.has_reported.wait(PATIENCE)
        return ticket


class Kept(MemoryStore):
    """What it is handed counts as saved."""

    is_saving = True


def test_a_record_that_is_saved_before_put_returns_is_said_to_be_saved():
    heard = []
    memory = ProgressKeeper(Kept, lambda: 5.0, Prompt)
    memory.listen(lambda word, message: heard.append(word))
    memory.save(walk(NEURON, "given"))
    assert heard == ["", "saved"]
    memory.keep(KeepAttempt("one-neuron", "q", "1", True, None))
    memory.save(walk(NEURON, "given", "G n"))
    assert heard == ["", *["saved"] * 4]
    assert memory.close() == ""


def test_a_record_that_cannot_be_saved_is_said_not_to_be_before_put_returns():
    heard = []
    memory = ProgressKeeper(Broken, lambda: 5.0, Prompt)
    memory.listen(lambda word, message: heard.append((word, message)))
    memory.save(walk(NEURON, "given"))
    assert heard == [("", ""), ("not saved yet", "the disk is full")]


def test_the_newest_state_is_told_last_to_a_listener_that_comes_while_it_changes():
    heard = []
    memory = ProgressKeeper(Kept, lambda: 5.0, Prompt)

    def slow(word, message):
        if not heard:
            heard.append("interrupted")
            memory.save(walk(NEURON, "given"))
        heard.append(word)

    memory.listen(slow)
    assert heard == ["interrupted", "saved", "", "saved"]


def test_what_is_reported_before_anybody_listens_is_told_to_the_first_who_does():
    class Moved(Kept):
        messages = ("The file was damaged and moved aside.",)

    heard = []
    writers = []

    def start(open_store, on_change):
        writers.append(Prompt(open_store, on_change))
        return writers[0]

    memory = ProgressKeeper(Moved, lambda: 5.0, start)
    assert writers[0].has_reported.wait(PATIENCE)
    memory.listen(lambda word, message: heard.append(message))
    memory.save(walk(NEURON, "given"))
    assert heard == ["The file was damaged and moved aside.", ""]


def test_nothing_to_save_is_nothing_to_complain_of_at_the_end():
    assert ProgressKeeper(Kept, lambda: 5.0).close() == ""


def test_the_app_shows_what_the_store_says():
    def listen(listener):
        listener("saved", "")
        listener("not saved yet", "Progress is not saved: the disk is full.")

    after = driven(walk(NEURON, "given"), services(listen=listen), [])
    assert after.saving == "not saved yet"
    assert "the disk is full" in screen(after)


def test_progress_that_cannot_be_read_is_told_and_the_library_opens(folder, monkeypatch):
    class Unreadable(MemoryStore):
        def places(self):
            raise ProgressError("Progress cannot be read: the file is damaged.")

    library = library_of(folder)
    monkeypatch.setattr(reading, "ProgressStore", lambda *_, **__: Unreadable())
    assert read_progress(library) == (
        library, "Progress cannot be read: the file is damaged.",
    )  # fmt: skip


def test_a_lesson_is_finished_on_the_closing_page_behind_its_story():
    assert not has_ended(walk(NEURON, "backward:b", "z"))
    assert not has_ended(walk(NEURON, "given", "G"))
    assert has_ended(walk(NEURON, "given", "G n"))


@pytest.mark.slow
def test_a_lesson_that_is_merely_opened_keeps_its_place(folder):
    saved = []
    given = services(save=lambda s: saved.append(s.step))
    left = walk(folder / "02-rows.md", "2/backward:a")
    driven(shelf(folder, remembered(left)), given, ["enter", "l"])
    assert saved == []
    driven(shelf(folder, remembered(left)), given, ["enter", "n"])
    assert saved[0] == left.step + 1


@pytest.fixture
def arguments(monkeypatch, tmp_path):
    """Returns the arguments of a command line; what is remembered lies in a folder of the test."""
    monkeypatch.setattr(reading, "default_path", lambda: tmp_path / "kept.sqlite")
    with ProgressStore(tmp_path / "kept.sqlite") as store:
        store.apply([place_of_session(walk(NEURON, "3/backward:w1"), 1.0)])
    return lambda *words: parser_of(COMMANDS[0]).parse_args([str(NEURON), *words])


def place_opened(given):
    begin = starting.start(given)
    begin.finish()
    return begin.session.moment.iteration, begin.session.step


def test_a_lesson_named_on_the_command_line_goes_on_where_it_was_left(arguments):
    begin = starting.start(arguments())
    begin.finish()
    assert place_of_session(begin.session, 1.0).place.iteration == 3
    assert "Home twice goes to the start, t trains anew." in begin.session.message


@pytest.mark.parametrize(
    "words", [("--from-start",), ("--no-save",), ("--keys", "h"), ("--seed", "3")]
)
def test_what_says_where_to_begin_does_not_go_on(arguments, words):
    assert place_opened(arguments(*words)) == (0, 0)


@pytest.mark.sampled(1)
@pytest.mark.parametrize("words", [("--at", "1/given"), ("--keys", "n"), ("--set", "b=1")])
def test_a_rehearsed_start_leaves_the_place_that_was_kept(arguments, monkeypatch, tmp_path, words):
    monkeypatch.setattr(starting, "default_path", lambda: tmp_path / "kept.sqlite")
    begin = starting.start(arguments(*words))
    assert begin.session.message == starting.NOT_KEPT
    shelf = replace(begin.session, screen=Screen.LIBRARY)
    assert starting.NOT_SHOWN in screen(shelf).splitlines()[0]
    begin.save(pressed(begin.session, "n"))
    begin.finish()
    assert place_opened(arguments())[0] == 3
    assert not starting.start(arguments(*words, "--no-save")).session.message


def test_what_a_screen_finds_is_nothing_to_save(folder):
    saved = []
    given = services(save=lambda s: saved.append(s.step))
    session = driven(walk(NEURON, "2/backward:w1"), given, [])
    assert session.look.met is not None
    assert saved == []


@pytest.mark.parametrize(
    ("started", "on_path", "call"),
    [
        ("here/bin/gdtutor", (), "here/bin/gdtutor"),
        ("here/bin/gdtutor", ("gdtutor",), "gdtutor"),
        ("here/gdtutor/__main__.py", (), "bin/python -m gdtutor"),
        ("../gdtutor", (), "../gdtutor"),
        ("here/gdtutor/__main__.py", ("python",), "python -m gdtutor"),
    ],
)
def test_a_link_calls_the_program_as_it_was_called(monkeypatch, tmp_path, started, on_path, call):
    monkeypatch.chdir(tmp_path)
    python = str(tmp_path / "bin" / "python")
    monkeypatch.setattr("sys.argv", [str(tmp_path / started)])
    monkeypatch.setattr("sys.executable", python)
    monkeypatch.setattr("shutil.which", lambda name: python if name in on_path else None)
    assert starting.called() == call
    link = command_of(replace(walk(NEURON, "backward:w1"), around=Surroundings(starting.called())))
    assert link.startswith(f"{call} ")
    assert parsed(link).at == "backward:w1"


def test_a_place_on_the_command_line_comes_before_the_one_that_is_remembered(arguments):
    assert place_opened(arguments("--at", "1/given")) == (1, 1)
