"""Lists that come in pages."""


def pages_of(gateway, path, limit):
    """All members of a list, page by page."""
    members, cursor = [], None
    while True:
        page = gateway.manage("GET", f"{path}?limit={limit}" + (f"&cursor={cursor}" if cursor else ""))
        assert len(page["data"]) <= limit
        members += page["data"]
        cursor = page["next_cursor"]
        if cursor is None:
            return members
