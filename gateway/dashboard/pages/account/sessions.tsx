// Where the person is signed in, and the end of it.
import { useState } from "preact/hooks";
import { call } from "../../api/client";
import { signOut } from "../../api/session";
import type { components } from "../../api/types";
import { useAction, useList } from "../../api/use_call";
import { Button } from "../../components/button";
import { ConfirmDialog, carryOut } from "../../components/confirm_dialog";
import { Badge, EmptyState } from "../../components/notice";
import { Card } from "../../components/page";
import { Table, type Column } from "../../components/table";
import { Time } from "../../components/time";
import { showToast } from "../../components/toast";

type Session = components["schemas"]["Session"];

const kBrowsers: readonly [RegExp, string][] = [
    [/Edg\//, "Edge"],
    [/OPR\//, "Opera"],
    [/Firefox\//, "Firefox"],
    [/Chrome\/|Chromium\//, "Chrome"],
    [/Safari\//, "Safari"],
];
const kSystems: readonly [RegExp, string][] = [
    [/Android/, "Android"],
    [/iPhone|iPad/, "iOS"],
    [/Windows/, "Windows"],
    [/Mac OS X/, "macOS"],
    [/Linux/, "Linux"],
];

// What a browser calls itself, shorter.
function browserWords(agent: string | null): string {
    if (agent === null) return "An unknown browser";
    const named = (list: readonly [RegExp, string][]) => list.find(([pattern]) => pattern.test(agent))?.[1];
    const browser = named(kBrowsers),
        system = named(kSystems);
    if (!browser) return agent.slice(0, 60);
    return system ? `${browser} on ${system}` : browser;
}

const kProofs: Record<string, string> = {
    password: "password",
    totp: "authenticator app",
    recovery_code: "recovery code",
    passkey: "passkey",
    identity_provider: "identity provider",
    link: "link",
};

const kColumns: readonly Column<Session>[] = [
    {
        key: "browser",
        name: "Browser",
        heads: true,
        show: (row) => (
            <span class="row" title={row.user_agent ?? undefined}>
                {browserWords(row.user_agent)} {row.current && <Badge tone="note">This one</Badge>}
            </span>
        ),
    },
    { key: "address", name: "Began from", show: (row) => row.address ?? <span class="soft">–</span> },
    { key: "proofs", name: "By", show: (row) => row.proofs.map((one) => kProofs[one] ?? one).join(", ") },
    { key: "began", name: "Began", show: (row) => <Time value={row.created_at} /> },
    { key: "used", name: "Last used", show: (row) => <Time value={row.last_used_at} look="relative" /> },
    { key: "ends", name: "Ends", show: (row) => <Time value={row.expires_at} /> },
];

export function Sessions() {
    const sessions = useList("/api/me/sessions", {});
    const [ending, setEnding] = useState<Session | null>(null);
    const [endsAll, setEndsAll] = useState(false);
    const others = (sessions.rows ?? []).filter((one) => !one.current);
    const leave = async () => {
        const failed = await signOut();
        if (failed) showToast(failed.message, "bad");
    };
    return (
        <Card
            title="Sessions"
            action={
                <Button
                    onClick={() => setEndsAll(true)}
                    whyNot={others.length > 0 ? null : "There is no other session"}
                >
                    End all others
                </Button>
            }
        >
            <Table
                label="List of sessions"
                columns={kColumns}
                {...sessions}
                rowKey={(row) => row.id}
                empty={<EmptyState title="You are signed in nowhere">A token calls for you here.</EmptyState>}
                actions={(row) =>
                    row.current ? (
                        <Button onClick={() => void leave()}>Sign out</Button>
                    ) : (
                        <Button
                            look="quiet"
                            icon="close"
                            label={`End the session of ${browserWords(row.user_agent)}, ${row.address ?? "address unknown"}`}
                            onClick={() => setEnding(row)}
                        />
                    )
                }
            />
            {ending && <EndSession row={ending} onClose={() => setEnding(null)} onDone={sessions.reload} />}
            {endsAll && <EndOthers rows={others} onClose={() => setEndsAll(false)} onDone={sessions.reload} />}
        </Card>
    );
}

function EndSession({ row, onClose, onDone }: { row: Session; onClose: () => void; onDone: () => void }) {
    const end = useAction("DELETE", "/api/me/sessions/{session}");
    const act = () => carryOut(end.run({ path: { session: row.id } }), "The session has ended.", onDone);
    return (
        <ConfirmDialog title="End the session" confirm="End it" act={act} onClose={onClose}>
            {browserWords(row.user_agent)} is signed out at once.
        </ConfirmDialog>
    );
}

function EndOthers({ rows, onClose, onDone }: { rows: readonly Session[]; onClose: () => void; onDone: () => void }) {
    const act = async () => {
        for (const row of rows) {
            const answer = await call("DELETE", "/api/me/sessions/{session}", { path: { session: row.id } });
            // One that has ended by itself meanwhile is what was wanted.
            if (!answer.ok && answer.error.status !== 404) return answer.error;
        }
        showToast("You are signed in here only.", "good");
        onDone();
        return null;
    };
    return (
        <ConfirmDialog title="End all other sessions" confirm="End them" act={act} onClose={onClose}>
            {rows.length === 1 ? "One browser is" : `${rows.length} browsers are`} signed out at once. This one stays.
        </ConfirmDialog>
    );
}
