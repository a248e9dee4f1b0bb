"""Groups: making them, joining, leaving, looking after them."""

from supportgroup.accounts.service import LinkUsed


def complete_joining(event: LinkUsed) -> None:
    """The link in the letter was used: what waited for it happens now."""
