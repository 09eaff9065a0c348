// A piece of code or a command that can be copied.
import { CopyButton } from "./button";

export function Code({ text, label }: { text: string; label?: string }) {
    return (
        <figure class="code">
            <figcaption class="code-head">
                <span class="label">{label}</span>
                <CopyButton text={text} />
            </figcaption>
            {/* It scrolls, so that it must be reached by the keyboard. */}
            <pre tabIndex={0} aria-label={label ?? "Code"} role="group">
                <code>{text}</code>
            </pre>
        </figure>
    );
}
