"""What the command says of the files that it reads, without waiting for what reads them."""

ENDINGS = (
    *(".txt", ".md", ".csv", ".tsv", ".tab", ".html", ".htm", ".xhtml", ".docx", ".pdf"),
    *(".xlsx", ".xlsm", ".xls", ".ods"),
)
"""Endings of the files that can be read; ``formats`` has a reader for each."""
SECONDS = 300
"""Time that reading one file may take."""
