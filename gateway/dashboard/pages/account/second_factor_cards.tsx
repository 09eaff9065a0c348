// Second factors: an authenticator app, passkeys, and the codes for the day when both are lost.
import { useState } from "preact/hooks";
import { call, type ApiError } from "../../api/client";
import { forgetMembership } from "../../api/organization";
import { canUsePasskeys, makePasskey } from "../../api/passkeys";
import { me } from "../../api/session";
import type { components } from "../../api/types";
import { useAction, useList, useQuery, type List } from "../../api/use_call";
import { Button, CopyButton } from "../../components/button";
import { ConfirmDialog } from "../../components/confirm_dialog";
import { Dialog, DialogActions } from "../../components/dialog";
import { CheckField, TextField } from "../../components/field";
import { Name } from "../../components/name";
import { Badge, EmptyState, ErrorNotice, Notice, Skeleton } from "../../components/notice";
import { Card } from "../../components/page";
import { QrCode } from "../../components/qr_code";
import { Table, type Column } from "../../components/table";
import { Time } from "../../components/time";
import { showToast } from "../../components/toast";

type SecondFactors = components["schemas"]["SecondFactors"];
type Passkey = components["schemas"]["Passkey"];
type TotpSetup = components["schemas"]["TotpSetup"];
type Act = "app" | "remove_app" | "codes" | "passkey";
const kFewCodes = 3;

export function SecondFactorCards() {
    const factors = useQuery("/api/me/second-factors", {});
    const passkeys = useList("/api/me/passkeys", (factors.value?.passkeys ?? 0) > 0 ? {} : null);
    const [act, setAct] = useState<Act | null>(null);
    const [removing, setRemoving] = useState<Passkey | null>(null);
    const [codes, setCodes] = useState<readonly string[] | null>(null);
    const end = () => setAct(null);
    const done = (made: readonly string[] | null = null) => {
        end();
        setRemoving(null);
        setCodes(made);
        factors.reload();
        passkeys.reload();
        forgetMembership(); // what an owner may can depend on it
    };
    // A gateway that offers none says nothing of them.
    if (factors.error?.status === 404) return null;
    const value = factors.value;
    if (value === null)
        return (
            <Card title="Second factors">
                {factors.error ? <ErrorNotice error={factors.error} retry={factors.reload} /> : <Skeleton />}
            </Card>
        );
    return (
        <>
            <Demanded value={value} />
            <Card
                title="Authenticator app"
                action={
                    value.totp === null ? (
                        <Button onClick={() => setAct("app")}>Set it up</Button>
                    ) : (
                        <Button onClick={() => setAct("remove_app")}>Remove</Button>
                    )
                }
            >
                {value.totp === null ? (
                    <p class="soft">Six digits of an app beside the password, new every half minute.</p>
                ) : (
                    <p>
                        <Badge tone="good">On</Badge> since <Time value={value.totp.since} look="date" />
                    </p>
                )}
            </Card>
            <PasskeyCard value={value} passkeys={passkeys} onAdd={() => setAct("passkey")} onRemove={setRemoving} />
            {value.recovery_codes !== null && (
                <Card title="Recovery codes" action={<Button onClick={() => setAct("codes")}>Make new ones</Button>}>
                    <p>
                        <Badge tone={value.recovery_codes.left < kFewCodes ? "warn" : "good"}>
                            {value.recovery_codes.left} left
                        </Badge>{" "}
                        made <Time value={value.recovery_codes.made_at} look="date" />. Each counts once, where the
                        others are lost.
                    </p>
                </Card>
            )}
            {act === "app" && <SetUpApp onClose={end} onDone={done} />}
            {act === "remove_app" && (
                <ConfirmDialog
                    title="Remove the authenticator app"
                    confirm="Remove it"
                    onClose={end}
                    act={async () => {
                        const answer = await call("DELETE", "/api/me/totp");
                        if (answer.ok) done();
                        return answer.ok ? null : answer.error;
                    }}
                >
                    Its codes are not asked for any more. With the last factor the recovery codes end, too.
                </ConfirmDialog>
            )}
            {act === "codes" && (
                <ConfirmDialog
                    title="New recovery codes"
                    confirm="Make new ones"
                    danger={false}
                    onClose={end}
                    act={async () => {
                        const answer = await call("POST", "/api/me/recovery-codes");
                        if (answer.ok) done(answer.value.recovery_codes);
                        return answer.ok ? null : answer.error;
                    }}
                >
                    Those of before stop working.
                </ConfirmDialog>
            )}
            {act === "passkey" && <AddPasskey onClose={end} onDone={done} />}
            {removing && (
                <ConfirmDialog
                    title={`Remove ${removing.name}`}
                    confirm="Remove it"
                    onClose={() => setRemoving(null)}
                    act={async () => {
                        const answer = await call("DELETE", "/api/me/passkeys/{passkey}", {
                            path: { passkey: removing.id },
                        });
                        if (answer.ok) done();
                        return answer.ok ? null : answer.error;
                    }}
                >
                    It signs you in no more. Remove it in your browser or device, too.
                </ConfirmDialog>
            )}
            {codes && <Codes codes={codes} onClose={() => setCodes(null)} />}
        </>
    );
}

function Demanded({ value }: { value: SecondFactors }) {
    if (value.required_by.length === 0 || value.totp !== null || value.passkeys > 0) return null;
    const names = value.required_by.map(
        (id) => me.value?.organizations.find((one) => one.id === id)?.name ?? "an organization of yours",
    );
    return (
        <Notice tone="warn">
            {names.join(", ")}: owners need a second factor there. Until you set one up, you may there what a member
            may.
        </Notice>
    );
}

function PasskeyCard({
    value,
    passkeys,
    onAdd,
    onRemove,
}: {
    value: SecondFactors;
    passkeys: List<Passkey>;
    onAdd: () => void;
    onRemove: (row: Passkey) => void;
}) {
    const blocked = !value.passkeys_available
        ? "Passkeys need the gateway at https and a host's name."
        : canUsePasskeys
          ? null
          : "This browser has no passkeys here.";
    const columns: Column<Passkey>[] = [
        {
            key: "name",
            name: "Name",
            heads: true,
            show: (row) => (
                <span class="row">
                    <Name text={row.name} />
                    {!row.works_here && <Badge tone="bad">Of another address: it works no more</Badge>}
                    {row.backed_up && <Badge>On several devices</Badge>}
                </span>
            ),
        },
        { key: "made", name: "Made", show: (row) => <Time value={row.created_at} look="date" /> },
        {
            key: "used",
            name: "Last used",
            show: (row) => <Time value={row.last_used_at} look="relative" never="Never" />,
        },
    ];
    return (
        <Card
            title="Passkeys"
            action={
                <Button onClick={onAdd} icon="plus" whyNot={blocked}>
                    Add a passkey
                </Button>
            }
        >
            <Table
                label="List of passkeys"
                columns={columns}
                {...passkeys}
                rows={value.passkeys === 0 ? [] : passkeys.rows}
                rowKey={(row) => row.id}
                empty={
                    <EmptyState title="No passkey yet">
                        Your phone, computer or security key signs you in, without a password.
                    </EmptyState>
                }
                actions={(row) => (
                    <Button look="quiet" icon="trash" label={`Remove ${row.name}`} onClick={() => onRemove(row)} />
                )}
            />
        </Card>
    );
}

interface AddProps {
    onClose: () => void;
    onDone: (codes: readonly string[] | null) => void;
}

function SetUpApp({ onClose, onDone }: AddProps) {
    const [begun, setBegun] = useState<TotpSetup | null>(null);
    const [code, setCode] = useState("");
    const begin = useAction("POST", "/api/me/totp");
    const confirm = useAction("POST", "/api/me/totp/confirm");
    const { busy, error } = begun === null ? begin : confirm;
    const submit = async (event: Event) => {
        event.preventDefault();
        if (begun === null) {
            const answer = await begin.run({});
            if (answer.ok) setBegun(answer.value);
            return;
        }
        const answer = await confirm.run({ body: { code: code.replace(/\s/g, "") } });
        if (!answer.ok) return;
        showToast("The authenticator app is set up.", "good");
        onDone(answer.value.recovery_codes);
    };
    return (
        <Dialog title="Set up an authenticator app" onClose={onClose}>
            <form class="form" onSubmit={submit}>
                {begun === null ? (
                    <p>The app gets a secret from here, then shows six digits that prove it is you.</p>
                ) : (
                    <>
                        <p>
                            Scan this with the app, or <a href={begun.otpauth_url}>open it there</a> where the app is on
                            this device. Then type what the app shows.
                        </p>
                        <QrCode text={begun.otpauth_url} label="QR code of the secret below, for the app to scan" />
                        <p class="soft small">Or type the secret:</p>
                        <div class="secret">
                            <code data-secret>{begun.secret.replace(/(.{4})(?=.)/g, "$1 ")}</code>
                            <CopyButton text={begun.secret} />
                        </div>
                        <TextField
                            key="code"
                            label="Code of the app"
                            value={code}
                            onInput={setCode}
                            inputMode="numeric"
                            autocomplete="one-time-code"
                            focusFirst
                            mono
                            error={confirm.fieldError("code")}
                        />
                    </>
                )}
                <ErrorNotice error={error} besides={["code"]} />
                <DialogActions
                    submit={begun === null ? "Show the secret" : "Turn it on"}
                    busy={busy}
                    onCancel={onClose}
                />
            </form>
        </Dialog>
    );
}

function AddPasskey({ onClose, onDone }: AddProps) {
    const [name, setName] = useState("");
    const [busy, setBusy] = useState(false);
    const [error, setError] = useState<ApiError | null>(null);
    const [problem, setProblem] = useState<string | null>(null);
    const submit = async (event: Event) => {
        event.preventDefault();
        setProblem(name.trim() === "" ? "It needs a name." : null);
        if (busy || name.trim() === "") return;
        setBusy(true);
        const made = await makePasskey();
        const answer = made.ok
            ? await call("POST", "/api/me/passkeys", { body: { name: name.trim(), credential: made.credential } })
            : made;
        setBusy(false);
        setError(answer.ok ? null : answer.error);
        if (!answer.ok) return;
        showToast(`${name.trim()} is added.`, "good");
        onDone(answer.value.recovery_codes);
    };
    return (
        <Dialog title="Add a passkey" onClose={onClose}>
            <form class="form" onSubmit={submit}>
                <TextField
                    label="Name"
                    value={name}
                    onInput={setName}
                    maxLength={100}
                    hint="Of the device that it is on: your browser asks for it next."
                    error={problem}
                />
                {error && <ErrorNotice error={error} />}
                <DialogActions submit="Go on" busy={busy} onCancel={onClose} />
            </form>
        </Dialog>
    );
}

// Shown once: no stray key closes it.
function Codes({ codes, onClose }: { codes: readonly string[]; onClose: () => void }) {
    const [kept, setKept] = useState(false);
    return (
        <Dialog title="Your recovery codes" onClose={onClose} mustAnswer>
            <p>Each signs you in once, where the app and the passkeys are lost. They are shown this once.</p>
            <div class="secret">
                <code data-secret style={{ whiteSpace: "pre-line" }}>
                    {codes.join("\n")}
                </code>
                <CopyButton text={codes.join("\n")} />
            </div>
            <CheckField label="I have put them where I keep secrets" checked={kept} onChange={setKept} />
            <div class="form-actions">
                <Button look="primary" onClick={onClose} whyNot={kept ? null : "First say that you have kept them"}>
                    Done
                </Button>
            </div>
        </Dialog>
    );
}
