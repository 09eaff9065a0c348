// Makes an organization, whose owner the person is, and goes there.
import { useState } from "preact/hooks";
import { loadSession, me } from "../../api/session";
import { useAction } from "../../api/use_call";
import { DialogActions } from "../../components/dialog";
import { TextField } from "../../components/field";
import { ErrorNotice, Notice } from "../../components/notice";
import { Card, PageHead } from "../../components/page";
import { accountHref, navigate, pageHref } from "../../router";

export function NewOrganizationPage() {
    const [name, setName] = useState("");
    const [slug, setSlug] = useState("");
    const [problem, setProblem] = useState<string | null>(null);
    const create = useAction("POST", "/api/organizations");
    const verified = me.value!.user.email_verified;
    const submit = async (event: Event) => {
        event.preventDefault();
        setProblem(name.trim() === "" ? "It needs a name." : null);
        if (name.trim() === "" || !verified) return;
        const answer = await create.run({ body: { name: name.trim(), ...(slug.trim() ? { slug: slug.trim() } : {}) } });
        if (!answer.ok) return;
        await loadSession();
        navigate(pageHref("overview", {}, answer.value.id));
    };
    return (
        <>
            <PageHead title="New organization">
                You become its owner. It has its own credit, keys and members; your personal organization stays.
            </PageHead>
            <Card>
                <form class="form" onSubmit={submit}>
                    {!verified && (
                        <Notice tone="warn">
                            Your address must be verified first: see <a href={accountHref()}>your account</a>.
                        </Notice>
                    )}
                    <TextField
                        label="Name"
                        value={name}
                        onInput={setName}
                        maxLength={100}
                        error={problem ?? create.fieldError("name")}
                    />
                    <TextField
                        label="Slug"
                        optional
                        value={slug}
                        onInput={setSlug}
                        hint="Lower-case letters, digits and dashes. Made of the name if empty."
                        mono
                        error={create.fieldError("slug")}
                    />
                    <ErrorNotice error={create.error} besides={["name", "slug"]} />
                    <DialogActions
                        submit="Make the organization"
                        busy={create.busy}
                        whyNot={verified ? null : "Your address is not verified yet"}
                    />
                </form>
            </Card>
        </>
    );
}
