"""The dashboard's files as a browser gets them; its pages are tested in a browser, by tests/dashboard."""

import gzip
import re
import subprocess

import pytest

MOST_BYTES = 120_000  # of everything, as brotli has it
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "connect-src": "'self'",
    "img-src": "'self' data:",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "require-trusted-types-for": "'script'",
    "trusted-types": "'none'",
}


def get(gateway, path, coding="", method="GET", **headers):
    return gateway.request(method, path, headers={"Accept-Encoding": coding, **headers})


@pytest.fixture(scope="module")
def files(gateway):
    """What the page names."""
    return re.findall(r'(?:href|src)="(assets/[^"]+)"', get(gateway, "/").text)


def test_the_page_needs_no_key_and_allows_nothing_of_others(gateway):
    answer = get(gateway, "/")
    assert answer.status == 200 and answer.header("content-type") == "text/html; charset=utf-8"
    policy = dict(part.split(" ", 1) for part in answer.header("content-security-policy").split("; "))
    assert policy == POLICY
    assert answer.header("x-content-type-options") == "nosniff"
    assert answer.header("referrer-policy") == "no-referrer"
    assert answer.header("cross-origin-opener-policy") == "same-origin"
    assert "camera=()" in answer.header("permissions-policy")
    assert answer.header("cache-control") == "no-cache"
    assert "style=" not in answer.text and "<script>" not in answer.text, "the policy refuses what is inline"


def test_all_links_are_relative(gateway, files):
    page = get(gateway, "/").text
    assert len(files) == 4
    assert re.findall(r'(?:href|src)="([^"]+)"', page) == files
    assert not re.search(r"https?://|\"/", page)


def test_files_are_what_they_say_in_every_coding(gateway, files, tmp_path):
    for file in files:
        plain = get(gateway, f"/{file}")
        assert plain.status == 200 and plain.header("content-encoding") is None
        assert plain.header("vary") == "accept-encoding"
        zipped = get(gateway, f"/{file}", "gzip, deflate")
        assert zipped.header("content-encoding") == "gzip" and gzip.decompress(zipped.body) == plain.body
        packed = get(gateway, f"/{file}", "gzip, deflate, br, zstd")
        assert packed.header("content-encoding") == "br"
        unpacked = subprocess.run(["brotli", "--decompress", "--stdout"], input=packed.body, capture_output=True, check=True)
        assert unpacked.stdout == plain.body


def test_names_with_a_hash_are_kept_for_a_year_and_the_others_are_asked_for_again(gateway, files):
    for path in ["", *files]:
        answer = get(gateway, f"/{path}")
        keeps = "public, max-age=31536000, immutable" if "-" in path else "no-cache"
        assert answer.header("cache-control") == keeps, path
        again = get(gateway, f"/{path}", "br", **{"If-None-Match": answer.header("etag")})
        assert (again.status, again.body) == (304, b""), path
        assert again.header("etag") == answer.header("etag") and again.header("cache-control") == keeps
        weak = get(gateway, f"/{path}", "br", **{"If-None-Match": f'"x", W/{answer.header("etag")}'})
        assert weak.status == 304
        assert get(gateway, f"/{path}", **{"If-None-Match": '"other"'}).status == 200


def test_head_has_the_length_of_what_get_returns(gateway, files):
    for path in ["", *files]:
        assert get(gateway, f"/{path}", "br", "HEAD").header("content-length") == str(len(get(gateway, f"/{path}", "br").body))


def test_after_not_modified_the_connection_goes_on(gateway):
    with gateway.connect() as connection:
        connection.send(gateway.bytes_of("GET", "/"))
        etag = connection.read_answer().header("etag")
        connection.send(gateway.bytes_of("GET", "/", headers={"If-None-Match": etag}))
        assert connection.read_answer().status == 304
        connection.send(gateway.bytes_of("GET", "/api/version"))
        assert connection.read_answer().json()["name"] == "tollgate"


@pytest.mark.parametrize("name", ["app-GONE0000.js", "index.html", "..%2f..%2fetc%2fpasswd", "%00", "-", "app"])
def test_a_file_of_another_version_is_not_found_and_not_kept(gateway, name):
    answer = get(gateway, f"/assets/{name}")
    assert answer.status == 404 and answer.header("cache-control") is None


def test_nothing_can_be_sent_there(gateway):
    for method in ["POST", "PUT", "DELETE"]:
        answer = gateway.request(method, "/", body=b"{}")
        assert answer.status == 405 and answer.header("allow") == "GET, HEAD, OPTIONS"


def test_a_wrong_key_is_not_looked_at(gateway):
    assert gateway.request("GET", "/", key="sk-tg-v1-wrong").status == 200


def test_the_page_has_a_name_of_its_own_in_metrics(gateway, files):
    get(gateway, f"/{files[0]}")
    before = gateway.metrics()
    get(gateway, "/")
    get(gateway, f"/{files[0]}")
    after = gateway.metrics()
    for route in ["dashboard", "dashboard_file"]:
        count = [metrics.sum("tollgate_requests_total", route=route) for metrics in (before, after)]
        assert count[1] == count[0] + 1, route
    assert after.sum("tollgate_requests_total", route="unknown") == before.sum("tollgate_requests_total", route="unknown")


def test_everything_is_small(gateway, files):
    sizes = {path: len(get(gateway, f"/{path}", "br").body) for path in ["", *files]}
    print(f"the dashboard: {sum(sizes.values())} bytes by brotli, {sizes}")
    assert sum(sizes.values()) <= MOST_BYTES
    assert sum(sizes.values()) > 10_000, "that cannot be all of it"
