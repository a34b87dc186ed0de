"""The release-safety gate: what must not be published, found in text, tables, answers of SQL and files of any kind.

``look`` looks into one file. ``folder_problems`` and ``answer_problems`` are what the checks call.
"""

from site_builder.safety.files import look
from site_builder.safety.finding import Finding
from site_builder.safety.gate import answer_problems, folder_problems

__all__ = ["Finding", "answer_problems", "folder_problems", "look"]
