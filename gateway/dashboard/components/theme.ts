// Light, dark, or what the system says. It is kept in this browser: nobody else needs to know.
import { computed, effect, signal } from "@preact/signals";

export type ThemeChoice = "system" | "light" | "dark";
const kStored = "tollgate-theme";
const prefersDark = matchMedia("(prefers-color-scheme: dark)");

function stored(): ThemeChoice {
    try {
        const text = localStorage.getItem(kStored);
        return text === "light" || text === "dark" ? text : "system";
    } catch {
        return "system"; // a browser that keeps nothing
    }
}

export const themeChoice = signal<ThemeChoice>(stored());
const systemIsDark = signal(prefersDark.matches);
prefersDark.addEventListener("change", (event) => {
    systemIsDark.value = event.matches;
});
export const theme = computed<"light" | "dark">(() =>
    themeChoice.value === "system" ? (systemIsDark.value ? "dark" : "light") : themeChoice.value,
);

effect(() => {
    document.documentElement.dataset.theme = theme.value;
});
effect(() => {
    try {
        localStorage.setItem(kStored, themeChoice.value);
    } catch {
        // Then it lasts as long as the page.
    }
});
