// Made by tests/dashboard/api_types.mjs from /api/openapi.json. Do not edit.
import type { Decimal } from "./decimal";

export interface paths {
    "/api/allowances": {
        parameters: {
        };
        /** List all allowances, the oldest first */
        get: operations["get_api_allowances"];
        /** Give an organization credit anew in each window */
        post: operations["post_api_allowances"];
    };
    "/api/allowances/{allowance}": {
        parameters: {
        };
        /** Show an allowance */
        get: operations["get_api_allowances_allowance"];
        /** End an allowance; what was granted stays */
        delete: operations["delete_api_allowances_allowance"];
        /** Change, end or pause an allowance */
        patch: operations["patch_api_allowances_allowance"];
    };
    "/api/audit": {
        parameters: {
        };
        /** List who changed what of the instance, the newest first */
        get: operations["get_api_audit"];
    };
    "/api/audit/refusals": {
        parameters: {
        };
        /** List who was refused what of the instance */
        get: operations["get_api_audit_refusals"];
    };
    "/api/credits": {
        parameters: {
        };
        /** Sum the credit of all organizations */
        get: operations["get_api_credits"];
    };
    "/api/instance": {
        parameters: {
        };
        /** Show what runs, and how it is */
        get: operations["get_api_instance"];
    };
    "/api/instance/configuration": {
        parameters: {
        };
        /** Show the configuration in force, without its secrets */
        get: operations["get_api_instance_configuration"];
    };
    "/api/instance/providers": {
        parameters: {
        };
        /** List the configured providers with their health */
        get: operations["get_api_instance_providers"];
    };
    "/api/invitations/accept": {
        parameters: {
        };
        /** Accept an invitation */
        post: operations["post_api_invitations_accept"];
    };
    "/api/invitations/lookup": {
        parameters: {
        };
        /** Read what an invitation is for; changes nothing */
        post: operations["post_api_invitations_lookup"];
    };
    "/api/mail": {
        parameters: {
        };
        /** List mail of the last days, the oldest first */
        get: operations["get_api_mail"];
    };
    "/api/mail/{mail}/retry": {
        parameters: {
        };
        /** Try a failed mail again */
        post: operations["post_api_mail_mail_retry"];
    };
    "/api/me": {
        parameters: {
        };
        /** Show the person who calls, with organizations and roles */
        get: operations["get_api_me"];
        /** Change one's own name */
        patch: operations["patch_api_me"];
    };
    "/api/me/identities": {
        parameters: {
        };
        /** List the identities that one's account is linked to */
        get: operations["get_api_me_identities"];
    };
    "/api/me/identities/{identity}": {
        parameters: {
        };
        /** Unlink an identity; other sessions that began at a provider end */
        delete: operations["delete_api_me_identities_identity"];
    };
    "/api/me/invitations": {
        parameters: {
        };
        /** List the open invitations for one's own address */
        get: operations["get_api_me_invitations"];
    };
    "/api/me/passkeys": {
        parameters: {
        };
        /** List one's own passkeys */
        get: operations["get_api_me_passkeys"];
        /** Add a passkey that the browser has made */
        post: operations["post_api_me_passkeys"];
    };
    "/api/me/passkeys/{passkey}": {
        parameters: {
        };
        /** Remove a passkey */
        delete: operations["delete_api_me_passkeys_passkey"];
    };
    "/api/me/passkeys/options": {
        parameters: {
        };
        /** Begin to make a passkey: what the browser needs */
        post: operations["post_api_me_passkeys_options"];
    };
    "/api/me/password": {
        parameters: {
        };
        /** Change one's own password; all other sessions end */
        put: operations["put_api_me_password"];
    };
    "/api/me/recovery-codes": {
        parameters: {
        };
        /** Replace the recovery codes by ten new ones */
        post: operations["post_api_me_recovery_codes"];
    };
    "/api/me/second-factors": {
        parameters: {
        };
        /** Show which second factors one has */
        get: operations["get_api_me_second_factors"];
    };
    "/api/me/sessions": {
        parameters: {
        };
        /** List one's own sessions */
        get: operations["get_api_me_sessions"];
    };
    "/api/me/sessions/{session}": {
        parameters: {
        };
        /** End one of one's own sessions */
        delete: operations["delete_api_me_sessions_session"];
    };
    "/api/me/tokens": {
        parameters: {
        };
        /** List one's own personal tokens */
        get: operations["get_api_me_tokens"];
        /** Create a personal token; its plaintext is shown once */
        post: operations["post_api_me_tokens"];
    };
    "/api/me/tokens/{key}": {
        parameters: {
        };
        /** Show a personal token */
        get: operations["get_api_me_tokens_key"];
        /** Delete a personal token */
        delete: operations["delete_api_me_tokens_key"];
        /** Change a personal token's name or expiry, disable or enable it */
        patch: operations["patch_api_me_tokens_key"];
    };
    "/api/me/tokens/{key}/rotate": {
        parameters: {
        };
        /** Give a personal token another secret; it is shown once */
        post: operations["post_api_me_tokens_key_rotate"];
    };
    "/api/me/totp": {
        parameters: {
        };
        /** Begin to set up an authenticator app; its secret is shown once */
        post: operations["post_api_me_totp"];
        /** Remove the authenticator app */
        delete: operations["delete_api_me_totp"];
    };
    "/api/me/totp/confirm": {
        parameters: {
        };
        /** Use the authenticator app from now on, by a code of it */
        post: operations["post_api_me_totp_confirm"];
    };
    "/api/me/verification": {
        parameters: {
        };
        /** Send the person who calls a mail that proves the address */
        post: operations["post_api_me_verification"];
    };
    "/api/openapi.json": {
        parameters: {
        };
        /** This document */
        get: operations["get_api_openapi_json"];
    };
    "/api/organizations": {
        parameters: {
        };
        /** List organizations */
        get: operations["get_api_organizations"];
        /** Create an organization with its default project */
        post: operations["post_api_organizations"];
    };
    "/api/organizations/{organization}": {
        parameters: {
        };
        /** Show an organization */
        get: operations["get_api_organizations_organization"];
        /** Delete an organization; its keys fail at once, its books stay */
        delete: operations["delete_api_organizations_organization"];
        /** Change an organization's name or slug; the operator suspends it */
        patch: operations["patch_api_organizations_organization"];
    };
    "/api/organizations/{organization}/activity": {
        parameters: {
        };
        /** List requests, the newest first */
        get: operations["get_api_organizations_organization_activity"];
    };
    "/api/organizations/{organization}/activity/live": {
        parameters: {
        };
        /** Show requests as they are settled */
        get: operations["get_api_organizations_organization_activity_live"];
    };
    "/api/organizations/{organization}/activity/settings": {
        parameters: {
        };
        /** Show whose requests members see */
        get: operations["get_api_organizations_organization_activity_settings"];
        /** Set whose requests members see */
        put: operations["put_api_organizations_organization_activity_settings"];
    };
    "/api/organizations/{organization}/activity/values": {
        parameters: {
        };
        /** List what requests can be filtered by */
        get: operations["get_api_organizations_organization_activity_values"];
    };
    "/api/organizations/{organization}/adjustments": {
        parameters: {
        };
        /** Adjust the balance */
        post: operations["post_api_organizations_organization_adjustments"];
    };
    "/api/organizations/{organization}/alerts": {
        parameters: {
        };
        /** Show of what people are told by mail */
        get: operations["get_api_organizations_organization_alerts"];
        /** Set of what people are told by mail */
        put: operations["put_api_organizations_organization_alerts"];
    };
    "/api/organizations/{organization}/allowances": {
        parameters: {
        };
        /** List an organization's allowances, the oldest first */
        get: operations["get_api_organizations_organization_allowances"];
    };
    "/api/organizations/{organization}/analytics": {
        parameters: {
        };
        /** Sum usage over time and by dimensions */
        get: operations["get_api_organizations_organization_analytics"];
    };
    "/api/organizations/{organization}/analytics/savings": {
        parameters: {
        };
        /** Show what the same tokens would have cost at the cheapest endpoints */
        get: operations["get_api_organizations_organization_analytics_savings"];
    };
    "/api/organizations/{organization}/audit": {
        parameters: {
        };
        /** List who changed what, the newest first */
        get: operations["get_api_organizations_organization_audit"];
    };
    "/api/organizations/{organization}/audit/refusals": {
        parameters: {
        };
        /** List who was refused what, the newest day first */
        get: operations["get_api_organizations_organization_audit_refusals"];
    };
    "/api/organizations/{organization}/billing": {
        parameters: {
        };
        /** Show to whom credit is invoiced */
        get: operations["get_api_organizations_organization_billing"];
        /** Change to whom credit is invoiced */
        patch: operations["patch_api_organizations_organization_billing"];
    };
    "/api/organizations/{organization}/chargebacks": {
        parameters: {
        };
        /** Book a charge-back of a purchase */
        post: operations["post_api_organizations_organization_chargebacks"];
    };
    "/api/organizations/{organization}/credit_policy": {
        parameters: {
        };
        /** Show what becomes of streams when credit runs out */
        get: operations["get_api_organizations_organization_credit_policy"];
        /** Set what becomes of streams when credit runs out */
        put: operations["put_api_organizations_organization_credit_policy"];
    };
    "/api/organizations/{organization}/credit-lots": {
        parameters: {
        };
        /** List credit that is not used up, in the order of its use */
        get: operations["get_api_organizations_organization_credit_lots"];
    };
    "/api/organizations/{organization}/credit-requests": {
        parameters: {
        };
        /** List requests for credit, the oldest first */
        get: operations["get_api_organizations_organization_credit_requests"];
        /** Ask for credit */
        post: operations["post_api_organizations_organization_credit_requests"];
    };
    "/api/organizations/{organization}/credit-requests/{credit_request}": {
        parameters: {
        };
        /** Show a request for credit */
        get: operations["get_api_organizations_organization_credit_requests_credit_request"];
    };
    "/api/organizations/{organization}/credit-requests/{credit_request}/approve": {
        parameters: {
        };
        /** Approve a request for credit */
        post: operations["post_api_organizations_organization_credit_requests_credit_request_approve"];
    };
    "/api/organizations/{organization}/credit-requests/{credit_request}/decline": {
        parameters: {
        };
        /** Decline a request for credit */
        post: operations["post_api_organizations_organization_credit_requests_credit_request_decline"];
    };
    "/api/organizations/{organization}/credit-requests/{credit_request}/withdraw": {
        parameters: {
        };
        /** Withdraw one's own request for credit */
        post: operations["post_api_organizations_organization_credit_requests_credit_request_withdraw"];
    };
    "/api/organizations/{organization}/credits": {
        parameters: {
        };
        /** Show the balance */
        get: operations["get_api_organizations_organization_credits"];
        /** Grant credit */
        post: operations["post_api_organizations_organization_credits"];
    };
    "/api/organizations/{organization}/git-claims": {
        parameters: {
        };
        /** List claimed Git organizations, the oldest first */
        get: operations["get_api_organizations_organization_git_claims"];
        /** Claim a Git organization that the token's account administers */
        post: operations["post_api_organizations_organization_git_claims"];
    };
    "/api/organizations/{organization}/git-claims/{claim}": {
        parameters: {
        };
        /** Show a claim */
        get: operations["get_api_organizations_organization_git_claims_claim"];
        /** Release a claim */
        delete: operations["delete_api_organizations_organization_git_claims_claim"];
        /** Change what becomes of requests of people who are no members */
        patch: operations["patch_api_organizations_organization_git_claims_claim"];
    };
    "/api/organizations/{organization}/git-claims/candidates": {
        parameters: {
        };
        /** List the Git organizations that the token's account administers */
        post: operations["post_api_organizations_organization_git_claims_candidates"];
    };
    "/api/organizations/{organization}/invitations": {
        parameters: {
        };
        /** List invitations that are open */
        get: operations["get_api_organizations_organization_invitations"];
        /** Invite people; each link is shown once */
        post: operations["post_api_organizations_organization_invitations"];
    };
    "/api/organizations/{organization}/invitations/{invitation}": {
        parameters: {
        };
        /** Show an invitation */
        get: operations["get_api_organizations_organization_invitations_invitation"];
        /** Revoke an invitation */
        delete: operations["delete_api_organizations_organization_invitations_invitation"];
    };
    "/api/organizations/{organization}/invitations/{invitation}/resend": {
        parameters: {
        };
        /** Replace the link of an invitation and its time */
        post: operations["post_api_organizations_organization_invitations_invitation_resend"];
    };
    "/api/organizations/{organization}/keys": {
        parameters: {
        };
        /** List API keys */
        get: operations["get_api_organizations_organization_keys"];
        /** Create an API key; its plaintext is shown once */
        post: operations["post_api_organizations_organization_keys"];
    };
    "/api/organizations/{organization}/keys/{key}": {
        parameters: {
        };
        /** Show an API key */
        get: operations["get_api_organizations_organization_keys_key"];
        /** Delete an API key */
        delete: operations["delete_api_organizations_organization_keys_key"];
        /** Change an API key */
        patch: operations["patch_api_organizations_organization_keys_key"];
    };
    "/api/organizations/{organization}/keys/{key}/limits": {
        parameters: {
        };
        /** Show a key's limits */
        get: operations["get_api_organizations_organization_keys_key_limits"];
        /** Replace a key's limits */
        put: operations["put_api_organizations_organization_keys_key_limits"];
        /** Change some of a key's limits */
        patch: operations["patch_api_organizations_organization_keys_key_limits"];
    };
    "/api/organizations/{organization}/keys/{key}/rotate": {
        parameters: {
        };
        /** Give an API key another secret; it is shown once */
        post: operations["post_api_organizations_organization_keys_key_rotate"];
    };
    "/api/organizations/{organization}/limits": {
        parameters: {
        };
        /** Show the organization's limits */
        get: operations["get_api_organizations_organization_limits"];
        /** Replace the organization's limits */
        put: operations["put_api_organizations_organization_limits"];
        /** Change some of the organization's limits */
        patch: operations["patch_api_organizations_organization_limits"];
    };
    "/api/organizations/{organization}/llm": {
        parameters: {
        };
        /** Show the LLM default, and what it allows */
        get: operations["get_api_organizations_organization_llm"];
        /** Set the LLM default, and what it allows */
        put: operations["put_api_organizations_organization_llm"];
        /** Change some of the LLM default */
        patch: operations["patch_api_organizations_organization_llm"];
    };
    "/api/organizations/{organization}/me": {
        parameters: {
        };
        /** Show one's own role and permissions in an organization */
        get: operations["get_api_organizations_organization_me"];
    };
    "/api/organizations/{organization}/members": {
        parameters: {
        };
        /** List members */
        get: operations["get_api_organizations_organization_members"];
        /** Make a user a member without an invitation */
        post: operations["post_api_organizations_organization_members"];
    };
    "/api/organizations/{organization}/members/{member}": {
        parameters: {
        };
        /** Show a member */
        get: operations["get_api_organizations_organization_members_member"];
        /** Remove a member, or leave; keys that the person made are disabled */
        delete: operations["delete_api_organizations_organization_members_member"];
        /** Change a member's role, or suspend the member */
        patch: operations["patch_api_organizations_organization_members_member"];
    };
    "/api/organizations/{organization}/members/{member}/limits": {
        parameters: {
        };
        /** Show a member's limits */
        get: operations["get_api_organizations_organization_members_member_limits"];
        /** Replace a member's limits */
        put: operations["put_api_organizations_organization_members_member_limits"];
        /** Change some of a member's limits */
        patch: operations["patch_api_organizations_organization_members_member_limits"];
    };
    "/api/organizations/{organization}/members/{member}/llm": {
        parameters: {
        };
        /** Show a member's LLM default, and what is in force */
        get: operations["get_api_organizations_organization_members_member_llm"];
        /** Clear a member's LLM default */
        delete: operations["delete_api_organizations_organization_members_member_llm"];
    };
    "/api/organizations/{organization}/members/count": {
        parameters: {
        };
        /** Count members */
        get: operations["get_api_organizations_organization_members_count"];
    };
    "/api/organizations/{organization}/members/financial": {
        parameters: {
        };
        /** List what members spent and what is left of their budgets */
        get: operations["get_api_organizations_organization_members_financial"];
    };
    "/api/organizations/{organization}/members/me/llm": {
        parameters: {
        };
        /** Show one's own LLM default, and what is in force */
        get: operations["get_api_organizations_organization_members_me_llm"];
        /** Set one's own LLM default */
        put: operations["put_api_organizations_organization_members_me_llm"];
        /** Clear one's own LLM default */
        delete: operations["delete_api_organizations_organization_members_me_llm"];
        /** Change some of one's own LLM default */
        patch: operations["patch_api_organizations_organization_members_me_llm"];
    };
    "/api/organizations/{organization}/plan": {
        parameters: {
        };
        /** Show the organization's plan and how much of it is used */
        get: operations["get_api_organizations_organization_plan"];
        /** Give the organization a plan, and numbers in place of the plan's */
        put: operations["put_api_organizations_organization_plan"];
    };
    "/api/organizations/{organization}/playground/chat/completions": {
        parameters: {
        };
        /** Answer a chat by the session of whoever is signed in, with the rights and limits of the project or key that he chooses */
        post: operations["post_api_organizations_organization_playground_chat_completions"];
    };
    "/api/organizations/{organization}/presets": {
        parameters: {
        };
        /** List presets */
        get: operations["get_api_organizations_organization_presets"];
        /** Create a preset */
        post: operations["post_api_organizations_organization_presets"];
    };
    "/api/organizations/{organization}/presets/{preset}": {
        parameters: {
        };
        /** Show a preset */
        get: operations["get_api_organizations_organization_presets_preset"];
        /** Replace a preset by a new version */
        put: operations["put_api_organizations_organization_presets_preset"];
        /** Delete a preset with its versions */
        delete: operations["delete_api_organizations_organization_presets_preset"];
    };
    "/api/organizations/{organization}/presets/{preset}/versions": {
        parameters: {
        };
        /** List the versions of a preset */
        get: operations["get_api_organizations_organization_presets_preset_versions"];
    };
    "/api/organizations/{organization}/privacy": {
        parameters: {
        };
        /** Show what providers may do with requests */
        get: operations["get_api_organizations_organization_privacy"];
        /** Set what providers may do with requests */
        put: operations["put_api_organizations_organization_privacy"];
        /** Change some of what providers may do */
        patch: operations["patch_api_organizations_organization_privacy"];
    };
    "/api/organizations/{organization}/projects": {
        parameters: {
        };
        /** List projects */
        get: operations["get_api_organizations_organization_projects"];
        /** Create a project */
        post: operations["post_api_organizations_organization_projects"];
    };
    "/api/organizations/{organization}/projects/{project}": {
        parameters: {
        };
        /** Show a project */
        get: operations["get_api_organizations_organization_projects_project"];
        /** Delete an archived project with its keys */
        delete: operations["delete_api_organizations_organization_projects_project"];
        /** Rename a project, archive it with its keys, or take it back */
        patch: operations["patch_api_organizations_organization_projects_project"];
    };
    "/api/organizations/{organization}/projects/{project}/default": {
        parameters: {
        };
        /** Make a project the default one */
        post: operations["post_api_organizations_organization_projects_project_default"];
    };
    "/api/organizations/{organization}/projects/{project}/limits": {
        parameters: {
        };
        /** Show a project's limits */
        get: operations["get_api_organizations_organization_projects_project_limits"];
        /** Replace a project's limits */
        put: operations["put_api_organizations_organization_projects_project_limits"];
        /** Change some of a project's limits */
        patch: operations["patch_api_organizations_organization_projects_project_limits"];
    };
    "/api/organizations/{organization}/projects/{project}/llm": {
        parameters: {
        };
        /** Show a project's LLM default */
        get: operations["get_api_organizations_organization_projects_project_llm"];
        /** Set a project's LLM default */
        put: operations["put_api_organizations_organization_projects_project_llm"];
        /** Clear a project's LLM default */
        delete: operations["delete_api_organizations_organization_projects_project_llm"];
        /** Change some of a project's LLM default */
        patch: operations["patch_api_organizations_organization_projects_project_llm"];
    };
    "/api/organizations/{organization}/provider-keys": {
        parameters: {
        };
        /** List provider keys, the oldest first */
        get: operations["get_api_organizations_organization_provider_keys"];
        /** Store a key at a provider; it is tried there before */
        post: operations["post_api_organizations_organization_provider_keys"];
    };
    "/api/organizations/{organization}/provider-keys/{provider_key}": {
        parameters: {
        };
        /** Show a provider key, without its secret */
        get: operations["get_api_organizations_organization_provider_keys_provider_key"];
        /** Delete a provider key with its secret */
        delete: operations["delete_api_organizations_organization_provider_keys_provider_key"];
        /** Change a provider key, or replace its secret */
        patch: operations["patch_api_organizations_organization_provider_keys_provider_key"];
    };
    "/api/organizations/{organization}/provider-keys/{provider_key}/test": {
        parameters: {
        };
        /** Try a provider key at its provider */
        post: operations["post_api_organizations_organization_provider_keys_provider_key_test"];
    };
    "/api/organizations/{organization}/provider-preferences": {
        parameters: {
        };
        /** Show which providers may serve requests */
        get: operations["get_api_organizations_organization_provider_preferences"];
        /** Set which providers may serve requests */
        put: operations["put_api_organizations_organization_provider_preferences"];
        /** Change some of what providers must be */
        patch: operations["patch_api_organizations_organization_provider_preferences"];
    };
    "/api/organizations/{organization}/purchases": {
        parameters: {
        };
        /** List purchases, the newest first */
        get: operations["get_api_organizations_organization_purchases"];
        /** Begin a purchase of credit */
        post: operations["post_api_organizations_organization_purchases"];
    };
    "/api/organizations/{organization}/purchases/{purchase}/cancel": {
        parameters: {
        };
        /** Cancel a pending purchase */
        post: operations["post_api_organizations_organization_purchases_purchase_cancel"];
    };
    "/api/organizations/{organization}/purchases/{purchase}/confirm": {
        parameters: {
        };
        /** Confirm a pending purchase */
        post: operations["post_api_organizations_organization_purchases_purchase_confirm"];
    };
    "/api/organizations/{organization}/refunds": {
        parameters: {
        };
        /** Refund a request or a purchase */
        post: operations["post_api_organizations_organization_refunds"];
    };
    "/api/organizations/{organization}/reports/month": {
        parameters: {
        };
        /** Sum a month's usage by cost centre */
        get: operations["get_api_organizations_organization_reports_month"];
    };
    "/api/organizations/{organization}/retention": {
        parameters: {
        };
        /** Show how long usage detail is kept */
        get: operations["get_api_organizations_organization_retention"];
        /** Set how long usage detail is kept */
        put: operations["put_api_organizations_organization_retention"];
    };
    "/api/organizations/{organization}/routing/preview": {
        parameters: {
        };
        /** Show where a request would go and why, without calling anyone */
        post: operations["post_api_organizations_organization_routing_preview"];
    };
    "/api/organizations/{organization}/security": {
        parameters: {
        };
        /** Show what the organization demands of how people sign in */
        get: operations["get_api_organizations_organization_security"];
        /** Set what the organization demands of how people sign in */
        put: operations["put_api_organizations_organization_security"];
    };
    "/api/organizations/{organization}/switch": {
        parameters: {
        };
        /** Make the organization the current one of the person who calls */
        post: operations["post_api_organizations_organization_switch"];
    };
    "/api/organizations/{organization}/transactions": {
        parameters: {
        };
        /** List what moved the balance, the newest first */
        get: operations["get_api_organizations_organization_transactions"];
    };
    "/api/organizations/{organization}/transfers": {
        parameters: {
        };
        /** Transfer purchased credit to another organization */
        post: operations["post_api_organizations_organization_transfers"];
    };
    "/api/organizations/{organization}/vouchers/redeem": {
        parameters: {
        };
        /** Redeem a voucher for the organization */
        post: operations["post_api_organizations_organization_vouchers_redeem"];
    };
    "/api/organizations/permissions": {
        parameters: {
        };
        /** List who may what */
        get: operations["get_api_organizations_permissions"];
    };
    "/api/password-resets": {
        parameters: {
        };
        /** Mail a link by which a forgotten password is replaced */
        post: operations["post_api_password_resets"];
    };
    "/api/password-resets/confirm": {
        parameters: {
        };
        /** Choose a password by the token of a link; all sessions of its person end */
        post: operations["post_api_password_resets_confirm"];
    };
    "/api/registrations": {
        parameters: {
        };
        /** Send a mail with a link that makes an account */
        post: operations["post_api_registrations"];
    };
    "/api/sessions": {
        parameters: {
        };
        /** Sign in: the answer sets a cookie */
        post: operations["post_api_sessions"];
    };
    "/api/sessions/current": {
        parameters: {
        };
        /** Sign out: end the session of the cookie, and take the cookie away */
        delete: operations["delete_api_sessions_current"];
    };
    "/api/sessions/current/passkey-options": {
        parameters: {
        };
        /** Begin to prove again who one is by a passkey */
        post: operations["post_api_sessions_current_passkey_options"];
    };
    "/api/sessions/current/step-up": {
        parameters: {
        };
        /** Prove again who one is; the session gets another secret, and the cookie with it */
        post: operations["post_api_sessions_current_step_up"];
    };
    "/api/sessions/passkey-options": {
        parameters: {
        };
        /** Begin to sign in by a passkey: what the browser needs */
        post: operations["post_api_sessions_passkey_options"];
    };
    "/api/setup": {
        parameters: {
        };
        /** Become the person who operates the gateway, by the link that its first start printed; signs in */
        post: operations["post_api_setup"];
    };
    "/api/sign-in": {
        parameters: {
        };
        /** Show what the page for signing in may offer */
        get: operations["get_api_sign_in"];
    };
    "/api/sign-in/{provider}": {
        parameters: {
        };
        /** Send the browser to the identity provider, to sign in or to prove again who one is */
        get: operations["get_api_sign_in_provider"];
    };
    "/api/sign-in/{provider}/callback": {
        parameters: {
        };
        /** Take the browser back from the identity provider, sign in, and send it to the page */
        get: operations["get_api_sign_in_provider_callback"];
    };
    "/api/sign-in/{provider}/link": {
        parameters: {
        };
        /** Begin to link one's account to the identity provider: where the browser goes */
        post: operations["post_api_sign_in_provider_link"];
    };
    "/api/usage": {
        parameters: {
        };
        /** Sum what each organization used */
        get: operations["get_api_usage"];
    };
    "/api/users": {
        parameters: {
        };
        /** List users */
        get: operations["get_api_users"];
        /** Create a user with a personal organization */
        post: operations["post_api_users"];
    };
    "/api/users/{user}": {
        parameters: {
        };
        /** Show a user */
        get: operations["get_api_users_user"];
        /** Delete a user with memberships, tokens and the personal organization */
        delete: operations["delete_api_users_user"];
        /** Change a user */
        patch: operations["patch_api_users_user"];
    };
    "/api/users/{user}/password-links": {
        parameters: {
        };
        /** Make a link by which a user chooses a password; an earlier one ends */
        post: operations["post_api_users_user_password_links"];
    };
    "/api/users/{user}/tokens": {
        parameters: {
        };
        /** Create a personal token for a user; its plaintext is shown once */
        post: operations["post_api_users_user_tokens"];
    };
    "/api/verifications/confirm": {
        parameters: {
        };
        /** Confirm an address by the token of a mailed link */
        post: operations["post_api_verifications_confirm"];
    };
    "/api/verifications/lookup": {
        parameters: {
        };
        /** Read what a mailed link is for; changes nothing */
        post: operations["post_api_verifications_lookup"];
    };
    "/api/version": {
        parameters: {
        };
        /** Show the gateway's version */
        get: operations["get_api_version"];
    };
    "/api/vouchers": {
        parameters: {
        };
        /** List vouchers, the oldest first */
        get: operations["get_api_vouchers"];
        /** Make vouchers */
        post: operations["post_api_vouchers"];
    };
    "/api/vouchers/{voucher}": {
        parameters: {
        };
        /** Show a voucher */
        get: operations["get_api_vouchers_voucher"];
        /** Void a voucher that was not used */
        delete: operations["delete_api_vouchers_voucher"];
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        AcceptedInvitation: {
            organization: components["schemas"]["Organization"];
            /** @description In its place: POST /api/password-resets/confirm takes it */
            password_token?: string;
            /** @description Of that user; shown this once */
            personal_token?: string;
            /** @enum {string} */
            role: "owner" | "admin" | "member";
            user?: components["schemas"]["User"];
        };
        AcceptInvitation: {
            /** @description Of a new user; false: a token to choose a password by, and no personal token */
            make_token?: boolean;
            /** @description Of a user that accepting makes */
            name?: string;
            /** @description What stands behind token= in the link */
            token: string;
            /** @description Of the personal token of such a user */
            token_name?: string;
        };
        Activity: {
            api_type: string;
            app_title: string | null;
            cache_hit: boolean;
            cancelled: boolean;
            charged: Decimal;
            /** Format: date-time */
            created_at: string;
            error: string | null;
            external_user: string | null;
            finish_reason: string | null;
            /** Format: uuid */
            git_claim_id: string | null;
            git_host: string | null;
            git_organization: string | null;
            git_provider: string | null;
            git_repository: string | null;
            http_referer: string | null;
            http_status: number;
            id: string;
            is_byok: boolean;
            key_hash: string;
            key_label: string | null;
            key_name: string | null;
            /** @description Milliseconds */
            latency: number;
            member_email: string | null;
            /** Format: uuid */
            member_id: string | null;
            member_name: string | null;
            model: string | null;
            model_asked: string | null;
            /** Format: uuid */
            project_id: string | null;
            project_name: string | null;
            provider_name: string | null;
            session_id: string | null;
            /** Format: date-time */
            settled_at: string;
            streamed: boolean;
            /** @description Sorted, with commas between */
            tags: string | null;
            time_to_first_token: number | null;
            tokens_cache_write: number;
            tokens_cache_write_1h: number;
            tokens_cached: number;
            tokens_completion: number;
            tokens_per_second: number | null;
            tokens_prompt: number;
            tokens_reasoning: number;
            upstream_inference_cost: Decimal;
            upstream_status: number;
            usage: Decimal;
            usage_contradictory: boolean;
            usage_source: string;
        };
        ActivityPage: {
            data: components["schemas"]["Activity"][];
            /** @description Where the next page begins; null: this was the last */
            next_cursor: string | null;
            /** @description The page ended because it looked at many requests, not because it is full */
            partial: boolean;
            /** @description Of the page of newer requests; null: there were none */
            previous_cursor: string | null;
        };
        ActivitySettings: {
            /** @description Digests of requests are kept, for what a cache would have served */
            measure_repeats: boolean;
            /** @description Of the organization */
            version: number;
            /**
             * @description Whose requests a member sees
             * @enum {string}
             */
            visibility: "all_members" | "own_only";
        };
        ActivityValue: {
            /** @description What people call it */
            label: string | null;
            requests: number;
            value: string;
        };
        ActivityValues: {
            /** @description The most requests first */
            data: components["schemas"]["ActivityValue"][];
            /** Format: date-time */
            from: string;
            /** @description There are more, or more requests than could be looked at */
            partial: boolean;
            /** Format: date-time */
            to: string;
        };
        Adjustment: {
            /** @description Not 0, at most nine decimals */
            amount: Decimal;
            note?: string | null;
        };
        Alerts: {
            /** @description People are told when a budget is spent to 80 and to 100 % */
            budgets: boolean;
            /** @description People are told when the balance falls below it; null: never */
            low_balance: Decimal | null;
            /** @description false: the gateway sends no mail, so that nobody is told */
            mail: boolean;
            /** @description Of the organization */
            version: number;
        };
        AllCredits: {
            balance: Decimal;
            /** @description Promised to requests that run */
            held: Decimal;
            organizations: number;
            total_credits: Decimal;
            total_usage: Decimal;
        };
        Allowance: {
            /** @description A new one counts from the next window on */
            amount: Decimal;
            /** Format: date-time */
            created_at: string;
            /**
             * Format: date-time
             * @description null: never
             */
            ends_at: string | null;
            /**
             * Format: date-time
             * @description The end of the window that was granted last
             */
            granted_until: string | null;
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            interval: "daily" | "weekly" | "monthly";
            last_transaction_id: string | null;
            note: string | null;
            /** Format: uuid */
            organization_id: string;
            /** @description As it is now */
            organization_name: string | null;
            /** @description Windows that it is paused for are not granted later */
            paused: boolean;
            /** Format: date-time */
            starts_at: string;
            version: number;
        };
        AllowanceChange: {
            /** @description A new one counts from the next window on */
            amount?: Decimal;
            /** Format: date-time */
            created_at?: string;
            /**
             * Format: date-time
             * @description null: never
             */
            ends_at?: string | null;
            /**
             * Format: date-time
             * @description The end of the window that was granted last
             */
            granted_until?: string | null;
            /** Format: uuid */
            id?: string;
            /** @enum {string} */
            interval?: "daily" | "weekly" | "monthly";
            last_transaction_id?: string | null;
            note?: string | null;
            /** Format: uuid */
            organization_id?: string;
            /** @description As it is now */
            organization_name?: string | null;
            /** @description Windows that it is paused for are not granted later */
            paused?: boolean;
            /** Format: date-time */
            starts_at?: string;
            version?: number;
        };
        AllowanceDeleted: {
            deleted: boolean;
        };
        AllowancePage: {
            data: components["schemas"]["Allowance"][];
            /** @description Where the next page begins; null: this was the last */
            next_cursor: string | null;
        };
        AllUsage: {
            data: components["schemas"]["OrganizationUsage"][];
            /** Format: date-time */
            from: string;
            /** @description Where the next page begins; null: this was the last */
            next_cursor: string | null;
            /** Format: date-time */
            to: string;
        };
        Analytics: {
            compare?: components["schemas"]["AnalyticsCompared"];
            data: components["schemas"]["AnalyticsRow"][];
            /** @description Of those, what deleted keys and projects used */
            deleted: components["schemas"]["AnalyticsRest"][];
            edges?: string[];
            /** Format: date-time */
            from: string;
            /** @description Of groups beyond `top` */
            other: components["schemas"]["AnalyticsRest"][];
            /** @description The budget was spent: summed until `to` */
            partial: boolean;
            /** Format: date-time */
            to: string;
            total: components["schemas"]["AnalyticsSum"];
        };
        AnalyticsCompared: {
            /** Format: date-time */
            from: string;
            /** Format: date-time */
            to: string;
            total: components["schemas"]["AnalyticsSum"];
        };
        AnalyticsRest: {
            /** Format: date-time */
            begin?: string;
            byok_requests: number;
            cache_hit_rate: Decimal;
            cache_hits: number;
            cache_write_1h_tokens: number;
            cache_write_tokens: number;
            cached_tokens: number;
            cancelled: number;
            charged: Decimal;
            client_errors: number;
            completion_tokens: number;
            error_rate: Decimal;
            latency_p50: number | null;
            latency_p90: number | null;
            latency_p99: number | null;
            prompt_tokens: number;
            reasoning_tokens: number;
            requests: number;
            server_errors: number;
            streamed: number;
            time_to_first_token_p50: number | null;
            time_to_first_token_p90: number | null;
            time_to_first_token_p99: number | null;
            upstream_inference_cost: Decimal;
            usage: Decimal;
        };
        AnalyticsRow: {
            app?: string | null;
            /**
             * Format: date-time
             * @description Of the bucket, if grouped by time
             */
            begin?: string;
            byok_requests: number;
            cache_hit_rate: Decimal;
            cache_hits: number;
            cache_write_1h_tokens: number;
            cache_write_tokens: number;
            cached_tokens: number;
            cancelled: number;
            charged: Decimal;
            client_errors: number;
            completion_tokens: number;
            error_rate: Decimal;
            external_user?: string | null;
            git_organization?: string | null;
            git_repository?: string | null;
            key_hash?: string;
            key_label?: string | null;
            key_name?: string | null;
            latency_p50: number | null;
            latency_p90: number | null;
            latency_p99: number | null;
            member_email?: string | null;
            /** Format: uuid */
            member_id?: string | null;
            member_name?: string | null;
            model?: string | null;
            /** Format: uuid */
            project_id?: string | null;
            project_name?: string | null;
            prompt_tokens: number;
            provider_name?: string | null;
            reasoning_tokens: number;
            requests: number;
            server_errors: number;
            session_id?: string | null;
            streamed: number;
            tag?: string | null;
            time_to_first_token_p50: number | null;
            time_to_first_token_p90: number | null;
            time_to_first_token_p99: number | null;
            upstream_inference_cost: Decimal;
            usage: Decimal;
        };
        AnalyticsSum: {
            byok_requests: number;
            cache_hit_rate: Decimal;
            cache_hits: number;
            cache_write_1h_tokens: number;
            cache_write_tokens: number;
            cached_tokens: number;
            cancelled: number;
            charged: Decimal;
            client_errors: number;
            completion_tokens: number;
            error_rate: Decimal;
            latency_p50: number | null;
            latency_p90: number | null;
            latency_p99: number | null;
            prompt_tokens: number;
            reasoning_tokens: number;
            requests: number;
            server_errors: number;
            streamed: number;
            time_to_first_token_p50: number | null;
            time_to_first_token_p90: number | null;
            time_to_first_token_p99: number | null;
            upstream_inference_cost: Decimal;
            usage: Decimal;
        };
        AnyObject: {
            [key: string]: unknown;
        };
        AttemptCounts: {
            failure: number;
            /** @description 429: counts as neither */
            rate_limited: number;
            success: number;
        };
        AuditedDocument: {
            after: components["schemas"]["StoredDocument"] | null;
            before: components["schemas"]["StoredDocument"] | null;
            /** @description Its key in the store */
            document: string;
        };
        AuditEntry: {
            action: string;
            /** @description root, local, or user: or key: and an id */
            actor: string;
            /** @description As it was then */
            actor_name: string | null;
            /** @description Of the client */
            address: string | null;
            /** @description Its number; ascending */
            change: number;
            /** Format: date-time */
            created_at: string;
            documents: components["schemas"]["AuditedDocument"][];
            target: string;
            /** @description key: or token: and its hash, or command */
            via: string;
        };
        AuditPage: {
            data: components["schemas"]["AuditEntry"][];
            /** @description Where the next page begins; null: this was the last */
            next_cursor: string | null;
        };
        AuthenticationResponse: {
            id: string;
            rawId?: string | null;
            response: components["schemas"]["AuthenticatorAssertionResponse"];
            /** @enum {string} */
            type: "public-key";
        } & {
            [key: string]: unknown;
        };
        AuthenticatorApp: {
            /** Format: date-time */
            since: string;
        };
        AuthenticatorAssertionResponse: {
            authenticatorData: string;
            clientDataJSON: string;
            signature: string;
            userHandle?: string | null;
        } & {
            [key: string]: unknown;
        };
        AuthenticatorAttestationResponse: {
            attestationObject: string;
            clientDataJSON: string;
            /** @description usb, nfc, ble, hybrid, internal */
            transports?: string[] | null;
        } & {
            [key: string]: unknown;
        };
        AuthenticatorSelection: {
            requireResidentKey: boolean;
            /** @enum {string} */
            residentKey: "required";
            /** @enum {string} */
            userVerification: "preferred" | "required";
        };
        AvailableEndpoint: {
            /** @description Whether it would be tried at all */
            candidate: boolean;
            /** @description Its own name, where it has one */
            endpoint?: string;
            model: string;
            provider: string;
            /** @description Why it stands there, such as drawn, ordered, price */
            reason: string;
            /** @description Whether it answered; a preview has none */
            selected: boolean;
            /** @description What puts it behind, such as failing, rate_limited, slow */
            setback: string | null;
        };
        Billing: {
            address: string | null;
            company: string | null;
            contact_email: string | null;
            contact_name: string | null;
            tax_id: string | null;
            version: number;
        };
        BillingChange: {
            /** @description In one line */
            address?: string | null;
            /** @description null: none, as of the others */
            company?: string | null;
            contact_email?: string | null;
            contact_name?: string | null;
            tax_id?: string | null;
            version?: number;
        };
        Booked: {
            /** @description What was moved */
            amount: Decimal;
            balance: Decimal;
            /** @description Whether the Idempotency-Key had been seen: nothing was booked now */
            repeated: boolean;
            transaction_id: string;
        };
        CatalogueFile: {
            /**
             * Format: date-time
             * @description Of the file that changed last; null: it cannot be read now
             */
            changed_at: string | null;
            /** @description A file, or a directory of them */
            path: string;
        };
        CatalogueInForce: {
            /** @description Those that a configured provider serves */
            callable_models: number;
            /** @description Of those */
            endpoints: number;
            files: components["schemas"]["CatalogueFile"][];
            models: number;
            /** @description As its files say: the day of the prices. Of several, joined by + */
            version: string;
        };
        ChargeBack: {
            /** @description More than 0, at most nine decimals */
            amount: Decimal;
            note?: string | null;
            purchase_id: string;
        };
        Chat: {
            messages: components["schemas"]["Message"][];
            /** @description An id or alias of a model; absent: the organization's LLM default */
            model?: string;
            stream?: boolean;
        } & {
            [key: string]: unknown;
        };
        ConfiguredOption: {
            /** @description The same */
            default: string | null;
            /** @description The variables that the file names for it */
            environment: string[];
            /** @description Of the file */
            line: number | null;
            meaning: string | null;
            /** @description With the sections that it is in, as limits.max_connections */
            name: string;
            /** @description Its value is not shown */
            secret: boolean;
            /** @description Its value is not empty */
            set: boolean;
            /**
             * @description environment: the file names a variable that is set
             * @enum {string}
             */
            source: "default" | "file" | "environment";
            /** @description As the file would have it; null: empty, or a secret */
            value: string | null;
            /** @description The file has changed, and a reload does not put it in force */
            waits_for_restart: boolean;
        };
        ConfirmedVerification: {
            /** @description In its place: POST /api/password-resets/confirm takes it */
            password_token?: string;
            /** @description Of whoever registers; shown this once */
            personal_token?: string;
            user: components["schemas"]["User"];
        };
        ConfirmPasswordLink: {
            /** @description At least 12 characters, of any kind */
            password: string;
            /** @description The last part of the link */
            token: string;
        };
        ConfirmVerification: {
            /** @description Of a new user; false: a token to choose a password by, and no personal token */
            make_token?: boolean;
            /** @description What stands behind token= in the link */
            token: string;
            /** @description Of the personal token that a registration makes */
            token_name?: string;
        };
        CredentialCreationOptions: {
            publicKey: components["schemas"]["PublicKeyCredentialCreationOptions"];
        };
        CredentialRequestOptions: {
            publicKey: components["schemas"]["PublicKeyCredentialRequestOptions"];
        };
        CreditApproval: {
            /** @description In place of what was asked for; absent: that */
            amount?: Decimal | null;
            note?: string | null;
        };
        CreditDecline: {
            note?: string | null;
        };
        CreditLot: {
            amount: Decimal;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            expires_at: string | null;
            priority: number;
            remaining: Decimal;
            source: string;
            transaction_id: string;
        };
        CreditLotList: {
            data: components["schemas"]["CreditLot"][];
            /** @description Where the next page begins; null: this was the last */
            next_cursor: string | null;
        };
        CreditPolicy: {
            default: boolean;
            /** @enum {string} */
            on_exhausted: "cut" | "owe";
            overdraft_cap: Decimal;
            /** @description Of the organization */
            version: number;
        };
        CreditRequest: {
            amount: Decimal;
            approved_amount: Decimal | null;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            decided_at: string | null;
            /** @description As the audit names who did */
            decided_by: string | null;
            /** @description If that is a person */
            decided_by_name: string | null;
            decision_note: string | null;
            /** Format: uuid */
            id: string;
            note: string | null;
            /** @enum {string} */
            state: "pending" | "approved" | "declined" | "withdrawn";
            /** @description The purchase or grant that it became */
            transaction_id: string | null;
            /**
             * @description A purchase may be cancelled
             * @enum {string|null}
             */
            transaction_state: "done" | "pending" | "cancelled" | null;
            /**
             * Format: uuid
             * @description Who asks
             */
            user_id: string;
            user_name: string | null;
            version: number;
        };
        CreditRequestPage: {
            data: components["schemas"]["CreditRequest"][];
            /** @description Where the next page begins; null: this was the last */
            next_cursor: string | null;
        };
        Credits: {
            balance: Decimal;
            /** @description Promised to requests that run */
            held: Decimal;
            total_credits: Decimal;
            total_usage: Decimal;
        };
        Deleted: {
            deleted: boolean;
        };
        EffectiveLlm: {
            available: boolean | null;
            model: string | null;
            parameters: components["schemas"]["LlmParameters"];
            provider: string | null;
            /**
             * @description The level of the model
             * @enum {string|null}
             */
            source: "member" | "project" | "organization" | "instance" | null;
        };
        EffectiveRetention: {
            /** @description That the detail of requests from now on is kept */
            days: number;
            /** @enum {string} */
            level: "none" | "retain";
        };
        EndOfPurchase: {
            note?: string | null;
        };
        EndpointHealth: {
            /** @description Its name in the catalogue, as openai/priority */
            endpoint: string;
            /** @description Of 30 minutes; null: too few requests */
            first_token_ms: components["schemas"]["MedianAndTail"] | null;
            last_1d: components["schemas"]["AttemptCounts"];
            last_5m: components["schemas"]["AttemptCounts"];
            last_30m: components["schemas"]["AttemptCounts"];
            model: string;
            /**
             * Format: date-time
             * @description When it was found failing, so that it rests
             */
            since: string | null;
            /** @enum {string} */
            state: "unused" | "well" | "degraded" | "failed_lately" | "down" | "rate_limited" | "failing";
            /** @description The same; so many percent were faster */
            tokens_per_second: components["schemas"]["MedianAndTail"] | null;
            /**
             * Format: date-time
             * @description When it is tried again, or takes requests again
             */
            until: string | null;
        };
        Error: {
            error: {
                code: string | number;
                message: string;
                metadata?: Record<string, unknown>;
                param?: string | null;
                reason?: string;
                type?: string;
            };
        };
        FailedInvitation: {
            code: string;
            email: string;
            message: string;
        };
        Gateway: {
            name: string;
            version: string;
        };
        GitCandidate: {
            /** @enum {string|null} */
            claimed_by: "this_organization" | "another_organization" | null;
            git_organization: string;
            host: string;
            /** @enum {string} */
            provider: "github" | "gitlab";
        };
        GitCandidates: {
            data: components["schemas"]["GitCandidate"][];
            /** @description There are more: very many, or behind single sign-on */
            partial: boolean;
        };
        GitCandidatesBody: {
            /** @description Absent: github.com, gitlab.com */
            host?: string | null;
            /** @enum {string} */
            provider: "github" | "gitlab";
            /** @description Of an account that administers it; used once, not stored */
            token: string;
        };
        GitClaim: {
            /**
             * Format: uuid
             * @description null: the operator
             */
            claimed_by: string | null;
            git_organization: string;
            host: string;
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            method: "token" | "operator";
            /** Format: uuid */
            organization_id: string;
            /**
             * @description Requests of people who are no members: their own organization pays, or they are refused
             * @enum {string}
             */
            outsiders: "fallback" | "reject";
            /** @enum {string} */
            provider: "github" | "gitlab";
            /** Format: date-time */
            verified_at: string;
            version: number;
        };
        GitClaimChange: {
            /**
             * @description Requests of people who are no members: their own organization pays, or they are refused
             * @enum {string}
             */
            outsiders?: "fallback" | "reject";
        };
        GitClaimPage: {
            data: components["schemas"]["GitClaim"][];
            /** @description Where the next page begins; null: this was the last */
            next_cursor: string | null;
        };
        Grant: {
            /** @description More than 0, at most nine decimals */
            amount: Decimal;
            /**
             * Format: date-time
             * @description In the future; null: never
             */
            expires_at?: string | null;
            note?: string | null;
            /** @description Lower is spent first */
            priority?: number | null;
        };
        Instance: {
            /** @description The last complete one that was made here; null: none */
            backup: components["schemas"]["InstanceBackup"] | null;
            /** @description That the program was built of; null: not known */
            commit: string | null;
            compiler: string;
            data_directory: components["schemas"]["InstanceDisk"];
            /** @description Where the data listener is */
            data_url: string;
            ledger: components["schemas"]["InstanceLedger"];
            load: components["schemas"]["InstanceLoad"];
            /** @description Where the operations listener is */
            operations_url: string;
            public_url: string | null;
            /** @description As /health/ready says */
            ready: boolean;
            /** @description Why it is not ready; all of them */
            reasons: components["schemas"]["NotReady"][];
            /** Format: date-time */
            started_at: string;
            version: string;
        };
        InstanceBackup: {
            bytes: number;
            /**
             * Format: date-time
             * @description The time as of which its data are
             */
            made_at: string;
            /** @description The directory that `tollgate backup` was given */
            to: string;
            verified: boolean;
        };
        InstanceConfiguration: {
            catalogue: components["schemas"]["CatalogueInForce"];
            file: string;
            options: components["schemas"]["ConfiguredOption"][];
            /**
             * Format: date-time
             * @description At the start, or at the last reload
             */
            read_at: string;
        };
        InstanceDisk: {
            /** @description What the gateway's user may still write there */
            free_bytes: number | null;
            path: string;
            /** @description What the database takes */
            store_bytes: number;
            total_bytes: number | null;
        };
        InstanceLedger: {
            /** @description The block that the stored balances are true for */
            balances_block: number;
            /** @description Since the start, retries included */
            commit_failures: number;
            /** @description A commit took so long, on average since the start */
            commit_microseconds: number | null;
            /**
             * Format: date-time
             * @description When that was; null: there is none
             */
            committed_at: string | null;
            /** @enum {string} */
            durability: "process" | "disk";
            /** @description Of the journal: the newest that is committed */
            last_block: number;
            /** @description The last failure, while it is read-only */
            problem: string | null;
            /** @description Since a write failed: new requests get 503 */
            read_only: boolean;
            /** @description How far lists and reports follow the journal */
            reported_block: number;
            /** @description Settled requests that are not in the journal yet */
            waiting: number;
        };
        InstanceLoad: {
            /** @description Of clients, now */
            connections: number;
            holds_open: number;
            /** @description Of every kind, this one among them */
            requests_running: number;
            /** @description Requests that can hold credit at once */
            slots: number;
            slots_in_use: number;
            /** @description Of them, those that are streamed */
            streams_running: number;
            workers: number;
        };
        InstanceProviders: {
            data: components["schemas"]["ProviderHealth"][];
            /** @description Optional providers without a key: they are not asked */
            left_out: string[];
        };
        Invitation: {
            /** Format: date-time */
            created_at: string;
            email: string;
            /** Format: date-time */
            expires_at: string;
            /** Format: uuid */
            id: string;
            /**
             * Format: uuid
             * @description null: invited by the operator or by a key of his
             */
            inviter_user_id: string | null;
            /** Format: uuid */
            organization_id: string;
            /** @enum {string} */
            role: "owner" | "admin" | "member";
            /** @enum {string} */
            state: "pending" | "accepted" | "expired";
            version: number;
        };
        InvitationOfLink: {
            email_masked: string;
            /** Format: date-time */
            expires_at: string;
            /** @description Whether accepting without signing in makes an account: a mailed link, and an address that nobody has */
            makes_account: boolean;
            organization: components["schemas"]["InvitingOrganization"];
            /** @enum {string} */
            role: "owner" | "admin" | "member";
            /** @description The address of whoever calls, if that is a person */
            signed_in_as: string | null;
            /** @description Whether the invitation is for that address */
            signed_in_matches: boolean;
            /** @enum {string} */
            state: "pending" | "accepted" | "expired";
        };
        InvitationPage: {
            data: components["schemas"]["Invitation"][];
            /** @description Where the next page begins; null: this was the last */
            next_cursor: string | null;
        };
        InvitingOrganization: {
            name: string;
            slug: string;
        };
        Key: {
            byok_usage: Decimal;
            byok_usage_daily: Decimal;
            byok_usage_monthly: Decimal;
            byok_usage_weekly: Decimal;
            /** Format: date-time */
            created_at: string | null;
            /** Format: uuid */
            creator_user_id: string | null;
            disabled: boolean;
            /** Format: date-time */
            expires_at: string | null;
            /** @description Always null: keys are of members, not of a partner's users */
            external_user: string | null;
            /** @description SHA-256 of the key's first secret: its id, also when it has another one */
            hash: string;
            include_byok_in_limit: boolean;
            is_free_tier: boolean;
            is_management_key: boolean;
            is_provisioning_key: boolean;
            /** @enum {string} */
            kind: "inference" | "management" | "service" | "personal";
            label: string;
            /**
             * Format: date-time
             * @description null: never
             */
            last_used_at: string | null;
            /** @description A budget in USD; null: unlimited */
            limit: Decimal | null;
            /** @description Of the budget that has the least left, whose ever it is */
            limit_remaining: Decimal | null;
            /**
             * @description null: the budget is for the lifetime, or there is none
             * @enum {string|null}
             */
            limit_reset: "daily" | "weekly" | "monthly" | null;
            name: string;
            /**
             * Format: uuid
             * @description null: a personal token
             */
            organization_id: string | null;
            /**
             * Format: date-time
             * @description How long the secret of before still works; null: it does not
             */
            previous_secret_expires_at: string | null;
            /** Format: uuid */
            project_id: string | null;
            rate_limit: components["schemas"]["RateLimit"];
            /** @description What the key leaves out; null: nothing */
            rules: components["schemas"]["KeyRules"] | null;
            /** @description Of a service key or personal token */
            scopes: string[];
            /** Format: date-time */
            updated_at: string | null;
            usage: Decimal;
            usage_daily: Decimal;
            usage_monthly: Decimal;
            usage_weekly: Decimal;
            version: number;
            /**
             * Format: uuid
             * @description OpenRouter's name of project_id
             */
            workspace_id: string | null;
        };
        KeyChange: {
            byok_usage?: Decimal;
            byok_usage_daily?: Decimal;
            byok_usage_monthly?: Decimal;
            byok_usage_weekly?: Decimal;
            /** Format: date-time */
            created_at?: string | null;
            /** Format: uuid */
            creator_user_id?: string | null;
            disabled?: boolean;
            /** Format: date-time */
            expires_at?: string | null;
            /** @description Always null: keys are of members, not of a partner's users */
            external_user?: string | null;
            /** @description SHA-256 of the key's first secret: its id, also when it has another one */
            hash?: string;
            include_byok_in_limit?: boolean;
            is_free_tier?: boolean;
            is_management_key?: boolean;
            is_provisioning_key?: boolean;
            /** @enum {string} */
            kind?: "inference" | "management" | "service" | "personal";
            label?: string;
            /**
             * Format: date-time
             * @description null: never
             */
            last_used_at?: string | null;
            /** @description A budget in USD; null: unlimited */
            limit?: Decimal | null;
            /** @description Of the budget that has the least left, whose ever it is */
            limit_remaining?: Decimal | null;
            /**
             * @description null: the budget is for the lifetime, or there is none
             * @enum {string|null}
             */
            limit_reset?: "daily" | "weekly" | "monthly" | null;
            name?: string;
            /**
             * Format: uuid
             * @description null: a personal token
             */
            organization_id?: string | null;
            /**
             * Format: date-time
             * @description How long the secret of before still works; null: it does not
             */
            previous_secret_expires_at?: string | null;
            /** Format: uuid */
            project_id?: string | null;
            rate_limit?: components["schemas"]["RateLimit"];
            /** @description What the key leaves out; null: nothing */
            rules?: components["schemas"]["KeyRules"] | null;
            /** @description Of a service key or personal token */
            scopes?: string[];
            /** Format: date-time */
            updated_at?: string | null;
            usage?: Decimal;
            usage_daily?: Decimal;
            usage_monthly?: Decimal;
            usage_weekly?: Decimal;
            version?: number;
            /**
             * Format: uuid
             * @description OpenRouter's name of project_id
             */
            workspace_id?: string | null;
        };
        KeyData: {
            data: components["schemas"]["Key"];
        };
        KeyPage: {
            data: components["schemas"]["Key"][];
            /** @description Where the next page begins; null: this was the last */
            next_cursor: string | null;
        };
        KeyRules: {
            /** @description Ids; empty: all that the organization allows */
            allow_models: string[];
            /** @description Empty: all */
            allow_providers: string[];
            deny_models: string[];
            deny_providers: string[];
            max_price: components["schemas"]["MaxPrice"];
        };
        Limits: {
            /** @description null: unlimited */
            concurrent_requests: number | null;
            /** @description Promised to requests that run */
            held: Decimal | null;
            /** @description A budget in USD; null: unlimited */
            limit: Decimal | null;
            limit_remaining: Decimal | null;
            /**
             * @description null: the budget is for the lifetime, or there is none
             * @enum {string|null}
             */
            limit_reset: "daily" | "weekly" | "monthly" | null;
            replaced?: components["schemas"]["ReplacedLimits"];
            /** @description null: unlimited */
            requests_per_minute: number | null;
            requests_remaining: number | null;
            /** Format: date-time */
            resets_at: string | null;
            running_requests: number | null;
            /** @description In the current window; null, as those below: others' spending is not shown */
            spent: Decimal | null;
            /** @description null: unlimited */
            tokens_per_minute: number | null;
            tokens_remaining: number | null;
            /** @description Of whatever the limits are of */
            version: number;
        };
        LimitsChange: {
            /** @description null: unlimited */
            concurrent_requests?: number | null;
            /** @description Promised to requests that run */
            held?: Decimal | null;
            /** @description A budget in USD; null: unlimited */
            limit?: Decimal | null;
            limit_remaining?: Decimal | null;
            /**
             * @description null: the budget is for the lifetime, or there is none
             * @enum {string|null}
             */
            limit_reset?: "daily" | "weekly" | "monthly" | null;
            replaced?: components["schemas"]["ReplacedLimits"];
            /** @description null: unlimited */
            requests_per_minute?: number | null;
            requests_remaining?: number | null;
            /** Format: date-time */
            resets_at?: string | null;
            running_requests?: number | null;
            /** @description In the current window; null, as those below: others' spending is not shown */
            spent?: Decimal | null;
            /** @description null: unlimited */
            tokens_per_minute?: number | null;
            tokens_remaining?: number | null;
            /** @description Of whatever the limits are of */
            version?: number;
        };
        LinkedIdentity: {
            /** @description As the provider said it last; it decides nothing */
            email: string | null;
            id: string;
            issuer: string;
            /**
             * Format: date-time
             * @description When somebody last signed in by it; null: never
             */
            last_used_at: string | null;
            /** Format: date-time */
            linked_at: string;
            /** @description Its id in the configuration, as it was last */
            provider: string;
            provider_name: string;
            /** @description false: the configuration has no such provider any more */
            works_here: boolean;
        };
        LinkedIdentityPage: {
            data: components["schemas"]["LinkedIdentity"][];
            /** @description Providers that the account has no identity of */
            linkable: components["schemas"]["SignInProvider"][];
            /** @description Where the next page begins; null: this was the last */
            next_cursor: string | null;
        };
        LinkToken: {
            /** @description What stands behind token= in the link */
            token: string;
        };
        LlmParameters: {
            frequency_penalty?: Decimal | null;
            max_completion_tokens?: number | null;
            max_tokens?: number | null;
            min_p?: Decimal | null;
            presence_penalty?: Decimal | null;
            /** @enum {string|null} */
            reasoning_effort?: "none" | "minimal" | "low" | "medium" | "high" | "xhigh" | "max" | null;
            repetition_penalty?: Decimal | null;
            seed?: number | null;
            /** @description A single text is a list of one */
            stop?: string[] | null;
            temperature?: Decimal | null;
            top_a?: Decimal | null;
            top_k?: number | null;
            top_p?: Decimal | null;
            /** @enum {string|null} */
            verbosity?: "low" | "medium" | "high" | "xhigh" | "max" | null;
        };
        MadeInvitation: {
            invitation: components["schemas"]["Invitation"];
            /** @description Shown this once; the token to accept with stands behind token= */
            link: string;
            /** @description Whether a mail with a link of its own goes to the address, too */
            mailed: boolean;
        };
        MadeInvitations: {
            data: components["schemas"]["MadeInvitation"][];
            failed: components["schemas"]["FailedInvitation"][];
        };
        Mail: {
            attempts: number;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            ended_at: string | null;
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            kind: "verification" | "registration" | "invitation" | "alert" | "password" | "security";
            /** Format: date-time */
            next_attempt_at: string | null;
            /** Format: uuid */
            organization_id: string | null;
            /** @description Of the last attempt */
            problem: string | null;
            /** @enum {string} */
            state: "waiting" | "sent" | "failed" | "dropped";
            to: string;
        };
        MailPage: {
            data: components["schemas"]["Mail"][];
            /** @description Where the next page begins; null: this was the last */
            next_cursor: string | null;
        };
        MailSent: {
            sent_to: string;
        };
        MaxPrice: {
            completion: Decimal | null;
            prompt: Decimal | null;
        };
        Me: {
            /** Format: uuid */
            current_organization_id: string;
            organizations: components["schemas"]["MyOrganization"][];
            /** @description The same the other way */
            session: components["schemas"]["Session"] | null;
            /** @description The one that calls; null: a session does */
            token: components["schemas"]["Token"] | null;
            user: components["schemas"]["User"];
        };
        MedianAndTail: {
            p50: number;
            p90: number;
            p99: number;
        };
        Member: {
            email: string;
            /** Format: date-time */
            joined_at: string;
            /**
             * Format: date-time
             * @description By a request of a key that the person made, or a call; null: never
             */
            last_active_at: string | null;
            /** @description null for those who may not see them */
            limits: components["schemas"]["MemberLimits"] | null;
            name: string;
            /** @enum {string} */
            role: "owner" | "admin" | "member";
            /** @enum {string} */
            status: "active" | "suspended";
            /** Format: uuid */
            user_id: string;
            version: number;
        };
        MemberChange: {
            email?: string;
            /** Format: date-time */
            joined_at?: string;
            /** Format: date-time */
            last_active_at?: string | null;
            limits?: components["schemas"]["MemberLimits"] | null;
            name?: string;
            /**
             * @description developer is another name of member
             * @enum {string}
             */
            role?: "owner" | "admin" | "member" | "developer";
            /** @enum {string} */
            status?: "active" | "suspended";
            /**
             * Format: uuid
             * @description This and what follows may come back as it was shown
             */
            user_id?: string;
            version?: number;
        };
        MemberCount: number;
        MemberFinances: {
            /** @description What is left of max_budget; null: unlimited */
            current_budget: Decimal | null;
            email: string;
            /** @description Charged to the organization for this member, ever */
            lifetime_spend: Decimal;
            /** @description The member's own, else the organization's; null: unlimited */
            max_budget: Decimal | null;
            /**
             * @description null: the budget never resets
             * @enum {string|null}
             */
            reset_interval: "daily" | "weekly" | "monthly" | null;
            /** Format: date-time */
            resets_at: string | null;
            /** Format: uuid */
            user_id: string;
        };
        MemberFinancesPage: {
            /** @description From 1 */
            current_page: number;
            items: components["schemas"]["MemberFinances"][];
            /** @description null: this was the last */
            next_page_id: string | null;
            per_page: number;
        };
        MemberItem: {
            email: string;
            /** @enum {string} */
            role: "owner" | "admin" | "member";
            /** @description 1 owner, 2 admin, 3 member */
            role_id: number;
            /** @description 10 owner, 20 admin, 1000 member */
            role_rank: number;
            /**
             * @description inactive: suspended
             * @enum {string}
             */
            status: "active" | "inactive";
            /** Format: uuid */
            user_id: string;
        };
        MemberItemPage: {
            /** @description From 1 */
            current_page: number;
            items: components["schemas"]["MemberItem"][];
            /** @description null: this was the last */
            next_page_id: string | null;
            per_page: number;
        };
        MemberLimits: {
            /** @description null: unlimited */
            concurrent_requests: number | null;
            /** @description A budget in USD; null: unlimited */
            limit: Decimal | null;
            /**
             * @description null: the budget is for the lifetime, or there is none
             * @enum {string|null}
             */
            limit_reset: "daily" | "weekly" | "monthly" | null;
            /** @description null: unlimited */
            requests_per_minute: number | null;
            /** @description null: unlimited */
            tokens_per_minute: number | null;
        };
        MemberLlm: {
            /** @description Whether the model can be called now; null: there is none */
            available: boolean | null;
            effective: components["schemas"]["EffectiveLlm"];
            /** @description null: another level decides */
            model: string | null;
            /** @description false: the member's own do not count */
            overrides_allowed: boolean;
            parameters: components["schemas"]["LlmParameters"];
            /** @description Tried first for that model; null: any */
            provider: string | null;
            version: number;
        };
        MemberLlmChange: {
            /** @description As it was read */
            available?: boolean | null;
            effective?: components["schemas"]["EffectiveLlm"];
            /** @description null: another level decides */
            model?: string | null;
            /** @description As it was read */
            overrides_allowed?: boolean;
            /** @description Absent: none */
            parameters?: components["schemas"]["LlmParameters"] | null;
            /** @description Tried first for that model; null: any */
            provider?: string | null;
            /** @description As If-Match */
            version?: number | null;
        };
        MemberPage: {
            data: components["schemas"]["Member"][];
            /** @description Where the next page begins; null: this was the last */
            next_cursor: string | null;
        };
        MemberPages: components["schemas"]["MemberPage"] | components["schemas"]["MemberItemPage"];
        MemberRemoved: {
            /** @description Keys of the organization that the person made */
            keys_disabled: number;
            removed: boolean;
        };
        Message: {
            [key: string]: unknown;
        };
        ModelAnswer: {
            [key: string]: unknown;
        };
        MonthReport: {
            /** @description By the ledger, for usage in this month; the total's charged is the same */
            booked: Decimal;
            /** @description The month is over, and all of it is in the sums */
            complete: boolean;
            /** @description What cost most comes first */
            data: components["schemas"]["AnalyticsRow"][];
            /** Format: date-time */
            from: string;
            month: string;
            /** Format: date-time */
            to: string;
            total: components["schemas"]["AnalyticsSum"];
        };
        MyChange: {
            /** Format: uuid */
            current_organization_id?: string;
            name?: string;
            organizations?: components["schemas"]["MyOrganization"][];
            /** @description The same the other way */
            session?: components["schemas"]["Session"] | null;
            /** @description The one that calls; null: a session does */
            token?: components["schemas"]["Token"] | null;
            user?: components["schemas"]["User"];
        };
        MyOrganization: {
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            kind: "personal" | "team";
            name: string;
            /** @enum {string} */
            role: "owner" | "admin" | "member";
            slug: string;
            /**
             * @description Of the membership
             * @enum {string}
             */
            status: "active" | "suspended";
        };
        NewActivitySettings: {
            /** @description Digests of requests are kept, for what a cache would have served */
            measure_repeats?: boolean;
            version?: number;
            /**
             * @description Whose requests a member sees
             * @enum {string}
             */
            visibility: "all_members" | "own_only";
        };
        NewAlerts: {
            /** @description People are told when a budget is spent to 80 and to 100 % */
            budgets?: boolean;
            /** @description People are told when the balance falls below it; null: never */
            low_balance?: Decimal | null;
            /** @description As it was read */
            mail?: boolean;
            version?: number;
        };
        NewAllowance: {
            /** @description More than 0, at most nine decimals */
            amount: Decimal;
            /**
             * Format: date-time
             * @description In the future; null: never
             */
            ends_at?: string | null;
            /**
             * @description Windows are of UTC; weeks begin on Monday
             * @enum {string}
             */
            interval: "daily" | "weekly" | "monthly";
            note?: string | null;
            /** Format: uuid */
            organization_id: string;
            /**
             * Format: date-time
             * @description In the future; null: now
             */
            starts_at?: string | null;
        };
        NewCreditPolicy: {
            /** @description As it was read */
            default?: boolean;
            /** @enum {string|null} */
            on_exhausted?: "cut" | "owe" | null;
            overdraft_cap?: Decimal | null;
            version?: number | null;
        };
        NewCreditRequest: {
            /** @description More than 0, at most nine decimals */
            amount: Decimal;
            note?: string | null;
        };
        NewGitClaim: {
            /** @description acme; of GitLab also acme/team */
            git_organization: string;
            /** @description Absent: github.com, gitlab.com */
            host?: string | null;
            /**
             * @description Requests of people who are no members: their own organization pays, or they are refused
             * @enum {string|null}
             */
            outsiders?: "fallback" | "reject" | null;
            /** @enum {string} */
            provider: "github" | "gitlab";
            /** @description Of an account that administers it; used once, not stored */
            token?: string | null;
        };
        NewInvitation: {
            /** @description This or emails */
            email?: string;
            /** @description 1 to 50 addresses; each is invited or named under failed */
            emails?: string[];
            /**
             * @description developer and null are member
             * @enum {string|null}
             */
            role?: "owner" | "admin" | "member" | "developer" | null;
        };
        NewKey: {
            /** Format: uuid */
            creator_user_id?: string | null;
            /**
             * Format: date-time
             * @description In the future; null: never
             */
            expires_at?: string | null;
            /** @enum {string|null} */
            kind?: "inference" | "management" | "service" | null;
            /** @description A budget in USD; null: unlimited */
            limit?: Decimal | null;
            /**
             * @description null: the budget is for the lifetime, or there is none
             * @enum {string|null}
             */
            limit_reset?: "daily" | "weekly" | "monthly" | null;
            /** @description At most 100 bytes */
            name: string;
            /**
             * Format: uuid
             * @description Absent: the default project; management keys have none
             */
            project_id?: string | null;
            /** @description null: none */
            rules?: components["schemas"]["NewKeyRules"] | null;
            /** @description Of a service key: git:attribute */
            scopes?: string[] | null;
        };
        NewKeyData: {
            data: components["schemas"]["Key"];
            /** @description The plaintext, shown this once */
            key: string;
        };
        NewKeyRules: {
            allow_models?: string[] | null;
            allow_providers?: string[] | null;
            deny_models?: string[] | null;
            deny_providers?: string[] | null;
            max_price?: components["schemas"]["MaxPrice"] | null;
        };
        NewLimits: {
            /** @description null: unlimited */
            concurrent_requests?: number | null;
            /** @description Promised to requests that run */
            held?: Decimal | null;
            /** @description A budget in USD; null: unlimited */
            limit?: Decimal | null;
            limit_remaining?: Decimal | null;
            /**
             * @description null: the budget is for the lifetime, or there is none
             * @enum {string|null}
             */
            limit_reset?: "daily" | "weekly" | "monthly" | null;
            replaced?: components["schemas"]["ReplacedLimits"];
            /** @description null: unlimited */
            requests_per_minute?: number | null;
            requests_remaining?: number | null;
            /** Format: date-time */
            resets_at?: string | null;
            running_requests?: number | null;
            /** @description In the current window; null, as those below: others' spending is not shown */
            spent?: Decimal | null;
            /** @description null: unlimited */
            tokens_per_minute?: number | null;
            tokens_remaining?: number | null;
            /** @description Of whatever the limits are of */
            version?: number;
        };
        NewMember: {
            /** @description Of a user that there is */
            email?: string | null;
            /** @description Also where the organization has no seat left; false if absent */
            over_limit?: boolean;
            /**
             * @description developer and null are member
             * @enum {string|null}
             */
            role?: "owner" | "admin" | "member" | "developer" | null;
            /**
             * Format: uuid
             * @description This or email
             */
            user_id?: string | null;
        };
        NewMemberLlm: {
            /** @description As it was read */
            available?: boolean | null;
            effective?: components["schemas"]["EffectiveLlm"];
            /** @description null: another level decides */
            model: string | null;
            /** @description As it was read */
            overrides_allowed?: boolean;
            /** @description Absent: none */
            parameters?: components["schemas"]["LlmParameters"] | null;
            /** @description Tried first for that model; null: any */
            provider?: string | null;
            /** @description As If-Match */
            version?: number | null;
        };
        NewOrganization: {
            /** @description At most 100 bytes */
            name: string;
            /**
             * Format: uuid
             * @description The operator names one, or none; a person is the owner
             */
            owner_user_id?: string | null;
            /** @description Made from the name if absent */
            slug?: string | null;
        };
        NewOrganizationLlm: {
            /** @description Absent: as it is */
            allow_overrides?: boolean | null;
            /** @description Ids or aliases; empty: all; absent: as it is */
            allowed_models?: string[] | null;
            /** @description As it was read */
            available?: boolean | null;
            /** @description null: another level decides */
            model: string | null;
            /** @description Absent: none */
            parameters?: components["schemas"]["LlmParameters"] | null;
            /** @description Tried first for that model; null: any */
            provider?: string | null;
            /** @description As If-Match */
            version?: number | null;
        };
        NewOrganizationPlan: {
            /** @description As it was read */
            default?: boolean;
            /** @description null: the plan's; as it was shown: as it is */
            keys?: components["schemas"]["UsedOfPlan"] | number | null;
            /** @description null: the plan's; as it was shown: as it is */
            members?: components["schemas"]["UsedOfPlan"] | number | null;
            /** @description A name of the configuration; null: its default */
            plan: string | null;
            /** @description null: the plan's; as it was shown: as it is */
            projects?: components["schemas"]["UsedOfPlan"] | number | null;
            /** @description null: the plan's */
            retention_days?: number | null;
            version?: number | null;
        };
        NewPasskey: {
            credential: components["schemas"]["RegistrationResponse"];
            name: string;
        };
        NewPasskeyData: {
            passkey: components["schemas"]["Passkey"];
            /** @description Shown this once; null: the person has some already */
            recovery_codes: string[] | null;
        };
        NewPreset: {
            cache_enabled?: boolean | null;
            cache_ttl_seconds?: number | null;
            description?: string | null;
            /** @description The same as a list of one in 'models' */
            model?: string | null;
            models?: string[] | null;
            name?: string | null;
            parameters?: components["schemas"]["LlmParameters"] | null;
            provider?: components["schemas"]["ProviderPreferences"] | null;
            /** @description Lower-case letters and digits, with single dashes between */
            slug: string;
            system_prompt?: string | null;
        };
        NewPrivacy: {
            /** @enum {string} */
            data_collection: "allow" | "deny";
            /** @description As If-Match */
            version?: number | null;
            /** @description Zero data retention */
            zdr: boolean;
        };
        NewProject: {
            /**
             * @description Whose keys at providers its requests go with
             * @enum {string}
             */
            mode?: "credits" | "api-keys" | "hybrid";
            /** @description At most 100 bytes */
            name: string;
        };
        NewProjectLlm: {
            /** @description As it was read */
            available?: boolean | null;
            /** @description null: another level decides */
            model: string | null;
            /** @description Absent: none */
            parameters?: components["schemas"]["LlmParameters"] | null;
            /** @description Tried first for that model; null: any */
            provider?: string | null;
            /** @description As If-Match */
            version?: number | null;
        };
        NewProviderKey: {
            /** @description Hashes of the organization's keys; null: all */
            allowed_keys?: string[] | null;
            /** @description null: all */
            allowed_models?: string[] | null;
            /** @description null: the provider's. https, to a public address, unless the operator allows others */
            base_url?: string | null;
            /** @description Of azure; null: as requests name their model */
            deployment?: string | null;
            disabled?: boolean;
            /** @description Is tried after the operator's own; false if absent */
            is_fallback?: boolean;
            label: string;
            /** @description The least goes first */
            priority?: number;
            /** @description Of google-vertex: the cloud's */
            project?: string | null;
            /** @description As the gateway's configuration names it, or a known kind; custom: with base_url */
            provider: string;
            /** @description Of google-vertex and amazon-bedrock */
            region?: string | null;
            /** @description Of azure */
            resource?: string | null;
            secret: string;
            /** @description Stores it without trying it at the provider; false if absent */
            skip_test?: boolean;
        };
        NewProviderSettings: {
            /** @description null: true */
            allow_fallbacks?: boolean | null;
            /**
             * @description deny: no provider that may store
             * @enum {string|null}
             */
            data_collection?: "allow" | "deny" | null;
            enforce_distillable_text?: boolean | null;
            /** @description None of these */
            ignore?: string[] | null;
            /** @description USD per million tokens, and per request */
            max_price?: components["schemas"]["PriceCeiling"] | null;
            /** @description No other provider; null: any */
            only?: string[] | null;
            /** @description Names of providers; the first goes first */
            order?: string[] | null;
            /** @description Seconds; a number is its p50 */
            preferred_max_latency?: components["schemas"]["PercentileBounds"] | Decimal | null;
            /** @description Tokens a second; a number is its p50 */
            preferred_min_throughput?: components["schemas"]["PercentileBounds"] | Decimal | null;
            /** @description Such as fp8; null: any */
            quantizations?: string[] | null;
            /** @description null: false */
            require_parameters?: boolean | null;
            sort?: components["schemas"]["ProviderSort"] | ("price" | "throughput" | "latency" | "exacto") | null;
            /** @description As If-Match */
            version?: number | null;
            /** @description true: providers with zero data retention */
            zdr?: boolean | null;
        };
        NewRetention: {
            /** @description Of retain, in place of the plan's; null: the plan's */
            days?: number | null;
            effective?: components["schemas"]["EffectiveRetention"];
            /**
             * @description null: the configuration's default
             * @enum {string|null}
             */
            level: "none" | "retain" | null;
            plan_days?: components["schemas"]["PlanRetention"];
            /** @description Of the organization */
            version?: number;
        };
        NewSecuritySettings: {
            /** @description An owner who has none may what a member may, until he has one */
            owners_need_second_factor: boolean;
            version?: number;
        };
        NewToken: {
            /**
             * Format: date-time
             * @description In the future; null: never
             */
            expires_at?: string | null;
            /** @description Whether it may call models; true if absent */
            may_infer?: boolean;
            /** @description At most 100 bytes */
            name: string;
            /** @description What the token may do of what its person may; null: everything */
            scopes?: string[] | null;
        };
        NewTokenData: {
            data: components["schemas"]["Token"];
            /** @description The plaintext, shown this once */
            token: string;
        };
        NewUser: {
            /** @description Case makes no difference */
            email: string;
            /** @description At most 100 bytes */
            name: string;
            /** @description Makes the user a member, too */
            organization?: components["schemas"]["NewUserOrganization"] | null;
            /** @description Makes a personal token, too */
            token?: components["schemas"]["NewUserToken"] | null;
            /** @description The operator says that the address is the person's; false if absent */
            verified?: boolean;
        };
        NewUserData: {
            /** @description The plaintext, shown this once */
            personal_token: string | null;
            user: components["schemas"]["User"];
        };
        NewUserOrganization: {
            /** Format: uuid */
            id: string;
            /**
             * @description developer and null are member
             * @enum {string|null}
             */
            role?: "owner" | "admin" | "member" | "developer" | null;
        };
        NewUserToken: {
            /** @description At most 100 bytes */
            name: string;
        };
        NewVouchers: {
            /** @description More than 0, at most nine decimals */
            amount: Decimal;
            batch?: string | null;
            /** @description How many; 1 if absent */
            count?: number | null;
            /**
             * Format: date-time
             * @description Of the credit that they give; null: never
             */
            credit_expires_at?: string | null;
            /**
             * Format: date-time
             * @description Of the codes; null: never
             */
            expires_at?: string | null;
            note?: string | null;
        };
        NotReady: {
            /** @enum {string} */
            code: "draining" | "overloaded" | "ledger_read_only";
            message: string;
        };
        OpenApiDocument: {
            [key: string]: unknown;
        };
        Organization: {
            /** Format: date-time */
            created_at: string;
            /** Format: uuid */
            default_project_id: string;
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            kind: "personal" | "team";
            name: string;
            /** @description Lower-case letters and digits, with dashes between */
            slug: string;
            /**
             * @description The operator suspends, and ends that; deleted ones are shown to the operator only
             * @enum {string}
             */
            status: "active" | "suspended" | "deleted";
            /** Format: date-time */
            updated_at: string;
            version: number;
        };
        OrganizationChange: {
            /** Format: date-time */
            created_at?: string;
            /** Format: uuid */
            default_project_id?: string;
            /** Format: uuid */
            id?: string;
            /** @enum {string} */
            kind?: "personal" | "team";
            name?: string;
            /** @description Lower-case letters and digits, with dashes between */
            slug?: string;
            /**
             * @description The operator suspends, and ends that; deleted ones are shown to the operator only
             * @enum {string}
             */
            status?: "active" | "suspended" | "deleted";
            /** Format: date-time */
            updated_at?: string;
            version?: number;
        };
        OrganizationDeleted: {
            deleted: boolean;
            /** @description Credit that was taken; a transaction shows it */
            forfeited: Decimal;
            organization: components["schemas"]["Organization"];
        };
        OrganizationDeletion: {
            /** @description The organization's name */
            confirm?: string;
            /** @description Also with credit left, which is taken from the balance; false if absent */
            forfeit?: boolean;
        };
        OrganizationItem: {
            /** @description The same */
            contact_email: string | null;
            /** @description Of the billing details; null also for those who may not see them */
            contact_name: string | null;
            /** @description Always null, as in OpenHands' lists */
            credits: Decimal | null;
            /** @description Always false: credits are not looked up for lists */
            credits_available: boolean;
            /** Format: uuid */
            id: string;
            is_personal: boolean;
            name: string;
            /** @description Lower-case letters and digits, with dashes between */
            slug: string;
            /** @enum {string} */
            status: "active" | "suspended" | "deleted";
            /** Format: date-time */
            updated_at: string;
        };
        OrganizationItemPage: {
            /**
             * Format: uuid
             * @description That calls of the person are about where they name none
             */
            current_org_id: string | null;
            items: components["schemas"]["OrganizationItem"][];
            /** @description null: this was the last */
            next_page_id: string | null;
        };
        OrganizationLlm: {
            /** @description Members' own settings count */
            allow_overrides: boolean;
            /** @description Empty: all */
            allowed_models: string[];
            /** @description Whether the model can be called now; null: there is none */
            available: boolean | null;
            /** @description null: another level decides */
            model: string | null;
            parameters: components["schemas"]["LlmParameters"];
            /** @description Tried first for that model; null: any */
            provider: string | null;
            version: number;
        };
        OrganizationLlmChange: {
            /** @description Absent: as it is */
            allow_overrides?: boolean | null;
            /** @description Ids or aliases; empty: all; absent: as it is */
            allowed_models?: string[] | null;
            /** @description As it was read */
            available?: boolean | null;
            /** @description null: another level decides */
            model?: string | null;
            /** @description Absent: none */
            parameters?: components["schemas"]["LlmParameters"] | null;
            /** @description Tried first for that model; null: any */
            provider?: string | null;
            /** @description As If-Match */
            version?: number | null;
        };
        OrganizationPage: {
            data: components["schemas"]["Organization"][];
            /** @description Where the next page begins; null: this was the last */
            next_cursor: string | null;
        };
        OrganizationPages: components["schemas"]["OrganizationPage"] | components["schemas"]["OrganizationItemPage"];
        OrganizationPlan: {
            /** @description Whether the organization names none */
            default: boolean;
            keys: components["schemas"]["UsedOfPlan"];
            members: components["schemas"]["UsedOfPlan"];
            plan: string;
            projects: components["schemas"]["UsedOfPlan"];
            /** @description Of the level retain; null: as many as owners choose */
            retention_days: number | null;
            version: number;
        };
        OrganizationUsage: {
            /** @description Now, not at the end of the time */
            balance: Decimal;
            byok_requests: number;
            cache_hit_rate: Decimal;
            cache_hits: number;
            cache_write_1h_tokens: number;
            cache_write_tokens: number;
            cached_tokens: number;
            cancelled: number;
            charged: Decimal;
            client_errors: number;
            completion_tokens: number;
            error_rate: Decimal;
            latency_p50: number | null;
            latency_p90: number | null;
            latency_p99: number | null;
            /** Format: uuid */
            organization_id: string;
            organization_name: string;
            prompt_tokens: number;
            reasoning_tokens: number;
            requests: number;
            server_errors: number;
            streamed: number;
            time_to_first_token_p50: number | null;
            time_to_first_token_p90: number | null;
            time_to_first_token_p99: number | null;
            upstream_inference_cost: Decimal;
            usage: Decimal;
        };
        OwnMembership: {
            email: string;
            limits: components["schemas"]["MemberLimits"];
            /** Format: uuid */
            org_id: string;
            permissions: string[];
            /** @enum {string} */
            role: "owner" | "admin" | "member";
            /** @enum {string} */
            status: "active" | "suspended";
            /** Format: uuid */
            user_id: string;
        };
        Passkey: {
            /** @description It is on several devices, as the authenticator says */
            backed_up: boolean;
            /** Format: date-time */
            created_at: string;
            /** @description As the browser names it */
            credential_id: string;
            id: string;
            /** Format: date-time */
            last_used_at: string | null;
            name: string;
            /** @description The host that it was made for */
            rp_id: string;
            transports: string[];
            /** @description Its authenticator asked for a finger, a face or a PIN the last time */
            user_verified: boolean;
            /** @description false: the gateway has another host now */
            works_here: boolean;
        };
        PasskeyPage: {
            data: components["schemas"]["Passkey"][];
            /** @description Where the next page begins; null: this was the last */
            next_cursor: string | null;
        };
        PasswordChange: {
            /** @description Absent only where there is none yet */
            current_password?: string;
            /** @description At least 12 characters, of any kind */
            password: string;
        };
        PasswordChanged: {
            changed: boolean;
        };
        PasswordLink: {
            /** Format: date-time */
            expires_at: string;
            /** @description Shown this once */
            link: string;
        };
        PasswordReset: {
            /** @description Case makes no difference */
            email: string;
        };
        PercentileBounds: {
            p50?: Decimal | null;
            p75?: Decimal | null;
            p90?: Decimal | null;
            p99?: Decimal | null;
        };
        Permission: {
            /** @enum {string} */
            admin: "yes" | "no" | "own" | "by_setting" | "as_creator";
            /** @enum {string} */
            inference_key: "yes" | "no" | "own" | "by_setting" | "as_creator";
            /**
             * @description as_creator: as whoever made the key, today
             * @enum {string}
             */
            management_key: "yes" | "no" | "own" | "by_setting" | "as_creator";
            /** @enum {string} */
            member: "yes" | "no" | "own" | "by_setting" | "as_creator";
            /** @enum {string} */
            operator: "yes" | "no" | "own" | "by_setting" | "as_creator";
            /** @enum {string} */
            owner: "yes" | "no" | "own" | "by_setting" | "as_creator";
            permission: string;
            /** @description That a personal token needs */
            scope: string;
            /** @enum {string} */
            service_key: "yes" | "no" | "own" | "by_setting" | "as_creator";
        };
        PermissionList: {
            data: components["schemas"]["Permission"][];
        };
        PlanRetention: {
            none: number | null;
            /** @description null: owners choose */
            retain: number | null;
        };
        Preset: {
            /** @description Whether one of its models can be called now; null: it has none */
            available: boolean | null;
            /** @description Whether answers may come from the cache; null: the request says it */
            cache_enabled: boolean | null;
            /** @description For how long they are kept, where the request does not say it */
            cache_ttl_seconds: number | null;
            /** Format: date-time */
            created_at: string;
            /**
             * Format: uuid
             * @description The person; null: none
             */
            created_by: string | null;
            description: string | null;
            /** Format: uuid */
            id: string;
            /** @description The first of these */
            model: string | null;
            /** @description The first that can be called answers; empty: another level decides */
            models: string[];
            name: string | null;
            parameters: components["schemas"]["LlmParameters"];
            /** @description As those of the organization */
            provider: components["schemas"]["ProviderPreferences"] | null;
            /** @description What requests name it by */
            slug: string;
            /** @description Goes before the messages of a chat that has none */
            system_prompt: string | null;
            /** Format: date-time */
            updated_at: string;
            version: number;
        };
        PresetChange: {
            /** @description Whether one of its models can be called now; null: it has none */
            available?: boolean | null;
            cache_enabled?: boolean | null;
            cache_ttl_seconds?: number | null;
            /** Format: date-time */
            created_at?: string;
            /**
             * Format: uuid
             * @description The person; null: none
             */
            created_by?: string | null;
            description?: string | null;
            /** Format: uuid */
            id?: string;
            /** @description The same as a list of one in 'models' */
            model?: string | null;
            models?: string[] | null;
            name?: string | null;
            parameters?: components["schemas"]["LlmParameters"] | null;
            provider?: components["schemas"]["ProviderPreferences"] | null;
            /** @description What requests name it by */
            slug?: string;
            system_prompt?: string | null;
            /** Format: date-time */
            updated_at?: string;
            version?: number;
        };
        PresetPage: {
            data: components["schemas"]["Preset"][];
            /** @description Where the next page begins; null: this was the last */
            next_cursor: string | null;
        };
        PresetVersion: {
            /** @description Whether answers may come from the cache; null: the request says it */
            cache_enabled: boolean | null;
            /** @description For how long they are kept, where the request does not say it */
            cache_ttl_seconds: number | null;
            /** Format: date-time */
            created_at: string;
            /** Format: uuid */
            created_by: string | null;
            description: string | null;
            /** @description The first of these */
            model: string | null;
            /** @description The first that can be called answers; empty: another level decides */
            models: string[];
            name: string | null;
            parameters: components["schemas"]["LlmParameters"];
            /** @description As those of the organization */
            provider: components["schemas"]["ProviderPreferences"] | null;
            /** @description Goes before the messages of a chat that has none */
            system_prompt: string | null;
            version: number;
        };
        PresetVersions: {
            /** @description The newest first */
            data: components["schemas"]["PresetVersion"][];
        };
        PriceCeiling: {
            audio?: Decimal | null;
            completion?: Decimal | null;
            image?: Decimal | null;
            prompt?: Decimal | null;
            request?: Decimal | null;
        };
        Privacy: {
            /** @enum {string} */
            data_collection: "allow" | "deny";
            /** @description Of the organization */
            version: number;
            /** @description Zero data retention */
            zdr: boolean;
        };
        PrivacyChange: {
            /** @enum {string} */
            data_collection?: "allow" | "deny";
            /** @description As If-Match */
            version?: number | null;
            /** @description Zero data retention */
            zdr?: boolean;
        };
        Project: {
            /** @description Its keys are disabled meanwhile */
            archived: boolean;
            /** Format: date-time */
            created_at: string;
            /** Format: uuid */
            id: string;
            /** @description Keys are made in it where they name no project */
            is_default: boolean;
            /**
             * @description Whose keys at providers its requests go with
             * @enum {string}
             */
            mode: "credits" | "api-keys" | "hybrid";
            name: string;
            version: number;
        };
        ProjectChange: {
            /** @description Its keys are disabled meanwhile */
            archived?: boolean;
            /** Format: date-time */
            created_at?: string;
            /** Format: uuid */
            id?: string;
            /** @description Keys are made in it where they name no project */
            is_default?: boolean;
            /**
             * @description Whose keys at providers its requests go with
             * @enum {string}
             */
            mode?: "credits" | "api-keys" | "hybrid";
            name?: string;
            version?: number;
        };
        ProjectLlm: {
            /** @description Whether the model can be called now; null: there is none */
            available: boolean | null;
            /** @description null: another level decides */
            model: string | null;
            parameters: components["schemas"]["LlmParameters"];
            /** @description Tried first for that model; null: any */
            provider: string | null;
            version: number;
        };
        ProjectLlmChange: {
            /** @description As it was read */
            available?: boolean | null;
            /** @description null: another level decides */
            model?: string | null;
            /** @description Absent: none */
            parameters?: components["schemas"]["LlmParameters"] | null;
            /** @description Tried first for that model; null: any */
            provider?: string | null;
            /** @description As If-Match */
            version?: number | null;
        };
        ProjectPage: {
            data: components["schemas"]["Project"][];
            /** @description Where the next page begins; null: this was the last */
            next_cursor: string | null;
        };
        ProviderHealth: {
            /** @description Host and port that it is asked at */
            address: string;
            /** @description That could not be made, since the start */
            connections_failed: number;
            connections_idle: number;
            /** @description Those that were asked since the start */
            endpoints: components["schemas"]["EndpointHealth"][];
            /** @description In the catalogue */
            endpoints_known: number;
            /** @description Where it has several */
            keys: components["schemas"]["ProviderKeyHealth"][];
            last_5m: components["schemas"]["AttemptCounts"];
            last_30m: components["schemas"]["AttemptCounts"];
            name: string;
            /** @description Connections that carry a request now */
            requests_running: number;
            /**
             * @description The worst of its endpoints
             * @enum {string}
             */
            state: "unused" | "well" | "degraded" | "failed_lately" | "down" | "rate_limited" | "failing";
            /** @description For people */
            title: string;
        };
        ProviderKey: {
            /** @description Hashes of the organization's keys; null: all */
            allowed_keys: string[] | null;
            /** @description null: all */
            allowed_models: string[] | null;
            /** @description null: the provider's. https, to a public address, unless the operator allows others */
            base_url: string | null;
            /** Format: date-time */
            created_at: string;
            /** Format: uuid */
            created_by_user_id: string | null;
            /** @description Of azure; null: as requests name their model */
            deployment: string | null;
            disabled: boolean;
            /** Format: uuid */
            id: string;
            is_fallback: boolean;
            label: string;
            /** @description The secret is sent nowhere else */
            origin: string;
            /** @description The least goes first */
            priority: number;
            /** @description Of google-vertex: the cloud's */
            project: string | null;
            provider: string;
            /** @description Of google-vertex and amazon-bedrock */
            region: string | null;
            /** @description Of azure */
            resource: string | null;
            /** @description **** and its last characters */
            secret: string;
            /** Format: date-time */
            secret_set_at: string;
            /** @description Whether the gateway can try it at the provider */
            testable: boolean;
            /** Format: date-time */
            updated_at: string;
            version: number;
        };
        ProviderKeyChange: {
            /** @description Hashes of the organization's keys; null: all */
            allowed_keys?: string[] | null;
            /** @description null: all */
            allowed_models?: string[] | null;
            /** @description null: the provider's. https, to a public address, unless the operator allows others */
            base_url?: string | null;
            /** Format: date-time */
            created_at?: string;
            /** Format: uuid */
            created_by_user_id?: string | null;
            /** @description Of azure; null: as requests name their model */
            deployment?: string | null;
            disabled?: boolean;
            /** Format: uuid */
            id?: string;
            is_fallback?: boolean;
            label?: string;
            /** @description The secret is sent nowhere else */
            origin?: string;
            /** @description The least goes first */
            priority?: number;
            /** @description Of google-vertex: the cloud's */
            project?: string | null;
            provider?: string;
            /** @description Of google-vertex and amazon-bedrock */
            region?: string | null;
            /** @description Of azure */
            resource?: string | null;
            /** @description **** and its last characters */
            secret?: string;
            /** Format: date-time */
            secret_set_at?: string;
            /** @description Stores it without trying it at the provider; false if absent */
            skip_test?: boolean;
            /** @description Whether the gateway can try it at the provider */
            testable?: boolean;
            /** Format: date-time */
            updated_at?: string;
            version?: number;
        };
        ProviderKeyHealth: {
            /** @description Its position in the configuration, from 1 */
            name: string;
            /** @description It rests because the provider refused it */
            refused: boolean;
            /** @description Where it rests after a 429 */
            resting_endpoints: number;
        };
        ProviderKeyPage: {
            data: components["schemas"]["ProviderKey"][];
            /** @description Where the next page begins; null: this was the last */
            next_cursor: string | null;
        };
        ProviderKeyTest: {
            /** @description null: it was not tested */
            accepted: boolean | null;
            /** @description What is wrong */
            message: string | null;
            /** @description How many its list has */
            models: number | null;
            /** @description Of the provider's reply; null: there was none */
            status: number | null;
            /** @description false: keys of the provider cannot be tried */
            tested: boolean;
        };
        ProviderPreferences: {
            /** @description null: true */
            allow_fallbacks?: boolean | null;
            /**
             * @description deny: no provider that may store
             * @enum {string|null}
             */
            data_collection?: "allow" | "deny" | null;
            enforce_distillable_text?: boolean | null;
            /** @description None of these */
            ignore?: string[] | null;
            /** @description USD per million tokens, and per request */
            max_price?: components["schemas"]["PriceCeiling"] | null;
            /** @description No other provider; null: any */
            only?: string[] | null;
            /** @description Names of providers; the first goes first */
            order?: string[] | null;
            /** @description Seconds; a number is its p50 */
            preferred_max_latency?: components["schemas"]["PercentileBounds"] | Decimal | null;
            /** @description Tokens a second; a number is its p50 */
            preferred_min_throughput?: components["schemas"]["PercentileBounds"] | Decimal | null;
            /** @description Such as fp8; null: any */
            quantizations?: string[] | null;
            /** @description null: false */
            require_parameters?: boolean | null;
            sort?: components["schemas"]["ProviderSort"] | ("price" | "throughput" | "latency" | "exacto") | null;
            /** @description true: providers with zero data retention */
            zdr?: boolean | null;
        };
        ProviderSettings: {
            /** @description null: true */
            allow_fallbacks: boolean | null;
            /**
             * @description deny: no provider that may store
             * @enum {string|null}
             */
            data_collection: "allow" | "deny" | null;
            enforce_distillable_text: boolean | null;
            /** @description None of these */
            ignore: string[] | null;
            /** @description USD per million tokens, and per request */
            max_price: components["schemas"]["PriceCeiling"] | null;
            /** @description No other provider; null: any */
            only: string[] | null;
            /** @description Names of providers; the first goes first */
            order: string[] | null;
            /** @description Seconds; a number is its p50 */
            preferred_max_latency: components["schemas"]["PercentileBounds"] | Decimal | null;
            /** @description Tokens a second; a number is its p50 */
            preferred_min_throughput: components["schemas"]["PercentileBounds"] | Decimal | null;
            /** @description Such as fp8; null: any */
            quantizations: string[] | null;
            /** @description null: false */
            require_parameters: boolean | null;
            sort: components["schemas"]["ProviderSort"] | ("price" | "throughput" | "latency" | "exacto") | null;
            /** @description Of the organization */
            version: number;
            /** @description true: providers with zero data retention */
            zdr: boolean | null;
        };
        ProviderSort: {
            /**
             * @description null: the usual order
             * @enum {string|null}
             */
            by: "price" | "throughput" | "latency" | "exacto" | null;
            /**
             * @description Of several models; model if absent
             * @enum {string|null}
             */
            partition: "model" | "none" | null;
        };
        PublicKeyCredentialCreationOptions: {
            /** @enum {string} */
            attestation: "none";
            authenticatorSelection: components["schemas"]["AuthenticatorSelection"];
            challenge: string;
            excludeCredentials: components["schemas"]["PublicKeyCredentialDescriptor"][];
            pubKeyCredParams: components["schemas"]["PublicKeyCredentialParameter"][];
            rp: components["schemas"]["PublicKeyCredentialRp"];
            /** @description ms */
            timeout: number;
            user: components["schemas"]["PublicKeyCredentialUser"];
        };
        PublicKeyCredentialDescriptor: {
            id: string;
            transports: string[];
            /** @enum {string} */
            type: "public-key";
        };
        PublicKeyCredentialParameter: {
            /** @description By IANA's COSE registry */
            alg: number;
            /** @enum {string} */
            type: "public-key";
        };
        PublicKeyCredentialRequestOptions: {
            allowCredentials: components["schemas"]["PublicKeyCredentialDescriptor"][];
            challenge: string;
            rpId: string;
            /** @description ms */
            timeout: number;
            /** @enum {string} */
            userVerification: "preferred" | "required";
        };
        PublicKeyCredentialRp: {
            id: string;
            name: string;
        };
        PublicKeyCredentialUser: {
            displayName: string;
            id: string;
            name: string;
        };
        Purchase: {
            /** @description More than 0, at most nine decimals */
            amount: Decimal;
            note?: string | null;
        };
        RateLimit: {
            interval: string;
            note: string;
            /** @description -1: unlimited */
            requests: number;
        };
        RecoveryCodes: {
            /** @description Shown this once; null: the person has some already */
            recovery_codes: string[] | null;
        };
        RecoveryCodesLeft: {
            left: number;
            /** Format: date-time */
            made_at: string;
        };
        Redeem: {
            /** @description Capitals, dashes and blanks make no difference */
            code: string;
        };
        Refund: {
            /** @description Absent: all that is left to refund */
            amount?: Decimal;
            note?: string | null;
            purchase_id?: string;
            /** @description Of the request to refund; either this or purchase_id */
            request_id?: string;
        };
        RefusalPage: {
            /** @description The newest day first; the same try of a day is one row */
            data: components["schemas"]["RefusedAct"][];
            /** @description Where the next page begins; null: this was the last */
            next_cursor: string | null;
        };
        RefusedAct: {
            /** @description root, user: or key: and an id; others: of many, what has no row of its own */
            actor: string;
            /** @description Of a person, as it is now */
            actor_name: string | null;
            /** @description Of the client, at the last try */
            address: string | null;
            count: number;
            /** @description The UTC day that it counts */
            date: string;
            /** Format: date-time */
            first_at: string;
            /** Format: date-time */
            last_at: string;
            method: string | null;
            /** @enum {string} */
            reason: "permission_denied" | "unknown_organization";
            route: string | null;
            /** @description key: or token: and its hash, of the last try */
            via: string | null;
        };
        Registration: {
            /** @description Case makes no difference */
            email: string;
            /** @description At most 100 bytes */
            name: string;
        };
        RegistrationResponse: {
            id: string;
            rawId?: string | null;
            response: components["schemas"]["AuthenticatorAttestationResponse"];
            /** @enum {string} */
            type: "public-key";
        } & {
            [key: string]: unknown;
        };
        RemovedEndpoint: {
            /** @description Its own name, where it has one */
            endpoint?: string;
            /** @description Whose: key, organization, preset, request, price_list, provider */
            level: string;
            model: string;
            provider: string;
            /** @description That removed it, such as only, max_price, deny_models */
            rule: string;
        };
        Repeats: {
            /** @description How long the cache would have kept an answer */
            cache_seconds: number;
            completion_tokens: number;
            /**
             * Format: date-time
             * @description Since when requests were compared
             */
            from: string;
            /** @description Whether digests of requests are kept now: see activity/settings */
            measured: boolean;
            /** @description There are older ones that were not compared */
            partial: boolean;
            prompt_tokens: number;
            /** @description Of them, those that the cache would have served */
            repeated: number;
            /** @description That have a digest */
            requests: number;
            share: Decimal;
            /** @description What those that it would have served cost */
            usage: Decimal;
        };
        ReplacedLimits: {
            /** @description null: unlimited */
            concurrent_requests: number | null;
            /** @description A budget in USD; null: unlimited */
            limit: Decimal | null;
            /**
             * @description null: the budget is for the lifetime, or there is none
             * @enum {string|null}
             */
            limit_reset: "daily" | "weekly" | "monthly" | null;
            /** @description null: unlimited */
            requests_per_minute: number | null;
            /** @description null: unlimited */
            tokens_per_minute: number | null;
        };
        Retention: {
            /** @description Of retain, in place of the plan's; null: the plan's */
            days: number | null;
            effective: components["schemas"]["EffectiveRetention"];
            /**
             * @description null: the configuration's default
             * @enum {string|null}
             */
            level: "none" | "retain" | null;
            plan_days: components["schemas"]["PlanRetention"];
            /** @description Of the organization */
            version: number;
        };
        Revoked: {
            revoked: boolean;
        };
        Rotation: {
            /**
             * Format: uuid
             * @description A member, whose key it is from now on; without a grace
             */
            creator_user_id?: string;
            /** @description For which the secret of before still works; absent: it stops at once, and that of the key or token that calls after 60 s */
            grace_seconds?: number | null;
            /** @description That the key or token must have */
            version?: number;
        };
        RoutedAttempt: {
            /** @description Its own name, where it has one */
            endpoint?: string;
            error: string | null;
            model: string;
            provider: string;
            /** @description The provider's; null: none came */
            status: number | null;
        };
        RoutedEndpoints: {
            /** @description In the order in which they are tried */
            available: components["schemas"]["AvailableEndpoint"][];
            removed: components["schemas"]["RemovedEndpoint"][];
            total: number;
        };
        RoutingError: {
            code: string;
            message: string;
        };
        RoutingPreview: {
            /** @description How many were made */
            attempt: number;
            attempts: components["schemas"]["RoutedAttempt"][];
            endpoints: components["schemas"]["RoutedEndpoints"];
            /** @description That the request would get; null: none */
            error: components["schemas"]["RoutingError"] | null;
            is_byok: boolean;
            region: string | null;
            /** @description The model's name */
            requested: string;
            /** @description direct, alias, auto, latest, free or fallback */
            strategy: string;
            summary: string;
            /** @description Names that stand for no model that may answer */
            unknown_models: string[];
        };
        Savings: {
            /** @description What all other prompt tokens would cost less, if caches served them */
            cacheable_saving: Decimal;
            /** @description What those tokens cost less than uncached ones, at today's prices */
            cached_saving: Decimal;
            /** @description Of prompt tokens, that providers' caches served */
            cached_share: Decimal;
            /** @description The greatest saving first */
            data: components["schemas"]["SavingsRow"][];
            /** Format: date-time */
            from: string;
            /** @description Too much to sum: until `to` only */
            partial: boolean;
            repeats: components["schemas"]["Repeats"];
            /** @description Of all rows */
            saving: Decimal;
            /** Format: date-time */
            to: string;
            usage: Decimal;
        };
        SavingsRow: {
            /** @description null: the model cannot be called any more */
            cheapest_provider_name: string | null;
            /** @description The same tokens there, at today's prices */
            cheapest_usage: Decimal | null;
            model: string;
            provider_name: string;
            requests: number;
            /** @description 0 where it was the cheapest */
            saving: Decimal;
            usage: Decimal;
        };
        SecondFactors: {
            passkeys: number;
            /** @description false: browsers have none at the gateway's public_url */
            passkeys_available: boolean;
            recovery_codes: components["schemas"]["RecoveryCodesLeft"] | null;
            /** @description Ids of organizations that one may do nothing in as owner without a second factor */
            required_by: string[];
            /** @description Those among them that were made for another host */
            stranded_passkeys: number;
            /** @description null: no authenticator app */
            totp: components["schemas"]["AuthenticatorApp"] | null;
        };
        SecuritySettings: {
            /** @description An owner who has none may what a member may, until he has one */
            owners_need_second_factor: boolean;
            /** @description Of the organization */
            version: number;
        };
        Session: {
            /** @description That it began from */
            address: string | null;
            /** Format: date-time */
            created_at: string;
            /** @description Whether it is the one that calls */
            current: boolean;
            /**
             * Format: date-time
             * @description Also while it is used
             */
            expires_at: string;
            id: string;
            /** Format: date-time */
            last_used_at: string;
            /** @description password, totp, recovery_code, passkey, identity_provider, link */
            proofs: string[];
            /**
             * Format: date-time
             * @description When its person last proved who he is
             */
            proved_at: string;
            /** @description The browser, as it calls itself */
            user_agent: string | null;
        };
        SessionData: {
            session: components["schemas"]["Session"];
        };
        SessionPage: {
            data: components["schemas"]["Session"][];
            /** @description Where the next page begins; null: this was the last */
            next_cursor: string | null;
        };
        Setup: {
            /** @description Case makes no difference */
            email: string;
            /** @description At most 100 bytes */
            name: string;
            /** @description At least 12 characters, of any kind */
            password: string;
            /** @description The last part of the link */
            token: string;
        };
        SignedIn: {
            /** @description After one was used; else null */
            recovery_codes_left: number | null;
            session: components["schemas"]["Session"];
            user: components["schemas"]["User"];
        };
        SignedOut: {
            /** @description Whether there was a session to end */
            signed_out: boolean;
        };
        SignIn: {
            /** @description Of the authenticator app */
            code?: string | null;
            /** @description Case makes no difference */
            email?: string | null;
            /** @description In place of all others: of a link that `tollgate admin login-link` printed */
            link_token?: string;
            /** @description What the browser signed, as toJSON() has it */
            passkey?: components["schemas"]["AuthenticationResponse"] | null;
            /** @description null: a passkey that verified its person is enough */
            password?: string | null;
            /** @description In place of a lost factor; each counts once */
            recovery_code?: string | null;
        };
        SignInOffers: {
            identity_providers: components["schemas"]["SignInProvider"][];
            /** @description Whether browsers have passkeys at the gateway's public_url */
            passkey: boolean;
            /** @description Whether people sign in by a password */
            password: boolean;
            /** @description Whether a forgotten password is replaced by mail */
            password_reset: boolean;
            /** @description Whether some people may make an account for themselves */
            registration: boolean;
            /** @description Whether somebody operates the gateway who signs in */
            set_up: boolean;
        };
        SignInProvider: {
            /** @description Of /api/sign-in/{provider} */
            id: string;
            /** @description For the button */
            name: string;
        };
        StepUp: {
            /** @description Of the authenticator app */
            code?: string | null;
            /** @description What the browser signed, as toJSON() has it */
            passkey?: components["schemas"]["AuthenticationResponse"] | null;
            /** @description Enough where there is no second factor */
            password?: string | null;
            /** @description In place of a lost factor; each counts once */
            recovery_code?: string | null;
        };
        StoredDocument: {
            [key: string]: unknown;
        };
        Token: {
            /** Format: date-time */
            created_at: string;
            disabled: boolean;
            /** Format: date-time */
            expires_at: string | null;
            /** @description SHA-256 of the token's first secret: its id, also when it has another one */
            hash: string;
            label: string;
            /**
             * Format: date-time
             * @description null: never
             */
            last_used_at: string | null;
            may_infer: boolean;
            name: string;
            /**
             * Format: date-time
             * @description How long the secret of before still works; null: it does not
             */
            previous_secret_expires_at: string | null;
            /** @description *: everything */
            scopes: string[];
            version: number;
        };
        TokenChange: {
            /** Format: date-time */
            created_at?: string;
            disabled?: boolean;
            /** Format: date-time */
            expires_at?: string | null;
            /** @description SHA-256 of the token's first secret: its id, also when it has another one */
            hash?: string;
            label?: string;
            /**
             * Format: date-time
             * @description null: never
             */
            last_used_at?: string | null;
            may_infer?: boolean;
            name?: string;
            /**
             * Format: date-time
             * @description How long the secret of before still works; null: it does not
             */
            previous_secret_expires_at?: string | null;
            /** @description *: everything */
            scopes?: string[];
            version?: number;
        };
        TokenData: {
            data: components["schemas"]["Token"];
        };
        TokenPage: {
            data: components["schemas"]["Token"][];
            /** @description Where the next page begins; null: this was the last */
            next_cursor: string | null;
        };
        TokenRotation: {
            /** @description For which the secret of before still works; absent: it stops at once, and that of the key or token that calls after 60 s */
            grace_seconds?: number | null;
            /** @description That the key or token must have */
            version?: number;
        };
        TotpCode: {
            /** @description Six digits */
            code: string;
        };
        TotpSetup: {
            /** @description For a QR code */
            otpauth_url: string;
            /** @description In base 32, to be typed */
            secret: string;
        };
        Transaction: {
            actor?: string | null;
            /** @description If that is a person */
            actor_name?: string | null;
            amount: Decimal;
            /** @description If less could be taken */
            asked?: Decimal;
            balance: Decimal;
            /**
             * Format: date-time
             * @description Of a purchase: when its credit moved
             */
            confirmed_at?: string | null;
            confirmed_by?: string | null;
            /** @description If that is a person */
            confirmed_by_name?: string | null;
            /** Format: uuid */
            counterparty: string | null;
            /** Format: date-time */
            created_at: string | null;
            /** @description Of a day's usage */
            date?: string;
            /** Format: date-time */
            expires_at?: string | null;
            id: string;
            kind: string;
            note?: string | null;
            priority?: number;
            /** Format: uuid */
            project_id: string | null;
            reference: string | null;
            /** @description Of a day's usage */
            requests?: number;
            /** @enum {string} */
            state: "done" | "pending" | "cancelled";
        };
        TransactionPage: {
            data: components["schemas"]["Transaction"][];
            /** @description Where the next page begins; null: this was the last */
            next_cursor: string | null;
        };
        Transfer: {
            /** @description More than 0, at most nine decimals */
            amount: Decimal;
            note?: string | null;
            /**
             * Format: uuid
             * @description An organization
             */
            to: string;
        };
        UsedOfPlan: {
            /** @description null: unlimited */
            most: number | null;
            used: number;
        };
        User: {
            /** Format: date-time */
            created_at: string;
            /** Format: uuid */
            current_organization_id: string;
            /** @description Case makes no difference */
            email: string;
            email_verified: boolean;
            /** Format: uuid */
            id: string;
            /** @description Whether the person, signed in, may what the root key may */
            is_operator: boolean;
            /** @description null: as the plan says */
            most_organizations: number | null;
            name: string;
            /**
             * Format: date-time
             * @description null: there is no password
             */
            password_set_at: string | null;
            /** Format: uuid */
            personal_organization_id: string;
            /**
             * Format: date-time
             * @description null: there is none
             */
            second_factor_since: string | null;
            /** @enum {string} */
            status: "active" | "suspended";
            /** Format: date-time */
            updated_at: string;
            version: number;
        };
        UserChange: {
            /** Format: date-time */
            created_at?: string;
            /** Format: uuid */
            current_organization_id?: string;
            /** @description Case makes no difference */
            email?: string;
            email_verified?: boolean;
            /** Format: uuid */
            id?: string;
            /** @description Whether the person, signed in, may what the root key may */
            is_operator?: boolean;
            /** @description null: as the plan says */
            most_organizations?: number | null;
            name?: string;
            /**
             * Format: date-time
             * @description null: there is no password
             */
            password_set_at?: string | null;
            /** Format: uuid */
            personal_organization_id?: string;
            /**
             * Format: date-time
             * @description null: there is none
             */
            second_factor_since?: string | null;
            /** @enum {string} */
            status?: "active" | "suspended";
            /** Format: date-time */
            updated_at?: string;
            version?: number;
        };
        UserDeleted: {
            deleted: boolean;
            /** @description Credit that was taken; a transaction shows it */
            forfeited: Decimal;
        };
        UserDeletion: {
            /** @description Also with credit left, which is taken from the balance; false if absent */
            forfeit?: boolean;
        };
        UserPage: {
            data: components["schemas"]["User"][];
            /** @description Where the next page begins; null: this was the last */
            next_cursor: string | null;
        };
        VerificationOfLink: {
            email_masked: string;
            /** Format: date-time */
            expires_at: string;
            /** @enum {string} */
            kind: "verification" | "registration";
            /** @description The address of whoever calls, if that is a person */
            signed_in_as: string | null;
            /** @description Whether the link is for that address */
            signed_in_matches: boolean;
        };
        Voucher: {
            amount: Decimal;
            batch: string | null;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            credit_expires_at: string | null;
            /** Format: date-time */
            expires_at: string | null;
            /** @description The SHA-256 of the code */
            id: string;
            note: string | null;
            /** @enum {string} */
            state: "open" | "used" | "voided" | "expired";
            transaction_id: string | null;
            /** Format: date-time */
            used_at: string | null;
            /** @description As the audit names who did */
            used_by: string | null;
            /** Format: uuid */
            used_by_organization: string | null;
            version: number;
        };
        VoucherCode: {
            /** @description Shown this once */
            code: string;
            /** @description The SHA-256 of the code */
            id: string;
        };
        VoucherCodes: {
            data: components["schemas"]["VoucherCode"][];
        };
        VoucherPage: {
            data: components["schemas"]["Voucher"][];
            /** @description Where the next page begins; null: this was the last */
            next_cursor: string | null;
        };
        VoucherVoided: {
            voided: boolean;
        };
        WayToProvider: {
            /** @description Where the page sends the browser */
            location: string;
        };
    };
    responses: {
        /** @description What went wrong */
        Error: {
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    get_api_allowances: {
        parameters: {
            query?: {
                /** @description The next_cursor of the page before */
                cursor?: string;
                /** @description How many, at most; 100 if absent */
                limit?: number;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["AllowancePage"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    post_api_allowances: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewAllowance"];
            };
        };
        responses: {
            /** @description Success */
            201: {
                content: {
                    "application/json": components["schemas"]["Allowance"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_allowances_allowance: {
        parameters: {
            path: {
                allowance: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["Allowance"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    delete_api_allowances_allowance: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
                /** @description The ETag of an earlier answer: fails with 412 if it changed since */
                "If-Match"?: string;
            };
            path: {
                allowance: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["AllowanceDeleted"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    patch_api_allowances_allowance: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
                /** @description The ETag of an earlier answer: fails with 412 if it changed since */
                "If-Match"?: string;
            };
            path: {
                allowance: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AllowanceChange"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["Allowance"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_audit: {
        parameters: {
            query?: {
                /** @description As it is shown, such as key.create */
                action?: string;
                /** @description root, local, or user: or key: and an id */
                actor?: string;
                /** @description The next_cursor of the page before */
                cursor?: string;
                format?: "json" | "csv";
                /** @description RFC 3339, a date, or Unix milliseconds */
                from?: string;
                /** @description How many, at most; 50 if absent */
                limit?: number;
                /** @description The same; exclusive */
                to?: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["AuditPage"];
                    "text/csv": string;
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_audit_refusals: {
        parameters: {
            query?: {
                /** @description The next_cursor of the page before */
                cursor?: string;
                /** @description How many, at most; 50 if absent */
                limit?: number;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["RefusalPage"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_credits: {
        parameters: {
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["AllCredits"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_instance: {
        parameters: {
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["Instance"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_instance_configuration: {
        parameters: {
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["InstanceConfiguration"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_instance_providers: {
        parameters: {
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["InstanceProviders"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    post_api_invitations_accept: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AcceptInvitation"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["AcceptedInvitation"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    post_api_invitations_lookup: {
        parameters: {
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LinkToken"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["InvitationOfLink"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_mail: {
        parameters: {
            query?: {
                /** @description The next_cursor of the page before */
                cursor?: string;
                /** @description How many, at most; 100 if absent */
                limit?: number;
                state?: "waiting" | "sent" | "failed" | "dropped";
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["MailPage"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    post_api_mail_mail_retry: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
            };
            path: {
                mail: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["Mail"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_me: {
        parameters: {
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    patch_api_me: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
                /** @description The ETag of an earlier answer: fails with 412 if it changed since */
                "If-Match"?: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MyChange"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_me_identities: {
        parameters: {
            query?: {
                /** @description The next_cursor of the page before */
                cursor?: string;
                /** @description How many, at most; 100 if absent */
                limit?: number;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["LinkedIdentityPage"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    delete_api_me_identities_identity: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
                /** @description The ETag of an earlier answer: fails with 412 if it changed since */
                "If-Match"?: string;
            };
            path: {
                identity: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["Deleted"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_me_invitations: {
        parameters: {
            query?: {
                /** @description The next_cursor of the page before */
                cursor?: string;
                /** @description How many, at most; 100 if absent */
                limit?: number;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["InvitationPage"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_me_passkeys: {
        parameters: {
            query?: {
                /** @description The next_cursor of the page before */
                cursor?: string;
                /** @description How many, at most; 100 if absent */
                limit?: number;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["PasskeyPage"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    post_api_me_passkeys: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewPasskey"];
            };
        };
        responses: {
            /** @description Success */
            201: {
                content: {
                    "application/json": components["schemas"]["NewPasskeyData"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    delete_api_me_passkeys_passkey: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
                /** @description The ETag of an earlier answer: fails with 412 if it changed since */
                "If-Match"?: string;
            };
            path: {
                passkey: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["Deleted"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    post_api_me_passkeys_options: {
        parameters: {
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["CredentialCreationOptions"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    put_api_me_password: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
                /** @description The ETag of an earlier answer: fails with 412 if it changed since */
                "If-Match"?: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordChange"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["PasswordChanged"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    post_api_me_recovery_codes: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["RecoveryCodes"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_me_second_factors: {
        parameters: {
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["SecondFactors"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_me_sessions: {
        parameters: {
            query?: {
                /** @description The next_cursor of the page before */
                cursor?: string;
                /** @description How many, at most; 100 if absent */
                limit?: number;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["SessionPage"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    delete_api_me_sessions_session: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
                /** @description The ETag of an earlier answer: fails with 412 if it changed since */
                "If-Match"?: string;
            };
            path: {
                session: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["Deleted"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_me_tokens: {
        parameters: {
            query?: {
                /** @description The next_cursor of the page before */
                cursor?: string;
                /** @description How many, at most; 100 if absent */
                limit?: number;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["TokenPage"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    post_api_me_tokens: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewToken"];
            };
        };
        responses: {
            /** @description Success */
            201: {
                content: {
                    "application/json": components["schemas"]["NewTokenData"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_me_tokens_key: {
        parameters: {
            path: {
                key: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["TokenData"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    delete_api_me_tokens_key: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
                /** @description The ETag of an earlier answer: fails with 412 if it changed since */
                "If-Match"?: string;
            };
            path: {
                key: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["Deleted"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    patch_api_me_tokens_key: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
                /** @description The ETag of an earlier answer: fails with 412 if it changed since */
                "If-Match"?: string;
            };
            path: {
                key: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TokenChange"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["TokenData"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    post_api_me_tokens_key_rotate: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
                /** @description The ETag of an earlier answer: fails with 412 if it changed since */
                "If-Match"?: string;
            };
            path: {
                key: string;
            };
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["TokenRotation"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["NewTokenData"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    post_api_me_totp: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["TotpSetup"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    delete_api_me_totp: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
                /** @description The ETag of an earlier answer: fails with 412 if it changed since */
                "If-Match"?: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["Deleted"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    post_api_me_totp_confirm: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TotpCode"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["RecoveryCodes"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    post_api_me_verification: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            202: {
                content: {
                    "application/json": components["schemas"]["MailSent"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_openapi_json: {
        parameters: {
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["OpenApiDocument"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_organizations: {
        parameters: {
            query?: {
                /** @description The next_cursor of the page before */
                cursor?: string;
                /** @description How many, at most; 100 if absent */
                limit?: number;
                /** @description A part of the name; capitals make no difference */
                name?: string;
                /** @description Pages as OpenHands does: 0, then the next_page_id of the page before; in place of cursor */
                page_id?: number;
                /** @description Deleted ones for the operator only; all that are not deleted if absent */
                status?: "active" | "suspended" | "deleted";
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["OrganizationPages"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    post_api_organizations: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewOrganization"];
            };
        };
        responses: {
            /** @description Success */
            201: {
                content: {
                    "application/json": components["schemas"]["Organization"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_organizations_organization: {
        parameters: {
            path: {
                organization: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["Organization"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    delete_api_organizations_organization: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
                /** @description The ETag of an earlier answer: fails with 412 if it changed since */
                "If-Match"?: string;
            };
            path: {
                organization: string;
            };
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["OrganizationDeletion"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["OrganizationDeleted"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    patch_api_organizations_organization: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
                /** @description The ETag of an earlier answer: fails with 412 if it changed since */
                "If-Match"?: string;
            };
            path: {
                organization: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OrganizationChange"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["Organization"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_organizations_organization_activity: {
        parameters: {
            query?: {
                app?: string;
                /** @description The next_cursor or previous_cursor of another page of the same filter and time */
                cursor?: string;
                format?: "json" | "csv";
                /** @description RFC 3339, a date, or Unix milliseconds */
                from?: string;
                git_organization?: string;
                git_repository?: string;
                key?: string;
                /** @description How many, at most; 100 if absent */
                limit?: number;
                member_id?: string;
                model?: string;
                project_id?: string;
                provider?: string;
                session_id?: string;
                status?: "success" | "client_error" | "server_error" | "cancelled";
                tag?: string;
                /** @description The same; exclusive */
                to?: string;
                user?: string;
            };
            path: {
                organization: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["ActivityPage"];
                    "text/csv": string;
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_organizations_organization_activity_live: {
        parameters: {
            query?: {
                app?: string;
                git_organization?: string;
                git_repository?: string;
                key?: string;
                member_id?: string;
                model?: string;
                project_id?: string;
                provider?: string;
                /** @description How long to watch; 3600 if absent */
                seconds?: number;
                session_id?: string;
                status?: "success" | "client_error" | "server_error" | "cancelled";
                tag?: string;
                user?: string;
            };
            path: {
                organization: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "text/event-stream": unknown;
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_organizations_organization_activity_settings: {
        parameters: {
            path: {
                organization: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["ActivitySettings"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    put_api_organizations_organization_activity_settings: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
                /** @description The ETag of an earlier answer: fails with 412 if it changed since */
                "If-Match"?: string;
            };
            path: {
                organization: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewActivitySettings"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["ActivitySettings"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_organizations_organization_activity_values: {
        parameters: {
            query: {
                field: "key" | "member" | "project" | "model" | "provider" | "status" | "user" | "session_id" | "app" | "tag" | "git_organization" | "git_repository";
                /** @description RFC 3339, a date, or Unix milliseconds */
                from?: string;
                key?: string;
                /** @description How many, at most; 100 if absent */
                limit?: number;
                member_id?: string;
                model?: string;
                /** @description Of the value or its label */
                prefix?: string;
                project_id?: string;
                provider?: string;
                /** @description The same; exclusive */
                to?: string;
            };
            path: {
                organization: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["ActivityValues"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    post_api_organizations_organization_adjustments: {
        parameters: {
            path: {
                organization: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Adjustment"];
            };
        };
        responses: {
            /** @description An earlier call had done it */
            200: {
                content: {
                    "application/json": components["schemas"]["Booked"];
                };
            };
            /** @description Success */
            201: {
                content: {
                    "application/json": components["schemas"]["Booked"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_organizations_organization_alerts: {
        parameters: {
            path: {
                organization: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["Alerts"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    put_api_organizations_organization_alerts: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
                /** @description The ETag of an earlier answer: fails with 412 if it changed since */
                "If-Match"?: string;
            };
            path: {
                organization: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewAlerts"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["Alerts"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_organizations_organization_allowances: {
        parameters: {
            query?: {
                /** @description The next_cursor of the page before */
                cursor?: string;
                /** @description How many, at most; 100 if absent */
                limit?: number;
            };
            path: {
                organization: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["AllowancePage"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_organizations_organization_analytics: {
        parameters: {
            query?: {
                app?: string;
                /** @description How long to sum, at most; 2000 if absent */
                budget_ms?: number;
                /** @description Adds the total of as long a time before */
                compare?: "previous";
                /** @description Instants, with commas: where buckets begin, and the last one ends. For days of a time zone */
                edges?: string;
                format?: "json" | "csv";
                /** @description RFC 3339, a date, or Unix milliseconds */
                from?: string;
                git_organization?: string;
                git_repository?: string;
                group_by?: string;
                key?: string;
                member_id?: string;
                model?: string;
                project_id?: string;
                provider?: string;
                session_id?: string;
                status?: "success" | "client_error" | "server_error" | "cancelled";
                tag?: string;
                /** @description The same; exclusive */
                to?: string;
                /** @description How many groups have rows of their own */
                top?: number;
                user?: string;
            };
            path: {
                organization: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["Analytics"];
                    "text/csv": string;
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_organizations_organization_analytics_savings: {
        parameters: {
            query?: {
                /** @description That a cache would keep an answer; 300 if absent */
                cache_seconds?: number;
                /** @description RFC 3339, a date, or Unix milliseconds */
                from?: string;
                key?: string;
                member_id?: string;
                model?: string;
                project_id?: string;
                provider?: string;
                /** @description The same; exclusive */
                to?: string;
            };
            path: {
                organization: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["Savings"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_organizations_organization_audit: {
        parameters: {
            query?: {
                /** @description As it is shown, such as key.create */
                action?: string;
                /** @description root, local, or user: or key: and an id */
                actor?: string;
                /** @description The next_cursor of the page before */
                cursor?: string;
                format?: "json" | "csv";
                /** @description RFC 3339, a date, or Unix milliseconds */
                from?: string;
                /** @description How many, at most; 50 if absent */
                limit?: number;
                /** @description The same; exclusive */
                to?: string;
            };
            path: {
                organization: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["AuditPage"];
                    "text/csv": string;
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_organizations_organization_audit_refusals: {
        parameters: {
            query?: {
                /** @description The next_cursor of the page before */
                cursor?: string;
                /** @description How many, at most; 50 if absent */
                limit?: number;
            };
            path: {
                organization: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["RefusalPage"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_organizations_organization_billing: {
        parameters: {
            path: {
                organization: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["Billing"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    patch_api_organizations_organization_billing: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
                /** @description The ETag of an earlier answer: fails with 412 if it changed since */
                "If-Match"?: string;
            };
            path: {
                organization: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BillingChange"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["Billing"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    post_api_organizations_organization_chargebacks: {
        parameters: {
            path: {
                organization: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChargeBack"];
            };
        };
        responses: {
            /** @description An earlier call had done it */
            200: {
                content: {
                    "application/json": components["schemas"]["Booked"];
                };
            };
            /** @description Success */
            201: {
                content: {
                    "application/json": components["schemas"]["Booked"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_organizations_organization_credit_policy: {
        parameters: {
            path: {
                organization: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["CreditPolicy"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    put_api_organizations_organization_credit_policy: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
                /** @description The ETag of an earlier answer: fails with 412 if it changed since */
                "If-Match"?: string;
            };
            path: {
                organization: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewCreditPolicy"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["CreditPolicy"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_organizations_organization_credit_lots: {
        parameters: {
            query?: {
                /** @description The next_cursor of the page before */
                cursor?: string;
                /** @description How many, at most; 100 if absent */
                limit?: number;
            };
            path: {
                organization: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["CreditLotList"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_organizations_organization_credit_requests: {
        parameters: {
            query?: {
                /** @description The next_cursor of the page before */
                cursor?: string;
                /** @description How many, at most; 100 if absent */
                limit?: number;
                state?: "pending" | "approved" | "declined" | "withdrawn";
            };
            path: {
                organization: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["CreditRequestPage"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    post_api_organizations_organization_credit_requests: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
            };
            path: {
                organization: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewCreditRequest"];
            };
        };
        responses: {
            /** @description Success */
            201: {
                content: {
                    "application/json": components["schemas"]["CreditRequest"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_organizations_organization_credit_requests_credit_request: {
        parameters: {
            path: {
                credit_request: string;
                organization: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["CreditRequest"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    post_api_organizations_organization_credit_requests_credit_request_approve: {
        parameters: {
            path: {
                credit_request: string;
                organization: string;
            };
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["CreditApproval"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["CreditRequest"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    post_api_organizations_organization_credit_requests_credit_request_decline: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
            };
            path: {
                credit_request: string;
                organization: string;
            };
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["CreditDecline"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["CreditRequest"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    post_api_organizations_organization_credit_requests_credit_request_withdraw: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
            };
            path: {
                credit_request: string;
                organization: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["CreditRequest"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_organizations_organization_credits: {
        parameters: {
            path: {
                organization: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["Credits"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    post_api_organizations_organization_credits: {
        parameters: {
            path: {
                organization: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Grant"];
            };
        };
        responses: {
            /** @description An earlier call had done it */
            200: {
                content: {
                    "application/json": components["schemas"]["Booked"];
                };
            };
            /** @description Success */
            201: {
                content: {
                    "application/json": components["schemas"]["Booked"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_organizations_organization_git_claims: {
        parameters: {
            query?: {
                /** @description The next_cursor of the page before */
                cursor?: string;
                /** @description How many, at most; 100 if absent */
                limit?: number;
            };
            path: {
                organization: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["GitClaimPage"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    post_api_organizations_organization_git_claims: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
            };
            path: {
                organization: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewGitClaim"];
            };
        };
        responses: {
            /** @description Success */
            201: {
                content: {
                    "application/json": components["schemas"]["GitClaim"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_organizations_organization_git_claims_claim: {
        parameters: {
            path: {
                claim: string;
                organization: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["GitClaim"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    delete_api_organizations_organization_git_claims_claim: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
                /** @description The ETag of an earlier answer: fails with 412 if it changed since */
                "If-Match"?: string;
            };
            path: {
                claim: string;
                organization: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["Deleted"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    patch_api_organizations_organization_git_claims_claim: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
                /** @description The ETag of an earlier answer: fails with 412 if it changed since */
                "If-Match"?: string;
            };
            path: {
                claim: string;
                organization: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["GitClaimChange"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["GitClaim"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    post_api_organizations_organization_git_claims_candidates: {
        parameters: {
            path: {
                organization: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["GitCandidatesBody"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["GitCandidates"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_organizations_organization_invitations: {
        parameters: {
            query?: {
                /** @description The next_cursor of the page before */
                cursor?: string;
                /** @description How many, at most; 100 if absent */
                limit?: number;
            };
            path: {
                organization: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["InvitationPage"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    post_api_organizations_organization_invitations: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
            };
            path: {
                organization: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewInvitation"];
            };
        };
        responses: {
            /** @description Success */
            201: {
                content: {
                    "application/json": components["schemas"]["MadeInvitations"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_organizations_organization_invitations_invitation: {
        parameters: {
            path: {
                invitation: string;
                organization: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["Invitation"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    delete_api_organizations_organization_invitations_invitation: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
                /** @description The ETag of an earlier answer: fails with 412 if it changed since */
                "If-Match"?: string;
            };
            path: {
                invitation: string;
                organization: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["Revoked"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    post_api_organizations_organization_invitations_invitation_resend: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
            };
            path: {
                invitation: string;
                organization: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["MadeInvitation"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_organizations_organization_keys: {
        parameters: {
            query?: {
                creator_user_id?: string;
                /** @description The next_cursor of the page before */
                cursor?: string;
                disabled?: "true" | "false";
                /** @description How many, at most; 100 if absent */
                limit?: number;
                project_id?: string;
            };
            path: {
                organization: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["KeyPage"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    post_api_organizations_organization_keys: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
            };
            path: {
                organization: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewKey"];
            };
        };
        responses: {
            /** @description Success */
            201: {
                content: {
                    "application/json": components["schemas"]["NewKeyData"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_organizations_organization_keys_key: {
        parameters: {
            path: {
                key: string;
                organization: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["KeyData"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    delete_api_organizations_organization_keys_key: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
                /** @description The ETag of an earlier answer: fails with 412 if it changed since */
                "If-Match"?: string;
            };
            path: {
                key: string;
                organization: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["Deleted"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    patch_api_organizations_organization_keys_key: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
                /** @description The ETag of an earlier answer: fails with 412 if it changed since */
                "If-Match"?: string;
            };
            path: {
                key: string;
                organization: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["KeyChange"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["KeyData"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_organizations_organization_keys_key_limits: {
        parameters: {
            path: {
                key: string;
                organization: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["Limits"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    put_api_organizations_organization_keys_key_limits: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
                /** @description The ETag of an earlier answer: fails with 412 if it changed since */
                "If-Match"?: string;
            };
            path: {
                key: string;
                organization: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewLimits"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["Limits"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    patch_api_organizations_organization_keys_key_limits: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
                /** @description The ETag of an earlier answer: fails with 412 if it changed since */
                "If-Match"?: string;
            };
            path: {
                key: string;
                organization: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LimitsChange"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["Limits"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    post_api_organizations_organization_keys_key_rotate: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
                /** @description The ETag of an earlier answer: fails with 412 if it changed since */
                "If-Match"?: string;
            };
            path: {
                key: string;
                organization: string;
            };
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Rotation"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["NewKeyData"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_organizations_organization_limits: {
        parameters: {
            path: {
                organization: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["Limits"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    put_api_organizations_organization_limits: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
                /** @description The ETag of an earlier answer: fails with 412 if it changed since */
                "If-Match"?: string;
            };
            path: {
                organization: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewLimits"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["Limits"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    patch_api_organizations_organization_limits: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
                /** @description The ETag of an earlier answer: fails with 412 if it changed since */
                "If-Match"?: string;
            };
            path: {
                organization: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LimitsChange"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["Limits"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_organizations_organization_llm: {
        parameters: {
            path: {
                organization: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["OrganizationLlm"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    put_api_organizations_organization_llm: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
                /** @description The ETag of an earlier answer: fails with 412 if it changed since */
                "If-Match"?: string;
            };
            path: {
                organization: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewOrganizationLlm"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["OrganizationLlm"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    patch_api_organizations_organization_llm: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
                /** @description The ETag of an earlier answer: fails with 412 if it changed since */
                "If-Match"?: string;
            };
            path: {
                organization: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OrganizationLlmChange"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["OrganizationLlm"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_organizations_organization_me: {
        parameters: {
            path: {
                organization: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["OwnMembership"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_organizations_organization_members: {
        parameters: {
            query?: {
                /** @description The next_cursor of the page before */
                cursor?: string;
                /** @description A part of the address */
                email?: string;
                /** @description How many, at most; 100 if absent */
                limit?: number;
                /** @description Pages as OpenHands does: 0, then the next_page_id of the page before; in place of cursor */
                page_id?: number;
                role?: "owner" | "admin" | "member";
                status?: "active" | "suspended";
            };
            path: {
                organization: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["MemberPages"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    post_api_organizations_organization_members: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
            };
            path: {
                organization: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewMember"];
            };
        };
        responses: {
            /** @description Success */
            201: {
                content: {
                    "application/json": components["schemas"]["Member"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_organizations_organization_members_member: {
        parameters: {
            path: {
                member: string;
                organization: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["Member"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    delete_api_organizations_organization_members_member: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
                /** @description The ETag of an earlier answer: fails with 412 if it changed since */
                "If-Match"?: string;
            };
            path: {
                member: string;
                organization: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["MemberRemoved"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    patch_api_organizations_organization_members_member: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
                /** @description The ETag of an earlier answer: fails with 412 if it changed since */
                "If-Match"?: string;
            };
            path: {
                member: string;
                organization: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MemberChange"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["Member"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_organizations_organization_members_member_limits: {
        parameters: {
            path: {
                member: string;
                organization: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["Limits"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    put_api_organizations_organization_members_member_limits: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
                /** @description The ETag of an earlier answer: fails with 412 if it changed since */
                "If-Match"?: string;
            };
            path: {
                member: string;
                organization: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewLimits"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["Limits"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    patch_api_organizations_organization_members_member_limits: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
                /** @description The ETag of an earlier answer: fails with 412 if it changed since */
                "If-Match"?: string;
            };
            path: {
                member: string;
                organization: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LimitsChange"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["Limits"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_organizations_organization_members_member_llm: {
        parameters: {
            query?: {
                /** @description That the keys are of; absent: the default project */
                project_id?: string;
            };
            path: {
                member: string;
                organization: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["MemberLlm"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    delete_api_organizations_organization_members_member_llm: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
                /** @description The ETag of an earlier answer: fails with 412 if it changed since */
                "If-Match"?: string;
            };
            path: {
                member: string;
                organization: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["MemberLlm"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_organizations_organization_members_count: {
        parameters: {
            query?: {
                /** @description A part of the address */
                email?: string;
            };
            path: {
                organization: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["MemberCount"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_organizations_organization_members_financial: {
        parameters: {
            query?: {
                /** @description A part of the address */
                email?: string;
                /** @description How many, at most; 10 if absent */
                limit?: number;
                /** @description The next_page_id of the page before; 0 if absent */
                page_id?: number;
            };
            path: {
                organization: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["MemberFinancesPage"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_organizations_organization_members_me_llm: {
        parameters: {
            query?: {
                /** @description That the keys are of; absent: the default project */
                project_id?: string;
            };
            path: {
                organization: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["MemberLlm"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    put_api_organizations_organization_members_me_llm: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
                /** @description The ETag of an earlier answer: fails with 412 if it changed since */
                "If-Match"?: string;
            };
            path: {
                organization: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewMemberLlm"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["MemberLlm"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    delete_api_organizations_organization_members_me_llm: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
                /** @description The ETag of an earlier answer: fails with 412 if it changed since */
                "If-Match"?: string;
            };
            path: {
                organization: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["MemberLlm"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    patch_api_organizations_organization_members_me_llm: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
                /** @description The ETag of an earlier answer: fails with 412 if it changed since */
                "If-Match"?: string;
            };
            path: {
                organization: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MemberLlmChange"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["MemberLlm"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_organizations_organization_plan: {
        parameters: {
            path: {
                organization: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["OrganizationPlan"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    put_api_organizations_organization_plan: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
                /** @description The ETag of an earlier answer: fails with 412 if it changed since */
                "If-Match"?: string;
            };
            path: {
                organization: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewOrganizationPlan"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["OrganizationPlan"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    post_api_organizations_organization_playground_chat_completions: {
        parameters: {
            query?: {
                /** @description Whose rights and limits the chat has; not beside project */
                key?: string;
                /** @description The same; absent: the default project */
                project?: string;
            };
            path: {
                organization: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Chat"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["ModelAnswer"];
                    "text/event-stream": unknown;
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_organizations_organization_presets: {
        parameters: {
            query?: {
                /** @description The next_cursor of the page before */
                cursor?: string;
                /** @description How many, at most; 100 if absent */
                limit?: number;
            };
            path: {
                organization: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["PresetPage"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    post_api_organizations_organization_presets: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
            };
            path: {
                organization: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewPreset"];
            };
        };
        responses: {
            /** @description Success */
            201: {
                content: {
                    "application/json": components["schemas"]["Preset"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_organizations_organization_presets_preset: {
        parameters: {
            path: {
                organization: string;
                preset: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["Preset"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    put_api_organizations_organization_presets_preset: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
                /** @description The ETag of an earlier answer: fails with 412 if it changed since */
                "If-Match"?: string;
            };
            path: {
                organization: string;
                preset: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PresetChange"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["Preset"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    delete_api_organizations_organization_presets_preset: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
                /** @description The ETag of an earlier answer: fails with 412 if it changed since */
                "If-Match"?: string;
            };
            path: {
                organization: string;
                preset: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["Deleted"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_organizations_organization_presets_preset_versions: {
        parameters: {
            path: {
                organization: string;
                preset: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["PresetVersions"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_organizations_organization_privacy: {
        parameters: {
            path: {
                organization: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["Privacy"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    put_api_organizations_organization_privacy: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
                /** @description The ETag of an earlier answer: fails with 412 if it changed since */
                "If-Match"?: string;
            };
            path: {
                organization: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewPrivacy"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["Privacy"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    patch_api_organizations_organization_privacy: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
                /** @description The ETag of an earlier answer: fails with 412 if it changed since */
                "If-Match"?: string;
            };
            path: {
                organization: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PrivacyChange"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["Privacy"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_organizations_organization_projects: {
        parameters: {
            query?: {
                /** @description All if absent */
                archived?: "true" | "false";
                /** @description The next_cursor of the page before */
                cursor?: string;
                /** @description How many, at most; 100 if absent */
                limit?: number;
            };
            path: {
                organization: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["ProjectPage"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    post_api_organizations_organization_projects: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
            };
            path: {
                organization: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewProject"];
            };
        };
        responses: {
            /** @description Success */
            201: {
                content: {
                    "application/json": components["schemas"]["Project"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_organizations_organization_projects_project: {
        parameters: {
            path: {
                organization: string;
                project: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["Project"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    delete_api_organizations_organization_projects_project: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
                /** @description The ETag of an earlier answer: fails with 412 if it changed since */
                "If-Match"?: string;
            };
            path: {
                organization: string;
                project: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["Deleted"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    patch_api_organizations_organization_projects_project: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
                /** @description The ETag of an earlier answer: fails with 412 if it changed since */
                "If-Match"?: string;
            };
            path: {
                organization: string;
                project: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProjectChange"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["Project"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    post_api_organizations_organization_projects_project_default: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
            };
            path: {
                organization: string;
                project: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["Project"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_organizations_organization_projects_project_limits: {
        parameters: {
            path: {
                organization: string;
                project: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["Limits"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    put_api_organizations_organization_projects_project_limits: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
                /** @description The ETag of an earlier answer: fails with 412 if it changed since */
                "If-Match"?: string;
            };
            path: {
                organization: string;
                project: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewLimits"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["Limits"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    patch_api_organizations_organization_projects_project_limits: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
                /** @description The ETag of an earlier answer: fails with 412 if it changed since */
                "If-Match"?: string;
            };
            path: {
                organization: string;
                project: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LimitsChange"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["Limits"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_organizations_organization_projects_project_llm: {
        parameters: {
            path: {
                organization: string;
                project: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["ProjectLlm"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    put_api_organizations_organization_projects_project_llm: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
                /** @description The ETag of an earlier answer: fails with 412 if it changed since */
                "If-Match"?: string;
            };
            path: {
                organization: string;
                project: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewProjectLlm"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["ProjectLlm"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    delete_api_organizations_organization_projects_project_llm: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
                /** @description The ETag of an earlier answer: fails with 412 if it changed since */
                "If-Match"?: string;
            };
            path: {
                organization: string;
                project: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["ProjectLlm"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    patch_api_organizations_organization_projects_project_llm: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
                /** @description The ETag of an earlier answer: fails with 412 if it changed since */
                "If-Match"?: string;
            };
            path: {
                organization: string;
                project: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProjectLlmChange"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["ProjectLlm"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_organizations_organization_provider_keys: {
        parameters: {
            query?: {
                /** @description The next_cursor of the page before */
                cursor?: string;
                /** @description How many, at most; 100 if absent */
                limit?: number;
            };
            path: {
                organization: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["ProviderKeyPage"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    post_api_organizations_organization_provider_keys: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
            };
            path: {
                organization: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewProviderKey"];
            };
        };
        responses: {
            /** @description Success */
            201: {
                content: {
                    "application/json": components["schemas"]["ProviderKey"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_organizations_organization_provider_keys_provider_key: {
        parameters: {
            path: {
                organization: string;
                provider_key: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["ProviderKey"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    delete_api_organizations_organization_provider_keys_provider_key: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
                /** @description The ETag of an earlier answer: fails with 412 if it changed since */
                "If-Match"?: string;
            };
            path: {
                organization: string;
                provider_key: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["Deleted"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    patch_api_organizations_organization_provider_keys_provider_key: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
                /** @description The ETag of an earlier answer: fails with 412 if it changed since */
                "If-Match"?: string;
            };
            path: {
                organization: string;
                provider_key: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProviderKeyChange"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["ProviderKey"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    post_api_organizations_organization_provider_keys_provider_key_test: {
        parameters: {
            path: {
                organization: string;
                provider_key: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["ProviderKeyTest"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_organizations_organization_provider_preferences: {
        parameters: {
            path: {
                organization: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["ProviderSettings"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    put_api_organizations_organization_provider_preferences: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
                /** @description The ETag of an earlier answer: fails with 412 if it changed since */
                "If-Match"?: string;
            };
            path: {
                organization: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewProviderSettings"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["ProviderSettings"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    patch_api_organizations_organization_provider_preferences: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
                /** @description The ETag of an earlier answer: fails with 412 if it changed since */
                "If-Match"?: string;
            };
            path: {
                organization: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewProviderSettings"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["ProviderSettings"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_organizations_organization_purchases: {
        parameters: {
            query?: {
                /** @description root, user: or key: and an id */
                actor?: string;
                /** @description The next_cursor of the page before */
                cursor?: string;
                format?: "json" | "csv";
                /** @description RFC 3339, a date, or Unix milliseconds */
                from?: string;
                /** @description How many, at most; 100 if absent */
                limit?: number;
                state?: "done" | "pending" | "cancelled";
                /** @description The same; exclusive */
                to?: string;
            };
            path: {
                organization: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["TransactionPage"];
                    "text/csv": string;
                };
            };
            default: components["responses"]["Error"];
        };
    };
    post_api_organizations_organization_purchases: {
        parameters: {
            path: {
                organization: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Purchase"];
            };
        };
        responses: {
            /** @description An earlier call had done it */
            200: {
                content: {
                    "application/json": components["schemas"]["Booked"];
                };
            };
            /** @description Success */
            201: {
                content: {
                    "application/json": components["schemas"]["Booked"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    post_api_organizations_organization_purchases_purchase_cancel: {
        parameters: {
            path: {
                organization: string;
                purchase: string;
            };
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["EndOfPurchase"];
            };
        };
        responses: {
            /** @description An earlier call had done it */
            200: {
                content: {
                    "application/json": components["schemas"]["Booked"];
                };
            };
            /** @description Success */
            201: {
                content: {
                    "application/json": components["schemas"]["Booked"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    post_api_organizations_organization_purchases_purchase_confirm: {
        parameters: {
            path: {
                organization: string;
                purchase: string;
            };
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["EndOfPurchase"];
            };
        };
        responses: {
            /** @description An earlier call had done it */
            200: {
                content: {
                    "application/json": components["schemas"]["Booked"];
                };
            };
            /** @description Success */
            201: {
                content: {
                    "application/json": components["schemas"]["Booked"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    post_api_organizations_organization_refunds: {
        parameters: {
            path: {
                organization: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Refund"];
            };
        };
        responses: {
            /** @description An earlier call had done it */
            200: {
                content: {
                    "application/json": components["schemas"]["Booked"];
                };
            };
            /** @description Success */
            201: {
                content: {
                    "application/json": components["schemas"]["Booked"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_organizations_organization_reports_month: {
        parameters: {
            query: {
                /** @description project if absent */
                by?: string;
                format?: "json" | "csv";
                /** @description YYYY-MM */
                month: string;
            };
            path: {
                organization: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["MonthReport"];
                    "text/csv": string;
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_organizations_organization_retention: {
        parameters: {
            path: {
                organization: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["Retention"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    put_api_organizations_organization_retention: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
                /** @description The ETag of an earlier answer: fails with 412 if it changed since */
                "If-Match"?: string;
            };
            path: {
                organization: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewRetention"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["Retention"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    post_api_organizations_organization_routing_preview: {
        parameters: {
            path: {
                organization: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AnyObject"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["RoutingPreview"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_organizations_organization_security: {
        parameters: {
            path: {
                organization: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["SecuritySettings"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    put_api_organizations_organization_security: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
                /** @description The ETag of an earlier answer: fails with 412 if it changed since */
                "If-Match"?: string;
            };
            path: {
                organization: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewSecuritySettings"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["SecuritySettings"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    post_api_organizations_organization_switch: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
            };
            path: {
                organization: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["Organization"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_organizations_organization_transactions: {
        parameters: {
            query?: {
                /** @description root, user: or key: and an id */
                actor?: string;
                /** @description The next_cursor of the page before */
                cursor?: string;
                format?: "json" | "csv";
                /** @description RFC 3339, a date, or Unix milliseconds */
                from?: string;
                kind?: string;
                /** @description How many, at most; 100 if absent */
                limit?: number;
                state?: "done" | "pending" | "cancelled";
                /** @description The same; exclusive */
                to?: string;
            };
            path: {
                organization: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["TransactionPage"];
                    "text/csv": string;
                };
            };
            default: components["responses"]["Error"];
        };
    };
    post_api_organizations_organization_transfers: {
        parameters: {
            path: {
                organization: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Transfer"];
            };
        };
        responses: {
            /** @description An earlier call had done it */
            200: {
                content: {
                    "application/json": components["schemas"]["Booked"];
                };
            };
            /** @description Success */
            201: {
                content: {
                    "application/json": components["schemas"]["Booked"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    post_api_organizations_organization_vouchers_redeem: {
        parameters: {
            path: {
                organization: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Redeem"];
            };
        };
        responses: {
            /** @description An earlier call had done it */
            200: {
                content: {
                    "application/json": components["schemas"]["Booked"];
                };
            };
            /** @description Success */
            201: {
                content: {
                    "application/json": components["schemas"]["Booked"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_organizations_permissions: {
        parameters: {
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["PermissionList"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    post_api_password_resets: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordReset"];
            };
        };
        responses: {
            /** @description Success */
            202: {
                content: {
                    "application/json": components["schemas"]["MailSent"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    post_api_password_resets_confirm: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ConfirmPasswordLink"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["PasswordChanged"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    post_api_registrations: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Registration"];
            };
        };
        responses: {
            /** @description Success */
            202: {
                content: {
                    "application/json": components["schemas"]["MailSent"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    post_api_sessions: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignIn"];
            };
        };
        responses: {
            /** @description Success */
            201: {
                content: {
                    "application/json": components["schemas"]["SignedIn"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    delete_api_sessions_current: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
                /** @description The ETag of an earlier answer: fails with 412 if it changed since */
                "If-Match"?: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["SignedOut"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    post_api_sessions_current_passkey_options: {
        parameters: {
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["CredentialRequestOptions"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    post_api_sessions_current_step_up: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StepUp"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["SessionData"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    post_api_sessions_passkey_options: {
        parameters: {
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["CredentialRequestOptions"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    post_api_setup: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Setup"];
            };
        };
        responses: {
            /** @description Success */
            201: {
                content: {
                    "application/json": components["schemas"]["SignedIn"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_sign_in: {
        parameters: {
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["SignInOffers"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_sign_in_provider: {
        parameters: {
            query?: {
                /** @description step_up: who is signed in proves again who he is, and the provider asks him anew */
                purpose?: "sign_in" | "step_up";
                /** @description A route of the page, such as /o/<organization>/keys; the overview where it is none */
                return_to?: string;
            };
            path: {
                provider: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            303: {
                content?: never;
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_sign_in_provider_callback: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
                /** @description The ETag of an earlier answer: fails with 412 if it changed since */
                "If-Match"?: string;
            };
            path: {
                provider: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            303: {
                content?: never;
            };
            default: components["responses"]["Error"];
        };
    };
    post_api_sign_in_provider_link: {
        parameters: {
            path: {
                provider: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["WayToProvider"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_usage: {
        parameters: {
            query?: {
                /** @description The next_cursor of the page before */
                cursor?: string;
                format?: "json" | "csv";
                /** @description RFC 3339, a date, or Unix milliseconds */
                from?: string;
                /** @description How many organizations, at most; 50 if absent */
                limit?: number;
                /** @description The same; exclusive */
                to?: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["AllUsage"];
                    "text/csv": string;
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_users: {
        parameters: {
            query?: {
                /** @description The next_cursor of the page before */
                cursor?: string;
                /** @description A part of the address */
                email?: string;
                /** @description How many, at most; 100 if absent */
                limit?: number;
                status?: "active" | "suspended";
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["UserPage"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    post_api_users: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewUser"];
            };
        };
        responses: {
            /** @description Success */
            201: {
                content: {
                    "application/json": components["schemas"]["NewUserData"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_users_user: {
        parameters: {
            path: {
                user: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    delete_api_users_user: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
                /** @description The ETag of an earlier answer: fails with 412 if it changed since */
                "If-Match"?: string;
            };
            path: {
                user: string;
            };
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["UserDeletion"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["UserDeleted"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    patch_api_users_user: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
                /** @description The ETag of an earlier answer: fails with 412 if it changed since */
                "If-Match"?: string;
            };
            path: {
                user: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UserChange"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    post_api_users_user_password_links: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
            };
            path: {
                user: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            201: {
                content: {
                    "application/json": components["schemas"]["PasswordLink"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    post_api_users_user_tokens: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
            };
            path: {
                user: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewToken"];
            };
        };
        responses: {
            /** @description Success */
            201: {
                content: {
                    "application/json": components["schemas"]["NewTokenData"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    post_api_verifications_confirm: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ConfirmVerification"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["ConfirmedVerification"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    post_api_verifications_lookup: {
        parameters: {
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LinkToken"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["VerificationOfLink"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_version: {
        parameters: {
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["Gateway"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_vouchers: {
        parameters: {
            query?: {
                /** @description The whole name of the batch */
                batch?: string;
                /** @description The next_cursor of the page before */
                cursor?: string;
                /** @description How many, at most; 100 if absent */
                limit?: number;
                state?: "open" | "used" | "voided" | "expired";
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["VoucherPage"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    post_api_vouchers: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewVouchers"];
            };
        };
        responses: {
            /** @description Success */
            201: {
                content: {
                    "application/json": components["schemas"]["VoucherCodes"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_api_vouchers_voucher: {
        parameters: {
            path: {
                voucher: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["Voucher"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    delete_api_vouchers_voucher: {
        parameters: {
            header?: {
                /** @description Repeats with the same key return the first answer */
                "Idempotency-Key"?: string;
                /** @description The ETag of an earlier answer: fails with 412 if it changed since */
                "If-Match"?: string;
            };
            path: {
                voucher: string;
            };
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                content: {
                    "application/json": components["schemas"]["VoucherVoided"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
}
