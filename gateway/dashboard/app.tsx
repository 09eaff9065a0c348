// Where the page begins: who is signed in, then what the URL names.
import { render, type ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { loadMembership, membershipError } from "./api/organization";
import { isOperator, loadSession, me, myOrganization, session } from "./api/session";
import { EmptyState, ErrorNotice, Skeleton } from "./components/notice";
import { LinkButton } from "./components/button";
import { Toasts } from "./components/toast";
import { askForStepUp } from "./api/sign_in";
import { stepUp } from "./api/client";
import "./components/theme";
import { kAccountPages, kOperatorPages, kPages, type Page } from "./pages/table";
import { kAlonePages } from "./pages/alone";
import { SignInAgain } from "./pages/sign_in/sign_in_again";
import { StepUpDialog } from "./pages/sign_in/step_up_dialog";
import { navigate, pageHref, route, signInHref, type Route } from "./router";
import { Palette } from "./shell/palette";
import { Shell } from "./shell/shell";

function App() {
    const state = session.value;
    const here = route.value;
    useEffect(() => {
        if (state.kind === "unknown") void loadSession();
    }, []);
    // Once, with the way back; what needs no person stays.
    useEffect(() => {
        if (state.kind === "signed_out" && here.kind !== "alone") navigate(signInHref(), "replace");
    }, [state.kind, here.kind]);

    if (here.kind === "alone") {
        const Alone = kAlonePages[here.page];
        return <Alone />;
    }
    if (state.kind === "failed")
        return (
            <Centered>
                <ErrorNotice error={state.error} retry={() => void loadSession()} />
            </Centered>
        );
    if (me.value === null)
        return (
            <Centered>
                <Skeleton />
            </Centered>
        );
    return (
        <>
            <Shell>
                <Content here={here} />
            </Shell>
            <StepUpDialog />
            {state.kind === "ended" && <SignInAgain />}
            <Palette />
        </>
    );
}

function Content({ here }: { here: Route }) {
    useFocusOnPage(here);
    if (here.kind === "home") return <Home />;
    if (here.kind === "account") return <Named pages={kAccountPages} page={here.page} rest={[]} />;
    if (here.kind === "operator" && isOperator.value)
        return <Named pages={kOperatorPages} page={here.page} rest={here.rest} />;
    if (here.kind !== "organization") return <Missing />;
    if (!myOrganization(here.organization) && !isOperator.value) return <Missing />;
    if (membershipError.value)
        return <ErrorNotice error={membershipError.value} retry={() => void loadMembership(here.organization)} />;
    // Another organization is another page: nothing of one is left in the other.
    return <Named key={here.organization} pages={kPages} page={here.page} rest={here.rest} />;
}

function Named({ pages, page, rest }: { pages: readonly Page[]; page: string; rest: string[] }) {
    const found = pages.find((one) => one.path === page);
    if (!found) return <Missing />;
    const Shown = found.show;
    return <Shown key={found.path} rest={rest} />;
}

// The organization that the person used last is where one begins.
function Home() {
    useEffect(() => {
        const current =
            me.value!.organizations.find((one) => one.id === me.value!.current_organization_id) ??
            me.value!.organizations[0];
        if (current) navigate(pageHref("overview", {}, current.id), "replace");
    }, []);
    return <Skeleton />;
}

function Missing() {
    return (
        <EmptyState title="There is no such page" action={<LinkButton href="#/">Go to the overview</LinkButton>}>
            It may have been deleted, or it belongs to an organization that you are not a member of.
        </EmptyState>
    );
}

function Centered({ children }: { children: ComponentChildren }) {
    return (
        <main class="alone">
            <div class="alone-card">{children}</div>
        </main>
    );
}

// A new page is read from its heading. The first one leaves the keyboard where the browser put it.
function useFocusOnPage(here: Route): void {
    const before = useRef<Route | null>(null);
    useEffect(() => {
        const moved = before.current !== null && JSON.stringify(before.current) !== JSON.stringify(here);
        before.current = here;
        if (!moved || document.querySelector("dialog[open]")) return;
        window.scrollTo(0, 0);
        document.querySelector<HTMLElement>("main h1")?.focus();
    }, [here]);
}

stepUp.ask = askForStepUp;
render(
    <>
        <App />
        <Toasts />
    </>,
    document.getElementById("app")!,
);
