"""What RFC 5545 and RFC 5546 ask of a calendar that others read, held line by line and without any library."""

LINE = 75  # octets, without the line end
ONCE_IN_A_CALENDAR = ("PRODID", "VERSION")
ONCE_IN_AN_EVENT = ("UID", "DTSTAMP", "DTSTART", "SEQUENCE")


def check_calendar(text: bytes, method: str | None = None) -> None:
    """Fail for what strict programs would refuse: a feed or a file, or with a method what a letter carries (iTIP)."""
    assert text.endswith(b"\r\n")
    written = text.removesuffix(b"\r\n").split(b"\r\n")
    for line in written:
        assert b"\n" not in line, f"a bare line feed: {line!r}"
        assert b"\r" not in line, f"a bare carriage return: {line!r}"
        assert 0 < len(line) <= LINE, f"{len(line)} octets: {line!r}"
        line.decode()  # folded between characters, not within one
    lines = text.decode().replace("\r\n ", "").splitlines()

    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-1] == "END:VCALENDAR"
    whole = parts(lines)
    (calendar,) = whole["VCALENDAR"]
    assert [names(calendar).count(name) for name in ONCE_IN_A_CALENDAR] == [1, 1]
    assert "VERSION:2.0" in calendar
    assert [line for line in calendar if name_of(line) == "METHOD"] == ([f"METHOD:{method}"] if method else [])
    for event in whole.get("VEVENT", []):
        assert [names(event).count(name) for name in ONCE_IN_AN_EVENT] == [1, 1, 1, 1], event
        people = [names(event).count(name) for name in ("ORGANIZER", "ATTENDEE")]
        assert people == ([1, 1] if method else [0, 0])
    uids = [line for event in whole.get("VEVENT", []) for line in event if name_of(line) == "UID"]
    assert len(set(uids)) == len(uids)
    check_zones(lines, whole)


def check_zones(lines: list[str], whole: dict[str, list[list[str]]]) -> None:
    """Each zone that a time names is explained in the same file, once."""
    zones = whole.get("VTIMEZONE", [])
    told = [line.removeprefix("TZID:") for zone in zones for line in zone if name_of(line) == "TZID"]
    named = {one.removeprefix("TZID=").strip('"') for line in lines for one in params(line) if one.startswith("TZID=")}
    assert len(set(told)) == len(told) == len(zones)
    assert named <= set(told), f"no VTIMEZONE for {named - set(told)}"


def parts(lines: list[str]) -> dict[str, list[list[str]]]:
    """The lines of each component by its name, without those of the components within it. Fails where they cross."""
    found: dict[str, list[list[str]]] = {}
    within: list[tuple[str, list[str]]] = []
    for line in lines:
        if line.startswith("BEGIN:"):
            within.append((line.removeprefix("BEGIN:"), []))
            found.setdefault(within[-1][0], []).append(within[-1][1])
        elif line.startswith("END:"):
            assert line.removeprefix("END:") == within.pop()[0]
        else:
            within[-1][1].append(line)
    assert within == []
    return found


def params(line: str) -> list[str]:
    return line.partition(":")[0].split(";")[1:]


def name_of(line: str) -> str:
    return line.partition(":")[0].partition(";")[0]


def names(component: list[str]) -> list[str]:
    return [name_of(line) for line in component]
