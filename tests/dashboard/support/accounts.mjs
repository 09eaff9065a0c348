// People, organizations and usage for tests, made through the API.
const kModel = "sample/echo";
let made = 0;

// A person with a personal token, and with a team that has credit.
export async function newPerson(gateway, { name = "Ada Example", role = "owner", team = null } = {}) {
    const email = `person${++made}@example.com`;
    const { user, personal_token } = await gateway.call("POST", "/api/users", {
        email,
        name,
        verified: true,
        token: { name: "tests" },
    });
    const token = personal_token.token ?? personal_token;
    let organization = team;
    if (organization === null) {
        organization = await gateway.call("POST", "/api/organizations", {
            name: `Example Team ${made}`,
            owner_user_id: user.id,
        });
        await gateway.call("POST", `/api/organizations/${organization.id}/credits`, { amount: 50, note: "for tests" });
    } else {
        await gateway.call("POST", `/api/organizations/${organization.id}/members`, { user_id: user.id, role });
    }
    return { ...user, token, organization };
}

export async function newKey(gateway, organization, name = "Tests") {
    const answer = await gateway.call("POST", `/api/organizations/${organization.id}/keys`, { name });
    return { hash: answer.data.hash, key: answer.key, name };
}

// A person who operates the gateway.
export async function newOperator(gateway) {
    const person = await newPerson(gateway, { name: "Olga Operator" });
    await gateway.call("PATCH", `/api/users/${person.id}`, { is_operator: true });
    return person;
}

// So many answered requests of the key, and one that fails.
export async function makeUsage(gateway, key, { requests = 8, headers = {} } = {}) {
    for (let at = 0; at < requests; ++at) {
        const answer = await fetch(`${gateway.url}/v1/chat/completions`, {
            method: "POST",
            headers: { authorization: `Bearer ${key.key}`, "content-type": "application/json", ...headers },
            body: JSON.stringify({ model: kModel, messages: [{ role: "user", content: `Say hello ${at} times.` }] }),
        });
        if (!answer.ok) throw new Error(`the sample upstream: ${answer.status} ${await answer.text()}`);
        await answer.text();
    }
}
