"""What becomes of each table's rows when their account is erased. A table that is not here fails a test.

`docs/privacy.md` says the same in words, with what is kept for how long.
"""

GOES = "goes with the account"
EMPTIED = "emptied of words; what others had a part in keeps the month"
KEPT_SEALED = "kept for twelve months without a name, for the safety of others"
GROUPS = "the group's, of nobody in particular"
NOBODYS = "nobody's"

FATES: dict[str, str] = {
    "accounts": GOES,
    "agreements": GROUPS,
    "asks": EMPTIED,
    "audit_entries": "stays for 400 days; its hashes lead nowhere",
    "authenticators": GOES,
    "avoided": GOES,
    "base_rates": GROUPS,
    "blocks": KEPT_SEALED,
    "buckets": NOBODYS,
    "calendar_wishes": GOES,
    "challenges": GOES,
    "check_ins": GOES,
    "chosen": GOES,
    "duties_accepted": GOES,
    "epochs": NOBODYS,
    "erased": "stays for three years: a keyed hash and dates of consent",
    "erasures": GOES,
    "exports": GOES,
    "glad_hosts": GOES,
    "groups": GROUPS,
    "guesses": NOBODYS,
    "heards": GOES,
    "helps": EMPTIED,
    "hidings": GOES,
    "invitations": GROUPS,
    "last_seen": GOES,
    "letters": GOES,
    "load_wishes": GOES,
    "mail_wishes": GOES,
    "meetings": GROUPS,
    "memberships": "emptied; goes unless somebody else, or safety, still needs the empty place",
    "messages": EMPTIED,
    "mutes": GOES,
    "notes": GOES,
    "nudges": GOES,
    "offers": GOES,
    "other_addresses": GOES,
    "passkeys": GOES,
    "passed_turns": GOES,
    "passwords": GOES,
    "pauses": GROUPS,
    "pending_joinings": GOES,
    "presences": GOES,
    "pulses": NOBODYS,
    "reflections": GOES,
    "reminder_times": GOES,
    "removals": "goes with the place of any of the three",
    "reports": KEPT_SEALED,
    "resources": GROUPS,
    "rsvps": GOES,
    "security_notes": GOES,
    "series": GROUPS,
    "sessions": GOES,
    "sign_in_links": GOES,
    "spare_codes": GOES,
    "topics": GROUPS,
}
