"""GitHub and GitLab on loopback, as far as claims of Git organizations ask them: who a token's account is, and what it
may. The answers have the shapes of https://docs.github.com/rest/orgs/members and https://docs.gitlab.com/api/members."""

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

OWNER, MAINTAINER, DEVELOPER, MINIMAL = 50, 40, 30, 5


@dataclass
class GithubAccount:
    memberships: dict = field(default_factory=dict)  # login: (role, state)
    scopes: str = "read:org"
    behind_sso: set = field(default_factory=set)  # logins that the token is not authorized for


@dataclass
class GitlabAccount:
    id: int
    levels: dict = field(default_factory=dict)  # full path of a group: access level there and below
    scope: bool = True
    state: str = "active"


class GitHosts:
    """Both at one address: `github_url` and `gitlab_url`. Tests fill `github` and `gitlab` by token."""

    def __init__(self):
        self.github, self.gitlab = {}, {}
        self.groups = []  # full paths that GitLab has
        self.renamed = {}  # full path of a group: the one that it has now
        self.calls = []  # (path with query, authorization)
        self.script = None  # answers in place of all of this: a function of the handler
        hosts = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                hosts.calls.append((self.path, self.headers["Authorization"]))
                if hosts.script is not None:
                    return hosts.script(self)
                url = urlsplit(self.path)
                token = (self.headers["Authorization"] or "").removeprefix("Bearer ")
                ask = hosts.ask_github if url.path.startswith("/github/") else hosts.ask_gitlab
                status, body, fields = ask(token, url.path, {name: one[0] for name, one in parse_qs(url.query).items()})
                self.reply(status, body, fields)

            def reply(self, status, body, fields=()):
                data = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                for name, value in dict(fields).items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    @property
    def base_url(self):
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    @property
    def config(self):
        """For the gateway: the public hosts, and one of each provider's API beside them."""
        return {
            "github_url": f"{self.base_url}/github",
            "gitlab_url": f"{self.base_url}/gitlab/",
            "timeout_ms": 2000,
            "hosts": {
                "Git.Example.com": {"provider": "gitlab", "api_url": f"{self.base_url}/gitlab"},
                "github.example.com": {"provider": "github", "api_url": f"{self.base_url}/github"},
            },
        }

    def ask_github(self, token, path, query):
        account = self.github.get(token)
        if account is None:
            return 401, {"message": "Bad credentials"}, {}
        scopes = {"X-OAuth-Scopes": account.scopes, "X-Accepted-OAuth-Scopes": "admin:org, read:org"}
        if "read:org" not in account.scopes:
            return 403, {"message": "You need at least read:org scope"}, scopes
        entries = [
            {"state": state, "role": role, "organization": {"login": login}}
            for login, (role, state) in account.memberships.items()
            if login not in account.behind_sso
        ]
        if path == "/github/user/memberships/orgs":
            fields = {"X-GitHub-SSO": "partial-results; organizations=21955855"} if account.behind_sso else {}
            part, more = page_of([one for one in entries if one["state"] == query.get("state", one["state"])], query)
            if more:
                fields["Link"] = f'<{self.base_url}{path}?page=2>; rel="next", <{self.base_url}{path}?page=9>; rel="last"'
            return 200, part, fields
        wanted = path.removeprefix("/github/user/memberships/orgs/").lower()
        if wanted in {login.lower() for login in account.behind_sso}:
            fields = {"X-GitHub-SSO": f"required; url={self.base_url}/orgs/{wanted}/sso"}
            return 403, {"message": "Resource protected by organization SAML enforcement."}, fields
        found = [one for one in entries if one["organization"]["login"].lower() == self.renamed.get(wanted, wanted)]
        return (200, found[0], scopes) if found else (404, {"message": "Not Found"}, scopes)

    def level_of(self, account, group):
        """What the account may in the group: what it has in it or in one above."""
        above = [group[:at] for at, c in enumerate(group) if c == "/"] + [group]
        return max((account.levels.get(one, 0) for one in above), default=0)

    def ask_gitlab(self, token, path, query):
        account = self.gitlab.get(token)
        if account is None:
            return 401, {"message": "401 Unauthorized"}, {}
        if not account.scope:
            text = "The request requires higher privileges than provided by the access token."
            return 403, {"error": "insufficient_scope", "error_description": text, "scope": "api read_api"}, {}
        if path == "/gitlab/user":
            return 200, {"id": account.id, "username": "ann"}, {}
        if path == "/gitlab/groups":
            least = int(query["min_access_level"])
            mine = [one for one in self.groups if self.level_of(account, one) >= least]
            part, more = page_of([{"id": 1, "full_path": one} for one in mine], query)
            return 200, part, {"X-Next-Page": str(int(query["page"]) + 1) if more else ""}
        group, _, member = path.removeprefix("/gitlab/groups/").partition("/members/all/")
        group = unquote(group).lower()
        known = {one.lower(): one for one in self.groups}
        group = self.renamed.get(group, group)
        level = self.level_of(account, known.get(group, ""))
        if group not in known or level == 0:
            return 404, {"message": "404 Group Not Found"}, {}
        if not member:
            return 200, {"id": 1, "full_path": known[group]}, {}
        if int(member) != account.id:
            return 404, {"message": "404 Not found"}, {}
        return 200, {"id": account.id, "access_level": level, "state": account.state, "membership_state": "active"}, {}


def page_of(entries, query):
    size, page = int(query.get("per_page", 30)), int(query.get("page", 1))
    return entries[size * (page - 1) : size * page], len(entries) > size * page
