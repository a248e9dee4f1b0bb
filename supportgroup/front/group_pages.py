"""A group's own pages that need its meetings: what it says to everyone, its home, its members, what waits there."""

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from supportgroup import clock
from supportgroup.front.views import is_new
from supportgroup.front.waiting import waits_for
from supportgroup.groups import breaks, care, queries, removing
from supportgroup.groups.access import enter, enter_as_facilitator, look_at
from supportgroup.groups.forms import FORMATS, LANGUAGES
from supportgroup.groups.models import Group, GroupState, Joining, Membership, MembershipState
from supportgroup.groups.views import bp
from supportgroup.meetings import pausing, phrases
from supportgroup.meetings import queries as meetings
from supportgroup.meetings.models import Meeting, MeetingState
from supportgroup.meetings.roster import roster

SHOWN, LOOKED_AT = 3, 12  # meetings on a page; how many are read, cancelled ones among them


def coming_meetings(group: Group, most: int) -> list[Meeting]:
    """The next meetings that take place; none while the group rests."""
    if group.state is not GroupState.ACTIVE:
        return []
    ahead = meetings.upcoming(group.id, limit=LOOKED_AT).items
    return [one for one in ahead if one.state is MeetingState.PLANNED][:most]


def customs_of(ahead: list[Meeting]) -> list[str]:
    """What is fine at the next meeting, in sentences: what a first time there is like."""
    return phrases.customs(ahead[0].customs) if ahead else []


@bp.get("/g/<slug:slug>")
def public(slug: str) -> ResponseReturnValue:
    """What a group says to everyone; for its members it is the group's home."""
    group, mine = look_at(slug)
    if mine is not None and mine.state is MembershipState.ACTIVE:
        return home(mine)
    known = current_user.is_authenticated
    ahead = coming_meetings(group, SHOWN)
    return render_template(
        "groups/public.html",
        group=group,
        mine=mine if mine is not None and queries.holds_on(mine) else None,
        agreement=queries.agreement(group.id),
        meetings=ahead,
        customs=customs_of(ahead),
        pauses=pausing.shown(group.id, group.zone),
        full=queries.is_full(group),
        may_join=group.joining is not Joining.INVITATION,
        zone=clock.zone(current_user.zone) if known else None,
        formats=FORMATS,
        languages=LANGUAGES,
    )


def home(me: Membership) -> ResponseReturnValue:
    """The group's page for its members."""
    people, ahead = roster(me), coming_meetings(me.group, SHOWN)
    return render_template(
        "groups/home.html",
        me=me,
        group=me.group,
        people=people,
        agreement=queries.agreement(me.group_id),
        meetings=ahead,
        customs=customs_of(ahead),
        waits=waits_for(me.account_id, me.group_id) if me.is_facilitator else [],
        first_times=is_new([me]),
        pauses=pausing.shown(me.group_id, me.group.zone),
        formats=FORMATS,
        languages=LANGUAGES,
    )


@bp.get("/g/<slug:slug>/members")
@login_required
def members(slug: str) -> ResponseReturnValue:
    """Who is in the group, as far as the reader may see."""
    me = enter(slug)
    new = [one for one in queries.members(me.group_id) if one.hello_at is None] if me.is_facilitator else []
    return render_template(
        "groups/members.html",
        me=me,
        group=me.group,
        people=roster(me).people.values(),
        new={one.id for one in new},
        second_look=care.second_look(me.group_id, new),
    )


@bp.get("/g/<slug:slug>/manage")
@login_required
def manage(slug: str) -> ResponseReturnValue:
    """What waits for a facilitator's judgement, the next meetings with their hosts, and the group's figures."""
    me = enter_as_facilitator(slug)
    active = queries.members(me.group_id)
    return render_template(
        "groups/manage.html",
        me=me,
        group=me.group,
        people=roster(me),
        waits=waits_for(me.account_id, me.group_id),
        removals=removing.open_removals(me),
        glad=breaks.glad(me),
        in_line=len(queries.members(me.group_id, MembershipState.WAITING)),
        size=len(active),
        lookers=sum(one.is_facilitator for one in active),
        meetings=coming_meetings(me.group, 4),
    )
