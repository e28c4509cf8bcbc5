"""A pytest plugin for runs in which no test may be left out: `-p tests.plugins.no_skips`.

A test skipped for any reason other than an absent shared folder fails the session, so that a missing
browser or a forgotten mark cannot pass for a success.
"""

from __future__ import annotations

import pytest

ALLOWED = "shared folder absent"

_refused = pytest.StashKey[dict[str, str]]()


class NoSkips:
    """Collects the skips that are not allowed, then fails the session and names them."""

    def __init__(self, config: pytest.Config) -> None:
        self._refused = config.stash.setdefault(_refused, {})

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped and not hasattr(report, "wasxfail"):
            self._note(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.skipped:
            self._note(report)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self._refused and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self._refused:
            terminalreporter.section("skipped, but must run here", red=True)
            for test, reason in sorted(self._refused.items()):
                terminalreporter.line(f"{test}: {reason}")

    def _note(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        # A skip's representation is (file, line, "Skipped: reason")
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        reason = reason.removeprefix("Skipped: ")
        if not reason.startswith(ALLOWED):
            self._refused[report.nodeid] = reason


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(NoSkips(config), "no_skips")
