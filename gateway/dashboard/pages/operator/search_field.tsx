// A filter of text in the URL, which follows what is typed.
import { useEffect, useState } from "preact/hooks";
import { query, setQuery } from "../../router";

const kPauseMs = 250; // between two letters, before the list is asked for

export function SearchField({ label, name }: { label: string; name: string }) {
    const [text, setText] = useState(query.value[name] ?? "");
    useEffect(() => {
        if (text === (query.peek()[name] ?? "")) return;
        const timer = setTimeout(() => setQuery({ [name]: text }, "replace"), kPauseMs);
        return () => clearTimeout(timer);
    }, [text]);
    return (
        <input
            class="input search"
            type="search"
            aria-label={label}
            placeholder={label}
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
        />
    );
}
