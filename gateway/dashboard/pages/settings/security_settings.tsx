// Whether owners need a second factor, and what becomes of streams when credit runs out.
import { whyNot } from "../../api/organization";
import { useAction, useQuery } from "../../api/use_call";
import { Facts } from "../../components/facts";
import { CheckField } from "../../components/field";
import { Money } from "../../components/money";
import { ErrorNotice, Notice, Skeleton } from "../../components/notice";
import { Card } from "../../components/page";
import { showToast } from "../../components/toast";
import { accountHref, organizationId } from "../../router";

const kSecurity = "/api/organizations/{organization}/security";

export function SecuritySettings() {
    return (
        <div class="stack">
            <SecondFactors />
            <Exhausted />
        </div>
    );
}

function SecondFactors() {
    const path = { organization: organizationId.value! };
    const query = useQuery(kSecurity, { path });
    const change = useAction("PUT", kSecurity);
    const turn = async (on: boolean) => {
        const answer = await change.run({
            path,
            body: { owners_need_second_factor: on },
            ifMatch: query.value?.version,
        });
        if (!answer.ok) return query.reload();
        query.set(answer.value);
        showToast("Saved.", "good");
    };
    const blocked = whyNot("change_organization");
    return (
        <Card title="Signing in">
            {query.value === null ? (
                query.error?.status === 404 ? (
                    <p class="soft">This gateway has no second factors.</p>
                ) : query.error ? (
                    <ErrorNotice error={query.error} retry={query.reload} />
                ) : (
                    <Skeleton />
                )
            ) : (
                <div class="form">
                    <CheckField
                        label="Owners need a second factor"
                        hint={
                            <>
                                An owner without one may here what a member may, until it is set up. You need one
                                yourself first: see <a href={accountHref("security")}>your account</a>.
                                {blocked && ` ${blocked}`}
                            </>
                        }
                        checked={query.value.owners_need_second_factor}
                        onChange={(on) => void turn(on)}
                        disabled={blocked !== null}
                    />
                    <ErrorNotice error={change.error} />
                </div>
            )}
        </Card>
    );
}

function Exhausted() {
    const policy = useQuery("/api/organizations/{organization}/credit_policy", {
        path: { organization: organizationId.value! },
    });
    const value = policy.value;
    return (
        <Card title="When credit runs out during a stream">
            {value === null ? (
                policy.error ? (
                    <ErrorNotice error={policy.error} retry={policy.reload} />
                ) : (
                    <Skeleton />
                )
            ) : (
                <>
                    <Facts
                        rows={[
                            [
                                "The stream",
                                value.on_exhausted === "cut" ? "is cut" : "goes on, and what is missing is owed",
                            ],
                            ["At most owed", value.on_exhausted === "owe" && <Money value={value.overdraft_cap} />],
                            [
                                "Said by",
                                value.default ? "the gateway's configuration" : "the operator, for this organization",
                            ],
                        ]}
                    />
                    <Notice>The operator of this gateway sets this.</Notice>
                </>
            )}
        </Card>
    );
}
