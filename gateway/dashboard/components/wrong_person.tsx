// On the page of a link that is for one address: somebody else is signed in, or nobody.
import { me, signOut } from "../api/session";
import { Button, LinkButton } from "./button";
import { Notice } from "./notice";

// `to`: the page's own route, to come back to.
export function WrongPerson({ to, masked }: { to: string; masked: string }) {
    const signIn = `#/sign-in?to=${encodeURIComponent(to)}`;
    if (me.value === null)
        return (
            <>
                <p>Sign in as {masked} to go on.</p>
                <LinkButton look="primary" href={signIn}>
                    Sign in
                </LinkButton>
            </>
        );
    return (
        <>
            <Notice tone="warn">
                This link is for {masked}, and you are signed in as {me.value.user.email}.
            </Notice>
            <Button onClick={() => void signOut(signIn)}>Sign in as somebody else</Button>
        </>
    );
}
