// The overview of an organization that was never used: what to do, up to the first request that is answered. It notices
// that one by itself.
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { call } from "../../api/client";
import { isZero } from "../../api/decimal";
import { keepWatching } from "../../api/live";
import { useModels } from "../../api/models";
import { may } from "../../api/organization";
import { useQuery } from "../../api/use_call";
import type { components } from "../../api/types";
import { LinkButton } from "../../components/button";
import { Icon } from "../../components/icon";
import { Money } from "../../components/money";
import { Notice } from "../../components/notice";
import { Card } from "../../components/page";
import { showToast } from "../../components/toast";
import { pageHref } from "../../router";
import { baseUrl } from "../snippets";
import { FirstProgram } from "./first_program";

export function FirstSteps({
    organization,
    credits,
    onUsed,
}: {
    organization: string;
    credits: components["schemas"]["Credits"] | null;
    onUsed: () => void; // it was used, now or before
}) {
    const models = useModels(true);
    const keys = useQuery(
        "/api/organizations/{organization}/keys",
        may("see_keys") ? { path: { organization }, query: { limit: 1 } } : null,
    );
    useEffect(() => {
        addEventListener("focus", keys.reload); // it may have been made elsewhere
        return () => removeEventListener("focus", keys.reload);
    }, [keys.reload]);
    useEffect(
        () =>
            keepWatching(
                "/api/organizations/{organization}/activity/live",
                { organization },
                {},
                {
                    onOpen: () => void wasUsed(organization).then((was) => was && onUsed()),
                    onEvent: (event) => {
                        if (event.name !== "request") return;
                        showToast("Your first request was answered.");
                        onUsed();
                    },
                },
            ),
        [organization],
    );
    const funded = credits === null || !isZero(credits.balance);
    const callable = models.chats.length > 0;
    return (
        <div class="stack">
            {models.known && !models.failed && !callable && (
                <Notice tone="warn">
                    No model can be called here yet:{" "}
                    {models.all.length > 0 ? (
                        <>
                            the organization's rules leave all of them out. See the{" "}
                            <a href={pageHref("provider-policy")}>provider policy</a>.
                        </>
                    ) : (
                        <>
                            no provider is set up. Whoever runs the gateway adds one to its configuration, or you add a{" "}
                            <a href={pageHref("provider-keys")}>provider key of your own</a>.
                        </>
                    )}
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
                    <Step done={(keys.value?.data.length ?? 0) > 0} title="Make an API key">
                        <p>
                            It is shown once. Each program gets its own, so that you can limit it and see what it costs.
                        </p>
                        <LinkButton href={pageHref("keys", { new: "key" })} icon="key" look="primary">
                            Make a key
                        </LinkButton>
                    </Step>
                    <Step title="Call a model">
                        <p>
                            Any SDK for OpenAI's API works with this address: <code>{baseUrl()}</code>
                        </p>
                        <FirstProgram model={models.chats[0]} />
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
async function wasUsed(organization: string): Promise<boolean> {
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
