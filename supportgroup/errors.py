"""Errors that are part of the conversation with a person."""


class Refused(Exception):
    """A rule said no. The message is a sentence for the person who asked."""


class Busy(Exception):
    """Too much at once; the same goes well in a minute."""
