--
-- PostgreSQL database dump
--
SET statement_timeout = 0;
SELECT pg_catalog.set_config('search_path', '', false);

COPY public."LiteLLM_BudgetTable" (budget_id, max_budget, budget_duration, rpm_limit, created_by) FROM stdin;
b-acme	100	\N	6000	root
\.

COPY public."LiteLLM_OrganizationTable" (organization_id, organization_alias, budget_id, metadata, models, spend) FROM stdin;
o-acme	Acme & Söhne	b-acme	{}	{}	40
\.

COPY public."LiteLLM_TeamTable" (team_id, team_alias, organization_id, admins, members, members_with_roles, metadata, max_budget, spend, models, tpm_limit, rpm_limit, budget_duration, budget_reset_at, blocked) FROM stdin;
t-web	Web	o-acme	{}	{}	[{"role": "user", "user_id": "u-bob"}]	{"cost_centre": "7"}	50	20	{}	\N	\N	\N	\N	f
t-batch	Batch	o-acme	{}	{}	[]	{}	\N	0	{}	\N	\N	\N	\N	f
\.

COPY public."LiteLLM_UserTable" (user_id, user_alias, user_email, user_role, max_budget, spend, models, teams, budget_duration, budget_reset_at) FROM stdin;
u-ann	Ann	Ann@people.test	internal_user	\N	0	{}	{}	\N	\N
u-bob	Bob	bob@people.test	internal_user	5	1	{}	{}	\N	\N
u-eve	Eve	eve@people.test	internal_user	\N	0	{}	{}	\N	\N
u-eve2	Eve	EVE@people.test	internal_user	\N	0	{}	{}	\N	\N
\.

COPY public."LiteLLM_OrganizationMembership" (user_id, organization_id, user_role, spend, budget_id) FROM stdin;
u-ann	o-acme	org_admin	0	\N
\.

COPY public."LiteLLM_VerificationToken" (token, key_name, key_alias, spend, expires, models, aliases, config, user_id, team_id, permissions, max_parallel_requests, metadata, blocked, tpm_limit, rpm_limit, max_budget, budget_duration, budget_reset_at, budget_id, organization_id, created_at, created_by) FROM stdin;
cdafe906daf340e8f423fd77cafe10cc54704eb5bea87da14a0632774921e266	sk-...6789	web	2.5	\N	{}	{}	{}	u-bob	t-web	{}	\N	{}	\N	\N	3	10	30d	2026-12-01 00:00:00	\N	\N	2026-01-02 03:04:05.678	default_user_id
641d14a6fbe0f6554af03a1b815b79ac321b0034ecbf23d274fac98688b6c10c	sk-...6789	batch	0	\N	{}	{}	{}	\N	t-batch	{}	\N	{}	\N	\N	\N	\N	\N	\N	\N	\N	2026-01-02 03:04:05.678	default_user_id
20152b637d001f6407162abadcfd2727a132f79c8d13fe2627c06eb0ecbf7c32	sk-...6789	spent	1.000000001	\N	{}	{}	{}	\N	t-batch	{}	\N	{}	\N	\N	\N	1	\N	\N	\N	\N	2026-01-02 03:04:05.678	default_user_id
2b850332f6db8d424217fcbce92149315dd5d0ef82b67e6953eafd12b6fbaf47	sk-...6789	blocked	0	\N	{}	{}	{}	\N	t-batch	{}	\N	{}	t	\N	\N	\N	\N	\N	\N	\N	2026-01-02 03:04:05.678	default_user_id
6c25d00dd6c6b965d8539415272f4fe892d64e6902ba4525aaf5ebad15ef744b	sk-...6789	narrow	0	\N	{gpt-4o}	{}	{}	\N	t-batch	{"x": true}	\N	{}	\N	\N	\N	\N	\N	\N	\N	\N	2026-01-02 03:04:05.678	default_user_id
8b0c20b348b8d8041cbe86fc5baa11f66dfefe0a6fad4b6799d80943815109c7	sk-...6789	personal	0	\N	{}	{}	{}	u-bob	\N	{}	\N	{}	\N	\N	\N	\N	\N	\N	\N	\N	2026-01-02 03:04:05.678	default_user_id
\.

COPY public."LiteLLM_SpendLogs" (request_id) FROM stdin;
r1
r2
\.

