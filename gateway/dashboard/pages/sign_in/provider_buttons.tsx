// What leads to the identity providers, and back to `target`: to sign in, or to prove again who one is.
import type { SignInOffers } from "../../api/sign_in";
import { urlOf } from "../../api/client";
import { LinkButton } from "../../components/button";

export function ProviderButtons({
    offers,
    target,
    purpose,
}: {
    offers: SignInOffers | null;
    target: string;
    purpose: "sign_in" | "step_up";
}) {
    const hrefOf = (provider: string) =>
        urlOf("/api/sign-in/{provider}", { provider }, { return_to: target.replace(/^#/, ""), purpose });
    return (
        <>
            {offers?.identity_providers.map(({ id, name }) => (
                <LinkButton key={id} href={hrefOf(id)}>
                    Continue with {name}
                </LinkButton>
            ))}
        </>
    );
}
