// Who did something, as people say it.
const kActors: Record<string, string> = { root: "The operator", local: "A command on the machine", others: "Others" };
const kKinds: Record<string, string> = { user: "A person", key: "A key", token: "A token", job: "The gateway" };
const kShownOfId = 8;

export function actorWords(actor: string, name: string | null): string {
    if (name) return name;
    const [kind = "", id = ""] = actor.split(":", 2);
    if (kActors[actor]) return kActors[actor];
    if (kind === "job") return `The gateway (${id})`;
    return kKinds[kind] ? `${kKinds[kind]} ${id.slice(0, kShownOfId)}` : actor;
}
