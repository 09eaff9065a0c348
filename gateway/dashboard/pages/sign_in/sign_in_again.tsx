// Over a page whose session has ended: what was typed there is not lost, and no address changes.
import { forgetSession, me } from "../../api/session";
import { Button } from "../../components/button";
import { Dialog } from "../../components/dialog";
import { SignInForm } from "./sign_in_form";

export function SignInAgain() {
    return (
        <Dialog title="Your session has ended" onClose={() => {}} mustAnswer>
            <p class="soft">Sign in again to go on. Nothing that you typed is lost.</p>
            <SignInForm email={me.value?.user.email} onDone={() => {}} target={location.hash} />
            <Button look="quiet" onClick={() => forgetSession()}>
                Sign in as somebody else
            </Button>
        </Dialog>
    );
}
