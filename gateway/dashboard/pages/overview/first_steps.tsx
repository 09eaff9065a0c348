// The overview of an organization that was never used: what to do, up to the first request that is answered. It notices
// that one by itself.
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { call } from "../../api/client";
import { isZero } from "../../api/decimal";
import { keepWatching } from "../../api/live";
import { useModels } from "../../api/models";
import type { components } from "../../api/types";
import { LinkButton } from "../../components/button";
import { Code } from "../../components/code";
import { Icon } from "../../components/icon";
import { Money } from "../../components/money";
import { Notice } from "../../components/notice";
import { Card } from "../../components/page";
import { pageHref } from "../../router";
import { baseUrl, pythonSnippet } from "../snippets";

export function FirstSteps({
    organization,
    credits,
    onAnswered,
}: {
    organization: string;
    credits: components["schemas"]["Credits"] | null;
    onAnswered: () => void;
}) {
    const [answered, setAnswered] = useState(false);
    const [looks, setLooks] = useState(false); // at the program: only then a model for it is asked for
    const [model] = useModels(looks).chats;
    useEffect(() => {
        const noted = () => setAnswered(true);
        return keepWatching(
            "/api/organizations/{organization}/activity/live",
            { organization },
            {},
            {
                onOpen: () => void wasAnswered(organization).then((was) => was && noted()),
                onEvent: (event) => event.name === "request" && noted(),
            },
        );
    }, [organization]);
    const funded = credits === null || !isZero(credits.balance);
    return (
        <div class="stack">
            {answered && (
                <Notice
                    tone="good"
                    action={
                        <button type="button" class="button" onClick={onAnswered}>
                            Show it
                        </button>
                    }
                >
                    Your first request was answered.
                </Notice>
            )}
            <Card title="Your first request">
                <ol class="stack steps">
                    <Step done={funded} title="Have credit">
                        {credits === null ? (
                            <p>Your organization sees to that.</p>
                        ) : funded ? (
                            <p>
                                <Money value={credits.balance} /> is here.
                            </p>
                        ) : (
                            <p>
                                Requests need credit, or a provider key of your own.{" "}
                                <a href={pageHref("credits")}>Add credit</a>
                            </p>
                        )}
                    </Step>
                    <Step title="Make an API key">
                        <p>
                            It is shown once. Each program gets its own, so that you can limit it and see what it costs.
                        </p>
                        <LinkButton href={pageHref("keys", { new: "key" })} icon="key" look="primary">
                            Make a key
                        </LinkButton>
                    </Step>
                    <Step done={answered} title="Call a model">
                        <p>
                            Any SDK for OpenAI's API works with this address: <code>{baseUrl()}</code>
                        </p>
                        <div onPointerEnter={() => setLooks(true)} onFocusCapture={() => setLooks(true)}>
                            <Code text={pythonSnippet(undefined, model)} label="Python" />
                        </div>
                        <p>
                            Or try it in the <a href={pageHref("playground")}>playground</a>, without a key.
                        </p>
                    </Step>
                </ol>
            </Card>
        </div>
    );
}

// Before the stream began, or while it was broken.
async function wasAnswered(organization: string): Promise<boolean> {
    const page = await call("GET", "/api/organizations/{organization}/activity", {
        path: { organization },
        query: { limit: 1 },
    });
    return page.ok && page.value.data.length > 0;
}

function Step({ title, done, children }: { title: string; done?: boolean; children: ComponentChildren }) {
    return (
        <li>
            <h3 class="row">
                {title}
                {done && (
                    <span class="badge" data-tone="good">
                        <Icon name="check" /> done
                    </span>
                )}
            </h3>
            {children}
        </li>
    );
}
