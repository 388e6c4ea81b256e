"""A lesson as a script that needs NumPy alone and holds itself to every value of the walk."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Iterator

import numpy as np

from gdtutor.engine.errors import GdTutorError
from gdtutor.engine.numpy_text import helper_source, value_text
from gdtutor.engine.operations import OPERATIONS
from gdtutor.export.loop import WIDTH, ScriptPhase, rate_source, train_source
from gdtutor.export.phases import Code, CodeLine
from gdtutor.files import template_parts
from gdtutor.lesson.model import Lesson
from gdtutor.session.digits import raised
from gdtutor.session.moment import Moment
from gdtutor.session.moving import moved
from gdtutor.session.state import Walk
from gdtutor.training import implicit
from gdtutor.training.optimisers import root_of
from gdtutor.training.order import epochs_per_block, iterations_per_epoch

MAX_NUMBERS = 200_000
"""Most numbers that a script may hold."""
MAX_LINES = 5_000
"""Most lines of all graphs together."""

_RELATIVE, _ABSOLUTE = 1e-9, 1e-15
"""What a value of the script may differ by from the walk's, whatever its rounding error."""

_PARTS = template_parts(__file__, "script.txt")
HELPERS = {name: _PARTS[name].template for name in ("sum_to", "place", "one_hot")}
"""The helpers of rules that are not one call of NumPy, by their names."""


def export_text(session: Walk, iterations: int, command: str = "") -> str:
    """Return the script of a session's lesson.

    Args:
        session: The lesson, with changes that hold from its start.
        iterations: How many iterations are held against the walk.
        command: The command line that makes the script, for a comment.

    Raises:
        GdTutorError: A change comes later than the start, or the script would grow too long.
    """
    lesson, moment = session.lesson, session.moment
    _check_size(session, lesson)
    count = iterations if lesson.trains else 1
    # The arrays of a matrix lesson are narrower in an epoch's last batch.
    differ = not moment.trace.graph.by_rows and _is_uneven(moment)
    used = {leaf.name for scene in lesson.scenes for leaf in scene.graph.leaves}
    code = Code(
        bindings=tuple(binding for binding in lesson.bindings if binding.leaf in used),
        batches_differ=differ,
    )
    walked: list[tuple[ScriptPhase, ...]] = []
    numbers = moment.problem.examples.size
    for k in range(count):
        session = moved(session, k, 1)
        walked.append(_phases(code, session.moment))
        held = sum(line.value.size for phase in walked[-1] for line in phase.lines)
        numbers += held
        # Each later iteration holds as much; one of a shorter batch its share of that, at least.
        ahead = held // (len(moment.batch) if _is_uneven(moment) else 1) * (count - k - 1)
        if numbers + ahead > MAX_NUMBERS:
            raise GdTutorError(
                f"the script would hold more than {MAX_NUMBERS:,} numbers",
                "give fewer --iterations, or a lesson with fewer examples",
            )
    train = train_source(code, moment, walked[0])
    settings = moment.settings
    helpers = [helper_source(OPERATIONS[name]) for name in code.helpers]
    called = "".join((train, *helpers))
    helpers += [text for name, text in HELPERS.items() if f"{name}(" in called]
    end = _PARTS["walks" if settings is None else "trains"]
    return _PARTS["script"].substitute(
        about=about(lesson, command),
        imports=_imports(moment),
        examples=_examples(code, moment),
        helpers="".join(f"{text}\n\n" for text in (*helpers, *_implicit(moment))),
        order=_order(moment),
        settled=_PARTS["settled"].substitute() if code.settled else "",
        train=train,
        shown="\n".join(_shown(walked)),
        rounding="".join(_rounding(walked)),
        main=end.substitute(epochs=settings and settings.epochs),
    )


def _check_size(session: Walk, lesson: Lesson) -> None:
    late = [change for change in session.changes if change.iteration > 0]
    if late:
        raise GdTutorError(
            f"{late[0].name} changes at iteration {late[0].iteration}",
            "the script trains from a start: change it from iteration 0",
        )
    lines = sum(len(scene.graph.lines) for scene in lesson.scenes)
    if lines > MAX_LINES:
        raise GdTutorError(f"the lesson has {lines:,} lines", f"the bound is {MAX_LINES:,}")


def _is_uneven(moment: Moment) -> bool:
    """Say whether an epoch's last batch has fewer examples than the others."""
    settings, problem = moment.settings, moment.problem
    if settings is None or not problem.size:
        return False
    n = settings.trained_on(problem.size)
    return settings.order != "drawn" and n % settings.batch_size(n) != 0


def _phases(code: Code, moment: Moment) -> tuple[ScriptPhase, ...]:
    """Return the phases of an iteration in the walk's order."""
    phases: list[ScriptPhase] = []
    several = len(moment.traces) > 1
    for index, trace in enumerate(moment.traces):
        of = f" {index + 1}" if several else ""
        given = tuple(
            CodeLine(code.names.value(leaf.name), "", leaf.role.value, trace.values[leaf.name])
            for leaf in trace.graph.leaves
        )
        phases.append(ScriptPhase(f"given{of}", given, is_given=True))
        phases.append(ScriptPhase(f"forward{of}", tuple(code.forward(trace))))
        if trace.backward_order:
            phases.append(ScriptPhase(f"backward{of}", tuple(code.backward(trace))))
    if moment.settings is not None:
        rate = CodeLine(
            "learning_rate", rate_source(moment.settings), "", np.asarray(moment.learning_rate)
        )
        phases.append(ScriptPhase("update", (rate, *code.update(moment))))
    return tuple(phases)


def about(lesson: Lesson, command: str) -> str:
    """Return comments about the lesson; its title stays a comment whatever it holds."""
    rows = [lesson.called, command]
    rows += [f"data: {formula}" for formula in lesson.data_formulas]
    return "".join(f"# {_one_line(row)}\n" for row in rows if row)


def _one_line(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)


def _imports(moment: Moment) -> str:
    settings = moment.settings
    is_drawn = settings is not None and settings.order != "given"
    rows = ["import math\n"] if root_of(settings) else []
    rows += ["import sys\n"] if settings is not None else []
    rows += ["from functools import lru_cache\n"] if is_drawn else []
    return "".join([*rows, "\n"])


def _examples(code: Code, moment: Moment) -> str:
    """Return the table of examples, one a row."""
    problem = moment.problem
    if not problem.size or not code.bindings:
        return ""
    columns = ", ".join(_one_line(column) for column in problem.columns)
    rows = "".join(f"    {value_text(row)},\n" for row in problem.examples)
    return _PARTS["examples"].substitute(columns=columns, rows=rows)


def _implicit(moment: Moment) -> list[str]:
    """Return the root of the implicit update, as the program itself finds it."""
    if not root_of(moment.settings):
        return []
    parts = (implicit._sigmoid, implicit.signal, implicit.solve, implicit.shrunk)
    return [inspect.getsource(part).replace("_HALVINGS", str(implicit._HALVINGS)) for part in parts]


def _order(moment: Moment) -> str:
    """Return the function that says in which order an epoch takes the examples."""
    settings, problem = moment.settings, moment.problem
    if settings is None or not problem.size:
        return ""
    n = settings.trained_on(problem.size)
    batch = settings.batch_size(n)
    per_block = epochs_per_block(n)
    if settings.order == "given":
        return ""
    if settings.order == "drawn":
        width = iterations_per_epoch(n, batch) * batch
        says = "each place drawn at random from all examples"
        draw = f"rng.randint(0, {n}, size=({per_block}, {width}), dtype=np.int64)"
    else:
        says = "each example once, shuffled"
        draw = f"rng.random_sample(({per_block}, {n})).argsort(axis=1)"
    return _PARTS["order"].substitute(per_block=per_block, says=says, seed=settings.seed, draw=draw)


def _rounding(walked: list[tuple[ScriptPhase, ...]]) -> Iterator[str]:
    """Yield the rows of the table of rounding errors that are large beside their values, as those
    of sums that cancel are."""
    for k, phases in enumerate(walked):
        for phase in phases:
            for line in phase.lines:
                if line.bound is None:
                    continue
                # The script rounds in its own way, and so has the walk.
                bound = np.where(np.isfinite(line.bound), 2 * line.bound, 0.0)
                if np.any(bound > np.maximum(_RELATIVE * np.abs(line.value), _ABSOLUTE)):
                    most = raised(float(np.max(bound)), 2)
                    yield f'    ({k}, "{phase.title}", "{line.target}"): {most:.2g},\n'


def _shown(walked: list[tuple[ScriptPhase, ...]]) -> Iterator[str]:
    """Yield the rows of the table of everything that the walk shows, with every digit."""
    for k, phases in enumerate(walked):
        yield f"    {{  # iteration {k}"
        for phase in phases:
            if not phase.lines:
                continue
            yield f'        "{phase.title}": {{'
            values = {line.target: line.value for line in phase.lines}
            for name, value in values.items():
                text = f'"{name}": {value_text(value)},'
                yield from textwrap.wrap(
                    text, WIDTH, subsequent_indent=" " * 13, initial_indent=" " * 12,
                    break_long_words=False, break_on_hyphens=False,
                )  # fmt: skip
            yield "        },"
        yield "    },"
