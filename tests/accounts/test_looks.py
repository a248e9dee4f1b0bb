"""Light or dark: the device's way at first, one's own afterwards, from the first byte of every page."""

from bs4 import BeautifulSoup


def shown(client, path):
    """What the page says of its colours: the theme, what a browser paints before the style is there, and its bar."""
    page = BeautifulSoup(client.get(path).data, "html.parser")
    meta = {one["name"]: one["content"] for one in page.select("meta[name=color-scheme], meta[name=theme-color]")}
    return page.html.get("data-theme"), meta["color-scheme"], len(page.select("meta[name=theme-color]"))


def test_pages_are_as_the_device_has_it_until_somebody_chooses(client):
    assert shown(client, "/") == (None, "light dark", 2)

    answer = client.post("/look", data={"look": "dark"})
    assert answer.status_code == 303
    assert "look=dark" in answer.headers["Set-Cookie"]
    for path in ("/", "/sign-in", "/help-now", "/nothing-here"):
        assert shown(client, path) == ("dark", "dark", 1)

    client.post("/look", data={"look": "device"})
    assert shown(client, "/") == (None, "light dark", 2)


def test_what_is_none_of_the_three_changes_nothing(client):
    assert client.post("/look", data={"look": "pink"}).status_code == 422
    client.set_cookie("look", "pink")
    assert shown(client, "/") == (None, "light dark", 2)
