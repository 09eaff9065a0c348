"""What answers say of where they came from."""


def served_by(answer):
    """The provider that a request which succeeded was answered by."""
    assert answer.status == 200, answer.body
    return answer.header("x-tollgate-provider")


def explained(answer):
    """The routing explanation in a plain answer."""
    return answer.json()["openrouter_metadata"]


def removed(explanation):
    """The endpoints that a rule left out: provider, rule, level."""
    return {(one["provider"], one["rule"], one["level"]) for one in explanation["endpoints"]["removed"]}
