// Line drawings of 24 × 24, by name. They are drawn from here: nothing is loaded.
const kPaths = {
    activity: "M3 12h4l3-8 4 16 3-8h4",
    alert: "M12 3 2 20h20zM12 10v4M12 17.5v.1",
    archive: "M3 5h18v4H3zM5 9v11h14V9M10 13h4",
    arrow_left: "M19 12H5M11 6l-6 6 6 6",
    arrow_right: "M5 12h14M13 6l6 6-6 6",
    card: "M3 6h18v12H3zM3 10h18",
    chart: "M4 20V10M10 20V4M16 20v-7M21 20H3",
    chat: "M4 5h16v11H9l-5 4z",
    check: "M5 12.5 10 17.5 19 7",
    chevron_down: "M6 9l6 6 6-6",
    chevron_up: "M6 15l6-6 6 6",
    clock: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M12 7v5l3 2",
    close: "M6 6l12 12M18 6 6 18",
    chip: "M7 7h10v10H7zM10 3v4M14 3v4M10 17v4M14 17v4M3 10h4M3 14h4M17 10h4M17 14h4",
    columns: "M4 5h16v14H4zM10 5v14M15 5v14",
    copy: "M9 9h11v11H9zM5 15H4V4h11v1",
    download: "M12 4v11M7 11l5 5 5-5M4 20h16",
    external: "M14 4h6v6M20 4l-9 9M18 14v6H4V6h6",
    folder: "M3 6h6l2 2h10v11H3z",
    git: "M6 3v12M6 15a3 3 0 1 0 0 6 3 3 0 0 0 0-6M18 3a3 3 0 1 0 0 6 3 3 0 0 0 0-6M18 9c0 5-6 4-9 7",
    home: "M4 11l8-7 8 7v9h-5v-6H9v6H4z",
    key: "M8 11a4 4 0 1 0 0 8 4 4 0 0 0 0-8M11 12l9-9M17 6l3 3M14.5 8.5l2 2",
    list: "M8 6h12M8 12h12M8 18h12M4 6v.1M4 12v.1M4 18v.1",
    lock: "M6 11h12v9H6zM8 11V8a4 4 0 0 1 8 0v3",
    menu: "M4 7h16M4 12h16M4 17h16",
    moon: "M20 14.5A8 8 0 0 1 9.5 4 8 8 0 1 0 20 14.5",
    more: "M5 11a1 1 0 1 0 0 2 1 1 0 0 0 0-2M12 11a1 1 0 1 0 0 2 1 1 0 0 0 0-2M19 11a1 1 0 1 0 0 2 1 1 0 0 0 0-2",
    pause: "M8 5v14M16 5v14",
    people: "M9 5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7M3 20c0-4 3-6 6-6s6 2 6 6M16 5.5a3.5 3.5 0 0 1 0 6M17 14c2.5.5 4 2.5 4 6",
    person: "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8M4 21c0-4.5 4-7 8-7s8 2.5 8 7",
    play: "M7 4l13 8-13 8z",
    plug: "M9 3v5M15 3v5M6 8h12v3a6 6 0 0 1-12 0zM12 17v4",
    plus: "M12 5v14M5 12h14",
    refresh: "M20 11a8 8 0 0 0-14-4L4 9M4 4v5h5M4 13a8 8 0 0 0 14 4l2-2M20 20v-5h-5",
    route: "M5 3a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5M19 16a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5M7.5 5.5H15a3.5 3.5 0 0 1 0 7H9a3.5 3.5 0 0 0 0 7h7.5",
    search: "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14M16 16l5 5",
    server: "M4 4h16v7H4zM4 13h16v7H4zM8 7.5v.1M8 16.5v.1",
    settings: "M4 7h10M18 7h2M16 5v4M4 17h2M10 17h10M8 15v4",
    shield: "M12 3l8 3v6c0 5-4 8-8 9-4-1-8-4-8-9V6z",
    sort: "M8 10l4-4 4 4M8 14l4 4 4-4",
    sparkle: "M12 3l2 6 6 2-6 2-2 6-2-6-6-2 6-2z",
    stop: "M6 6h12v12H6z",
    sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.5 1.5M17.5 17.5 19 19M5 19l1.5-1.5M17.5 6.5 19 5",
    system: "M3 5h18v11H3zM9 20h6M12 16v4",
    trash: "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13",
} as const;

export type IconName = keyof typeof kPaths;

// It says nothing to a screen reader: the words beside it do.
export function Icon({ name }: { name: IconName }) {
    return (
        <svg
            viewBox="0 0 24 24"
            width="16"
            height="16"
            fill="none"
            stroke="currentColor"
            stroke-width="1.8"
            stroke-linecap="round"
            stroke-linejoin="round"
            aria-hidden="true"
        >
            <path d={kPaths[name]} />
        </svg>
    );
}

export function Logo() {
    return (
        <svg viewBox="0 0 32 32" width="22" height="22" aria-hidden="true">
            <rect width="32" height="32" rx="7" fill="#4f46e5" />
            <path
                d="M8 24V10h16v14M8 15h16M13 10v14M19 10v14"
                fill="none"
                stroke="#fff"
                stroke-width="2.4"
                stroke-linecap="round"
                stroke-linejoin="round"
            />
        </svg>
    );
}
