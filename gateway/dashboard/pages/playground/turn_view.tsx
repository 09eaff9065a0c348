// One turn of a chat: what was said, and what it took. Nothing of it is HTML.
import { useState } from "preact/hooks";
import { Button, CopyButton } from "../../components/button";
import { TextField } from "../../components/field";
import { Markdown } from "../../components/markdown";
import { Money } from "../../components/money";
import { Badge, ErrorNotice } from "../../components/notice";
import { countText, millisecondsText } from "../../components/time";
import { pageHref } from "../../router";
import type { Report, ToolCall, Turn } from "./chat";

const kNames: Record<Turn["role"], string> = { user: "You", assistant: "Model", tool: "Result of a tool" };

export function TurnView({ turn, running, again }: { turn: Turn; running: boolean; again?: () => void }) {
    return (
        <article class="card turn" data-role={turn.role} aria-label={kNames[turn.role]} aria-busy={running}>
            <header>
                <h2>{kNames[turn.role]}</h2>
                <div class="row">
                    {again && !turn.error && (
                        <Button icon="refresh" onClick={again}>
                            Ask again
                        </Button>
                    )}
                    {turn.text !== "" && !running && <CopyButton text={turn.text} />}
                </div>
            </header>
            {turn.reasoning && (
                <details>
                    <summary>Reasoning</summary>
                    <p class="turn-text soft">{turn.reasoning}</p>
                </details>
            )}
            {turn.text !== "" &&
                (turn.role === "assistant" ? <Markdown text={turn.text} /> : <p class="turn-text">{turn.text}</p>)}
            {turn.images.map((url, at) => (
                <img key={url} class="turn-image" src={url} alt={`Picture ${at + 1} of this message`} />
            ))}
            {turn.tools?.map((call) => (
                <p key={call.id} class="turn-text">
                    Calls <code>{call.name}</code> with <code>{call.arguments}</code>
                </p>
            ))}
            {running && turn.text === "" && (
                <span role="status" class="soft">
                    Waiting for the first token…
                </span>
            )}
            {turn.stopped && <Badge tone="warn">Stopped. What was answered is billed.</Badge>}
            {turn.error && <ErrorNotice error={turn.error} retry={again} />}
            {turn.report && <ReportLine report={turn.report} />}
        </article>
    );
}

function ReportLine({ report }: { report: Report }) {
    return (
        <footer class="row soft small turn-report">
            {report.cost !== null && (
                <span>
                    <Money value={report.cost} exact />
                </span>
            )}
            {report.promptTokens !== null && (
                <span>
                    {countText(report.promptTokens)} tokens in, {countText(report.answerTokens ?? 0)} out
                </span>
            )}
            <span>
                first token {millisecondsText(report.firstTokenMs)}, whole {millisecondsText(report.wholeMs)}
            </span>
            {report.model && <span>{report.model}</span>}
            {report.provider && <span>by {report.provider}</span>}
            {report.finish !== null && report.finish !== "stop" && <span>ended by {report.finish}</span>}
            {report.routing && <span>{report.routing}</span>}
            {report.request && <a href={pageHref("activity", { request: report.request })}>In the activity</a>}
        </footer>
    );
}

// Results of the tools that the model called, for it to go on.
export function ToolResults({
    calls,
    onAnswer,
}: {
    calls: readonly ToolCall[];
    onAnswer: (results: { call: string; text: string }[]) => void;
}) {
    const [texts, setTexts] = useState<Record<string, string>>({});
    const submit = (event: Event) => {
        event.preventDefault();
        onAnswer(calls.map((call) => ({ call: call.id, text: texts[call.id] ?? "" })));
    };
    return (
        <form class="form card" onSubmit={submit}>
            {calls.map((call) => (
                <TextField
                    key={call.id}
                    label={`What ${call.name} returns`}
                    mono
                    value={texts[call.id] ?? ""}
                    onInput={(text) => setTexts((before) => ({ ...before, [call.id]: text }))}
                />
            ))}
            <div class="form-actions">
                <Button type="submit">Send results</Button>
            </div>
        </form>
    );
}
