"""mkaudio: folders of sound that nobody described become a captioned text-to-audio training set."""

__version__ = "0.1.0"
