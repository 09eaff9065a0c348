"""Lists that come in pages."""


def pages_of(gateway, path, limit, **filters):
    """All members of a list, page by page."""
    members, cursor = [], None
    query = "".join(f"&{name}={value}" for name, value in filters.items())
    while True:
        page = gateway.manage("GET", f"{path}?limit={limit}{query}" + (f"&cursor={cursor}" if cursor else ""))
        assert len(page["data"]) <= limit
        members += page["data"]
        cursor = page["next_cursor"]
        if cursor is None:
            return members
