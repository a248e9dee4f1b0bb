"""What a new group starts out with. All of it can be changed before anybody joins."""

from datetime import timedelta

from supportgroup.languages import lazy_gettext as _l

SIZE = 12

AGREEMENT = _l("""\
What is said here stays here. We tell nobody who comes or what they said.

We speak of ourselves and from what we know. We listen without fixing, and give advice only when it was asked for.

Anyone may be silent, come late, leave early or stay away. No reason is owed.

A “no” is fine, and so is handing something back.

We are peers, not clinicians, and no emergency service. Nobody watches these pages day and night. In danger we use the \
help that every page links to.

Everyone here is an adult. We take care of ourselves first, and tell a facilitator when something does not feel right.\
""")

# What everyone says yes to on joining, apart from the agreement. Another text is another version: each stays here, so
# that everybody's copy of their data can say what they said yes to.
CONSENTS = {
    1: _l("""\
That somebody is in a support group can say something about their health, their faith or how they live. To make the \
group work, this service keeps that you are in it and what you write there, sealed, for its members to read. You can \
take this back at any time by leaving the group; what you wrote there is then erased.\
"""),
}
CONSENT_VERSION = max(CONSENTS)
CONSENT = CONSENTS[CONSENT_VERSION]

FIRST_TIME = _l("""\
You can come and only listen. Somebody says hello, says how the hour goes, and nobody is asked to tell anything.\
""")

QUESTIONS = (_l("What brings you here? A sentence is enough."),)

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

ANSWER_PROMISED = timedelta(days=7)  # to an application
ANSWER_REMINDED = timedelta(days=3)
ANSWER_LAPSES = timedelta(days=14)
COMING_BACK = timedelta(days=30)  # how long leaving can be undone
QUIET = timedelta(days=14)  # without anybody who looks after it: its members are told
SUCCESSOR = timedelta(days=14)  # how long somebody is looked for before a group rests
