"""Lessons under test: what an author's own tests open, step through and compare.

`gdtutor.testing.pytest_plugin` is loaded by pytest in every project of the environment, so that
this page imports nothing; `gdtutor.testing.lessons` is what its fixtures give.

Imports: values, engine, lesson, session, view, check, drive, ui.
"""
