// A card of settings: what was read, with what was changed in it and is not saved yet.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { ApiError } from "../../api/client";
import type { Query } from "../../api/use_call";
import { Button } from "../../components/button";
import { ErrorNotice, Skeleton } from "../../components/notice";
import { Card } from "../../components/page";
import { showToast } from "../../components/toast";
import { useUnsaved } from "../../components/unsaved";

interface CardProps<T> {
    title: string;
    query: Query<T>;
    // Null: it is saved. `changed` has what differs.
    save: (whole: T, changed: Partial<T>) => Promise<ApiError | null>;
    whyNot: string | null;
    fields: (
        shown: T,
        change: (part: Partial<T>) => void,
        problem: (name: string) => string | null,
    ) => ComponentChildren;
    shownFields: readonly (keyof T & string)[]; // those whose errors stand beside them
    about?: ComponentChildren;
}

export function SettingsCard<T extends object>(props: CardProps<T>) {
    const { title, query, save, whyNot, fields, shownFields, about } = props;
    const [draft, setDraft] = useState<Partial<T>>({});
    const [busy, setBusy] = useState(false);
    const [error, setError] = useState<ApiError | null>(null);
    const changed = Object.keys(draft).length > 0;
    useUnsaved(changed);
    if (query.value === null)
        return (
            <Card title={title}>
                {query.error ? <ErrorNotice error={query.error} retry={query.reload} /> : <Skeleton />}
            </Card>
        );
    const shown: T = { ...query.value, ...draft };
    const submit = async (event: Event) => {
        event.preventDefault();
        if (whyNot || busy || !changed) return;
        setBusy(true);
        const failed = await save(shown, draft);
        setBusy(false);
        setError(failed);
        if (failed !== null) return;
        setDraft({});
        showToast("Saved.", "good");
    };
    const problem = (name: string) => (error?.field === name ? error.message : null);
    const elsewhere = error !== null && !shownFields.includes(error.field as keyof T & string);
    return (
        <Card title={title}>
            <form class="form" onSubmit={submit}>
                {about && <p class="soft small">{about}</p>}
                {fields(shown, (part) => setDraft({ ...draft, ...part }), problem)}
                {elsewhere && (
                    <ErrorNotice
                        error={error}
                        retry={
                            error.status === 412
                                ? () => {
                                      setError(null);
                                      query.reload();
                                  }
                                : undefined
                        }
                    />
                )}
                <div class="form-actions">
                    {changed && (
                        <Button
                            onClick={() => {
                                setDraft({});
                                setError(null);
                            }}
                        >
                            Discard
                        </Button>
                    )}
                    <Button
                        type="submit"
                        look="primary"
                        busy={busy}
                        whyNot={whyNot ?? (changed ? null : "Nothing is changed")}
                    >
                        Save
                    </Button>
                </div>
            </form>
        </Card>
    );
}
