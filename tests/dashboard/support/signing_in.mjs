// People's passwords and sessions, by the routes that the pages use.
import { randomBytes } from "node:crypto";

export const kCookie = "__Host-tollgate-session";
let networks = 0;

// As a page of the gateway calls. Each is counted as an address of its own where the gateway trusts this one as a proxy.
export async function callAsPage(gateway, method, path, body, cookie = null) {
    const answer = await fetch(gateway.url + path, {
        method,
        headers: {
            "content-type": "application/json",
            origin: new URL(gateway.url).origin,
            "sec-fetch-site": "same-origin",
            ...(cookie === null ? {} : { cookie: `${cookie.name}=${cookie.value}` }),
            "x-forwarded-for": `10.1.${++networks}.1`,
        },
        body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer;
}

export async function givePassword(gateway, person, password = `a good password ${randomBytes(6).toString("hex")}`) {
    const { link } = await gateway.call("POST", `/api/users/${person.id}/password-links`);
    await callAsPage(gateway, "POST", "/api/password-resets/confirm", {
        token: new URLSearchParams(link.split("?")[1]).get("token"),
        password,
    });
    person.password = password;
    return password;
}

// The session's cookie, as a browser keeps it.
export async function signIn(gateway, person) {
    if (person.password === undefined) await givePassword(gateway, person);
    const answer = await callAsPage(gateway, "POST", "/api/sessions", {
        email: person.email,
        password: person.password,
    });
    const value = new RegExp(`${kCookie}=([^;]+)`).exec(answer.headers.get("set-cookie"))[1];
    return { name: kCookie, value, path: "/", secure: true, httpOnly: true, sameSite: "Lax" };
}
