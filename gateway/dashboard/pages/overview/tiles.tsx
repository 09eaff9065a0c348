// The figures of a range, each a link to the requests behind it, with what it was in as long a time before.
import type { ComponentChildren } from "preact";
import { compareDecimals, isZero, toApproximateNumber, unitsOf, type Decimal } from "../../api/decimal";
import { may, membership } from "../../api/organization";
import type { components } from "../../api/types";
import { Money, usdText } from "../../components/money";
import { rangeFilters, type Range } from "../../components/range";
import { compactText, countText, millisecondsText, percentText } from "../../components/time";
import { pageHref } from "../../router";
import type { Report } from "./series";

type Sum = components["schemas"]["AnalyticsSum"];
type Credits = components["schemas"]["Credits"];

const kDayMs = 86_400_000;

export function Tiles({ report, credits, range }: { report: Report; credits: Credits | null; range: Range }) {
    const { total, compare } = report;
    const before = compare?.total ?? null;
    const feed = (filters: Record<string, string> = {}) => pageHref("activity", { ...rangeFilters(range), ...filters });
    const tokens = (sum: Sum) => sum.prompt_tokens + sum.completion_tokens;
    const errors = (sum: Sum) => sum.client_errors + sum.server_errors;
    return (
        <div class="grid">
            <Tile
                name="Spend"
                href={feed()}
                value={<Money value={total.charged} />}
                change={before && changeText(total.charged, before.charged)}
            />
            <Tile
                name="Requests"
                href={feed()}
                value={countText(total.requests)}
                change={before && changeText(total.requests, before.requests)}
            />
            <Tile
                name="Tokens"
                href={feed()}
                value={compactText(tokens(total))}
                change={before && changeText(tokens(total), tokens(before))}
                more={`${compactText(total.prompt_tokens)} in, ${compactText(total.completion_tokens)} out`}
            />
            <Tile
                name="Errors"
                value={percentText(toApproximateNumber(total.error_rate))}
                more={
                    <>
                        <div>
                            <a href={feed({ status: "server_error" })}>
                                {countText(total.server_errors)} of the gateway or a provider
                            </a>
                        </div>
                        <a href={feed({ status: "client_error" })}>{countText(total.client_errors)} of the caller</a>
                    </>
                }
                change={before && changeText(errors(total), errors(before))}
            />
            <Tile
                name="Time to first token"
                href={feed()}
                value={millisecondsText(total.time_to_first_token_p50)}
                more={`p90 ${millisecondsText(total.time_to_first_token_p90)}, p99 ${millisecondsText(total.time_to_first_token_p99)}`}
                change={before && timeChangeText(total.time_to_first_token_p50, before.time_to_first_token_p50)}
            />
            <Tile
                name="Latency"
                href={feed()}
                value={millisecondsText(total.latency_p50)}
                more={`p90 ${millisecondsText(total.latency_p90)}, p99 ${millisecondsText(total.latency_p99)}`}
                change={before && timeChangeText(total.latency_p50, before.latency_p50)}
            />
            <Tile
                name="Answers from the cache"
                href={feed()}
                value={percentText(toApproximateNumber(total.cache_hit_rate))}
                more={`${compactText(total.cached_tokens)} prompt tokens cached by providers`}
                change={before && changeText(total.cache_hits, before.cache_hits)}
            />
            {credits !== null ? (
                <Tile
                    name="Credit left"
                    href={pageHref("credits")}
                    value={<Money value={credits.balance} />}
                    more={runwayText(credits, total, range)}
                />
            ) : may("see_billing") ? (
                <Tile name="Credit left" href={pageHref("credits")} value="–" more="could not be loaded" />
            ) : (
                <OwnBudget />
            )}
        </div>
    );
}

// The whole tile is a link, unless it has links inside.
function Tile({
    name,
    value,
    href,
    change,
    more,
}: {
    name: string;
    value: ComponentChildren;
    href?: string;
    change?: string | null;
    more?: ComponentChildren;
}) {
    const inside = (
        <>
            <span class="name">{name}</span>
            <span class="value">{value}</span>
            {more && <div class="change">{more}</div>}
            {change && <span class="change">{change}</span>}
        </>
    );
    if (href === undefined) return <div class="card figure-tile">{inside}</div>;
    return (
        <a class="card figure-tile" href={href}>
            {inside}
        </a>
    );
}

// Who may not see the credit sees what binds himself.
function OwnBudget() {
    const limits = membership.value?.limits as
        { limit?: Decimal | null; limit_remaining?: Decimal | null } | null | undefined;
    const left = limits?.limit_remaining ?? limits?.limit ?? null;
    return (
        <div class="card figure-tile">
            <span class="name">Your budget</span>
            <span class="value">{left === null ? "No limit" : <Money value={left} />}</span>
            <span class="change">
                {left === null
                    ? "Limits of keys, projects and the organization may bind first"
                    : "left of what you may spend"}
            </span>
        </div>
    );
}

export function changeText(now: Decimal, before: Decimal): string {
    if (isZero(before)) return isZero(now) ? "as before: none" : "none in the time before";
    const share = Number(((unitsOf(now) - unitsOf(before)) * 10_000n) / unitsOf(before)) / 10_000;
    const order = compareDecimals(now, before);
    return order === 0
        ? "as much as in the time before"
        : `${percentText(Math.abs(share))} ${order > 0 ? "more" : "less"} than in the time before`;
}

function timeChangeText(now: number | null, before: number | null): string | null {
    return now === null || before === null ? null : changeText(now, before);
}

// How long the credit lasts at the pace of the range.
function runwayText(credits: Credits, total: Sum, range: Range): string {
    const held = isZero(credits.held) ? "" : `, ${usdText(credits.held)} held by running requests`;
    const days = (Math.min(range.to.getTime(), Date.now()) - range.from.getTime()) / kDayMs;
    const aDay = toApproximateNumber(total.charged) / days;
    if (!(aDay > 0)) return `nothing was spent in this time${held}`;
    const left = toApproximateNumber(credits.balance) / aDay;
    return (
        (left > 365
            ? "lasts for more than a year at this pace"
            : `lasts about ${countText(Math.floor(left))} days at this pace`) + held
    );
}
