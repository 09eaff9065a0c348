// One request in full, beside the feed, with the one before and after it.
import { Button, CopyButton } from "../../components/button";
import { Facts } from "../../components/facts";
import { Money } from "../../components/money";
import { Badge } from "../../components/notice";
import { SidePanel } from "../../components/side_panel";
import { Time, countText, millisecondsText } from "../../components/time";
import { pageHref, setQuery } from "../../router";
import { kFilterFields, outcomeOf, outcomeText, type Request } from "./filters";

interface PanelProps {
    row: Request;
    onPage: boolean; // it is one of the list beside it
    newer: Request | null;
    older: Request | null;
    onShow: (row: Request | null) => void;
}

export function RequestPanel({ row, onPage, newer, older, onShow }: PanelProps) {
    const outcome = outcomeOf(row);
    const whyNone = (end: string) => (onPage ? `It is the ${end} of this page` : "It is not on this page of the list");
    return (
        <SidePanel
            label="Request"
            title="Request"
            onClose={() => onShow(null)}
            actions={
                <>
                    <Button
                        look="quiet"
                        icon="chevron_up"
                        label="Newer request"
                        whyNot={newer ? null : whyNone("first")}
                        onClick={() => onShow(newer)}
                    />
                    <Button
                        look="quiet"
                        icon="chevron_down"
                        label="Older request"
                        whyNot={older ? null : whyNone("last")}
                        onClick={() => onShow(older)}
                    />
                </>
            }
        >
            <div class="stack">
                <div class="row">
                    <code>{row.id}</code> <CopyButton text={row.id} />
                </div>
                <Badge tone={outcome === "success" ? "good" : outcome === "cancelled" ? "warn" : "bad"}>
                    {outcomeText(outcome)}
                </Badge>
                <Facts
                    rows={[
                        ["Began", <Time value={row.created_at} look="seconds" />],
                        ["Settled", <Time value={row.settled_at} look="seconds" />],
                        ["Model", row.model],
                        ["Asked for", row.model_asked !== row.model && row.model_asked],
                        ["Provider", row.provider_name],
                        ["API", row.api_type + (row.streamed ? ", streamed" : "")],
                        ["Finish reason", row.finish_reason],
                        [
                            "Status",
                            `${row.http_status}` +
                                (row.upstream_status && row.upstream_status !== row.http_status
                                    ? `, provider's ${row.upstream_status}`
                                    : ""),
                        ],
                        ["Error", row.error],
                    ]}
                />
                <Facts
                    rows={[
                        ["Prompt", `${countText(row.tokens_prompt)} tokens`],
                        ["Answer", `${countText(row.tokens_completion)} tokens`],
                        ["Of it reasoning", row.tokens_reasoning > 0 && `${countText(row.tokens_reasoning)} tokens`],
                        ["Cached", row.tokens_cached > 0 && `${countText(row.tokens_cached)} tokens`],
                        [
                            "Written to a cache",
                            row.tokens_cache_write > 0 && `${countText(row.tokens_cache_write)} tokens`,
                        ],
                        ["Counted by", row.usage_source + (row.usage_contradictory ? " (contradictory)" : "")],
                        ["Charged", <Money value={row.charged} exact />],
                        ["Cost", <Money value={row.usage} exact />],
                        ["Provider's price", <Money value={row.upstream_inference_cost} exact />],
                        [
                            "Paid by",
                            row.is_byok
                                ? "the organization's own provider key"
                                : row.cache_hit
                                  ? "nobody: it came from the cache"
                                  : "credit",
                        ],
                    ]}
                />
                <Facts
                    rows={[
                        ["First token", row.time_to_first_token !== null && millisecondsText(row.time_to_first_token)],
                        ["Latency", millisecondsText(row.latency)],
                        ["Speed", row.tokens_per_second !== null && `${countText(row.tokens_per_second)} tokens/s`],
                    ]}
                />
                <Facts
                    rows={[
                        [
                            "Key",
                            <a href={pageHref("keys", { key: row.key_hash })}>
                                {row.key_name || row.key_label || row.key_hash.slice(0, 8)}
                            </a>,
                        ],
                        ["Project", row.project_name],
                        ["Member", row.member_name || row.member_email],
                        ["App", row.app_title || row.http_referer],
                        ["End user", row.external_user],
                        ["Conversation", row.session_id],
                        ["Tags", row.tags],
                        ["Git", row.git_repository && `${row.git_host ?? row.git_provider} ${row.git_repository}`],
                    ]}
                />
                <OthersLikeIt row={row} />
            </div>
        </SidePanel>
    );
}

// One press filters the feed by what this request has.
function OthersLikeIt({ row }: { row: Request }) {
    const fields = kFilterFields.filter((field) => field.value(row));
    return (
        <div class="field">
            <span class="label">Others with the same</span>
            <div class="row">
                {fields.map((field) => (
                    <Button key={field.name} onClick={() => setQuery({ [field.name]: field.value(row), cursor: null })}>
                        {field.label}
                    </Button>
                ))}
            </div>
        </div>
    );
}
