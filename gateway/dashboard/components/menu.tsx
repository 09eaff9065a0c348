// A button that opens a list of actions: the keyboard pattern of menus, in a native popover.
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { Icon, type IconName } from "./icon";
import { showToast } from "./toast";

export interface MenuItem {
    label: string;
    onChoose?: () => void;
    href?: string;
    icon?: IconName;
    danger?: boolean;
    whyNot?: string | null;
    checked?: boolean; // of one that is on or off; the menu stays open
    group?: string; // a heading above it, where it differs from the one before
}

interface MenuProps {
    label: string; // read out; shown where there are no children
    items: readonly MenuItem[];
    icon?: IconName;
    children?: ComponentChildren; // of the button
    class?: string;
}

export function Menu({ label, items, icon = "more", children, class: look = "button" }: MenuProps) {
    const id = useId();
    const button = useRef<HTMLButtonElement>(null);
    const list = useRef<HTMLDivElement>(null);
    const [open, setOpen] = useState(false);

    const entries = () => [...(list.current?.querySelectorAll<HTMLElement>("[role^=menuitem]") ?? [])];
    useEffect(() => {
        const element = list.current!;
        const noted = (event: Event) => setOpen((event as ToggleEvent).newState === "open");
        element.addEventListener("toggle", noted);
        return () => element.removeEventListener("toggle", noted);
    }, []);
    useEffect(() => {
        if (!open) return;
        placeBeside(button.current!, list.current!);
        entries()[0]?.focus();
        const move = () => placeBeside(button.current!, list.current!);
        addEventListener("resize", move);
        addEventListener("scroll", move, true);
        return () => {
            removeEventListener("resize", move);
            removeEventListener("scroll", move, true);
        };
    }, [open]);

    const close = () => {
        list.current?.hidePopover();
        button.current?.focus();
    };
    const onKey = (event: KeyboardEvent) => {
        const all = entries();
        const at = all.indexOf(document.activeElement as HTMLElement);
        const step: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 };
        const to = step[event.key];
        if (to !== undefined) {
            event.preventDefault();
            all[(to + all.length) % all.length]?.focus();
        } else if (event.key === "Tab") {
            list.current?.hidePopover();
        } else if (event.key === "Escape") {
            event.preventDefault();
            event.stopPropagation(); // a dialog around it stays
            close();
        } else if (event.key.length === 1 && /\S/.test(event.key)) {
            const letter = event.key.toLowerCase();
            const found = [...all.slice(at + 1), ...all].find((one) =>
                one.textContent?.trim().toLowerCase().startsWith(letter),
            );
            found?.focus();
        }
    };
    const choose = (item: MenuItem, event: MouseEvent) => {
        if (item.whyNot) {
            event.preventDefault();
            return showToast(item.whyNot);
        }
        if (item.checked === undefined) close();
        item.onChoose?.();
    };
    return (
        <>
            <button
                ref={button}
                type="button"
                class={look}
                data-look={look === "button" && !children ? "quiet" : undefined}
                data-size={children ? undefined : "icon"}
                aria-haspopup="menu"
                aria-expanded={open}
                aria-label={children ? undefined : label}
                title={children ? undefined : label}
                {...{ popovertarget: id }}
            >
                {children ?? <Icon name={icon} />}
            </button>
            <div ref={list} id={id} class="menu" role="menu" aria-label={label} popover="auto" onKeyDown={onKey}>
                {items.map((item, at) => {
                    const heading = item.group !== undefined && item.group !== items[at - 1]?.group;
                    const role = item.checked === undefined ? "menuitem" : "menuitemcheckbox";
                    const shared = {
                        role,
                        tabIndex: -1,
                        title: item.whyNot ?? undefined,
                        "data-tone": item.danger ? "bad" : undefined,
                        "aria-disabled": item.whyNot ? ("true" as const) : undefined,
                        "aria-checked": item.checked,
                        onClick: (event: MouseEvent) => choose(item, event),
                    };
                    const inside = (
                        <>
                            {item.checked !== undefined ? (
                                <span style={{ width: "16px" }}>{item.checked && <Icon name="check" />}</span>
                            ) : (
                                item.icon && <Icon name={item.icon} />
                            )}
                            <bdi>{item.label}</bdi>
                        </>
                    );
                    return (
                        <div key={item.label} role="none">
                            {heading &&
                                (at > 0 ? (
                                    <>
                                        <hr />
                                        <div class="menu-label" role="presentation">
                                            {item.group}
                                        </div>
                                    </>
                                ) : (
                                    <div class="menu-label" role="presentation">
                                        {item.group}
                                    </div>
                                ))}
                            {item.href !== undefined && !item.whyNot ? (
                                <a href={item.href} {...(shared as object)}>
                                    {inside}
                                </a>
                            ) : (
                                <button type="button" {...(shared as object)}>
                                    {inside}
                                </button>
                            )}
                        </div>
                    );
                })}
            </div>
        </>
    );
}

// Below the button, or above it; within the window.
function placeBeside(button: HTMLElement, list: HTMLElement): void {
    const kGap = 4,
        kEdge = 8;
    const at = button.getBoundingClientRect(),
        size = list.getBoundingClientRect();
    const left = Math.min(
        Math.max(kEdge, at.left + size.width > innerWidth - kEdge ? at.right - size.width : at.left),
        innerWidth - size.width - kEdge,
    );
    const below = at.bottom + kGap;
    const top =
        below + size.height > innerHeight - kEdge && at.top - kGap - size.height > 0
            ? at.top - kGap - size.height
            : below;
    list.style.left = `${Math.max(kEdge, left)}px`;
    list.style.top = `${top}px`;
}
