"""The examples that come with the service, by kind; of each kind the easiest to ask come first."""

from dataclasses import dataclass

from supportgroup.board.models import LONGER, AskKind
from supportgroup.languages import lazy_gettext as _l


@dataclass(frozen=True)
class Example:
    """Something others have asked for, to start from. `title` is in the reader's language when it is shown."""

    kind: AskKind
    size_minutes: int
    title: str


EXAMPLES = (
    Example(AskKind.ERRAND, 5, _l("Post a letter for me on your way")),
    Example(AskKind.ERRAND, 5, _l("Bring me a newspaper when you come on Tuesday")),
    Example(AskKind.ERRAND, 5, _l("Look whether the shop on your corner has oat milk")),
    Example(AskKind.ERRAND, 5, _l("Carry one bag with me to the bus stop")),
    Example(AskKind.ERRAND, 15, _l("Pick up milk on Thursday")),
    Example(AskKind.ERRAND, 15, _l("Bring me soup when you come by")),
    Example(AskKind.ERRAND, 15, _l("Return a library book for me")),
    Example(AskKind.ERRAND, 15, _l("Print two pages for me and bring them along")),
    Example(AskKind.ERRAND, 15, _l("Take the bottles back with me")),
    Example(AskKind.ERRAND, 30, _l("Collect my prescription")),
    Example(AskKind.ERRAND, 30, _l("Water the plants while I am away")),
    Example(AskKind.ERRAND, 30, _l("Bring the parcel to the post office")),
    Example(AskKind.ERRAND, 60, _l("Drive me to the appointment and back")),
    Example(AskKind.ERRAND, 60, _l("Come with me to buy one pair of shoes")),
    Example(AskKind.ERRAND, LONGER, _l("Help me bring the old chair to the tip")),
    Example(AskKind.TASK, 5, _l("Read one paragraph and tell me if it is clear")),
    Example(AskKind.TASK, 5, _l("Tell me which of two photos to use")),
    Example(AskKind.TASK, 5, _l("Look over one message before I send it")),
    Example(AskKind.TASK, 5, _l("Tell me one thing I can leave out today")),
    Example(AskKind.TASK, 15, _l("Take one slide of my deck")),
    Example(AskKind.TASK, 15, _l("Hold the other end while I hang a picture")),
    Example(AskKind.TASK, 15, _l("Show me how to cancel this one thing online")),
    Example(AskKind.TASK, 15, _l("Find out the opening hours and tell me")),
    Example(AskKind.TASK, 15, _l("Help me write the first two lines of an email")),
    Example(AskKind.TASK, 30, _l("Sort one box with me")),
    Example(AskKind.TASK, 30, _l("Make one phone call with me listening")),
    Example(AskKind.TASK, 30, _l("Change two light bulbs with me")),
    Example(AskKind.TASK, 30, _l("Plan three suppers with me")),
    Example(AskKind.TASK, 60, _l("Take over one part of the form")),
    Example(AskKind.TASK, 60, _l("Cook one extra portion for me this week")),
    Example(AskKind.TASK, LONGER, _l("Help me carry the shelf upstairs")),
    Example(AskKind.COMPANY, 5, _l("Send me a photo of your dog")),
    Example(AskKind.COMPANY, 5, _l("Send me a photo of the sky where you are")),
    Example(AskKind.COMPANY, 5, _l("Tell me what you had for lunch")),
    Example(AskKind.COMPANY, 5, _l("Send me a song for the way home")),
    Example(AskKind.COMPANY, 5, _l("Wish me luck at nine tomorrow")),
    Example(AskKind.COMPANY, 15, _l("Sit in a call with me while I wash up")),
    Example(AskKind.COMPANY, 15, _l("Walk me to the corner after the meeting")),
    Example(AskKind.COMPANY, 15, _l("Keep me company while I book the appointment")),
    Example(AskKind.COMPANY, 15, _l("Stay on the phone while I open the post")),
    Example(AskKind.COMPANY, 30, _l("Have a cup of tea with me on a call")),
    Example(AskKind.COMPANY, 30, _l("Sit beside me in silence while I fill in a form")),
    Example(AskKind.COMPANY, 30, _l("Come in with me the first time")),
    Example(AskKind.COMPANY, 60, _l("Walk around the park with me")),
    Example(AskKind.COMPANY, 60, _l("Watch an old film with me")),
    Example(AskKind.COMPANY, LONGER, _l("Come along to the registry office")),
    Example(AskKind.LISTEN, 5, _l("Read what today was like")),
    Example(AskKind.LISTEN, 5, _l("Let me say it out loud once")),
    Example(AskKind.LISTEN, 5, _l("Read one line that I don’t want to keep to myself")),
    Example(AskKind.LISTEN, 5, _l("Hear something small that went well")),
    Example(AskKind.LISTEN, 15, _l("Hear what the week was like, without advice")),
    Example(AskKind.LISTEN, 15, _l("Let me tell you what I am afraid of, once")),
    Example(AskKind.LISTEN, 15, _l("Hear what I wanted to answer and didn’t")),
    Example(AskKind.LISTEN, 30, _l("Hear the whole story of the phone call")),
    Example(AskKind.CHECK_ON_ME, 5, _l("Send me a line on Friday evening")),
    Example(AskKind.CHECK_ON_ME, 5, _l("Ask me tomorrow whether I have eaten")),
    Example(AskKind.CHECK_ON_ME, 5, _l("Ask me on Sunday whether I went outside")),
    Example(AskKind.CHECK_ON_ME, 5, _l("Send me a good morning tomorrow")),
    Example(AskKind.CHECK_ON_ME, 5, _l("Remind me at eight to stop working")),
    Example(AskKind.CHECK_ON_ME, 15, _l("Ring me after my appointment")),
    Example(AskKind.CHECK_ON_ME, 15, _l("Ask me on Monday how the letter went")),
    Example(AskKind.CHECK_ON_ME, 15, _l("Write to me for three evenings")),
    Example(AskKind.CHECK_ON_ME, 30, _l("Ring me on the way home on Thursday")),
    Example(AskKind.HOST_COVER, 5, _l("Send the link round for me")),
    Example(AskKind.HOST_COVER, 15, _l("Do the opening round for me")),
    Example(AskKind.HOST_COVER, 15, _l("Keep an eye on the time for me")),
    Example(AskKind.HOST_COVER, 15, _l("Write the handover note for me this once")),
    Example(AskKind.HOST_COVER, 30, _l("Host the second half with me")),
    Example(AskKind.HOST_COVER, 60, _l("Take my turn as host next time")),
)
