// A chat with any model that one may call, to try it out: what it says, what it costs, how long it takes, where it went.
import { useEffect, useRef, useState } from "preact/hooks";
import { whyNot } from "../../api/organization";
import { Allowed } from "../../components/allowed";
import { Button } from "../../components/button";
import { TextArea } from "../../components/field";
import { Notice } from "../../components/notice";
import { PageHead } from "../../components/page";
import { organizationId, pageHref, query } from "../../router";
import { newTurn, useChat, type Turn } from "./chat";
import { readDraft, SettingsCard, whoInUrl } from "./settings_card";
import { ToolResults, TurnView } from "./turn_view";

const kMostImageBytes = 4 * 1024 * 1024;

export function PlaygroundPage() {
    return (
        <>
            <PageHead title="Playground">
                Each message is a request like any other: it is billed, counts for limits, and stands in{" "}
                <a href={pageHref("activity")}>Activity</a>. Nothing of the chat is stored.
            </PageHead>
            <Allowed permission="infer">
                <Playground />
            </Allowed>
        </>
    );
}

function Playground() {
    const who = whoInUrl();
    const chat = useChat(organizationId.value!, who);
    const { draft } = chat;
    const [problem, setProblem] = useState<{ field: string; message: string } | null>(null);
    const send = (more: Turn[], before: readonly Turn[] = chat.turns) => {
        const read = readDraft(draft, query.value.model ?? "");
        setProblem(read.ok ? null : read);
        if (!read.ok) return false;
        void chat.ask([...before, ...more], read.settings, draft.system);
        return true;
    };
    const last = chat.turns.at(-1);
    const calls = !chat.busy && last?.role === "assistant" ? (last.tools ?? []) : [];
    return (
        <div class="with-side" data-open="">
            <section class="stack" aria-label="Chat">
                {/* What is streamed is read out when it is whole: a word at a time helps nobody. */}
                <div class="stack" role="log" aria-live={chat.busy ? "off" : "polite"}>
                    {chat.turns.map((turn) => (
                        <TurnView
                            key={turn.id}
                            turn={turn}
                            running={chat.busy && turn === last}
                            again={
                                !chat.busy && turn === last && turn.role === "assistant"
                                    ? () => void send([], chat.turns.slice(0, -1))
                                    : undefined
                            }
                        />
                    ))}
                </div>
                {calls.length > 0 && (
                    <ToolResults
                        key={last!.id}
                        calls={calls}
                        onAnswer={(results) =>
                            send(results.map(({ call, text }) => newTurn("tool", text, { toolCall: call })))
                        }
                    />
                )}
                {problem && <Notice tone="bad">{problem.message}</Notice>}
                <Composer
                    busy={chat.busy}
                    empty={chat.turns.length === 0}
                    onSend={(text, images) => send([newTurn("user", text, { images })])}
                    onStop={chat.stop}
                    onClear={() => chat.keep([])}
                />
            </section>
            <aside aria-label="Settings of the chat">
                <SettingsCard draft={draft} onDraft={chat.setDraft} problem={problem} />
            </aside>
        </div>
    );
}

function Composer({
    busy,
    empty,
    onSend,
    onStop,
    onClear,
}: {
    busy: boolean;
    empty: boolean;
    onSend: (text: string, images: string[]) => boolean;
    onStop: () => void;
    onClear: () => void;
}) {
    const [text, setText] = useState("");
    const [images, setImages] = useState<string[]>([]);
    const [refused, setRefused] = useState<string | null>(null);
    const form = useRef<HTMLFormElement>(null);
    useEffect(() => {
        if (!busy) form.current?.querySelector("textarea")?.focus({ preventScroll: true });
    }, [busy]);
    const submit = (event: Event) => {
        event.preventDefault();
        if (busy || (text.trim() === "" && images.length === 0)) return;
        if (!onSend(text, images)) return;
        setText("");
        setImages([]);
    };
    const onKey = (event: KeyboardEvent) => {
        const typing = event.target instanceof HTMLTextAreaElement;
        if (!typing || event.key !== "Enter" || event.shiftKey || event.isComposing) return;
        submit(event);
    };
    const take = async (files: FileList | null) => {
        const chosen = [...(files ?? [])].filter((file) => file.type.startsWith("image/"));
        const large = chosen.find((file) => file.size > kMostImageBytes);
        setRefused(large ? `${large.name} is larger than 4 MB.` : null);
        const urls = await Promise.all(chosen.filter((file) => file.size <= kMostImageBytes).map(urlOfFile));
        setImages((before) => [...before, ...urls]);
    };
    // Pictures that are pasted or dropped; text goes its usual way.
    const takeFrom = (event: Event, from: DataTransfer | null) => {
        if (![...(from?.files ?? [])].some((file) => file.type.startsWith("image/"))) return;
        event.preventDefault();
        void take(from!.files);
    };
    return (
        <form
            ref={form}
            class="form"
            onSubmit={submit}
            onKeyDown={onKey}
            onPaste={(event) => takeFrom(event, event.clipboardData)}
            onDragOver={(event) => event.dataTransfer?.types.includes("Files") && event.preventDefault()}
            onDrop={(event) => takeFrom(event, event.dataTransfer)}
        >
            <TextArea
                label="Message"
                rows={3}
                value={text}
                onInput={setText}
                error={refused}
                hint="Enter sends it, Shift+Enter begins a new line; pictures can be pasted and dropped"
            />
            <div class="row">
                <label class="button">
                    Add pictures
                    <input
                        type="file"
                        accept="image/*"
                        multiple
                        class="visually-hidden"
                        onChange={(event) => {
                            void take(event.currentTarget.files);
                            event.currentTarget.value = "";
                        }}
                    />
                </label>
                {images.map((url, at) => (
                    <button
                        key={url}
                        type="button"
                        class="button"
                        aria-label={`Remove picture ${at + 1}`}
                        onClick={() => setImages((before) => before.filter((one) => one !== url))}
                    >
                        <img class="thumb" src={url} alt="" />
                    </button>
                ))}
                <span class="grow" />
                {!empty && !busy && <Button onClick={onClear}>Begin anew</Button>}
                {busy ? (
                    <Button look="danger" icon="stop" onClick={onStop}>
                        Stop
                    </Button>
                ) : (
                    <Button type="submit" look="primary" whyNot={whyNot("infer")}>
                        Send
                    </Button>
                )}
            </div>
        </form>
    );
}

function urlOfFile(file: File): Promise<string> {
    return new Promise((resolve, reject) => {
        const reader = new FileReader();
        reader.onload = () => resolve(String(reader.result));
        reader.onerror = () => reject(reader.error!);
        reader.readAsDataURL(file);
    });
}
