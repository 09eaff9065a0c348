// What is pressed. One that cannot be pressed now says why: it stays in the order of the Tab key, with the reason as
// its description, and shows it to whoever presses nevertheless.
import type { ButtonHTMLAttributes, ComponentChildren } from "preact";
import { useId, useState } from "preact/hooks";
import { Icon, type IconName } from "./icon";
import { showToast } from "./toast";

export type ButtonLook = "plain" | "primary" | "danger" | "quiet";

interface ButtonProps {
    children?: ComponentChildren;
    look?: ButtonLook;
    icon?: IconName;
    label?: string; // for the one with an icon only
    onClick?: (event: MouseEvent) => void;
    type?: "button" | "submit";
    busy?: boolean; // what was pressed is being done
    whyNot?: string | null; // it cannot be pressed: the reason
    pressed?: boolean; // of one that is on or off
    attributes?: ButtonHTMLAttributes<HTMLButtonElement>;
}

export function Button(props: ButtonProps) {
    const {
        children,
        look = "plain",
        icon,
        label,
        onClick,
        type = "button",
        busy,
        whyNot,
        pressed,
        attributes,
    } = props;
    const reason = useId();
    const blocked = busy || !!whyNot;
    const [asked, setAsked] = useState<string | null>(null); // the reason that was shown
    const press = (event: MouseEvent) => {
        if (!blocked) return onClick?.(event);
        event.preventDefault();
        if (whyNot && children) setAsked(whyNot);
    };
    const shown = !!whyNot && asked === whyNot;
    return (
        <>
            <button
                type={type}
                class="button"
                data-look={look}
                data-size={children ? undefined : "icon"}
                aria-label={label}
                title={whyNot ?? label}
                aria-disabled={blocked ? "true" : undefined}
                aria-pressed={pressed}
                aria-describedby={whyNot ? reason : undefined}
                onClick={press}
                {...attributes}
            >
                {busy ? <span class="spinner" aria-hidden="true" /> : icon && <Icon name={icon} />}
                {children}
            </button>
            {whyNot && (
                <span id={reason} class="why-not" hidden={!shown} role={shown ? "alert" : undefined}>
                    {whyNot}
                </span>
            )}
        </>
    );
}

export function LinkButton({
    href,
    children,
    look = "plain",
    icon,
}: {
    href: string;
    children: ComponentChildren;
    look?: ButtonLook;
    icon?: IconName;
}) {
    return (
        <a class="button" data-look={look} href={href}>
            {icon && <Icon name={icon} />}
            {children}
        </a>
    );
}

export function CopyButton({ text, label = "Copy" }: { text: string; label?: string }) {
    return (
        <Button icon="copy" onClick={() => void copyText(text)}>
            {label}
        </Button>
    );
}

export async function copyText(text: string): Promise<void> {
    try {
        await navigator.clipboard.writeText(text);
        showToast("Copied.");
    } catch {
        showToast("The browser does not allow it here: select the text and copy it yourself.", "bad");
    }
}
