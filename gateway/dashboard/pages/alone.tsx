// Pages without the shell: who opens them may not be signed in.
import type { FunctionComponent } from "preact";
import type { AlonePage } from "../router";
import { InvitationPage } from "./invitation";
import { RegisterPage } from "./register";
import { NewPasswordPage, ResetPage } from "./reset";
import { SetupPage } from "./setup";
import { SignInPage } from "./sign_in/sign_in_page";
import { VerificationPage } from "./verification";

export const kAlonePages: Record<AlonePage, FunctionComponent> = {
    "sign-in": SignInPage,
    setup: SetupPage,
    register: RegisterPage,
    reset: ResetPage,
    password: NewPasswordPage,
    invitation: InvitationPage,
    verification: VerificationPage,
};
