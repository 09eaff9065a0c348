"""People of an organization, and what they may not do, in short words."""

from dataclasses import dataclass

from support.processes import Gateway, Person


@dataclass(frozen=True)
class Team:
    """An organization with an owner, an admin and a member."""

    gateway: Gateway
    organization: str
    owner: Person
    admin: Person
    member: Person

    @property
    def path(self):
        return f"/api/organizations/{self.organization}"

    def ask(self, person, method, below="", json=None, **options):
        return self.gateway.request(method, self.path + below, key=person.token, json=json, **options)

    def may(self, person, method, below="", json=None, **options):
        """What that person gets, who is allowed to."""
        answer = self.ask(person, method, below, json, **options)
        assert answer.status in (200, 201), (answer.status, answer.body)
        return answer.json()

    def new_key(self, by, **fields):
        """The secret and the hash of a key that that person makes."""
        made = self.may(by, "POST", "/keys", {"name": "k"} | fields)
        return made["key"], made["data"]["hash"]

    def role_of(self, person):
        found = [one for one in self.members() if one["user_id"] == person.id]
        return found[0]["role"] if found else None

    def members(self):
        return self.gateway.manage("GET", f"{self.path}/members")["data"]

    def invite(self, by, email, role="member"):
        """The invitation and the token of its link."""
        made = self.may(by, "POST", "/invitations", {"email": email, "role": role})
        [one] = made["data"]
        assert made["failed"] == []
        return one["invitation"], one["link"].rpartition("token=")[2]

    def accept(self, person, token):
        body = {"token": token}
        return self.gateway.request("POST", "/api/invitations/accept", key=person.token, json=body)


def new_team(gateway, name="Team"):
    organization = gateway.manage("POST", "/api/organizations", {"name": name})["id"]
    people = {role: gateway.person(organization=organization, role=role) for role in ("owner", "admin", "member")}
    return Team(gateway, organization, **people)


def refusal_of(answer):
    """The status with the word that programs build on."""
    error = answer.error
    return answer.status, error.get("reason") or error["code"]
