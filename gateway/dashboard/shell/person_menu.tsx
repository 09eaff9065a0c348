// The person's own menu: account, look, sign out.
import { me, signOut } from "../api/session";
import { Icon } from "../components/icon";
import { Menu } from "../components/menu";
import { themeChoice, type ThemeChoice } from "../components/theme";
import { showToast } from "../components/toast";
import { accountHref } from "../router";

const kThemes: readonly [ThemeChoice, string][] = [
    ["system", "Like the system"],
    ["light", "Light"],
    ["dark", "Dark"],
];

export function PersonMenu() {
    const user = me.value?.user;
    const leave = async () => {
        const failed = await signOut();
        if (failed) showToast(failed.message, "bad");
    };
    const items = [
        { label: "Your account", href: accountHref(), icon: "person" as const, group: user?.email ?? "" },
        ...kThemes.map(([choice, label]) => ({
            label,
            group: "Theme",
            checked: themeChoice.value === choice,
            onChoose: () => {
                themeChoice.value = choice;
            },
        })),
        { label: "Sign out", icon: "arrow_right" as const, group: "Session", onChoose: () => void leave() },
    ];
    return (
        <Menu label="Your menu" items={items} class="switcher">
            <Icon name="person" />
            <span class="switcher-text">
                <strong>{user?.name || user?.email}</strong>
                <small>{user?.email}</small>
            </span>
            <span class="visually-hidden">Your menu</span>
        </Menu>
    );
}
