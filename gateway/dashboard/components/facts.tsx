// Names and values below each other. What there is nothing of is left out.
import type { ComponentChildren } from "preact";

export type Fact = readonly [string, ComponentChildren | false];

export function Facts({ rows }: { rows: readonly Fact[] }) {
    return (
        <dl class="facts">
            {rows
                .filter(([, value]) => value !== null && value !== false && value !== "" && value !== undefined)
                .map(([name, value]) => [
                    <dt>{name}</dt>,
                    <dd>{typeof value === "string" ? <bdi>{value}</bdi> : value}</dd>,
                ])}
        </dl>
    );
}
