"""A lesson file becomes a `Lesson`, or reports that say what is wrong with it and where."""

from gdtutor.lesson.activation import with_activation
from gdtutor.lesson.discovery import (
    Entry,
    UnknownLessonError,
    discover,
    find_lesson,
    listing,
    shipped_lessons_folder,
    strays,
)
from gdtutor.lesson.load import load_lesson, parse_lesson, read_lesson, with_variant
from gdtutor.lesson.model import (
    Lesson,
    Note,
    PictureWish,
    Question,
    Scene,
    Start,
    Variant,
)
from gdtutor.lesson.problem import problem_of, settings_of
from gdtutor.lesson.reports import LessonError, Report
from gdtutor.lesson.selectors import (
    Assignment,
    Selector,
    SelectorError,
    parse_assignment,
    parse_selector,
)

__all__ = [
    "Assignment",
    "Entry",
    "Lesson",
    "LessonError",
    "Note",
    "PictureWish",
    "Question",
    "Report",
    "Scene",
    "Selector",
    "SelectorError",
    "Start",
    "UnknownLessonError",
    "Variant",
    "discover",
    "find_lesson",
    "listing",
    "load_lesson",
    "parse_assignment",
    "parse_lesson",
    "parse_selector",
    "problem_of",
    "read_lesson",
    "settings_of",
    "shipped_lessons_folder",
    "strays",
    "with_activation",
    "with_variant",
]
