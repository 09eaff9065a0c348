// Every dialog, menu and side panel of the dashboard, one a row: the file that has it, the page, the way there by
// keyboard, and what it is called. keyboard.test.mjs walks them, and fails where the sources have one that is not here.
//
// via: names that are pressed by Enter (items of a menu that is open by arrows); {into, text} types; {choose, key};
// {press} where a dialog opens over another one.
// submit: what sends it; harmless: nothing in it can be wrong; lets: changes are not refused.
// {team}, {member} and {operators} stand for what there is only when tests run.
// mustAnswer: Escape does not close it, but this does.
import { tabTo } from "./keyboard.mjs";

const keep = (label) => async (tab) => {
    await tabTo(tab, label);
    await tab.keyboard.press("Space");
    await tabTo(tab, "Done");
    await tab.keyboard.press("Enter");
};
const kept = { submit: "Done", mustAnswer: keep("I have put it where I keep secrets"), lets: true };
const keptAll = { submit: "Done", mustAnswer: keep("I have put them where I keep secrets"), lets: true };

// A person's second factors as the gateway has them once they are set up.
const kFactors = {
    totp: { since: "2026-01-01T00:00:00Z" },
    recovery_codes: { left: 10, made_at: "2026-01-01T00:00:00Z" },
    passkeys: 1,
    stranded_passkeys: 0,
    passkeys_available: true,
    required_by: [],
};
const kPasskey = {
    id: "passkey",
    name: "Laptop",
    works_here: true,
    backed_up: false,
    created_at: "2026-01-01T00:00:00Z",
    last_used_at: null,
};
const kIdentity = {
    id: "identity",
    provider: "acme",
    provider_name: "Acme account",
    issuer: "https://acme.example.com",
    email: "walked@example.com",
    works_here: true,
    linked_at: "2026-01-01T00:00:00Z",
    last_used_at: null,
};
const withFactors = (method, path) => {
    if (path === "/api/me/second-factors") return { status: 200, body: kFactors };
    if (path === "/api/me/passkeys" && method === "GET") return { status: 200, body: { data: [kPasskey] } };
    if (path === "/api/me/recovery-codes") return { status: 200, body: { recovery_codes: ["one-code", "two-code"] } };
    return null;
};
const withoutFactors = (method, path) =>
    path === "/api/me/second-factors"
        ? { status: 200, body: { ...kFactors, totp: null, recovery_codes: null, passkeys: 0 } }
        : withFactors(method, path);

const withIdentity = (_method, path) =>
    path === "/api/me/identities"
        ? { status: 200, body: { data: [kIdentity], linkable: [], next_page_id: null, current_page: 1, per_page: 1 } }
        : null;

const rowsOf = (file, page, rows, more = {}) => rows.map((row) => ({ file, page, ...more, ...row }));

export const kDialogs = [
    ...rowsOf("components/range_picker.tsx", "overview", [
        {
            title: "Own range",
            via: [{ choose: "Time range", key: "End" }],
            wrong: [{ into: "From", text: "" }],
        },
    ]),
    ...rowsOf("pages/activity/filter_bar.tsx", "activity", [
        { title: "Filter by model", via: ["Filter", "Model"], harmless: true },
    ]),
    ...rowsOf("pages/audit/changes.tsx", "audit", [{ title: "Filter changes", via: ["Filter"], harmless: true }]),
    ...rowsOf("pages/keys/key_filters.tsx", "keys", [{ title: "Filter keys", via: ["Filter"], harmless: true }]),
    ...rowsOf("pages/keys/edit_key.tsx", "keys", [
        { title: "New API key", via: ["New key"] },
        { title: "Change Own", via: ["What to do with Own", "Change…"], wrong: [{ into: "Name", text: "" }] },
    ]),
    ...rowsOf("pages/keys/key_dialogs.tsx", "keys", [
        { title: "Take over Service", via: ["What to do with Service", "Take over…"] },
        { title: "New secret for Own", via: ["What to do with Own", "New secret…"] },
        { title: "Hand Own over", via: ["What to do with Own", "Hand over…"] },
        { title: "Enable Off", via: ["What to do with Off", "Enable…"] },
        { title: "Disable Own", via: ["What to do with Own", "Disable…"] },
        { title: "Delete Own", via: ["What to do with Own", "Delete…"] },
        {
            title: "The new secret of Own",
            via: ["What to do with Own", "New secret…", "Make a new secret"],
            ...kept,
        },
        { title: "Your new key: Walked", via: ["New key", { into: "Name", text: "Walked" }, "Make the key"], ...kept },
    ]),
    ...rowsOf("pages/projects/project_dialogs.tsx", "projects", [
        { title: "New project", via: ["New project"] },
        { title: "Change Second", via: ["What to do with Second", "Change…"], wrong: [{ into: "Name", text: "" }] },
        { title: "Archive Second", via: ["What to do with Second", "Archive…"] },
        { title: "Make Second the default", via: ["What to do with Second", "Make it the default…"] },
        { title: "Bring Old back", via: ["What to do with Old", "Bring back…"], page: "projects?state=archived" },
        { title: "Delete Old", via: ["What to do with Old", "Delete…"], page: "projects?state=archived" },
    ]),
    ...rowsOf("pages/projects/projects_page.tsx", "projects", [
        {
            title: "Limits of Second",
            via: ["What to do with Second", "Limits…"],
            wrong: [{ into: "Budget (USD)", text: "much" }],
        },
    ]),
    ...rowsOf("pages/presets/preset_dialog.tsx", "presets", [
        { title: "New preset", via: ["New preset"] },
        { title: "Preset “terse”", via: ["Actions of terse", "Edit"], wrong: [{ into: "Temperature", text: "hot" }] },
    ]),
    ...rowsOf("pages/presets/versions_dialog.tsx", "presets", [
        { title: "Versions of “terse”", via: ["Actions of terse", "Versions"], harmless: true },
    ]),
    ...rowsOf("pages/presets/presets_page.tsx", "presets", [
        { title: "Delete “terse”?", via: ["Actions of terse", "Delete"] },
    ]),
    ...rowsOf("pages/provider_keys/provider_key_dialog.tsx", "provider-keys", [
        { title: "Add a provider key", via: ["Add a key"] },
        { title: "Edit “spare”", via: ["Actions of spare", "Edit or rotate"], wrong: [{ into: "Label", text: "" }] },
    ]),
    ...rowsOf("pages/provider_keys/provider_keys_page.tsx", "provider-keys", [
        { title: "Delete “spare”?", via: ["Actions of spare", "Delete"] },
    ]),
    ...rowsOf("pages/credits/money_dialogs.tsx", "credits", [
        { title: "Buy credit", via: ["Buy credit"] },
        { title: "Redeem a voucher", via: ["Redeem a voucher"] },
        { title: "Transfer credit", via: ["Transfer"] },
        { title: "Approve the request?", via: ["Approve"], page: "credits?tab=requests" },
        { title: "Decline the request?", via: ["Decline"], page: "credits?tab=requests" },
        { title: "Ask for credit", via: ["Ask for credit"], as: "member" },
        {
            title: "Grant credit",
            via: ["Grant"],
            as: "operator",
            page: "#/o/{operators}/credits",
        },
    ]),
    ...rowsOf("pages/members/invite_dialog.tsx", "members", [
        { title: "Invite people", via: ["Invite"] },
        {
            title: "Invitations",
            via: ["Invite", { into: "E-mail addresses", text: "walked@example.com" }, "Invite"],
            harmless: true,
            lets: true,
        },
    ]),
    ...rowsOf("pages/members/member_list.tsx", "members", [
        {
            title: "Limits of Mary Member",
            via: ["What to do with Mary Member", "Limits…"],
            wrong: [{ into: "Budget (USD)", text: "much" }],
        },
    ]),
    ...rowsOf("pages/members/member_dialogs.tsx", "members", [
        { title: "Role of Mary Member", via: ["What to do with Mary Member", "Change role…"] },
        { title: "Suspend Mary Member", via: ["What to do with Mary Member", "Suspend…"] },
        {
            title: "End the suspension of Sue Suspended",
            via: ["What to do with Sue Suspended", "End the suspension…"],
        },
        { title: "Remove Mary Member", via: ["What to do with Mary Member", "Remove…"] },
        { title: "Leave {team}", via: ["What to do with Ada Example", "Leave…"] },
    ]),
    ...rowsOf("pages/members/invitations.tsx", "members/invitations", [
        { title: "Revoke the invitation", via: ["Revoke the invitation of invited@example.com"] },
        { title: "A new link", via: ["New link for invited@example.com"], harmless: true, lets: true },
    ]),
    ...rowsOf("pages/git_claims.tsx", "git", [
        { title: "Claim a Git organization", via: ["Claim one"] },
        { title: "Release acme?", via: ["Actions of acme", "Release"] },
    ]),
    ...rowsOf("pages/settings/general_settings.tsx", "settings", [{ title: "Delete {team}", via: ["Delete…"] }]),
    ...rowsOf("pages/account/token_dialogs.tsx", "#/account/tokens", [
        { title: "New personal token", via: ["New token"] },
        { title: "Change tests", via: ["What to do with tests", "Change…"] },
        { title: "New secret for tests", via: ["What to do with tests", "New secret…"] },
        { title: "Enable Token off", via: ["What to do with Token off", "Enable…"] },
        { title: "Disable tests", via: ["What to do with tests", "Disable…"] },
        { title: "Delete tests", via: ["What to do with tests", "Delete…"] },
    ]),
    ...rowsOf("pages/account/tokens_page.tsx", "#/account/tokens", [
        {
            title: "The token Walked",
            via: ["New token", { into: "Name", text: "Walked" }, "Make the token"],
            ...kept,
        },
    ]),
    ...rowsOf("pages/account/sessions.tsx", "#/account/security", [
        { title: "End the session", via: [/^End the session of /] },
        { title: "End all other sessions", via: ["End all others"] },
    ]),
    ...rowsOf("pages/account/second_factor_cards.tsx", "#/account/security", [
        { title: "Set up an authenticator app", via: ["Set it up"], answers: withoutFactors },
        { title: "Add a passkey", via: ["Add a passkey"], answers: withoutFactors },
        { title: "Remove the authenticator app", via: ["Remove"], answers: withFactors },
        {
            title: "New recovery codes",
            via: ["Make new ones"],
            answers: (method, path) => (path === "/api/me/recovery-codes" ? null : withFactors(method, path)),
        },
        { title: "Remove Laptop", via: ["Remove Laptop"], answers: withFactors },
        {
            title: "Your recovery codes",
            via: ["Make new ones", "Make new ones"],
            answers: withFactors,
            ...keptAll,
        },
    ]),
    ...rowsOf(
        "pages/operator/organizations_page.tsx",
        "#/operator/organizations",
        [
            {
                title: "Suspend {team}?",
                via: ["Actions of {team}", "Suspend"],
            },
        ],
        { as: "operator" },
    ),
    ...rowsOf(
        "pages/operator/grant_dialog.tsx",
        "#/operator/organizations",
        [
            {
                title: "Grant credit to {team}",
                via: ["Actions of {team}", "Grant credit"],
            },
        ],
        { as: "operator" },
    ),
    ...rowsOf(
        "pages/operator/plan_dialog.tsx",
        "#/operator/organizations",
        [
            {
                title: "Plan of {team}",
                via: ["Actions of {team}", "Plan"],
            },
        ],
        { as: "operator" },
    ),
    ...rowsOf(
        "pages/operator/new_organization_dialog.tsx",
        "#/operator/organizations",
        [{ title: "New organization", via: ["New organization"] }],
        { as: "operator" },
    ),
    ...rowsOf(
        "pages/operator/people_page.tsx",
        "#/operator/people",
        [
            { title: "Add a person", via: ["Add a person"] },
            {
                title: "Change Mary Member?",
                via: ["Actions of {member}", "Suspend"],
            },
            {
                title: "Link for a new password",
                via: ["Actions of {member}", "Link for a new password"],
                ...kept,
            },
        ],
        { as: "operator" },
    ),
    ...rowsOf(
        "pages/operator/vouchers_page.tsx",
        "#/operator/vouchers",
        [
            { title: "New vouchers", via: ["New vouchers"] },
            { title: "Void this voucher?", via: [/^Void voucher /] },
            {
                title: "The voucher's code",
                via: ["New vouchers", { into: "Amount (USD)", text: "3" }, "Make them"],
                ...kept,
            },
            {
                title: "2 codes",
                via: [
                    "New vouchers",
                    { into: "Amount (USD)", text: "3" },
                    { into: "How many", text: "2" },
                    "Make them",
                ],
                ...kept,
            },
        ],
        { as: "operator" },
    ),
    ...rowsOf("pages/account/linked_accounts.tsx", "#/account/security", [
        { title: "Unlink Acme account", via: ["Unlink Acme account"], answers: withIdentity },
    ]),
    ...rowsOf(
        "pages/operator/allowance_dialogs.tsx",
        "#/operator/allowances",
        [
            { title: "New allowance", via: ["New allowance"] },
            { title: "Allowance of {team}", via: ["Actions of the allowance of {team}", "Change"], harmless: true },
        ],
        { as: "operator" },
    ),
    ...rowsOf(
        "pages/operator/allowances_page.tsx",
        "#/operator/allowances",
        [{ title: "Delete the allowance of {team}?", via: ["Actions of the allowance of {team}", "Delete"] }],
        { as: "operator" },
    ),
    ...rowsOf(
        "pages/operator/provider_table.tsx",
        "#/operator/health",
        [{ title: "Endpoints of Sample upstream", via: [/^Endpoints of /], harmless: true }],
        { as: "operator" },
    ),
    ...rowsOf("shell/palette.tsx", "overview", [{ title: "Search or jump to", via: [/^Jump to/], harmless: true }]),
    ...rowsOf("pages/sign_in/step_up_dialog.tsx", "#/account/tokens", [
        {
            title: "Is it you?",
            via: ["What to do with tests", "Disable…", { press: "Disable the token" }],
            answers: (method) =>
                method === "PATCH"
                    ? { status: 403, body: { error: { message: "prove it", code: "step_up_required" } } }
                    : null,
        },
    ]),
    ...rowsOf("pages/sign_in/sign_in_again.tsx", "overview", [
        {
            title: "Your session has ended",
            as: "admin",
            begin: async (tab) => {
                const cookies = await tab.browserContext().cookies();
                await tab.browserContext().deleteCookie(...cookies);
            },
            via: ["Load anew"],
            submit: "Sign in",
            lets: true,
            mustAnswer: async (tab, world) => {
                await tabTo(tab, "Password");
                await tab.keyboard.type(world.admin.password);
                await tab.keyboard.press("Enter");
            },
        },
    ]),
];

export const kMenus = [
    ...rowsOf("shell/switcher.tsx", "overview", [{ title: "Switch organization", via: [/Switch organization$/] }]),
    ...rowsOf("shell/person_menu.tsx", "overview", [{ title: "Your menu", via: [/Your menu$/] }]),
    ...rowsOf("pages/activity/columns.tsx", "activity", [{ title: "Columns", via: ["Columns"] }]),
    ...rowsOf("pages/activity/filter_bar.tsx", "activity", [{ title: "Add filter", via: ["Filter"] }]),
    ...rowsOf("pages/keys/keys_page.tsx", "keys", [{ title: "What to do with Own", via: ["What to do with Own"] }]),
    ...rowsOf("pages/keys/key_panel.tsx", "keys", [
        { title: "What to do with this key", via: ["Own", "What to do with this key"] },
    ]),
    ...rowsOf("pages/projects/projects_page.tsx", "projects", [
        { title: "What to do with Second", via: ["What to do with Second"] },
    ]),
    ...rowsOf("pages/presets/presets_page.tsx", "presets", [{ title: "Actions of terse", via: ["Actions of terse"] }]),
    ...rowsOf("pages/provider_keys/provider_keys_page.tsx", "provider-keys", [
        { title: "Actions of spare", via: ["Actions of spare"] },
    ]),
    ...rowsOf("pages/members/member_list.tsx", "members", [
        { title: "What to do with Mary Member", via: ["What to do with Mary Member"] },
    ]),
    ...rowsOf("pages/git_claims.tsx", "git", [{ title: "Actions of acme", via: ["Actions of acme"] }]),
    ...rowsOf("pages/account/tokens_page.tsx", "#/account/tokens", [
        { title: "What to do with tests", via: ["What to do with tests"] },
    ]),
    ...rowsOf(
        "pages/operator/organizations_page.tsx",
        "#/operator/organizations",
        [{ title: "Actions of {team}", via: ["Actions of {team}"] }],
        { as: "operator" },
    ),
    ...rowsOf(
        "pages/operator/allowances_page.tsx",
        "#/operator/allowances",
        [{ title: "Actions of the allowance of {team}", via: ["Actions of the allowance of {team}"] }],
        { as: "operator" },
    ),
    ...rowsOf(
        "pages/operator/people_page.tsx",
        "#/operator/people",
        [
            {
                title: "Actions of {member}",
                via: ["Actions of {member}"],
            },
        ],
        { as: "operator" },
    ),
];

// Beside the page, which stays within reach. `onward` leads to the next row's.
export const kPanels = [
    ...rowsOf("pages/activity/request_panel.tsx", "activity", [
        { title: "Request", via: [/^Show request /], onward: "Older request" },
    ]),
    ...rowsOf("pages/audit/changes.tsx", "audit", [
        { title: "Change", via: [/^Show change /], onward: "Older change" },
    ]),
    ...rowsOf("pages/keys/key_panel.tsx", "keys", [{ title: "Key", via: ["Own"] }]),
];
