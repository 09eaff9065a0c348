// Ctrl K: any page, any organization and what is done most, by the letters of its name; and a request, by its id.
import { signal } from "@preact/signals";
import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { may, organization } from "../api/organization";
import { isOperator, me } from "../api/session";
import { rememberFocus } from "../components/dialog_focus";
import { beganAt } from "../pages/activity/linked_request";
import { kAccountPages, kOperatorPages } from "../pages/table";
import { accountHref, mayLeaveFor, navigate, operatorHref, organizationId, pageHref } from "../router";
import { hrefOf, pagesHere } from "./shell";

const open = signal(false);

export function openPalette(): void {
    open.value = true;
}

addEventListener("keydown", (event) => {
    if (!(event.metaKey || event.ctrlKey) || event.altKey || event.shiftKey || event.key.toLowerCase() !== "k") return;
    if (me.value === null || document.querySelector("dialog[open]:not(.palette)")) return;
    event.preventDefault();
    open.value = !open.value;
});

interface Target {
    label: string;
    about: string;
    href: string;
}

// What is begun from anywhere, by whoever may.
const kActs = [
    { label: "New key", permission: "create_keys", page: "keys", filters: { new: "key" } },
    { label: "New project", permission: "manage_projects", page: "projects", filters: { new: "project" } },
    { label: "New preset", permission: "manage_presets", page: "presets", filters: { new: "preset" } },
    { label: "Add a provider key", permission: "manage_provider_keys", page: "provider-keys", filters: { new: "key" } },
    { label: "Invite a member", permission: "manage_members", page: "members", filters: { new: "invitation" } },
    { label: "Buy credit", permission: "purchase_credit", page: "credits", filters: { act: "buy" } },
    { label: "Redeem a voucher", permission: "redeem_voucher", page: "credits", filters: { act: "redeem" } },
    { label: "Transfer credit", permission: "transfer_credit", page: "credits", filters: { act: "transfer" } },
    { label: "Ask for credit", permission: "request_credit", page: "credits", filters: { act: "ask" } },
];

function targets(): Target[] {
    const pages = pagesHere().map((page) => ({ label: page.title, about: page.group, href: hrefOf(page) }));
    const personal = organization.value?.kind === "personal";
    const acts = kActs
        .filter((one) => may(one.permission) && !(personal && one.page === "members"))
        .map((one) => ({ label: one.label, about: "Do", href: pageHref(one.page, one.filters) }));
    const organizations = (me.value?.organizations ?? []).map((one) => ({
        label: one.name,
        about: "Organization",
        href: pageHref("overview", {}, one.id),
    }));
    const operator = isOperator.value
        ? kOperatorPages.map((page) => ({ label: page.title, about: "Operator", href: operatorHref(page.path) }))
        : [];
    const account = kAccountPages.map((page) => ({
        label: page.title,
        about: page.group,
        href: accountHref(page.path),
    }));
    const token = { label: "New personal token", about: "Do", href: accountHref("tokens") + "?new=token" };
    const all = [...pages, ...acts, ...organizations, ...operator, ...account, token];
    return all.filter((one, at) => all.findIndex((other) => other.href === one.href) === at);
}

// The id of a request leads to it.
function requestOf(typed: string): Target[] {
    if (organizationId.value === null || !may("see_activity") || beganAt(typed) === null) return [];
    return [{ label: typed, about: "Request", href: pageHref("activity", { request: typed }) }];
}

// All letters in order, words' beginnings first.
function rank(label: string, typed: string): number {
    const text = label.toLowerCase();
    if (typed === "") return 1;
    if (text.startsWith(typed)) return 3;
    return text.split(/\s+/).some((word) => word.startsWith(typed)) ? 2 : text.includes(typed) ? 1 : 0;
}

export function Palette() {
    return open.value ? (
        <OpenPalette
            onClose={() => {
                open.value = false;
            }}
        />
    ) : null;
}

function OpenPalette({ onClose }: { onClose: () => void }) {
    const dialog = useRef<HTMLDialogElement>(null);
    const list = useId();
    const [typed, setTyped] = useState("");
    const [at, setAt] = useState(0);
    const words = typed.trim().toLowerCase();
    const named = targets()
        .map((one) => ({ one, rank: rank(one.label, words) }))
        .filter((row) => row.rank > 0)
        .sort((a, b) => b.rank - a.rank)
        .map((row) => row.one);
    const found = [...requestOf(typed.trim()), ...named];
    const chosen = Math.min(at, found.length - 1);

    useLayoutEffect(() => {
        const goBack = rememberFocus();
        const element = dialog.current!;
        element.showModal();
        return () => {
            element.close();
            goBack();
        };
    }, []);
    useEffect(() => {
        document.getElementById(`${list}-${chosen}`)?.scrollIntoView({ block: "nearest" });
    }, [chosen]);

    const go = (target: Target | undefined) => {
        if (!target) return;
        onClose();
        if (!mayLeaveFor(target.href)) return;
        navigate(target.href);
    };
    const onKey = (event: KeyboardEvent) => {
        const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
        if (step !== 0 && found.length > 0) {
            event.preventDefault();
            setAt((chosen + step + found.length) % found.length);
        } else if (event.key === "Enter") {
            event.preventDefault();
            go(found[chosen]);
        }
    };
    return (
        <dialog
            ref={dialog}
            class="dialog palette"
            aria-label="Search or jump to"
            onCancel={(event) => {
                event.preventDefault();
                onClose();
            }}
            onMouseDown={(event) => event.target === dialog.current && onClose()}
        >
            <input
                class="input"
                type="text"
                role="combobox"
                aria-expanded="true"
                aria-controls={list}
                aria-autocomplete="list"
                aria-label="Search or jump to"
                aria-activedescendant={found.length > 0 ? `${list}-${chosen}` : undefined}
                placeholder="A page, an organization, something to do, or a request's id"
                value={typed}
                autocomplete="off"
                spellcheck={false}
                onKeyDown={onKey}
                onInput={(event) => {
                    setTyped(event.currentTarget.value);
                    setAt(0);
                }}
            />
            <ul id={list} role="listbox" aria-label="Found">
                {found.map((target, index) => (
                    <li
                        key={target.href}
                        id={`${list}-${index}`}
                        role="option"
                        aria-selected={index === chosen}
                        onClick={() => go(target)}
                    >
                        <bdi class="grow">{target.label}</bdi>
                        <span class="soft small">{target.about}</span>
                    </li>
                ))}
            </ul>
            {found.length === 0 && (
                <p class="empty" role="status">
                    Nothing has these letters.
                </p>
            )}
        </dialog>
    );
}
