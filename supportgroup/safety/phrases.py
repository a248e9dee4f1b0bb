"""The words of crisis help's facts. They are kept in English; a word that is not here is shown as it stands there."""

from supportgroup.languages import lazy_gettext as _l

KNOWN = {
    "all": _l("Police, fire, ambulance"),
    "police": _l("Police"),
    "ambulance": _l("Ambulance"),
    "fire": _l("Fire"),
    "ambulance and fire": _l("Ambulance and fire"),
    "Day and night": _l("Day and night"),
    "Day and night by phone": _l("Day and night by phone"),
    "Every day, 10 to 24": _l("Every day, 10 to 24"),
    "Fridays, 9 to 13": _l("Fridays, 9 to 13"),
    "20 languages, depending on the state": _l("20 languages, depending on the state"),
    "Dutch": _l("Dutch"),
    "English": _l("English"),
    "Finnish": _l("Finnish"),
    "French": _l("French"),
    "German": _l("German"),
    "Italian": _l("Italian"),
    "Norwegian": _l("Norwegian"),
    "Polish": _l("Polish"),
    "Portuguese": _l("Portuguese"),
    "Spanish": _l("Spanish"),
}


def fact_words(fact: str) -> str:
    """A fact, or a list of some (`English, French`), in the reader's language."""
    if fact in KNOWN:
        return str(KNOWN[fact])
    return ", ".join(str(KNOWN.get(one, one)) for one in fact.split(", "))
