"""Turn a folder of Freedom of Information responses, each a data package, into a static website."""

__version__ = "0.1.0"
