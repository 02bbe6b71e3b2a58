"""The self-contained HTML report."""

from kinertia.report.page import write

__all__ = ["write"]
