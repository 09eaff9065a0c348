"""The realm that Keycloak begins with: a client for each algorithm, people, and groups."""

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
REALM, SECRET, PASSWORD = "tollgate", "s3cret:of/the client", "correct horse battery"
REDIRECT = "https://tollgate.test/gate/api/sign-in/{}/callback"


def client(algorithm):
    return {
        "clientId": f"tollgate-{algorithm.lower()}",
        "secret": SECRET,
        "protocol": "openid-connect",
        "publicClient": False,
        "standardFlowEnabled": True,
        "directAccessGrantsEnabled": False,
        "redirectUris": [REDIRECT.format(algorithm.lower())],
        "attributes": {"pkce.code.challenge.method": "S256", "id.token.signed.response.alg": algorithm},
        "protocolMappers": [
            {
                "name": "groups",
                "protocol": "openid-connect",
                "protocolMapper": "oidc-group-membership-mapper",
                "config": {"claim.name": "groups", "full.path": "false", "id.token.claim": "true"},
            }
        ],
    }


def person(name, verified=True, groups=()):
    return {
        "username": name,
        "email": f"{name}@example.com",
        "emailVerified": verified,
        "firstName": name.capitalize(),
        "lastName": "Test",
        "enabled": True,
        "groups": list(groups),
        "credentials": [{"type": "password", "value": PASSWORD, "temporary": False}],
    }


def generated_key(name, kind, priority=100, **config):
    return {
        "name": name,
        "providerId": f"{kind}-generated",
        "config": {"priority": [str(priority)], **{key: [value] for key, value in config.items()}},
    }


def realm():
    keys = [
        generated_key("rs256", "rsa", algorithm="RS256"),
        generated_key("ps256", "rsa", algorithm="PS256"),
        generated_key("es256", "ecdsa", ecdsaEllipticCurveKey="P-256"),
        generated_key("eddsa", "eddsa", eddsaEllipticCurveKey="Ed25519"),
    ]
    return {
        "realm": REALM,
        "enabled": True,
        "sslRequired": "none",
        "clients": [client(algorithm) for algorithm in ALGORITHMS],
        "groups": [{"name": "users"}, {"name": "admins"}],
        "users": [person("ann", groups=["/users", "/admins"]), person("bob", verified=False), person("eve")],
        "components": {"org.keycloak.keys.KeyProvider": keys},
    }
