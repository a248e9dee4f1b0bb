"""Groups: making them, joining, leaving, looking after them."""

from dataclasses import dataclass

from supportgroup.accounts.service import LinkUsed
from supportgroup.groups.models import Membership


@dataclass(frozen=True)
class MembershipEnded:
    """An event: this member left or was removed. What they held in the group is let go of by the rooms above."""

    membership: Membership


def complete_joining(event: LinkUsed) -> None:
    """The link in the letter was used: what waited for it happens now."""
